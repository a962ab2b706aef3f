"""Several operators that together are one: how exporters write what ONNX has, or had, no word for."""

from __future__ import annotations

from math import isclose, sqrt

import numpy as np
from attrs import evolve

from cnndsl.exchange.model import Model, Operator
from cnndsl.exchange.surroundings import CLOSE, Found, Rule, Surroundings, either_way, instead, replace
from cnndsl.layers._kind import Array

_FLATTENED, _GROUPED = 2, 5  # numbers in the shape of a batch of vectors, and of maps whose channels are in groups


def swish(around: Surroundings, last: Operator) -> Found | None:
    """``x * sigmoid(x)``."""
    for x, other in either_way(last, "Mul"):
        sigmoid = around.inner(other, "Sigmoid")
        if sigmoid and sigmoid.inputs == (x,):
            return instead(last, "Swish", (x,)), (sigmoid,)
    return None


def hard_swish(around: Surroundings, last: Operator) -> Found | None:
    """``x * hard_sigmoid(x)`` with a slope of 1/6, and 1/2 at zero."""
    for x, other in either_way(last, "Mul"):
        ramp = around.inner(other, "HardSigmoid")
        if ramp and ramp.inputs == (x,) and _is(ramp, "alpha", 0.2, 1 / 6) and _is(ramp, "beta", 0.5, 0.5):
            return instead(last, "HardSwish", (x,)), (ramp,)
    return None


def _is(operator: Operator, name: str, default: float, value: float) -> bool:
    return isclose(operator.number(name, default), value, rel_tol=CLOSE)


def gelu(around: Surroundings, last: Operator) -> Found | None:
    """``x * (1 + erf(x / sqrt(2))) * 0.5``, the factors in any order."""
    for product, third in either_way(last, "Mul"):
        inner = around.inner(product, "Mul")
        for first, second in either_way(inner, "Mul") if inner else ():
            for x, share, half in ((first, second, third), (first, third, second), (third, first, second)):
                found = _one_plus_erf(around, share, x) if around.is_number(half, 0.5) else ()
                if inner and found:
                    return instead(last, "Gelu", (x,)), (inner, *found)
    return None


def _one_plus_erf(around: Surroundings, share: str, x: str) -> tuple[Operator, ...]:
    plus = around.inner(share, "Add")
    for one, other in either_way(plus, "Add") if plus else ():
        erf = around.inner(other, "Erf")
        scaled = around.inner(erf.input(0), "Div", "Mul") if erf and around.is_number(one, 1) else None
        if plus and erf and scaled and _is_root_two_less(around, scaled, x):
            return plus, erf, scaled
    return ()


def _is_root_two_less(around: Surroundings, scaled: Operator, x: str) -> bool:
    """Whether it is ``x / sqrt(2)``."""
    if scaled.kind == "Div":
        return scaled.input(0) == x and around.is_number(scaled.input(1), sqrt(2))
    return any(value == x and around.is_number(factor, sqrt(0.5)) for value, factor in either_way(scaled, "Mul"))


def dense(around: Surroundings, last: Operator) -> Found | None:
    """A product with a matrix, and a bias."""
    for product, added in either_way(last, "Add"):
        found = around.inner(product, "MatMul")
        constant = around.constant(added)
        if found and constant is not None and constant.ndim <= 2:
            return instead(last, "Gemm", (*found.inputs, added)), (found,)
    return None


def bias(around: Surroundings, last: Operator) -> Found | None:
    """A convolution without a bias, and an addition of a number per channel."""
    for product, added in either_way(last, "Add"):
        found = around.inner(product, "Conv", "ConvTranspose")
        constant = around.constant(added)
        if found and not found.input(2) and constant is not None and _is_per_channel(constant):
            return instead(last, found.kind, (*found.inputs[:2], added), **found.attributes), (found,)
    return None


def _is_per_channel(constant: Array) -> bool:
    return constant.ndim in {3, 4} and constant.size == constant.shape[-3]


def shuffle(around: Surroundings, last: Operator) -> Found | None:
    """Channels as ``(groups, each)``, the two exchanged, and as channels again."""
    moved = around.inner(last.input(0), "Transpose") if last.kind == "Reshape" else None
    grouped = around.inner(moved.input(0), "Reshape") if moved else None
    if not (moved and grouped) or moved.integers("perm") != (0, 2, 1, 3, 4):
        return None
    before, after = around.sizes(grouped.input(1)), around.sizes(last.input(1))
    if len(before) != _GROUPED or len(after) != _GROUPED - 1 or before[-2:] != after[-2:]:
        return None
    stays = {"groups": before[1], "places": after[-2:]}
    return instead(last, "ChannelShuffle", grouped.inputs[:1], **stays), (moved, grouped)


