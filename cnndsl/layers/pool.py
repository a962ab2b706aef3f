"""Pool: the largest value of each window, or on request the average.

Of equal values the first in row order has all the gradient. The maximum over a window is one along the width and then
one along the height, and both are running maxima over shifted slices. That order (width first) is what makes the first
of equal values in row order win. Slices along the width with a stride have short runs; they are copied into arrays of
their own first, which is cheaper than to compute on them in place.
"""

from __future__ import annotations

import attrs
import numpy as np

from cnndsl.layers import _average
from cnndsl.layers._fields import Padding, Pair, flag, padding, size, word
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, as_map, layer_spec
from cnndsl.layers._layout import copy_images
from cnndsl.layers._window import Window, check_pad, window_of

_WIDTH, _HEIGHT = 2, 0  # axes of (H, C, W, N)


@layer_spec
class Pool:
    """The maximum of each window: C x H x W -> C x OH x OW, OH = floor((H + 2*pad - kernel)/stride) + 1.

    Rows and columns that no whole window reaches are dropped; ``ceil=true`` rounds up instead, where the last window
    begins on the map. ``pad=same`` makes OH = ceil(H/stride). Padding is never the maximum, and an average is that of
    the real pixels alone.
    """

    kernel: Pair = size("height and width of the window")
    stride: Pair = size("step of the window", attrs.Factory(lambda spec: spec.kernel, takes_self=True))
    pad: Padding = padding("rows and columns around the map, less than the kernel", named_only=True)
    mode: str = word("what is taken of each window", "max", "avg")
    ceil: bool = flag("let the last window hang over the end", default=False)

    def __attrs_post_init__(self) -> None:
        check_pad(self, "maximum" if self.mode == "max" else "average")


Residual = tuple[Window, list[Array], list[Array]]


def out_shape(spec: Pool, shape: Shape) -> Shape:
    channels, height, width = as_map(spec, shape)
    return channels, *window_of(spec, (height, width), ceil=spec.ceil).out


def forward(
    spec: Pool, _params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, Window | Residual]:
    (x,) = xs
    window = window_of(spec, (x.shape[0], x.shape[2]), ceil=spec.ceil)
    if spec.mode == "avg":
        return _average.forward(window, x, ctx), state, window
    y, residual = maximum(window, x, ctx)
    return y, state, residual


def backward(
    _spec: Pool, _params: Params, residual: Window | Residual, dy: Array, ctx: Context
) -> tuple[tuple[Array], dict[str, Array]]:
    if isinstance(residual, Window):
        return (_average.backward(residual, dy, ctx),), {}
    return (maximum_gradient(residual, dy, ctx),), {}


def maximum(window: Window, x: Array, ctx: Context) -> tuple[Array, Residual]:
    """The largest value of each window, and which it was."""
    padded = _padded(window, x, ctx)
    (kh, kw), (sh, sw), (rows, columns) = window.kernel, window.stride, window.out
    along_width, later_columns = _running_max(padded, _WIDTH, kw, sw, columns, ctx)
    y, later_rows = _running_max(along_width, _HEIGHT, kh, sh, rows, ctx)
    return y, (window, later_columns, later_rows)


def maximum_gradient(residual: Residual, dy: Array, ctx: Context) -> Array:
    """``dx``: each number of ``dy`` where its maximum stood."""
    window, later_columns, later_rows = residual
    (ph, pw), (height, width), (rows, columns) = window.pad, window.size, window.framed
    _, channels, outputs, images = dy.shape
    middle = ctx.empty((rows, channels, outputs, images), dy.dtype)
    _hand_back(dy, middle, _HEIGHT, window.stride[0], later_rows, ctx)
    dx = ctx.empty((rows, channels, columns, images), dy.dtype)
    _hand_back(middle, dx, _WIDTH, window.stride[1], later_columns, ctx)
    return dx[ph : ph + height, :, pw : pw + width]


def _padded(window: Window, x: Array, ctx: Context) -> Array:
    (ph, pw), (height, width), (rows, columns) = window.pad, window.size, window.framed
    if (rows, columns) == (height, width):
        return x
    padded = ctx.empty((rows, x.shape[1], columns, x.shape[3]), x.dtype)
    ctx.run(np.ndarray.fill, padded, -np.inf)
    ctx.run(np.copyto, padded[ph : ph + height, :, pw : pw + width], x)
    return padded


def _shifted(x: Array, axis: int, offset: int, stride: int, count: int) -> Array:
    """Element ``offset`` of each of ``count`` windows along ``axis``."""
    index = slice(offset, offset + (count - 1) * stride + 1, stride)
    return x[index] if axis == _HEIGHT else x[:, :, index]


def _running_max(x: Array, axis: int, kernel: int, stride: int, count: int, ctx: Context) -> tuple[Array, list[Array]]:
    """Maxima along one axis, and for each later element of the window where it beats all before it."""
    short_runs = axis == _WIDTH and stride > 1
    elements = [_shifted(x, axis, offset, stride, count) for offset in range(kernel)]
    best = elements[0]
    out = ctx.empty(best.shape, x.dtype)
    if short_runs or kernel == 1:
        best = copy_images(best, out, ctx)
    later: list[Array] = []
    for element in elements[1:]:
        rival = copy_images(element, ctx.like(out), ctx) if short_runs else element
        won = ctx.empty(out.shape, np.bool_)
        ctx.run(np.greater, rival, best, out=won)
        later.append(won)
        ctx.run(np.maximum, best, rival, out=out)
        best = out
    return out, later


def _hand_back(dy: Array, dx: Array, axis: int, stride: int, later: list[Array], ctx: Context) -> None:
    """The gradient of :func:`_running_max` into ``dx``: the last element that won takes all, the first the rest."""
    kernel, count = len(later) + 1, dy.shape[axis]
    if stride != kernel or count * kernel != dx.shape[axis]:
        ctx.run(np.ndarray.fill, dx, 0)
    put = copy_images if stride >= kernel else _add_to  # windows that share elements add up
    first, *others = [_shifted(dx, axis, offset, stride, count) for offset in range(kernel)]
    rest = dy
    for target, won in zip(reversed(others), reversed(later), strict=True):
        part = ctx.like(dy)
        ctx.run(np.multiply, rest, won, out=part)
        put(part, target, ctx)
        ctx.run(np.subtract, rest, part, out=part)
        rest = part
    put(rest, first, ctx)


def _add_to(source: Array, out: Array, ctx: Context) -> None:
    ctx.run(np.add, out, source, out=out)


KIND = LayerKind(Pool, out_shape, forward, backward, replayable=True)
