"""Between the layouts: ``(N, C, H, W)`` outside, batch innermost inside, and vectors in C, H, W order."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._kind import Array, Context, Shape


def array_shape(shape: Shape, images: int) -> Shape:
    """The inner shape of an array: ``(C, H, W)`` -> ``(H, C, W, N)``, ``(F,)`` -> ``(F, N)``."""
    if len(shape) == 3:
        channels, height, width = shape
        return height, channels, width, images
    return *shape, images


def to_inner(x: Array, out: Array) -> Array:
    """Copy ``(N, C, H, W)`` into ``out`` ``(H, C, W, N)``, or ``(N, F)`` into ``(F, N)``."""
    np.copyto(out, x.transpose(2, 1, 3, 0) if x.ndim == 4 else x.T)
    return out


def to_outer(y: Array) -> Array:
    """``(H, C, W, N)`` as a new ``(N, C, H, W)``, or ``(F, N)`` as a new ``(N, F)``."""
    return np.array(outer_view(y), order="C")


def outer_view(y: Array) -> Array:
    """``(H, C, W, N)`` as ``(N, C, H, W)``, ``(F, N)`` as ``(N, F)``, in the same memory."""
    return y.transpose(3, 1, 0, 2) if y.ndim == 4 else y.T


def flatten(x: Array, ctx: Context) -> Array:
    """``(H, C, W, N)`` as ``(C*H*W, N)``: a view where H is 1, else a copy, since vectors are in C, H, W order."""
    height, channels, width, images = x.shape
    if height == 1:
        return dense(x, ctx).reshape(channels * width, images)
    vector = ctx.empty((channels * height * width, images), x.dtype)
    ctx.run(np.copyto, vector.reshape(channels, height, width, images), x.transpose(1, 0, 2, 3))
    return vector


def unflatten(vector: Array, shape: Shape, ctx: Context) -> Array:
    """``(C*H*W, N)`` back as ``(H, C, W, N)``; ``shape`` is that of the map."""
    height, channels, width, images = shape
    if height == 1:
        return vector.reshape(shape)
    x = ctx.empty(shape, vector.dtype)
    ctx.run(np.copyto, x, vector.reshape(channels, height, width, images).transpose(1, 0, 2, 3))
    return x


def dense(x: Array, ctx: Context) -> Array:
    """``x`` itself where its memory has no gaps and no other order, else a copy."""
    if x.flags.c_contiguous:
        return x
    copy = ctx.empty(x.shape, x.dtype)
    ctx.run(np.copyto, copy, x)
    return copy


def copy_images(source: Array, out: Array, ctx: Context) -> Array:
    """Copy into ``out`` where the runs along the batch are all that is contiguous.

    As one element of many bytes each, the runs of 16 images copy three times as fast as number by number.
    """
    run = source.shape[-1] * source.itemsize
    if source.shape[-1] > 1:
        block = np.dtype((np.void, run))
        ctx.run(np.copyto, out.view(block), source.view(block))
    else:
        ctx.run(np.copyto, out, source)
    return out
