"""Readers of other people's bytes, as targets of a fuzzer that sees which code runs: ``python -m tests.fuzz``."""
