"""One layer line: its values worked out, its name looked up, its spec made. What is wrong is handed to ``report``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import attrs

from cnndsl.errors import Span, clip
from cnndsl.language.binding import bind, coerce, signature_of_kind
from cnndsl.language.inputs import resolve
from cnndsl.language.names import Definition
from cnndsl.language.place import Place
from cnndsl.language.syntax import Argument, Layer, Word
from cnndsl.language.text import write_value
from cnndsl.language.values import UNKNOWN, FaultError, Given, closest, evaluate, listed, variables_in
from cnndsl.layers import find_kind, known_names
from cnndsl.layers._kind import LayerKind

Report = Callable[[FaultError], None]


def values_of(name: str, arguments: tuple[Argument, ...], place: Place, report: Report) -> tuple[Given, ...]:
    """The arguments with their values, up to the name of another layer: that is a second one on the line."""
    known: list[Given] = []
    for argument in arguments:
        word = argument.value
        if isinstance(word, Word) and argument.name is None and _is_layer(word.text, place):
            before = " ".join([name, *(write_value(earlier.value) for earlier in known)])
            message = f"two layers on one line: `{word}` after `{clip(before)}`"
            report(FaultError("N011", message, argument.span, "start a new line, or write `;` between them"))
            break
        try:
            value = resolve(evaluate(argument, place.scope), argument.span, place)
        except FaultError as fault:
            report(fault)
            value = UNKNOWN
        known.append(Given(value, argument.span, argument.name, argument.name_span))
    return tuple(known)


def spec_of(kind: LayerKind[Any], arguments: tuple[Given, ...], span: Span, report: Report) -> Any | None:
    """The spec that arguments make, or ``None`` where something is wrong with them, or not known."""
    bound, faults = bind(signature_of_kind(kind), arguments, span)
    fields = {field.name: field for field in attrs.fields(kind.spec)}
    values: dict[str, Any] = {}
    wrong = bool(faults)
    for fault in faults:
        report(fault)
    for name, argument in bound.items():
        try:
            values[name] = coerce(kind, fields[name], argument)
        except FaultError as fault:
            report(fault)
            wrong = True
    if wrong or UNKNOWN in values.values():
        return None
    try:
        return kind.spec(**values)
    except ValueError as error:
        code, hint = getattr(error, "code", "A103"), getattr(error, "hint", "")
        raise FaultError(code, f"{kind.name} {error}", span, hint) from None


def with_variables(fault: FaultError, arguments: tuple[Argument, ...], place: Place) -> FaultError:
    """The fault with the values of the variables that the argument at its place is made of."""
    for argument in arguments:
        names = dict.fromkeys(variables_in(argument.value)) if argument.span == fault.span else {}
        values: list[str] = []
        for name in names:
            with suppress(KeyError):
                values.append(f"${name} = {write_value(place.scope.get(name))}")
        if values:
            fault.notes = (f"here {', '.join(values)}",)
    return fault


def unknown_layer(layer: Layer, place: Place) -> FaultError:
    """Why nothing has this name: it is misspelt, stands below, or is the block that this line is in."""
    _, below = place.names.blocks.get(layer.name.lower(), (0, None))
    if below and below in place.blocks:
        return _calls_itself(below, layer, place)
    if below:
        hint = f"block `{below.block.name}` is defined on line {below.block.span.line}: move it above this line"
        return FaultError("N010", f"unknown layer `{layer.name}`", layer.span, hint)
    meant = partial(_closest_name, layer.name, place)
    message = f"unknown layer `{layer.name}`"
    return FaultError("N010", message, layer.span, partial(_other_names, layer.name, place), instead=meant)


def _other_names(name: str, place: Place) -> str:
    """What may have been meant, as a hint."""
    if close := _closest_name(name, place):
        return f"did you mean `{close}`?"
    blocks = _block_names(place)
    own = f", and of this file: {listed(blocks)}" if blocks else ""
    return f"known: {', '.join(known_names())}{own}"


def _closest_name(name: str, place: Place) -> str:
    """The layer or block that may have been meant; empty where none is close."""
    from cnndsl.language.dialects import counterpart  # few files have any unknown name

    close = counterpart(name) or closest(name, (*known_names(), *_block_names(place)))
    kind = find_kind(close) if close else None
    return kind.name if kind else close or ""


def _block_names(place: Place) -> list[str]:
    return [definition.block.name for _, definition in place.names.blocks.values()]


def _calls_itself(definition: Definition, layer: Layer, place: Place) -> FaultError:
    circle = [other.block.name for other in place.blocks[place.blocks.index(definition) :]]
    name = definition.block.name
    way = f": {' -> '.join([*circle, name])}" if len(circle) > 1 else ""
    return FaultError("N016", f"block `{name}` calls itself{way}", layer.span, "for several copies write `repeat`")


def _is_layer(word: str, place: Place) -> bool:
    return find_kind(word) is not None or place.names.block(word, place.scope.before) is not None
