"""Where a layer's inputs come from: the line above, ``from=@label`` instead of it, and for those that join, more."""

from __future__ import annotations

from typing import Any

from cnndsl.errors import Span
from cnndsl.language.binding import takes_many
from cnndsl.language.graph import INPUT, Shape
from cnndsl.language.place import Place, Wire
from cnndsl.language.syntax import Reference
from cnndsl.language.text import write_value
from cnndsl.language.values import UNKNOWN, FaultError, Given, closest
from cnndsl.layers import find_kind, kind_of, public_kinds
from cnndsl.layers._kind import LayerKind, ShapeError

FROM = "from"
_ALSO_FROM = {FROM, "input", "inputs", "layer", "layers"}  # what other formats call it


def find_join(word: str, span: Span) -> LayerKind[Any]:
    """The layer that joins values and has this name; :class:`FaultError` N010 where there is none."""
    kind = find_kind(word)
    if kind and takes_many(kind):
        return kind
    known = tuple(other.name.lower() for other in public_kinds() if takes_many(other))
    close = closest(word, known)
    hint = f"did you mean `{close}`?" if close else f"known: {', '.join(known)}"
    raise FaultError("N010", f"`{word}` is no way to join branches", span, hint)


def resolve(value: Any, span: Span, place: Place) -> Any:
    """The value that a reference means, or the value itself; :class:`FaultError` where it means none."""
    if not isinstance(value, Reference):
        return value
    return place.image if f"@{value.name}" == INPUT else place.labels.get(value, span)


def main_input(arguments: tuple[Given, ...], above: Wire) -> tuple[Wire, tuple[Given, ...]]:
    """What goes into a layer or a block: the value above, or that of ``from=``; and the other arguments."""
    for argument in arguments:
        if argument.name in _ALSO_FROM and isinstance(argument.value, int):
            written = f"{argument.name}={argument.value}"
            hint = "give the layer a label and use `@label`: numbers shift when lines are added"
            raise FaultError("N014", f"numeric layer reference `{written}`", argument.place, hint)
        if argument.name == FROM and not isinstance(argument.value, Wire):
            message = f"`from=` takes a label, got {write_value(argument.value)}"
            raise FaultError("A106", message, argument.span, "such as `from=@stem`")
    given = [argument for argument in arguments if argument.name == FROM]
    if len(given) > 1:
        raise FaultError("A104", "`from=` is given twice", given[1].place, "keep one")
    return given[0].value if given else above, tuple(argument for argument in arguments if argument.name != FROM)


def all_inputs(
    kind: LayerKind[Any], arguments: tuple[Given, ...], above: Wire, span: Span
) -> tuple[tuple[Wire, ...], tuple[Given, ...]]:
    """The inputs of a layer, and its other arguments."""
    first, arguments = main_input(arguments, above)
    joins = takes_many(kind)
    more = [argument for argument in arguments if argument.name is None and _is_value(argument, or_unknown=joins)]
    if joins and not more:
        raise FaultError("A101", f"{kind.name} needs 1 or more labels, got 0", span, f"such as `{kind.name} @stem`")
    if more and not joins:
        hint = f"`from={more[0].value}` would take it instead of the line above"
        raise FaultError("A106", f"{kind.name} has one input", more[0].span, hint)
    known = [Wire() if given.value is UNKNOWN else given.value for given in more]
    return (first, *known), tuple(given for given in arguments if given not in more)


def _is_value(argument: Given, *, or_unknown: bool) -> bool:
    return isinstance(argument.value, Wire) or (or_unknown and argument.value is UNKNOWN)


def shape_behind(spec: object, inputs: tuple[Wire, ...]) -> Shape:
    """The shape of a layer's output, or none where that cannot be said."""
    if not all(given.shape for given in inputs):
        return ()
    try:
        return kind_of(spec).out_shape(spec, *(given.shape for given in inputs))
    except ShapeError:
        return ()
