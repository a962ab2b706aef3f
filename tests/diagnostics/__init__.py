"""The examples of the catalogue, run as a reader would: which codes are told of a model file."""

from __future__ import annotations

import io
import re
import shlex
from contextlib import chdir, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cnndsl import cli
from cnndsl.compiler import compile_model
from cnndsl.diagnostics.catalogue import ENTRIES
from cnndsl.diagnostics.entry import Example
from cnndsl.errors import CnndslError

PLANNED = Path(cli.__file__).parents[1] / "diagnostics" / "planned.txt"
_TOLD = re.compile(r"\b(error|warning|note|style) ([A-Z]\d{3}): ")


@cache
def told(example: Example) -> dict[str, str]:
    """The codes that are told of an example, and how severe each is."""
    with TemporaryDirectory() as folder, chdir(folder):
        for path, text in (("model.txt", example.text), *example.files):
            Path(path).parent.mkdir(exist_ok=True)
            Path(path).write_text(text, encoding="utf-8", newline="\n")
        printed = _compiled() if example.command.startswith("python") else _run(shlex.split(example.command))
    return {code: severity for severity, code in _TOLD.findall(printed)}


def emitted() -> frozenset[str]:
    """The codes whose example provokes them."""
    return frozenset(entry.code for entry in ENTRIES if entry.wrong and entry.code in told(entry.wrong))


def _run(arguments: list[str]) -> str:
    alone = ["--processes", "1"] if arguments[0] == "compile-and-train" else []  # starting a helper takes longer
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        cli._run([*arguments, *alone])
    return out.getvalue() + err.getvalue()


def _compiled() -> str:
    try:
        compile_model("model.txt")
    except CnndslError as error:
        return str(error)
    return ""
