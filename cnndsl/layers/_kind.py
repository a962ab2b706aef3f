"""The contract that every layer kind keeps, and the vocabulary its file is written in.

A kind is one file: a frozen spec class whose fields stand in the order of the language's positional arguments, a shape
rule, its weights, and ``forward``/``backward`` as pure functions. Shapes leave the batch out: ``(C, H, W)`` for maps,
``(F,)`` for vectors. Arrays have the batch innermost, so that every slice a network takes has long contiguous runs:

==========  ===================
maps        ``(H, C, W, N)``
vectors     ``(F, N)``
==========  ===================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar, dataclass_transform

import attrs
import numpy as np

from cnndsl import keys

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

Shape = tuple[int, ...]
Array: TypeAlias = "NDArray[Any]"
Params = Mapping[str, Array]
Tree = Mapping[str, Params]
S = TypeVar("S")


class Scratch(Protocol):
    """Where big arrays come from: memory that nobody sees any more, if there is some."""

    def empty(self, shape: Shape, dtype: DTypeLike) -> Array:
        """An array that holds anything at all at first, NaN included."""


class Fresh:
    """Scratch that is new memory each time."""

    def empty(self, shape: Shape, dtype: DTypeLike) -> Array:
        """An uninitialised array."""
        return np.empty(shape, dtype)


def at_once(function: Callable[..., object], /, *args: Any, **named: Any) -> None:
    """Call a function for what it writes."""
    function(*args, **named)


def alone(array: Array, out: Array) -> None:
    """:attr:`Context.gather` of a batch that is in one part."""
    out[0] = array


@attrs.frozen
class Context:
    """What a call is told besides its arguments.

    ``train`` is the mode, ``key`` the root of any randomness, ``scratch`` where big arrays come from; ``wants_dx`` is
    false where nobody will read the gradient of the input, and ``backward`` may then return ``None`` for it.

    What a call is given may be one of ``parts`` parts of a batch, worked off at the same time. A kind that mixes the
    batch calls ``gather(array, out)`` in each: ``out`` ``(parts, *array.shape)`` then holds the arrays of all parts.

    ``run(function, *args, **named)`` calls a function that writes into arrays which it is given. A kind that makes all
    its calls through it is ``replayable``: whoever has noted the calls can make them again when the numbers have
    changed, without the Python between them.
    """

    train: bool = False
    key: keys.Key = ()
    scratch: Scratch = attrs.field(factory=Fresh)
    wants_dx: bool = True
    run: Callable[..., None] = at_once
    parts: int = 1
    gather: Callable[[Array, Array], None] = alone

    def empty(self, shape: Shape, dtype: DTypeLike) -> Array:
        """An uninitialised array for an output, a residual or a temporary."""
        return self.scratch.empty(shape, dtype)

    def like(self, x: Array) -> Array:
        """An uninitialised array of the shape and type of another."""
        return self.scratch.empty(x.shape, x.dtype)


@attrs.frozen
class Weight:
    """One array that a layer owns: its shape and how it starts, by the name of an initialiser or all at one number.

    ``trained`` is false for state such as running means.

    ``fan_in`` and ``fan_out`` are the numbers of inputs and outputs that one unit connects, for the initialisers that
    scale by them.
    """

    shape: Shape
    init: str | float = "zeros"
    fan_in: int = 1
    fan_out: int = 1
    trained: bool = True


class ShapeError(ValueError):
    """A layer cannot take the shapes that reach it. ``code`` and ``needs`` feed the diagnostic."""

    def __init__(self, message: str, *, code: str = "S201", needs: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.needs = needs
        self.hint = hint


def _no_weights(_spec: Any, *_in_shapes: Shape) -> dict[str, Weight]:
    return {}


@attrs.frozen
class LayerKind(Generic[S]):
    """What the phases know of a layer.

    - ``out_shape(spec, *in_shapes) -> shape``; raises :class:`ShapeError`.
    - ``weights(spec, *in_shapes) -> {name: Weight}``.
    - ``forward(spec, params, state, xs, ctx) -> y, state, residual``.
    - ``backward(spec, params, residual, dy, ctx) -> dxs, grads``: the true derivative; ``grads`` has the keys and
      shapes of ``params``, ``dxs`` one entry for each of ``xs``.

    ``mixes_batch`` says that an output depends on other images of the batch, ``random`` that it draws from
    ``ctx.key``, ``probabilities`` that its output is a distribution over the classes. ``internal`` kinds are made by
    rewrites and have no name in the language. A ``replayable`` kind computes nothing from values but in calls through
    ``ctx.run``, into memory that it asks for; which calls these are depends on spec, shapes and types alone.
    """

    spec: type[S]
    out_shape: Callable[..., Shape]
    forward: Callable[[S, Params, Params, tuple[Array, ...], Context], tuple[Array, Params, Any]]
    backward: Callable[[S, Params, Any, Array, Context], tuple[tuple[Array | None, ...], dict[str, Array]]]
    weights: Callable[..., dict[str, Weight]] = _no_weights
    mixes_batch: bool = False
    random: bool = False
    probabilities: bool = False
    internal: bool = False
    replayable: bool = False

    @property
    def name(self) -> str:
        """The keyword of the language: the spec's class name."""
        return self.spec.__name__


@dataclass_transform(frozen_default=True, field_specifiers=(attrs.field,))
def layer_spec(cls: type[S]) -> type[S]:
    """Make a frozen spec class. Fields come from :mod:`cnndsl.layers._fields`."""
    return attrs.frozen(cls)


def as_map(spec: object, shape: Shape) -> tuple[int, int, int]:
    """``(C, H, W)``, or the error that says that a vector reached a layer for maps."""
    if len(shape) != 3:
        name = type(spec).__name__
        raise ShapeError(
            f"{name} needs a map (channels x height x width), its input is a vector of {shape[0]:,}",
            code="S207",
            needs="needs a map",
            hint=f"move {name} above Flatten and FC",
        )
    channels, height, width = shape
    return channels, height, width


def same_shape(_spec: object, shape: Shape) -> Shape:
    """The shape rule of every layer that changes values only."""
    return shape
