"""What laws are drawn over: specs, shapes, calls and whole models, all read off the registry.

A new kind is drawn from as soon as it is registered. Array values come from a drawn seed: laws fail on shapes and
specs, which shrink well, and hardly ever on one number in a thousand.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, signature
from math import prod
from typing import Any

import attrs
import numpy as np
from hypothesis import reject, settings
from hypothesis import strategies as st

from cnndsl.language.graph import Shape
from cnndsl.language.render import render_spec
from cnndsl.layers import REGISTRY
from cnndsl.layers._fields import Flag, Size, Whole, domain_of, spell
from cnndsl.layers._kind import Array, LayerKind, ShapeError
from cnndsl.layers.conv import Conv
from cnndsl.layers.fc import FC
from cnndsl.layers.pool import Pool
from cnndsl.layers.relu import ReLU
from cnndsl.layers.softmax import Softmax

Kind = LayerKind[Any]

PUBLIC = tuple(kind for kind in REGISTRY if not kind.internal)


def thorough(examples: int) -> settings:
    """A number of examples that the time of the whole suite allows, whatever the profile, and no hurry for any one."""
    return settings(deadline=None, max_examples=examples)


# Small numbers above the minimum, the smallest ones more often: larger ones rarely fit together.
_ABOVE = st.sampled_from((0, 0, 1, 1, 1, 2, 2, 3))


def _size(domain: Size) -> st.SearchStrategy[Any]:
    part = _ABOVE.map(lambda above: domain.minimum + above)
    return st.one_of(part, st.tuples(part, part))


VALUES: dict[type, Callable[[Any], st.SearchStrategy[Any]]] = {
    Whole: lambda domain: _ABOVE.map(lambda above: domain.minimum + above),
    Size: _size,
    Flag: lambda _domain: st.booleans(),
}


@st.composite
def specs(draw: st.DrawFn, kind: Kind) -> Any:
    """Any spec of a kind; what has a default is left out now and then."""
    values = {
        field.name: draw(VALUES[type(domain_of(field))](domain_of(field)))
        for field in attrs.fields(kind.spec)
        if field.default is attrs.NOTHING or draw(st.booleans())
    }
    try:
        return kind.spec(**values)
    except ValueError:
        reject()


def maps(smallest: int = 1, largest: int = 8) -> st.SearchStrategy[Shape]:
    """``(C, H, W)``, seldom square."""
    side = st.integers(smallest, largest)
    return st.tuples(st.integers(1, 3), side, side)


def vectors() -> st.SearchStrategy[Shape]:
    """``(F,)``."""
    return st.tuples(st.integers(1, 9))


def out_shape(kind: Kind, spec: object, in_shapes: tuple[Shape, ...]) -> Shape | None:
    """The declared shape, or ``None`` where the layer cannot take its input."""
    try:
        return kind.out_shape(spec, *in_shapes)
    except ShapeError:
        return None


def arity(kind: Kind) -> int:
    """The number of inputs that a kind takes; two of a kind that takes any number."""
    parameters = list(signature(kind.out_shape).parameters.values())[1:]
    return 2 if any(given.kind is Parameter.VAR_POSITIONAL for given in parameters) else len(parameters)


@attrs.frozen
class Case:
    """All that determines a call of a kind: ``seed`` the values of its arrays, ``train`` the mode."""

    kind: Kind = attrs.field(repr=lambda kind: kind.name)
    spec: Any
    in_shapes: tuple[Shape, ...]
    images: int = 2
    seed: int = 0
    train: bool = True

    @property
    def out_shape(self) -> Shape:
        return self.kind.out_shape(self.spec, *self.in_shapes)

    def _repr_pretty_(self, printer: Any, _cycle: object) -> None:
        printer.text(repr(self))  # Hypothesis would spell out the functions of the kind


def seeds() -> st.SearchStrategy[int]:
    return st.integers(0, 2**32 - 1)


@st.composite
def cases(draw: st.DrawFn, kind: Kind) -> Case:
    """A legal call of a kind: rectangular windows and maps, windows that do not tile their map, vectors, one image."""
    spec = draw(specs(kind))
    shapes = st.one_of(maps(), vectors())
    inputs = st.one_of(
        shapes.map(lambda shape: (shape,) * arity(kind)),
        st.tuples(*[shapes] * arity(kind)),
    )
    in_shapes = draw(inputs.filter(lambda given: out_shape(kind, spec, given) is not None))
    return Case(kind, spec, in_shapes, draw(st.integers(1, 3)), draw(seeds()), draw(st.booleans()))


def apart(shape: Shape, rng: np.random.Generator) -> Array:
    """Distinct values in (-2, 2), more than a thousandth from each other and from zero: a shuffled grid."""
    count = prod(shape)
    grid = (np.arange(count) - count // 2 + 0.5) * (4 / max(count, 64))
    return rng.permutation(grid).reshape(shape)


@st.composite
def models(draw: st.DrawFn, *, softmax: bool | None = None) -> str:
    """The text of a legal model: an ``input`` line, up to four blocks, ``FC``, and ``Softmax`` if so drawn."""
    shape: Shape = draw(maps(2, 9))
    lines = [f"input {spell(shape)}"]
    for _ in range(draw(st.sampled_from((1, 1, 2, 2, 3, 4, 0)))):
        for spec in draw(_block(shape)):
            after = _after(spec, shape)
            if after is not None:
                lines.append(render_spec(spec))
                shape = after
    lines.append(render_spec(FC(draw(st.integers(2, 4)))))
    if draw(st.booleans()) if softmax is None else softmax:
        lines.append(render_spec(Softmax()))
    return "\n".join(lines) + "\n"


def _after(spec: object, shape: Shape) -> Shape | None:
    return next(out_shape(kind, spec, (shape,)) for kind in REGISTRY if isinstance(spec, kind.spec))


def _block(shape: Shape) -> st.SearchStrategy[tuple[Any, ...]]:
    """A layer of any kind, or layers that the passes look for."""
    single = st.sampled_from([kind for kind in PUBLIC if arity(kind) == 1]).flatmap(specs).map(lambda spec: (spec,))
    if len(shape) != 3:
        return single
    convolution = st.builds(
        Conv, out=st.integers(1, 3), kernel=st.integers(1, 3), pad=st.integers(0, 1), bias=st.booleans()
    )
    pooling = st.builds(Pool, kernel=st.sampled_from((1, 2, 2, 2, (1, 2), (3, 2), 3)))
    behind = st.tuples(convolution, st.just(ReLU()), pooling)
    covering = st.builds(Conv, out=st.integers(1, 4), kernel=st.just(shape[1:]), bias=st.booleans())
    return st.one_of(behind, single, behind, st.tuples(covering, st.just(ReLU())))
