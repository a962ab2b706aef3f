"""The real command in a process of its own, watched for what it must never print."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from attrs import frozen

ROOT = Path(__file__).parents[2]
SEED = ROOT / "inputdir" / "model.txt"
_PLAIN = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "NO_COLOR", "CNNDSL"))}


@frozen
class Done:
    """What came of a command."""

    code: int
    out: str
    err: str


def arguments(*given: object, flags: tuple[str, ...] = ()) -> list[str]:
    """The command line of a process that is this project's command."""
    return [sys.executable, *flags, "-m", "cnndsl", *map(str, given)]


def environment(**changes: str) -> dict[str, str]:
    """The environment, without what would change how Python runs, but for ``changes``."""
    return {**_PLAIN, "PYTHONPATH": str(ROOT), **changes}


def cnndsl(
    *given: object, cwd: Path | None = None, flags: tuple[str, ...] = (), env: dict[str, str] | None = None, **more: Any
) -> Done:
    """Run the command to its end; no failure of any kind may show a traceback."""
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    done = subprocess.run(
        arguments(*given, flags=flags),
        cwd=cwd,
        env=environment(**env or {}),
        check=False,
        **{"timeout": 120, **streams, **more},
    )
    out, err = (b"" if stream is None else stream for stream in (done.stdout, done.stderr))
    return examined(Done(done.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")))


def examined(done: Done) -> Done:
    """What was printed, if it is fit to be read by a user of a pipe."""
    for text in (done.out, done.err):
        assert "Traceback" not in text, text
        assert "Error:" not in text.replace("\nError: ", ""), text
        assert "Warning:" not in text, text
        assert "\x1b" not in text, text
    return done
