"""The memory of a training step, known before it runs: what is asked for, how long it is seen, where it lies."""
