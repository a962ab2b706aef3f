"""Other values for a field of a layer that might make a network fit together, each with the price of the step.

A table by the field's name: padding means the same to every kind that has it, and none is named here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from attrs import frozen

from cnndsl.language.graph import Shape
from cnndsl.layers._fields import Pair

Proposal = tuple[object, float]

_STEP = 0.3  # a step of a value, where padding is not concerned
_EVEN = 0.6  # for an even kernel where there are weights: it has no centre
_POOLING = 6.0  # for another stride of a layer without weights: its stride is what it is there for
_POINTLESS = 12.0  # for padding around a single pixel, and a window of one without weights: legal, and of no use
_LONG = 11
_USUAL_KERNELS = (11, 9, 7, 5, 3, 2, 1)
_MOST_CHANNELS = 1024  # whose divisors are looked for


@frozen
class Setting:
    """A layer in its place: its spec, the shape that reaches it, whether it has weights; numbers of channels to try."""

    spec: Any
    in_shape: Shape
    has_weights: bool
    channels: tuple[int, ...] = ()


def proposals(name: str, setting: Setting) -> Iterator[Proposal]:
    """Values to try for a field, and what each costs; out of range some of them."""
    field = _FIELDS.get(name)
    current = getattr(setting.spec, name)
    if field is not None and not isinstance(current, str):
        base, values = field
        yield from ((value, base + price) for value, price in values(setting) if value != current)


def _pads(setting: Setting) -> Iterator[Proposal]:
    pad = setting.spec.pad
    most = max(getattr(setting.spec, "kernel", (_LONG,)))  # of a padding of its own there is no bound
    around_a_pixel = setting.in_shape[1:] == (1, 1)
    for value, step in _stepped(pad, range(-max(pad), max(most - min(pad), 1)), setting):
        yield value, abs(step) + _POINTLESS * around_a_pixel


def _kernels(setting: Setting) -> Iterator[Proposal]:
    kernel = setting.spec.kernel
    steps = {*range(-_LONG, 3), *(usual - max(kernel) for usual in _USUAL_KERNELS)}
    for value, step in _stepped(kernel, steps, setting):
        even = setting.has_weights and any(part % 2 == 0 for part in value)
        pointless = not setting.has_weights and value == (1, 1)
        yield value, _STEP * abs(step) + _EVEN * even + _POINTLESS * pointless


def _strides(setting: Setting) -> Iterator[Proposal]:
    stride = setting.spec.stride
    for value, step in _stepped(stride, range(-_LONG, 3), setting):
        yield value, _STEP * abs(step) + (0 if setting.has_weights else _POOLING)


def _dilations(setting: Setting) -> Iterator[Proposal]:
    return ((value, _STEP * -step) for value, step in _stepped(setting.spec.dilation, range(-_LONG, 0), setting))


def _factors(setting: Setting) -> Iterator[Proposal]:
    return ((value, _STEP * abs(step)) for value, step in _stepped(setting.spec.factor, range(-_LONG, 3), setting))


def _groups(setting: Setting) -> Iterator[Proposal]:
    channels, current = setting.in_shape[0], setting.spec.groups
    divisors = [value for value in range(1, min(channels, _MOST_CHANNELS) + 1) if channels % value == 0]
    return _ranked(sorted(divisors, key=lambda value: abs(value - current)))


def _outs(setting: Setting) -> Iterator[Proposal]:
    return _ranked(setting.channels)


def _ranked(values: Iterable[int]) -> Iterator[Proposal]:
    return ((value, _STEP * rank) for rank, value in enumerate(values))


def _stepped(current: Pair, steps: Iterable[int], setting: Setting) -> Iterator[tuple[Pair, int]]:
    """The pair with a step in both directions; in either alone where they differ anyhow."""
    height, width = current
    square = height == width and len(set(setting.in_shape[1:])) < 2
    for step in steps:
        yield (height + step, width + step), step
        if not square:
            yield (height + step, width), step
            yield (height, width + step), step


_FIELDS: dict[str, tuple[float, Callable[[Setting], Iterator[Proposal]]]] = {
    "pad": (1.0, _pads),
    "groups": (2.0, _groups),
    "kernel": (3.0, _kernels),
    "dilation": (4.0, _dilations),
    "stride": (5.0, _strides),
    "out": (6.0, _outs),
    "factor": (6.0, _factors),
}
