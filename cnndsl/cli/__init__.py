"""The command line: arguments, printing, exit codes. Results go to stdout, progress and messages to stderr.

Exit codes: 0 ok, 1 the model has errors, 2 usage, 3 unreadable or corrupt input, 4 training diverged, 5 cannot write,
70 a bug of this project, 130 Ctrl-C, 143 terminated.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

import click

from cnndsl import __version__
from cnndsl.cli.check import check
from cnndsl.cli.train import compile_and_train
from cnndsl.errors import CnndslError


class Terminated(BaseException):
    """SIGTERM came."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=False)
@click.version_option(__version__, prog_name="cnndsl", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of a failure.")
def commands(debug: bool) -> None:
    """Convolutional networks as text files: check them, train them."""
    del debug  # read from the arguments by `main`, which outlives this context


commands.add_command(check)
commands.add_command(compile_and_train)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit."""
    given = sys.argv[1:] if arguments is None else arguments
    signal.signal(signal.SIGTERM, _on_sigterm)
    sys.exit(_run(given))


def _run(arguments: list[str]) -> int:
    try:
        result = commands.main(arguments, prog_name="cnndsl", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except CnndslError as error:
        _raise_if_debug(arguments)
        click.echo(str(error), err=True)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("cnndsl: interrupted", err=True)
        return 128 + signal.SIGINT
    except Terminated:
        click.echo("cnndsl: terminated", err=True)
        return 128 + signal.SIGTERM
    except BrokenPipeError:
        # The reader has gone, as with `| head`; what is buffered must not be tried again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the one place where a bug becomes a message
        _raise_if_debug(arguments)
        message = f"cnndsl: internal error: {type(error).__name__}: {error}"
        click.echo(f"{message}\n  = hint: this is a bug; run again with `cnndsl --debug ...` and report it", err=True)
        return 70
    return result if isinstance(result, int) else 0


def _raise_if_debug(arguments: list[str]) -> None:
    if arguments[:1] == ["--debug"]:
        raise  # noqa: PLE0704 - called from an except clause


def _on_sigterm(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Terminated
