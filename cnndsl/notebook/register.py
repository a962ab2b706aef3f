"""Which values IPython is to show how. Its table is by names of types, so nothing is imported before it is shown."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any


def _program_html(program: Any) -> str:
    from cnndsl.notebook.network import network_html

    return network_html(program.graph)


def _program_text(program: Any, printer: Any, _cycle: bool) -> None:  # noqa: FBT001 - IPython's signature
    from cnndsl.notebook.network import network_text

    printer.text(network_text(program.graph))


def _result_html(result: Any) -> str:
    from cnndsl.notebook.history import rows_html

    return rows_html(result.rows, result.best)


_SHOWN: tuple[tuple[str, str, str, Callable[..., Any]], ...] = (
    ("cnndsl.compiler.program", "Program", "text/html", _program_html),
    ("cnndsl.compiler.program", "Program", "text/plain", _program_text),
    ("cnndsl.training.run", "Result", "text/html", _result_html),
)


def register() -> None:
    """Have the IPython that this runs in, if any, show networks and runs as tables and drawings."""
    shell = current_shell()
    if shell is not None:
        load_ipython_extension(shell)


def load_ipython_extension(shell: Any) -> None:
    """The same for a given IPython: what ``%load_ext cnndsl.notebook`` calls."""
    formatters = shell.display_formatter.formatters
    for module, name, form, show in _SHOWN:
        formatters[form].for_type_by_name(module, name, show)


def current_shell() -> Any:
    """The IPython shell of this process; None where there is none. Imports nothing."""
    ipython = sys.modules.get("IPython")
    get_shell = getattr(ipython, "get_ipython", None)
    return get_shell() if get_shell is not None else None


def is_kernel(shell: Any) -> bool:
    """Whether a shell is that of a notebook, which can change what it has displayed; a terminal cannot."""
    return getattr(shell, "kernel", None) is not None
