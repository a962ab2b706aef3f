"""What takes several values, or a value and a constant."""

from __future__ import annotations

import numpy as np

from cnndsl.exchange.recognise._use import Layer, UnsupportedError, Use, reads
from cnndsl.layers._fields import spell
from cnndsl.layers.add import Add
from cnndsl.layers.concat import Concat
from cnndsl.layers.multiply import Multiply
from cnndsl.layers.scale import Scale


@reads("Add", "Sum")
def _add(use: Use) -> tuple[Layer, ...]:
    if len(use.wires) != len(use.inputs):
        raise UnsupportedError("it adds a constant, which no layer does but a bias of Conv or FC")
    return (Layer(Add()),) if len(use.wires) > 1 else ()


@reads("Concat")
def _concat(use: Use) -> tuple[Layer, ...]:
    if len(use.wires) != len(use.inputs):
        raise UnsupportedError("it appends a constant")
    if use.axis(1) != 1:
        raise UnsupportedError(f"it is along axis {use.axis(1)}, and not along the channels")
    return (Layer(Concat()),) if len(use.wires) > 1 else ()


@reads("Mul")
def _scale(use: Use) -> tuple[Layer, ...]:
    if len(use.inputs) != 2:
        raise UnsupportedError(f"it has {len(use.inputs)} inputs, and not two")
    if len(use.wires) == 2:
        return _product(use)
    factor = use.floats(0 if use.inputs[1] is use.wires[0] else 1)
    channels, *places = use.shape
    try:
        per_channel = np.broadcast_to(factor, (1, channels, *(1 for _ in places)))
    except ValueError:
        raise UnsupportedError("its constant is not one number per channel") from None
    return (Layer(Scale(), {"scale": per_channel.reshape(-1)}),)


def _product(use: Use) -> tuple[Layer, ...]:
    first, second = (wire.shape for wire in use.wires)
    if first != second:
        raise UnsupportedError(f"it multiplies {spell(first)} and {spell(second)}")
    return (Layer(Multiply()),)


@reads("Gate")
def _gate(_use: Use) -> tuple[Layer, ...]:
    return (Layer(Multiply()),)
