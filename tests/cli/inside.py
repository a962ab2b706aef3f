"""The command in this process: what the tests have no need of a process of its own for, which takes longer."""

from __future__ import annotations

import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from unittest.mock import patch

from cnndsl import cli
from tests.cli.command import ROOT, Done, examined


def inside(*given: object, cwd: Path = ROOT, stdin: bytes = b"") -> Done:
    """Run a command to its end."""
    out, err = (TextIOWrapper(BytesIO(), encoding="utf-8", newline="\n") for _ in range(2))
    typed = TextIOWrapper(BytesIO(stdin), encoding="utf-8")
    with chdir(cwd), redirect_stdout(out), redirect_stderr(err), patch.object(sys, "stdin", typed):
        code = cli._run([str(argument) for argument in given])
        out.flush(), err.flush()
    return examined(Done(code, *(stream.buffer.getvalue().decode() for stream in (out, err))))