def global_pool(around: Surroundings, last: Operator) -> Found | None:
    """A pooling of the whole map, and what makes a vector of its 1x1 map."""
    pool = around.inner(last.input(0), "GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "ReduceMax")
    if pool and pool.flag("keepdims", default=True) and _makes_vectors(around, last):
        return instead(last, pool.kind, pool.inputs, **{**pool.attributes, "keepdims": 0}), (pool,)
    return None


def _makes_vectors(around: Surroundings, last: Operator) -> bool:
    match last.kind:
        case "Flatten":
            return last.whole("axis", 1) == 1
        case "Reshape":
            return len(around.sizes(last.input(1))) == _FLATTENED
        case "Squeeze":
            axes = last.integers("axes") or around.sizes(last.input(1))
            return sorted(axis % 4 for axis in axes) == [2, 3]
    return False


def group_norm(around: Surroundings, last: Operator) -> Found | None:
    """The groups as instances ``(N, groups, rest)`` that are normalised, the maps again, and a scale and a bias."""
    for scaled, added in either_way(last, "Add"):
        product = around.inner(scaled, "Mul")
        for normal, factor in either_way(product, "Mul") if product else ():
            constants = [around.constant(name) for name in (factor, added)]
            if product and all(each is not None and _is_per_channel(each) for each in constants):
                found = _grouped_instances(around, normal)
                if found:
                    back, norm, spread = found
                    groups, places = around.sizes(spread.input(1))[1], around.sizes(back.input(1))[-2:]
                    stays = {"num_groups": groups, "places": places, "epsilon": norm.number("epsilon", 1e-5)}
                    inputs = (spread.input(0), factor, added)
                    return instead(last, "GroupNormalization", inputs, **stays, per_channel=1), (product, *found)
    return None


def _grouped_instances(around: Surroundings, name: str) -> tuple[Operator, ...]:
    back = around.inner(name, "Reshape")
    norm = around.inner(back.input(0), "InstanceNormalization") if back else None
    spread = around.inner(norm.input(0), "Reshape") if norm else None
    if not (back and norm and spread) or len(around.sizes(spread.input(1))) != _FLATTENED + 1:
        return ()
    is_plain = around.is_all(norm.input(1), 1) and around.is_all(norm.input(2), 0)
    is_map = around.asks_shape(back.input(1), spread.input(0)) or len(around.sizes(back.input(1))) == _GROUPED - 1
    return (back, norm, spread) if is_plain and is_map else ()


def gate(around: Surroundings, last: Operator) -> Found | None:
    """A map times a vector that was made a map of 1x1: a factor for each channel."""
    for x, factor in either_way(last, "Mul"):
        spread = around.inner(factor, "Unsqueeze", "Reshape")
        if spread and _makes_pixels(around, spread):
            order = (x, spread.input(0)) if last.inputs[0] == x else (spread.input(0), x)
            return instead(last, "Gate", order), (spread,)
    return None


def _makes_pixels(around: Surroundings, spread: Operator) -> bool:
    sizes = around.sizes(spread.input(1))
    if spread.kind == "Unsqueeze":
        return sorted(sizes or spread.integers("axes")) == [2, 3]
    return len(sizes) == _FLATTENED + 2 and sizes[2:] == (1, 1)


def groups_of_vectors(around: Surroundings, last: Operator) -> Found | None:
    """A vector as channels of one place, for a normalisation that wants places, and back."""
    norm = around.inner(last.input(0), "GroupNormalization") if last.kind == "Reshape" else None
    spread = around.inner(norm.input(0), "Reshape") if norm else None
    if not (norm and spread):
        return None
    before, after = around.sizes(spread.input(1)), around.sizes(last.input(1))
    if len(after) != _FLATTENED or before != (*after, 1):
        return None
    return instead(last, norm.kind, (spread.input(0), *norm.inputs[1:]), **norm.attributes), (norm, spread)


RULES: tuple[Rule, ...] = (
    swish,
    hard_swish,
    gelu,
    group_norm,
    dense,
    bias,
    shuffle,
    global_pool,
    groups_of_vectors,
    gate,
)


def without_patterns(model: Model) -> Model:
    """The model with one operator for each pattern, and without a standardisation that its notes tell of."""
    model = _without_standardisation(model)
    for rule in RULES:
        model = replace(model, rule)
    return model


def _without_standardisation(model: Model) -> Model:
    """A model that standardises images by itself, without: a network here is what comes behind."""
    if not model.notes.mean or [each.kind for each in model.operators[:2]] != ["Sub", "Div"]:
        return model
    first, second = model.operators[:2]
    chain = (first.input(0), second.input(0), Surroundings(model).inner(first.output, "Sub"))
    said = [255 * np.array(values, np.float32)[:, None, None] for values in (model.notes.mean, model.notes.std)]
    done = [model.constants.get(each.input(1)) for each in (first, second)]
    agree = all(one is not None and np.array_equal(one, other) for one, other in zip(done, said, strict=True))
    if chain != (model.images, first.output, first) or not agree:
        return model
    return evolve(model, operators=model.operators[2:], images=second.output)
