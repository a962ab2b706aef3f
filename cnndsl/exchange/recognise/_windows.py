"""Windows of ONNX operators, and the layers that have the same ones."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import TypeVar

from attrs import frozen

from cnndsl.exchange.recognise._use import UnsupportedError, Use
from cnndsl.layers._fields import Padding, Pair
from cnndsl.layers._window import reach_of, window_of
from cnndsl.layers.avg_pool import AvgPool
from cnndsl.layers.conv import Conv
from cnndsl.layers.dw_conv import DWConv
from cnndsl.layers.pool import Pool

W = TypeVar("W", Conv, DWConv, Pool, AvgPool)


@frozen
class Box:
    """A window that slides over a map: how much of it, before and behind which it is padded, and how often it fits.

    Each pair is one of height and width. ``rounds_up`` says that this is how the number of windows was worked out.
    """

    kernel: Pair
    stride: Pair
    dilation: Pair
    before: Pair
    behind: Pair
    out: Pair
    rounds_up: bool


def box_of(use: Use, kernel: Pair | None = None) -> Box:
    """The window of an operator over its input; the kernel is that of the weights, if there are any."""
    _, *size = use.map_shape()
    if kernel is None:
        kernel = pair_of(use, "kernel_shape")
    elif use.operator.integers("kernel_shape", kernel) != kernel:
        raise UnsupportedError("its kernel_shape is not that of its weights")
    stride, dilation = pair_of(use, "strides", (1, 1)), pair_of(use, "dilations", (1, 1))
    if min(*kernel, *stride, *dilation) < 1:
        raise UnsupportedError("its window has no size or no step")
    reach = reach_of(kernel, dilation)
    rounds_up = use.operator.flag("ceil_mode", default=False)
    sides = [
        _side(length, window, step, pads, rounds_up=rounds_up)
        for length, window, step, pads in zip(size, reach, stride, _pads(use), strict=True)
    ]
    (top, bottom, rows), (left, right, columns) = sides
    return Box(kernel, stride, dilation, (top, left), (bottom, right), (rows, columns), rounds_up)


def fitting(use: Use, box: Box, make: Callable[..., W], *, may_hang: bool = False) -> W:
    """The layer whose windows are those of the box, out of those that ``make(pad=...)`` can make of it.

    Windows that begin at one place and are as many are the same, wherever the padding ends behind them. With
    ``may_hang`` there is ``ceil=`` to choose as well.
    """
    _, height, width = use.map_shape()
    paddings: tuple[Padding, ...] = (box.before, "same")
    for ceil, pad in product((box.rounds_up, not box.rounds_up) if may_hang else (False,), paddings):
        try:
            spec = make(pad=pad, ceil=ceil) if may_hang else make(pad=pad)
            window = window_of(spec, (height, width), box.dilation, ceil=ceil)
        except ValueError:  # more padding than a window can see, or too little for it to fit
            continue
        if (window.pad, window.out) == (box.before, box.out):
            return spec
    (top, left), (bottom, right) = box.before, box.behind
    padding = f"its padding (top {top}, left {left}, bottom {bottom}, right {right})"
    raise UnsupportedError(f"{padding} is neither as much on opposite sides nor `pad=same`")


def pair_of(use: Use, name: str, default: tuple[int, ...] = ()) -> Pair:
    """An attribute with a number for the height and one for the width."""
    values = use.operator.integers(name, default)
    if len(values) != 2:
        raise UnsupportedError(f"its {name} has {len(values)} numbers, and not 2")
    return values[0], values[1]


def _pads(use: Use) -> tuple[tuple[int, int] | str, ...]:
    """Padding before and behind for the height and for the width; or the word for how it is chosen."""
    choice = use.operator.word("auto_pad", "NOTSET")
    if choice in {"SAME_UPPER", "SAME_LOWER"}:
        return choice, choice
    if choice not in {"NOTSET", "VALID"}:
        raise UnsupportedError(f"its auto_pad is {choice}")
    pads = use.operator.integers("pads", (0, 0, 0, 0)) if choice == "NOTSET" else (0, 0, 0, 0)
    if len(pads) != 4 or min(pads) < 0:
        raise UnsupportedError(f"its pads are {pads}")
    top, left, bottom, right = pads
    return (top, bottom), (left, right)


def _side(
    length: int, reach: int, stride: int, pads: tuple[int, int] | str, *, rounds_up: bool
) -> tuple[int, int, int]:
    """Padding before, padding behind and number of windows in one direction."""
    if isinstance(pads, str):
        out = -(-length // stride)
        total = max(0, (out - 1) * stride + reach - length)
        less = total // 2
        return (less, total - less, out) if pads == "SAME_UPPER" else (total - less, less, out)
    before, behind = pads
    room = length + before + behind - reach
    out = (-(-room // stride) if rounds_up else room // stride) + 1
    if rounds_up and (out - 1) * stride >= length + before:  # it would see the padding behind alone
        out -= 1
    if out < 1:
        raise UnsupportedError(f"its window of {reach} does not fit into {length} pixels")
    return before, behind, out
