"""Poolings, and means and maxima over whole maps."""

from __future__ import annotations

from functools import partial

from cnndsl.exchange.recognise._use import Layer, UnsupportedError, Use, reads
from cnndsl.exchange.recognise._windows import box_of, fitting
from cnndsl.layers.avg_pool import AvgPool
from cnndsl.layers.global_avg_pool import GlobalAvgPool
from cnndsl.layers.global_max_pool import GlobalMaxPool
from cnndsl.layers.pad import Pad
from cnndsl.layers.pool import Pool


@reads("MaxPool")
def _max_pool(use: Use) -> tuple[Layer, ...]:
    box = box_of(use)
    if box.dilation != (1, 1):
        raise UnsupportedError(f"its dilations are {box.dilation}")
    return (Layer(fitting(use, box, partial(Pool, box.kernel, box.stride), may_hang=True)),)


@reads("AveragePool")
def _average_pool(use: Use) -> tuple[Layer, ...]:
    box = box_of(use)
    if box.dilation != (1, 1):
        raise UnsupportedError(f"its dilations are {box.dilation}")
    make = partial(AvgPool, box.kernel, box.stride)
    if not use.operator.flag("count_include_pad", default=False) or not any((*box.before, *box.behind)):
        return (Layer(fitting(use, box, make, may_hang=True)),)
    if box.before != box.behind or box.rounds_up:
        raise UnsupportedError("it counts padding (count_include_pad=1) that is not the same on opposite sides")
    # Zeros that count are pixels like all others.
    return Layer(Pad(box.before)), Layer(make())


@reads("GlobalAveragePool")
def _global_average_pool(use: Use) -> tuple[Layer, ...]:
    return _over_the_map(use)


@reads("GlobalMaxPool")
def _global_max_pool(use: Use) -> tuple[Layer, ...]:
    return _over_the_map(use, largest=True)


@reads("ReduceMean", "ReduceMax")
def _reduce(use: Use) -> tuple[Layer, ...]:
    rank = len(use.shape) + 1
    axes = sorted(axis % rank for axis in use.sizes(1, "axes"))
    if axes != [2, 3]:
        raise UnsupportedError(f"it is over the axes {axes}, and not over height and width")
    return _over_the_map(use, largest=use.operator.kind == "ReduceMax")


def _over_the_map(use: Use, *, largest: bool = False) -> tuple[Layer, ...]:
    """A vector, or a map of one pixel, which a pooling with a window of the map's size makes."""
    _, height, width = use.map_shape()
    if use.operator.flag("keepdims", default=True):
        return (Layer((Pool if largest else AvgPool)((height, width))),)
    return (Layer(GlobalMaxPool() if largest else GlobalAvgPool()),)
