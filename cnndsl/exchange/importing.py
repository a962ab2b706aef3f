"""An ONNX model as a network: one fold over the operators that knows none of them."""

from __future__ import annotations

import re
from collections import Counter
from typing import TypeAlias

import numpy as np
from attrs import frozen

from cnndsl.compiler import check, has_errors
from cnndsl.errors import CnndslError, ModelError, clip
from cnndsl.exchange.constants import MOST_NUMBERS, asked_shape, evaluate, is_known, with_constants
from cnndsl.exchange.model import Model, Operator
from cnndsl.exchange.patterns import without_patterns
from cnndsl.exchange.recognise import READERS, Layer, Reader, UnsupportedError, Use, Wire
from cnndsl.language import Graph, Source
from cnndsl.language.binding import takes_many
from cnndsl.language.graph import INPUT, Node
from cnndsl.language.render import render
from cnndsl.language.source import checked
from cnndsl.layers import kind_of
from cnndsl.layers._fields import spell
from cnndsl.layers._kind import Array, Tree, Weight

_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_./]*")
_MOST_SHOWN = 50
#: What a name of the model stands for; ``None`` where that could not be read.
Value: TypeAlias = "Wire | Array | None"


@frozen(eq=False)
class Imported:
    """A network with its weights, and its model file."""

    graph: Graph
    text: str
    params: Tree
    state: Tree


def import_onnx(model: Model, name: str) -> Imported:
    """The network that a model is; ``name`` is the file's, for messages.

    Layers have automatic paths; in a model that this project wrote, the paths that they had.

    Raises
    ------
    CnndslError
        Operators have no counterpart in the language (X901); its notes name all of them.
    ModelError
        The network breaks a rule of the language.
    """
    fold = _Fold(without_patterns(with_constants(model)))
    text = render(fold.graph(name))
    graph, found = check(checked(Source(f"{name} (as a model file)", text)))
    if has_errors(found):
        raise ModelError(found)
    return Imported(graph, text, fold.params, fold.state)


