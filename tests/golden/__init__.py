"""What a user reads, word for word: model files, and beside each what the command says about it.

``NAME.txt`` is the model file, ``NAME.expected`` what is printed, standard error first. ``tests/test_golden.py``
compares; after a change that is meant, ``python -m tests.golden`` writes the expected texts anew: read the difference.
"""

from __future__ import annotations

import io
import os
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

from cnndsl import cli
from cnndsl.compiler import compile_model
from cnndsl.errors import CnndslError

FOLDER = Path(__file__).parent
MODELS = sorted(path.stem for path in FOLDER.glob("*.txt"))
_TRAIN = ("compile-and-train", "--train", "10", "--valid", "5", "--test", "5", "--out", os.devnull)


def report(name: str) -> str:
    """All that is said about a model file, and the exit code."""
    if name.startswith("s200"):  # the command always has a shape, the function may not
        return _compile(f"{name}.txt")
    arguments = _TRAIN if name.startswith(("d501", "d506", "d509", "c408")) else ("check",)
    out, err = io.StringIO(), io.StringIO()
    with chdir(FOLDER), redirect_stdout(out), redirect_stderr(err):
        code = cli._run([*arguments, f"{name}.txt"])
    return f"$ cnndsl {arguments[0]} {name}.txt\n{err.getvalue()}{out.getvalue()}[exit code {code}]\n"


def expected(name: str) -> Path:
    """Where the report on a model file is kept."""
    return FOLDER / f"{name}.expected"


def _compile(file: str) -> str:
    try:
        with chdir(FOLDER):
            compile_model(file)
    except CnndslError as error:
        return f'>>> compile_model("{file}")\n{error}\n[exit code {error.exit_code}]\n'
    raise AssertionError(file)
