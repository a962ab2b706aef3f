"""The ``onnx`` package, an extra: loaded where it is used, missed with a hint."""

from __future__ import annotations

from typing import Any

from cnndsl.errors import SettingsError


def onnx_library() -> Any:
    """The module ``onnx``.

    Raises
    ------
    SettingsError
        It is not installed (X902).
    """
    try:
        import onnx
    except ImportError:
        hint = "install it: `pip install cnndsl[onnx]`"
        raise SettingsError("the package `onnx` is not installed", code="X902", hint=hint) from None
    return onnx
