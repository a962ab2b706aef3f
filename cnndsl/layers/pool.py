"""Pool: the largest value of each window; of equal ones the first in row order has all the gradient.

The maximum over a window is one along the width and then one along the height, and both are running maxima over
shifted slices. That order (width first) is what makes the first of equal values in row order win. Slices along the
width with a stride have short runs; they are copied into arrays of their own first, which is cheaper than to compute on
them in place.
"""

from __future__ import annotations

import attrs
import numpy as np

from cnndsl.layers._fields import Pair, size
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, as_map, layer_spec
from cnndsl.layers._layout import copy_images
from cnndsl.layers._window import out_size

_WIDTH, _HEIGHT = 2, 0  # axes of (H, C, W, N)


@layer_spec
class Pool:
    """The maximum of each window: C x H x W -> C x OH x OW, OH = floor((H + 2*pad - kernel)/stride) + 1.

    Padding counts as minus infinity. Rows and columns that no whole window reaches are dropped.
    """

    kernel: Pair = size("height and width of the window")
    stride: Pair = size("step of the window", attrs.Factory(lambda spec: spec.kernel, takes_self=True))
    pad: Pair = size("rows and columns around the map, less than the kernel", (0, 0), minimum=0, named_only=True)

    def __attrs_post_init__(self) -> None:
        if self.pad[0] >= self.kernel[0] or self.pad[1] >= self.kernel[1]:
            raise ValueError("pad must be smaller than the kernel: a window of padding alone has no maximum")


Residual = tuple[Shape, list[Array], list[Array]]


def out_shape(spec: Pool, shape: Shape) -> Shape:
    channels, height, width = as_map(spec, shape)
    return channels, *out_size(spec, height, width)


def forward(
    spec: Pool, _params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, Residual]:
    (x,) = xs
    padded = _padded(spec, x, ctx)
    rows, columns = out_size(spec, x.shape[0], x.shape[2])
    along_width, later_columns = _running_max(padded, _WIDTH, spec.kernel[1], spec.stride[1], columns, ctx)
    y, later_rows = _running_max(along_width, _HEIGHT, spec.kernel[0], spec.stride[0], rows, ctx)
    return y, state, (x.shape, later_columns, later_rows)


def backward(
    spec: Pool, _params: Params, residual: Residual, dy: Array, ctx: Context
) -> tuple[tuple[Array], dict[str, Array]]:
    shape, later_columns, later_rows = residual
    height, channels, width, images = shape
    ph, pw = spec.pad
    columns = dy.shape[2]
    middle = ctx.empty((height + 2 * ph, channels, columns, images), dy.dtype)
    _hand_back(dy, middle, _HEIGHT, spec.stride[0], later_rows, ctx)
    dx = ctx.empty((height + 2 * ph, channels, width + 2 * pw, images), dy.dtype)
    _hand_back(middle, dx, _WIDTH, spec.stride[1], later_columns, ctx)
    return (dx[ph : ph + height, :, pw : pw + width],), {}


def _padded(spec: Pool, x: Array, ctx: Context) -> Array:
    ph, pw = spec.pad
    if ph == 0 and pw == 0:
        return x
    height, channels, width, images = x.shape
    padded = ctx.empty((height + 2 * ph, channels, width + 2 * pw, images), x.dtype)
    padded.fill(-np.inf)
    padded[ph : ph + height, :, pw : pw + width] = x
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
        best = copy_images(best, out)
    later: list[Array] = []
    for element in elements[1:]:
        rival = copy_images(element, ctx.empty(out.shape, x.dtype)) if short_runs else element
        later.append(np.greater(rival, best, out=ctx.empty(out.shape, np.bool_)))
        best = np.maximum(best, rival, out=out)
    return out, later


def _hand_back(dy: Array, dx: Array, axis: int, stride: int, later: list[Array], ctx: Context) -> None:
    """The gradient of :func:`_running_max` into ``dx``: the last element that won takes all, the first the rest."""
    kernel, count = len(later) + 1, dy.shape[axis]
    if stride != kernel or count * kernel != dx.shape[axis]:
        dx.fill(0)
    put = copy_images if stride >= kernel else _add_to  # windows that share elements add up
    first, *others = [_shifted(dx, axis, offset, stride, count) for offset in range(kernel)]
    rest = dy
    for target, won in zip(reversed(others), reversed(later), strict=True):
        part = np.multiply(rest, won, out=ctx.empty(dy.shape, dy.dtype))
        put(part, target)
        rest = np.subtract(rest, part, out=part)
    put(rest, first)


def _add_to(source: Array, out: Array) -> None:
    np.add(out, source, out=out)


KIND = LayerKind(Pool, out_shape, forward, backward, aliases=("MaxPool", "max_pool"))
