"""The command line: arguments, printing, exit codes. Results go to stdout, progress and messages to stderr.

Exit codes: 0 ok, 1 the model has errors, 2 usage, 3 unreadable or corrupt input, 4 training diverged, 5 cannot write,
70 a bug of this project, 130 Ctrl-C, 143 terminated.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from contextlib import suppress
from typing import NoReturn

import click

from cnndsl import __version__
from cnndsl.cli import stop
from cnndsl.cli.check import check
from cnndsl.cli.train import compile_and_train
from cnndsl.errors import CnndslError, OutputError

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=False)
@click.version_option(__version__, prog_name="cnndsl", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of a failure.")
def commands(*, debug: bool) -> None:
    """Convolutional networks as text files: check them, train them."""
    del debug  # read from the arguments by `main`, which outlives this context


commands.add_command(check)
commands.add_command(compile_and_train)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit."""
    given = sys.argv[1:] if arguments is None else arguments
    stop.listen()
    _print_anything()
    code = _run(given)
    stop.ignore()
    sys.exit(code)


def _print_anything() -> None:
    """Have what standard output's encoding lacks, such as accents in ASCII, printed as an escape."""
    if getattr(sys.stdout, "errors", None) == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def _run(arguments: list[str]) -> int:
    try:
        if "_CNNDSL_COMPLETE" in os.environ:
            commands.main(prog_name="cnndsl")  # prints what the shell asked for, and exits
        # Not `main`, which would turn Ctrl-C and a closed pipe into exceptions of its own.
        with commands.make_context("cnndsl", arguments.copy()) as context:
            result = commands.invoke(context)
        if sys.stdout is not None:  # as after `>&-`
            sys.stdout.flush()
    except BaseException as error:
        if arguments[:1] == ["--debug"] and not isinstance(error, click.ClickException):
            raise
        return _tell(error)
    return result if isinstance(result, int) else 0


def _tell(error: BaseException) -> int:
    """Say what ended the command; returns the exit code."""
    text = ""
    match error:
        case click.exceptions.Exit():  # after `--help`
            code = error.exit_code
        case click.ClickException():
            error.show()
            code = error.exit_code
        case CnndslError():
            text, code = "\n  = ".join([str(error), *_notes(error)]), error.exit_code
        case KeyboardInterrupt():
            echoed = "\n" if sys.stderr is not None and sys.stderr.isatty() else ""  # the terminal's `^C`
            text, code = " ".join([f"{echoed}cnndsl: interrupted", *_notes(error)]), 128 + signal.SIGINT
        case stop.Terminated():
            text, code = " ".join(["cnndsl: terminated", *_notes(error)]), 128 + signal.SIGTERM
        case BrokenPipeError():  # the reader has gone, as with `| head`
            code = _discard_output()
        case OSError() if error.errno in _NO_ROOM:
            _discard_output()
            text, code = f"cnndsl: the output cannot be written: {error.strerror}", OutputError.exit_code
        case SystemExit():
            raise error
        case _:
            hint = "this is a bug; run again with `cnndsl --debug ...` and report it"
            text, code = f"cnndsl: internal error: {type(error).__name__}: {error}\n  = hint: {hint}", 70
    with suppress(OSError):
        click.echo(text, err=True, nl=bool(text))
    return code


def _notes(error: BaseException) -> list[str]:
    """What was added to an exception on its way up, such as which files hold what."""
    return list(getattr(error, "__notes__", ()))


def _discard_output() -> int:
    """Send to nowhere what is still buffered, which would be tried again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 0
