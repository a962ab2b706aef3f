"""What layers with a sliding window share: the arithmetic of sizes.

``out = floor((in + 2*pad - kernel) / stride) + 1`` in each direction (Dumoulin and Visin, "A guide to convolution
arithmetic for deep learning", 2016).
"""

from __future__ import annotations

from typing import Protocol

from cnndsl.layers._fields import Pair, spell
from cnndsl.layers._kind import ShapeError


class Windowed(Protocol):
    """A spec with a window."""

    @property
    def kernel(self) -> Pair: ...
    @property
    def stride(self) -> Pair: ...
    @property
    def pad(self) -> Pair: ...


def out_size(spec: Windowed, height: int, width: int) -> Pair:
    """Height and width of the output.

    Raises
    ------
    ShapeError
        The kernel is larger than the padded input (S201).
    """
    (kh, kw), (sh, sw), (ph, pw) = spec.kernel, spec.stride, spec.pad
    padded = (height + 2 * ph, width + 2 * pw)
    if padded[0] < kh or padded[1] < kw:
        raise _does_not_fit(spec, (height, width), padded)
    return (padded[0] - kh) // sh + 1, (padded[1] - kw) // sw + 1


def _does_not_fit(spec: Windowed, size: Pair, padded: Pair) -> ShapeError:
    missing = [max(0, kernel - have) for kernel, have in zip(spec.kernel, padded, strict=True)]
    short = 0 if missing[0] else 1
    direction = ("height", "width")[short]
    sum_text = f"{direction} {size[short]} + 2*pad {spec.pad[short]} = {padded[short]}"
    pad = _short((spec.pad[0] + -(-missing[0] // 2), spec.pad[1] + -(-missing[1] // 2)))
    largest = _short((min(spec.kernel[0], padded[0]), min(spec.kernel[1], padded[1])))
    return ShapeError(
        f"{type(spec).__name__} kernel {spell(spec.kernel)} does not fit its {spell(size)} input",
        needs=f"needs at least {spell(spec.kernel)} ({sum_text})",
        hint=f"`pad={pad}` makes it fit; or a kernel of {largest} or less",
    )


def _short(pair: Pair) -> str:
    return str(pair[0]) if pair[0] == pair[1] else spell(pair)
