"""Whether what ``augment`` makes of an image is what the network takes: one fold over its lines that knows no kind."""

from __future__ import annotations

from cnndsl.augment import kind_of
from cnndsl.errors import Diagnostic
from cnndsl.language.graph import Graph, Shape
from cnndsl.layers._fields import spell
from cnndsl.layers._kind import ShapeError
from cnndsl.settings import Settings


def check_augmentation(graph: Graph, settings: Settings, shape: Shape) -> tuple[Diagnostic, ...]:
    """C410 for the first operation that an image of ``shape`` does not allow, or for the last that changed its size."""
    steps, now, last = [spell(shape)], shape, 0
    for at, operation in enumerate(settings.augment):
        kind, name = kind_of(operation), type(operation).__name__
        try:
            after = kind.out_shape(operation, now)
        except ShapeError as error:
            return (_misfit(graph, settings, at, f"{name}: {error}", error.hint, steps),)
        if after != now:
            steps, now, last = [*steps, f"{name} {spell(after)}"], after, at
    if now == shape:
        return ()
    message = f"augmented images are {spell(now)}, the network takes {spell(shape)}"
    return (_misfit(graph, settings, last, message, _hint(shape, now), steps),)


def _misfit(graph: Graph, settings: Settings, at: int, message: str, hint: str, steps: list[str]) -> Diagnostic:
    span = settings.places[f"augment.{at}"].span
    excerpt = ((span.line, graph.line(span).split("#")[0], ""),)
    note = f"shapes so far: {' -> '.join(steps)}"
    return Diagnostic("C410", "error", message, span, (hint,), (note,), excerpt)


def _hint(wanted: Shape, now: Shape) -> str:
    """What would give images of the network's size."""
    _, height, width = wanted
    if height != width:
        return f"leave out what changes the size: RandomCrop cuts squares, and the network takes {height}x{width}"
    if min(now[1:]) >= height:
        return f"end with `RandomCrop {height}`"
    return f"`RandomCrop {height}` is as large as the network takes; a `Pad` before it gives it places to choose from"
