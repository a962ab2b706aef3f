"""The layers of ``shortcut=auto``: what makes a value addable to one of another shape (He et al., 2016, option B)."""

from __future__ import annotations

from cnndsl.errors import Span
from cnndsl.language.graph import Shape
from cnndsl.language.syntax import Argument, Layer
from cnndsl.language.values import FaultError
from cnndsl.layers._fields import spell

SHORTCUTS = ("identity", "auto")


def shortcut_layers(before: Shape, after: Shape, span: Span) -> tuple[Layer, ...]:
    """The lines that make a map of one shape a map of another: a 1x1 convolution with a stride, normalised.

    Raises
    ------
    FaultError
        No stride does (S204).
    """
    strides = [_stride(size, wanted) for size, wanted in zip(before[1:], after[1:], strict=False)]
    if len(before) != len(after) or len(before) != 3 or None in strides:
        message = f"`shortcut=auto` cannot make {spell(after)} of {spell(before)}"
        hint = "a 1x1 convolution with a stride makes other channels and smaller maps: change the layers inside"
        raise FaultError("S204", message, span, hint)
    given = (
        Argument(after[0], span),
        Argument(1, span),
        Argument(tuple(strides), span, "stride"),  # type: ignore[arg-type]
        Argument(False, span, "bias"),  # noqa: FBT003 - the value of `bias=false`
    )
    return Layer("conv", given, span), Layer("batchnorm", (), span)


def _stride(size: int, wanted: int) -> int | None:
    """The stride with which a window of 1 makes ``wanted`` steps over ``size``, if there is one."""
    stride = -(-size // wanted)
    return stride if -(-size // stride) == wanted else None
