"""What takes several inputs."""

from __future__ import annotations

from functools import reduce

from cnndsl.exchange.calls import Call, Operand, Site, call, integers
from cnndsl.exchange.translate._verb import translate
from cnndsl.layers.add import Add
from cnndsl.layers.concat import Concat
from cnndsl.layers.multiply import Multiply


@translate.register
def _(_spec: Add, site: Site) -> Call:
    return call("Add" if len(site.inputs) == 2 else "Sum", *site.inputs)


@translate.register
def _(_spec: Multiply, site: Site) -> Call:
    gates = [len(shape) < len(site.out_shape) for shape in site.in_shapes]
    operands: list[Operand] = [
        call("Unsqueeze", name, integers(2, 3)) if gate else name for name, gate in zip(site.inputs, gates, strict=True)
    ]
    if len(operands) == 1:
        return call("Identity", site.x)
    first, second, *others = operands
    return reduce(lambda product, other: call("Mul", product, other), others, call("Mul", first, second))


@translate.register
def _(_spec: Concat, site: Site) -> Call:
    return call("Concat", *site.inputs, axis=1)
