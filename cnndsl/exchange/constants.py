"""What operators make of constants: shapes and weights that exporters move about before they use them.

Of arithmetic there is none. A shape that was asked of a value has -1 for the batch, which is what it means to Reshape.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from attrs import evolve

from cnndsl.exchange.model import Model, Operator
from cnndsl.layers._kind import Array, Shape

#: How many numbers may be made on the way, in all constants together.
MOST_NUMBERS = 1 << 29
_SHAPE = "Shape"
_LARGEST = 1 << 27  # numbers in an array that is made here


def evaluate(operator: Operator, inputs: Sequence[Array]) -> Array | None:
    """The constant that an operator makes of constants; ``None`` where that is not known.

    Raises
    ------
    ValueError
        The operator cannot take these.
    """
    rule = _RULES.get(operator.kind)
    try:
        return None if rule is None else rule(operator.attributes, *inputs)
    except (TypeError, LookupError, OverflowError, MemoryError) as error:
        raise ValueError(str(error)) from None


def is_known(operator: Operator) -> bool:
    """Whether this makes constants."""
    return operator.kind in _RULES or operator.kind == _SHAPE


def with_constants(model: Model) -> Model:
    """The model with what is made of constants alone among them, as far as it is known here and not too much."""
    constants, kept, room = dict(model.constants), [], MOST_NUMBERS
    for operator in model.operators:
        given = [constants.get(name) for name in operator.inputs if name]
        known = [array for array in given if array is not None]
        made = _made(operator, known) if len(known) == len(given) else None
        if made is None or made.size > room:
            kept.append(operator)
            continue
        room -= made.size
        constants[operator.output] = made
    return evolve(model, operators=tuple(kept), constants=constants)


def _made(operator: Operator, inputs: list[Array]) -> Array | None:
    try:
        return evaluate(operator, inputs)
    except ValueError:  # whoever reads the operator will say so
        return None


def asked_shape(operator: Operator, shape: Shape) -> Array | None:
    """What asks for the shape of a value gets this one, behind -1 for the batch; ``None`` for all other operators."""
    if operator.kind != _SHAPE:
        return None
    sizes = (-1, *shape)
    return np.array(sizes[operator.whole("start", 0) : operator.whole("end", len(sizes))], np.int64)


def _axes_of(attributes: Mapping[str, Any], given: Sequence[Array]) -> tuple[int, ...] | None:
    """Axes as an attribute, where older versions have them, or as an input."""
    axes = given[0] if given else attributes.get("axes")
    return None if axes is None else tuple(int(axis) for axis in np.ravel(axes))


def _value(attributes: Mapping[str, Any]) -> Array | None:
    if "value" in attributes:
        return np.asarray(attributes["value"])
    for name, dtype in (("value_float", "f4"), ("value_floats", "f4"), ("value_int", "i8"), ("value_ints", "i8")):
        if name in attributes:
            return np.array(attributes[name], dtype)
    return None


def _same(_attributes: Mapping[str, Any], x: Array) -> Array:
    return x


def _reshape(_attributes: Mapping[str, Any], x: Array, shape: Array) -> Array:
    sizes = [x.shape[at] if size == 0 else int(size) for at, size in enumerate(shape.tolist())]
    return x.reshape(sizes)


def _transpose(attributes: Mapping[str, Any], x: Array) -> Array:
    return x.transpose(attributes.get("perm"))


def _unsqueeze(attributes: Mapping[str, Any], x: Array, *axes: Array) -> Array:
    return np.expand_dims(x, _axes_of(attributes, axes) or ())


def _squeeze(attributes: Mapping[str, Any], x: Array, *axes: Array) -> Array:
    return np.squeeze(x, _axes_of(attributes, axes))


def _gather(attributes: Mapping[str, Any], x: Array, indices: Array) -> Array:
    axis = int(attributes.get("axis", 0))
    _refuse_large(indices.size * (x.size // max(x.shape[axis], 1)))
    return np.take(x, indices.astype(np.int64), axis)


def _concat(attributes: Mapping[str, Any], *parts: Array) -> Array:
    _refuse_large(sum(part.size for part in parts))
    return np.concatenate(parts, int(attributes["axis"]))


def _cast(attributes: Mapping[str, Any], x: Array) -> Array | None:
    dtype = {1: np.float32, 7: np.int64, 11: np.float64}.get(attributes["to"])
    return None if dtype is None else x.astype(dtype)


def _slice(_attributes: Mapping[str, Any], x: Array, starts: Array, ends: Array, *more: Array) -> Array:
    axes = more[0].tolist() if more else range(starts.size)
    steps = more[1].tolist() if len(more) > 1 else [1] * starts.size
    cut = [slice(None)] * x.ndim
    for axis, start, end, step in zip(axes, starts.tolist(), ends.tolist(), steps, strict=True):
        # Backwards, what lies before the first is written as a very negative number.
        cut[axis] = slice(start, None if step < 0 and end < -x.shape[axis] else end, step)
    return x[tuple(cut)]


def _filled(attributes: Mapping[str, Any], shape: Array) -> Array:
    sizes = shape.tolist()
    _refuse_large(prod(sizes))
    return np.full(sizes, np.ravel(attributes.get("value", np.float32(0)))[0])


def _refuse_large(size: int) -> None:
    if size > _LARGEST:
        raise ValueError(f"it comes to {size:,} numbers")


_RULES: dict[str, Callable[..., Array | None]] = {
    "Constant": _value,
    "Identity": _same,
    "Reshape": _reshape,
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
    "Gather": _gather,
    "Concat": _concat,
    "Cast": _cast,
    "Slice": _slice,
    "ConstantOfShape": _filled,
}
