"""What layers with a sliding window share: the arithmetic of sizes.

``out = floor((in + 2*pad - reach) / stride) + 1`` in each direction, where a kernel reaches over
``dilation*(kernel - 1) + 1`` (Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

from attrs import field, frozen

from cnndsl.layers._fields import Padding, Pair, spell
from cnndsl.layers._kind import ShapeError

_NO_GAPS = (1, 1)


class Windowed(Protocol):
    """A spec with a window."""

    @property
    def kernel(self) -> Pair: ...
    @property
    def stride(self) -> Pair: ...
    @property
    def pad(self) -> Padding: ...


@frozen
class Window:
    """A window on maps of one size (H, W), and the size of what it makes of them.

    ``pad`` is what is added above and to the left; below and to the right it is as much as the last window needs.
    ``framed`` is the size with all of it.
    """

    size: Pair
    kernel: Pair
    stride: Pair
    pad: Pair
    out: Pair
    dilation: Pair = _NO_GAPS
    framed: Pair = field(init=False)

    @framed.default
    def _size_with_padding(self) -> Pair:
        reach = reach_of(self.kernel, self.dilation)
        return _each(_framed, self.size, self.pad, reach, self.stride, self.out)


@lru_cache(maxsize=1024)
def window_of(spec: Windowed, size: Pair, dilation: Pair = _NO_GAPS, *, ceil: bool = False) -> Window:
    """The window of a spec on a map of ``size`` (H, W).

    With ``ceil`` a last window may hang over the end, if it begins on the map or on the padding before it.

    Raises
    ------
    ShapeError
        The kernel is larger than the padded input (S201).
    """
    reach = reach_of(spec.kernel, dilation)
    if spec.pad == "same":
        out = _each(lambda length, stride: -(-length // stride), size, spec.stride)
        pad = _each(_same_pad, size, reach, spec.stride, out)
        return Window(size, spec.kernel, spec.stride, pad, out, dilation)
    padded = _each(lambda length, pad: length + 2 * pad, size, spec.pad)
    out = _each(_ceil_count if ceil else _count, padded, reach, spec.stride, spec.pad)
    if min(out) < 1:
        raise _does_not_fit(spec, spec.pad, size, dilation)
    return Window(size, spec.kernel, spec.stride, spec.pad, out, dilation)


def check_pad(spec: Windowed, wanted: str) -> None:
    """Raise ``ValueError`` where a window may see padding alone, which has no maximum and no average."""
    if spec.pad != "same" and (spec.pad[0] >= spec.kernel[0] or spec.pad[1] >= spec.kernel[1]):
        raise ValueError(f"pad must be smaller than the kernel: a window of padding alone has no {wanted}")


def reach_of(kernel: Pair, dilation: Pair) -> Pair:
    """Rows and columns from a kernel's first to its last, with the gaps between."""
    return dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1


def _count(padded: int, reach: int, stride: int, _pad: int) -> int:
    return (padded - reach) // stride + 1


def _ceil_count(padded: int, reach: int, stride: int, pad: int) -> int:
    count = -((reach - padded) // stride) + 1
    begins_behind = (count - 1) * stride >= padded - pad
    return count - begins_behind


def _framed(length: int, pad: int, reach: int, stride: int, out: int) -> int:
    return max(pad + length, (out - 1) * stride + reach)


def _same_pad(length: int, reach: int, stride: int, out: int) -> int:
    """Half of what is missing, rounded down: an odd one stands at the end (ONNX's SAME_UPPER)."""
    return max(0, (out - 1) * stride + reach - length) // 2


def _each(rule: Callable[..., int], *pairs: Pair) -> Pair:
    """The rule for the height and for the width."""
    height, width = map(rule, *pairs)
    return height, width


def _does_not_fit(spec: Windowed, pad: Pair, size: Pair, dilation: Pair) -> ShapeError:
    reach = reach_of(spec.kernel, dilation)
    padded = _each(lambda length, zeros: length + 2 * zeros, size, pad)
    missing = _each(lambda need, have: max(0, need - have), reach, padded)
    short = 0 if missing[0] else 1
    direction = ("height", "width")[short]
    sum_text = f"{direction} {size[short]} + 2*pad {pad[short]} = {padded[short]}"
    enough = _each(lambda zeros, lacking: zeros + -(-lacking // 2), pad, missing)
    largest = _each(lambda kernel, have, gap: min(kernel, (have - 1) // gap + 1), spec.kernel, padded, dilation)
    dilated = "" if dilation == _NO_GAPS else f", dilated to {spell(reach)},"
    return ShapeError(
        f"{type(spec).__name__} kernel {spell(spec.kernel)}{dilated} does not fit its {spell(size)} input",
        needs=f"needs at least {spell(reach)} ({sum_text})",
        hint=f"`pad={_short(enough)}` makes it fit; or a kernel of {_short(largest)} or less",
    )


def _short(pair: Pair) -> str:
    return str(pair[0]) if pair[0] == pair[1] else spell(pair)
