"""Where text goes: results to standard output, all else to standard error.

Not ``click.echo``, which sends UTF-8 to a terminal that has said it takes ASCII.
"""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from typing import TextIO


def result(text: str) -> None:
    """A line on standard output."""
    _write(sys.stdout, text)


def verbatim(text: str) -> None:
    """A file's content on standard output: as UTF-8 whatever the terminal takes, line ends as they are."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
    elif sys.stdout is not None:
        sys.stdout.write(text)


def message(text: str) -> None:
    """A line on standard error."""
    _write(sys.stderr, text)


def print_anything() -> None:
    """Have what standard output's encoding lacks printed as an escape, as standard error does."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def discard(descriptor: int) -> None:
    """Send to nowhere what is still buffered for a stream that takes nothing: it would be tried again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)


def _write(stream: TextIO | None, text: str) -> None:
    if stream is not None:  # as after `>&-`
        stream.write(f"{text}\n")
        stream.flush()
