"""Convolutional networks as text files: checked, compiled to pure functions over NumPy, trained on a CPU."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Program", "__version__", "compile_model", "optim"]

if TYPE_CHECKING:
    from cnndsl import optim
    from cnndsl.compiler import Program, compile_model


def __getattr__(name: str) -> Any:
    # Resolved on first use, so that importing the package, as `cnndsl --version` does, costs nothing.
    if name == "optim":
        import cnndsl.optim

        return cnndsl.optim
    if name in {"Program", "compile_model"}:
        import cnndsl.compiler

        if "IPython" in sys.modules:  # in a notebook, networks and runs are shown as tables and drawings
            from cnndsl.notebook.register import register

            register()
        return getattr(cnndsl.compiler, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
