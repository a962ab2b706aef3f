"""What commands say, word for word. A session is a file of commands, each with what it prints behind it.

``python -m tests.golden`` runs them anew, in a copy of this folder: what they write is gone afterwards. To add one,
write its command lines, such as ``$ cnndsl diff old.txt new.txt``, into a new file here.
"""

from __future__ import annotations

import io
import shlex
import shutil
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

from cnndsl import cli

FOLDER = Path(__file__).parent
SESSIONS = sorted(path.name for path in FOLDER.glob("*.session"))
_PROMPT = "$ cnndsl "


def replayed(name: str) -> str:
    """A session as it goes now."""
    commands = [line for line in recorded(name).splitlines() if line.startswith(_PROMPT)]
    with TemporaryDirectory() as temporary:
        folder = shutil.copytree(FOLDER, Path(temporary) / "here", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        with chdir(folder):
            return "\n".join(map(_run, commands))


def recorded(name: str) -> str:
    """A session as it went when it was agreed."""
    return (FOLDER / name).read_text(encoding="utf-8")


def record(name: str) -> None:
    """Have a session go as it goes now."""
    (FOLDER / name).write_text(replayed(name), encoding="utf-8", newline="\n")


def _run(command: str) -> str:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = cli._run(shlex.split(command.removeprefix(_PROMPT)))
    return f"{command}\n{err.getvalue()}{out.getvalue()}[exit code {code}]\n"
