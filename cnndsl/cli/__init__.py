"""The command line: arguments, printing, exit codes. Results go to stdout, progress and messages to stderr.

Exit codes: 0 ok, 1 the model has errors, 2 usage, 3 unreadable or corrupt input, 4 training diverged, 5 cannot write,
6 some cells of a sweep failed, 70 a bug of this project, 130 Ctrl-C, 143 terminated.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from importlib import import_module
from io import StringIO
from typing import NoReturn

import click

from cnndsl import __version__
from cnndsl.cli import output, stop
from cnndsl.errors import CnndslError

# Each command, and the function of a module of this package that it is. The order is that of `--help`.
_COMMANDS = {
    "check": "check:check",
    "show": "show:show",
    "explain": "explain:explain",
    "layers": "layers:layers",
    "config": "config:config",
    "sweep": "sweep:sweep",
    "expand": "expand:expand",
    "diff": "diff:diff",
    "gradcheck": "gradcheck:gradcheck",
    "doctor": "doctor:doctor",
    "fmt": "fmt:fmt",
    "init": "init:init",
    "augment": "augment:augment",
    "data": "data:data",
    "compile-and-train": "train:compile_and_train",
    "replay": "replay:replay",
    "report": "report:report",
    "play": "play:play",
    "evaluate": "evaluate:evaluate",
    "predict": "predict:predict",
    "runs": "runs:runs",
    "compare": "compare:compare",
    "export": "export:export",
    "import-onnx": "import_onnx:import_onnx",
}
_NO_OUTPUT = {errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


class _Commands(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Every command's name."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """The command, or ``None`` if there is no such one."""
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"{__name__}.{module}"), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with a suggestion where there is no such command."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            close = get_close_matches(args[0], _COMMANDS, n=1)
            if not close:
                raise
            raise click.UsageError(f"No such command '{args[0]}'. Did you mean '{close[0]}'?", ctx) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=False)
@click.version_option(__version__, prog_name="cnndsl", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of a failure.")
def commands(*, debug: bool) -> None:
    """Convolutional networks as text files: check them, train them."""
    del debug  # read from the arguments by `main`, which outlives this context


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit."""
    given = sys.argv[1:] if arguments is None else arguments
    # Every product here is worked off by one thread; making a pool of them takes longer than checking a file.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    stop.listen()
    output.print_anything()
    code = _run(given)
    stop.ignore()
    sys.exit(code)


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
    text, code = _answer(error)
    try:
        if text:
            output.message(text)
    except OSError:
        output.discard(2)
    return code


def _answer(error: BaseException) -> tuple[str, int]:
    """Message and exit code."""
    match error:
        case click.exceptions.Exit():  # after `--help`
            return "", error.exit_code
        case click.ClickException():
            shown = StringIO()
            error.show(shown)
            return shown.getvalue().rstrip("\n"), error.exit_code
        case CnndslError():
            return "\n  = ".join([str(error), *_notes(error)]), error.exit_code
        case KeyboardInterrupt() | stop.Terminated():
            return _stopped(error)
        case OSError() if error.errno in _NO_OUTPUT:
            output.discard(1)
            gone = isinstance(error, BrokenPipeError)  # the reader has left, as with `| head`
            return ("", 0) if gone else (f"cnndsl: the output cannot be written: {error.strerror}", 5)
        case SystemExit():
            raise error
    hint = "this is a bug; run again with `cnndsl --debug ...` and report it"
    return f"cnndsl: internal error: {type(error).__name__}: {error}\n  = hint: {hint}", 70


def _stopped(error: BaseException) -> tuple[str, int]:
    if isinstance(error, stop.Terminated):
        return _with_notes("cnndsl: terminated", error), 128 + signal.SIGTERM
    echoed = "\n" if sys.stderr is not None and sys.stderr.isatty() else ""  # the terminal's `^C`
    return _with_notes(f"{echoed}cnndsl: interrupted", error), 128 + signal.SIGINT


def _with_notes(said: str, error: BaseException) -> str:
    first, *others = _notes(error) or [""]
    return "\n  = ".join([f"{said} {first}".rstrip(" "), *others])


def _notes(error: BaseException) -> list[str]:
    """What was added to an exception on its way up, such as which files hold what."""
    return list(getattr(error, "__notes__", ()))
