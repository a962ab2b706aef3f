"""The command ``cnndsl``, also as ``python -m cnndsl``: what has to happen before the first import that takes time."""

from __future__ import annotations

import gc
import os
import sys
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any, NoReturn

#: What is imported by others or by ourselves and not used to check a file. NumPy alone would be half of the time.
_LATE = ("numpy", "hashlib", "tempfile")


class _Postponed(ModuleType):
    """A module that is loaded when something in it is first asked for.

    Unlike with :class:`importlib.util.LazyLoader`, a second ``import`` of it does not count as asking, on any Python.
    """

    def __getattr__(self, name: str) -> Any:
        spec = self.__spec__
        if spec is None or spec.loader is None:
            raise AttributeError(name)
        self.__class__ = ModuleType  # type: ignore[assignment]
        if spec.submodule_search_locations is not None:
            self.__path__ = spec.submodule_search_locations
        spec.loader.exec_module(self)
        return getattr(self, name)


def main() -> NoReturn:
    """Run the command line and exit."""
    try:
        gc.set_threshold(50_000)  # what is imported stays: to look through it again and again takes 2 % of a check
        for name in _LATE:
            postpone(name)
        from cnndsl.cli import main as run
    except KeyboardInterrupt:
        os.write(2, b"cnndsl: interrupted\n")
        os._exit(130)
    run()


def postpone(name: str) -> None:
    """Let ``import name`` cost nothing until the module is used; does nothing where it is loaded or missing."""
    spec = None if name in sys.modules else find_spec(name)
    if spec is None:
        return
    module = module_from_spec(spec)
    vars(module).pop("__path__", None)  # to look for a submodule is to use it
    module.__class__ = _Postponed
    sys.modules[name] = module


if __name__ == "__main__":
    main()