class _Fold:
    """Follows the operators from the images on; keeps layers, weights, and what could not be read."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.values: dict[str, Value] = {**model.constants, model.images: Wire(INPUT, model.input_shape), "": None}
        self.used = {name for operator in model.operators for name in operator.inputs}
        self.nodes: list[Node] = []
        self.params: dict[str, dict[str, Array]] = {}
        self.state: dict[str, dict[str, Array]] = {}
        self.refusals: list[tuple[Operator, str]] = []
        self.counts: Counter[str] = Counter()
        self.free: Counter[str] = Counter()  # by kind, the lowest number that may still be
        self.reserved = Counter(operator.name for operator in model.operators) if model.is_ours else Counter[str]()
        self.room = MOST_NUMBERS

    def graph(self, name: str) -> Graph:
        """The graph of all operators."""
        for operator in self.model.operators:
            self.values.update(dict.fromkeys(operator.outputs))
            try:
                self.values[operator.output] = self.value(operator)
            except ValueError as error:  # UnsupportedError, and what layers say of shapes that they cannot take
                self.refusals.append((operator, str(error)))
        if self.refusals:
            raise _refused(name, self.refusals)
        if not self.nodes:
            raise CnndslError(f"{name}: no layer makes its output", code="X901", hint="export the whole network")
        return Graph(tuple(self.nodes), Source(name, ""), self.model.input_shape)

    def value(self, operator: Operator) -> Value:
        """What an operator gives; ``None`` where that cannot be known for want of what it takes."""
        reader = READERS.get(operator.kind)
        if not (reader or is_known(operator)):
            raise UnsupportedError("the language has no layer for it")
        if self.used.intersection(operator.outputs[1:]):
            raise UnsupportedError("more of it is used than its first output")
        inputs = tuple(self.values[name] for name in operator.inputs)
        if any(name and given is None for name, given in zip(operator.inputs, inputs, strict=True)):
            return None
        use = Use(operator, inputs, self.model.opset, self.model.batch)
        if not use.wires:
            return self.constant(evaluate(operator, [given for given in inputs if isinstance(given, np.ndarray)]))
        shape = asked_shape(operator, use.shape)
        if shape is not None:
            return shape
        if reader is None:
            raise UnsupportedError("the language has no layer for it")
        return self.placed(_read(reader, use), use)

    def constant(self, made: Array | None) -> Array:
        """A constant that was made of others."""
        if made is None:
            raise UnsupportedError("it is of constants alone, and not worked out here")
        self.room -= made.size
        if self.room < 0:
            raise UnsupportedError(f"constants up to here come to more than {MOST_NUMBERS:,} numbers")
        return made

    def placed(self, layers: tuple[Layer, ...], use: Use) -> Wire:
        """The value behind layers that are put down one behind the other."""
        wires = use.wires
        for number, layer in enumerate(layers, 1):
            path = self.path(layer, use.operator.name if number == len(layers) else "")
            wires = (self.put(path, layer, wires),)
        return wires[0]

    def path(self, layer: Layer, name: str) -> str:
        """The path of the next layer: the name it had, or the automatic one, or else the next that is free."""
        kind = kind_of(layer.spec).name
        number = self.counts[kind]  # of layers of a kind, named or not, as in a file
        self.counts[kind] += 1
        if self.reserved[name] == 1 and _PATH.fullmatch(name):
            return name
        number = max(number, self.free[kind])
        while f"{kind}.{number}" in self.reserved:
            number += 1
        self.free[kind] = number + 1
        return f"{kind}.{number}"

    def put(self, path: str, layer: Layer, wires: tuple[Wire, ...]) -> Wire:
        """Put a layer down, with its weights."""
        kind, shapes = kind_of(layer.spec), tuple(wire.shape for wire in wires)
        out_shape = kind.out_shape(layer.spec, *shapes)
        for name, weight in kind.weights(layer.spec, *shapes).items():
            tree = self.params if weight.trained else self.state
            tree.setdefault(path, {})[name] = _fitting(name, layer.weights[name], weight)
        self.nodes.append(Node(path, layer.spec, tuple(wire.path for wire in wires)))
        return Wire(path, out_shape)


def _read(reader: Reader, use: Use) -> tuple[Layer, ...]:
    try:
        layers = reader(use)
    except TypeError as error:  # what a layer's constructor says of an argument of another sort
        raise UnsupportedError(str(error)) from None
    if len(use.wires) > 1 and not all(takes_many(kind_of(layer.spec)) for layer in layers):
        raise UnsupportedError(f"it takes {len(use.wires)} values, and the layer one")
    return layers


def _fitting(name: str, array: Array, weight: Weight) -> Array:
    """A weight in single precision, in memory of its own."""
    if array.shape != weight.shape:
        raise UnsupportedError(f"its {name} is {spell(array.shape)}, and would have to be {spell(weight.shape)}")
    with np.errstate(over="ignore"):
        single = np.array(array, np.float32, order="C")
    if not np.isfinite(single).all():
        raise UnsupportedError(f"its {name} holds values that are not finite")
    return single


def _refused(name: str, refusals: list[tuple[Operator, str]]) -> CnndslError:
    """The error that tells of all that could not be read; what is alike is told once."""
    alike: dict[tuple[str, str], list[str]] = {}
    for operator, why in refusals:
        alike.setdefault((operator.kind, why), []).append(operator.name or operator.output)
    count = f"{len(refusals)} operator{'s' * (len(refusals) > 1)}"
    error = CnndslError(f"{name}: {count} cannot be said in the language", code="X901", hint="see docs/onnx.md")
    rows = [
        f"{clip(kind)} `{clip(names[0], 60)}`{f' and {len(names) - 1} more' * (len(names) > 1)}: {clip(why, 200)}"
        for (kind, why), names in alike.items()
    ]
    for row in rows[:_MOST_SHOWN]:
        error.add_note(row)
    if len(rows) > _MOST_SHOWN:
        error.add_note(f"and {len(rows) - _MOST_SHOWN} others")
    return error
