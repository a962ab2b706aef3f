"""What laws are drawn over: specs, shapes, calls and whole models, all read off the registry.

A new kind is drawn from as soon as it is registered. Array values come from a drawn seed: laws fail on shapes and
specs, which shrink well, and hardly ever on one number in a thousand.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import attrs
from hypothesis import reject
from hypothesis import strategies as st

from cnndsl.language.binding import takes_many
from cnndsl.language.graph import Shape
from cnndsl.language.render import render_spec
from cnndsl.layers import REGISTRY, kind_of
from cnndsl.layers._fields import Flag, Paddings, Real, Size, Starts, Whole, Words, domain_of, spell
from cnndsl.layers.conv import Conv
from cnndsl.layers.fc import FC
from cnndsl.layers.pool import Pool
from cnndsl.layers.relu import ReLU
from cnndsl.layers.softmax import Softmax
from cnndsl.testing.cases import Case, Kind, arity, out_shape

PUBLIC = tuple(kind for kind in REGISTRY if not kind.internal)


# Made once: to make and to check a strategy takes longer than to draw from it.
_FLAGS, _SEEDS, _IMAGES = st.booleans(), st.integers(0, 2**32 - 1), st.integers(1, 3)
_NUMBERS = st.sampled_from((2, 2, 3))  # inputs of what takes any number
_TRIES = 4

# Small numbers above the minimum, the smallest ones more often: larger ones rarely fit together.
_ABOVE = st.sampled_from((0, 0, 1, 1, 1, 2, 2, 3))


def _size(domain: Size) -> st.SearchStrategy[Any]:
    part = _ABOVE.map(lambda above: domain.minimum + above)
    return st.one_of(part, st.tuples(part, part))


def _real(domain: Real) -> st.SearchStrategy[float]:
    """Both ends, where they belong to the range, and quarters between."""
    low = 0.25 if domain.open_low else 0
    high = 0.75 if domain.open_high else 1
    return st.sampled_from((low, 0.25, 0.5, high)).map(lambda share: domain.low + share * (domain.high - domain.low))


#: What is drawn for a field, by the type of its domain.
VALUES: dict[type, Callable[[Any], st.SearchStrategy[Any]]] = {
    Whole: lambda domain: _ABOVE.map(lambda above: domain.minimum + above),
    Size: _size,
    Paddings: lambda domain: st.one_of(_size(domain), st.sampled_from(("same", "valid"))),
    Real: _real,
    Words: lambda domain: st.sampled_from(domain.known),
    Starts: lambda domain: st.one_of(st.sampled_from(domain.known), st.sampled_from((-0.5, 0.0, 0.25))),
    Flag: lambda _domain: st.booleans(),
}


@cache
def _values(domain: Any) -> st.SearchStrategy[Any]:
    return VALUES[type(domain)](domain)


@st.composite
def specs(draw: st.DrawFn, kind: Kind) -> Any:
    """Any spec of a kind; what has a default is left out now and then."""
    values = {
        field.name: draw(_values(domain_of(field)))  # type: ignore[arg-type]  # domains are frozen, hence hashable
        for field in attrs.fields(kind.spec)
        if field.default is attrs.NOTHING or draw(_FLAGS)
    }
    try:
        return kind.spec(**values)
    except ValueError:
        reject()


def maps(smallest: int = 1, largest: int = 8, channels: tuple[int, ...] = (1, 2, 3, 4)) -> st.SearchStrategy[Shape]:
    """``(C, H, W)``, seldom square."""
    side = st.integers(smallest, largest)
    return st.tuples(st.sampled_from(channels), side, side)


def vectors() -> st.SearchStrategy[Shape]:
    """``(F,)``."""
    return st.tuples(st.integers(1, 9))


def seeds() -> st.SearchStrategy[int]:
    return _SEEDS


@cache
def _inputs(number: int) -> st.SearchStrategy[tuple[Shape, ...]]:
    """Shapes of several inputs, half of the time equal ones."""
    # Six channels are the fewest that two and three groups deal out differently.
    shapes = st.one_of(maps(channels=(1, 2, 3, 4, 6)), vectors())
    equal = shapes.map(lambda shape: (shape,) * number)
    return equal if number == 1 else st.one_of(equal, st.tuples(*[shapes] * number))


@st.composite
def cases(draw: st.DrawFn, kind: Kind) -> Case:
    """A legal call of a kind: rectangular windows and maps, windows that do not tile their map, vectors, one image."""
    spec = draw(specs(kind))
    number = draw(_NUMBERS) if takes_many(kind) else arity(kind)
    drawn = (draw(_inputs(number)) for _ in range(_TRIES))
    in_shapes = next((shapes for shapes in drawn if out_shape(kind, spec, shapes) is not None), None)
    if in_shapes is None:
        reject()
    return Case(kind, spec, in_shapes, draw(_IMAGES), draw(_SEEDS), draw(_FLAGS))


@st.composite
def models(draw: st.DrawFn, *, softmax: bool | None = None) -> str:
    """The text of a legal model: an ``input`` line, up to four blocks, ``FC``, and ``Softmax`` if so drawn."""
    # Not what reads as channels last (S203).
    shape: Shape = draw(maps(2, 9).filter(lambda shape: not (shape[0] == shape[1] > 4 and shape[2] in {1, 3, 4})))
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
    return out_shape(kind_of(spec), spec, (shape,))


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
