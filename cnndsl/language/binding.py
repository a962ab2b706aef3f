"""Arguments to parameters, of layers and of blocks alike: positional ones in order, then by name, each once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from inspect import Parameter, signature
from typing import Any, TypeGuard

import attrs
from attrs import frozen

from cnndsl.errors import Span, clip
from cnndsl.language.syntax import Block, Call, Items, Reference, Word
from cnndsl.language.text import write_value
from cnndsl.language.values import UNKNOWN, FaultError, Given, closest
from cnndsl.layers._fields import Size, domain_of
from cnndsl.layers._kind import LayerKind

_LARGEST_HINT = 1_000_000


@frozen
class Signature:
    """What a layer or a block is called by, and what it takes: parameters by position, then by name only.

    ``values`` is what messages call them, ``example`` a call that is right.
    """

    name: str
    positional: tuple[str, ...]
    named_only: tuple[str, ...]
    required: tuple[str, ...]
    values: str = "value"
    example: str = ""


@cache
def takes_many(kind: LayerKind[Any]) -> bool:
    """Whether a layer joins any number of values: its shape rule takes as many shapes."""
    return any(given.kind is Parameter.VAR_POSITIONAL for given in signature(kind.out_shape).parameters.values())


@cache
def signature_of_kind(kind: LayerKind[Any]) -> Signature:
    """The signature of a layer: its spec's fields."""
    fields = attrs.fields(kind.spec)
    positional = tuple(field.name for field in fields if not field.kw_only)
    named_only = tuple(field.name for field in fields if field.kw_only)
    required = [field for field in fields if field.default is attrs.NOTHING]
    numbers = ["3" if isinstance(domain_of(field), Size) else "10" for field in required]
    joined = ["@input"] if takes_many(kind) else []
    example = f"such as `{' '.join([kind.name, *numbers, *joined])}`"
    return Signature(kind.name, positional, named_only, tuple(field.name for field in required), "number", example)


def signature_of_block(block: Block) -> Signature:
    """The signature of a block: its parameters, all of which may be given by position."""
    positional = tuple(parameter.name for parameter in block.parameters)
    required = tuple(parameter.name for parameter in block.parameters if parameter.default is None)
    written = ", ".join(
        parameter.name if parameter.default is None else f"{parameter.name}={write_value(parameter.default.value)}"
        for parameter in block.parameters
    )
    example = f"it is `block {block.name}({written})`, on line {block.span.line}"
    return Signature(block.name, positional, (), required, example=example)


def bind(
    signature: Signature, arguments: tuple[Given, ...], span: Span
) -> tuple[dict[str, Given], tuple[FaultError, ...]]:
    """Arguments by the names of parameters, and what is wrong with their number and names.

    ``span`` is the place of the call.
    """
    unnamed = [argument for argument in arguments if argument.name is None]
    bound: dict[str, Given] = {}
    faults = list(_count_faults(signature, arguments, unnamed, span))
    pairs = [*zip(signature.positional, unnamed, strict=False)]
    pairs += [(argument.name, argument) for argument in arguments if argument.name is not None]
    for name, argument in pairs:
        if name not in {*signature.positional, *signature.named_only}:
            faults.append(_unknown_argument(signature, name, argument.place))
        elif name in bound:
            faults.append(FaultError("A104", f"{signature.name} is given `{name}` twice", argument.place, "keep one"))
        else:
            bound[name] = argument
    return bound, tuple(faults)


def coerce(kind: LayerKind[Any], field: attrs.Attribute[Any], argument: Given) -> Any:
    """The stored form of a field's value; :class:`FaultError` where the field takes no such value."""
    value, span = argument.value, argument.span
    if value is UNKNOWN:
        return UNKNOWN
    domain = domain_of(field)
    if isinstance(value, str) and _is_number(value):
        message = f'`{field.name} = "{clip(value)}"` is text'
        hint = f"remove the quotes: `{value}` is a number here"
        raise FaultError("A105", f"{kind.name} {message}", span, hint, instead=value)
    if isinstance(value, Call | Items | Reference):
        written = "a list" if isinstance(value, Items) else f"`{value.name}`"
        raise FaultError("A106", f"{kind.name} {field.name} takes {domain.expected}, got {written}", span)
    try:
        return domain.coerce(field.name, value)
    except TypeError as error:
        instead = str(int(value)) if _is_nearly_whole(value) else ""
        raise FaultError("A106", f"{kind.name} {error}", span, _spelling(value), instead=instead) from None
    except ValueError as error:
        code, hint, instead = (getattr(error, name, "") for name in ("code", "hint", "instead"))
        raise FaultError(code or "A103", f"{kind.name} {error}", span, hint, instead=instead) from None


def _count_faults(
    signature: Signature, arguments: tuple[Given, ...], unnamed: list[Given], span: Span
) -> Iterator[FaultError]:
    positional, named = signature.positional, {argument.name for argument in arguments}
    missing = [
        name
        for name in signature.required
        if name not in named and not (name in positional and positional.index(name) < len(unnamed))
    ]
    if len(unnamed) > len(positional):
        yield _wrong_count(signature, len(unnamed), unnamed[len(positional)].span)
    elif missing and named <= {None, *positional, *signature.named_only}:  # else one of them may be what is missing
        yield _wrong_count(signature, len(unnamed) + len(named.intersection(positional)), span, missing)


def _wrong_count(signature: Signature, count: int, span: Span, missing: list[str] | None = None) -> FaultError:
    lacks = f": {' and '.join(f'`{name}`' for name in missing)} missing" if missing else ""
    return FaultError("A101", f"{signature.name} {_takes(signature)}, got {count}{lacks}", span, signature.example)


def _takes(signature: Signature) -> str:
    high = len(signature.positional)
    low = len([name for name in signature.required if name in signature.positional])
    if high == 0:
        return f"takes no {signature.values}s"
    count = str(high) if low == high else f"{low} {'or' if high == low + 1 else 'to'} {high}"
    plural = "s" if high > 1 else ""
    return f"needs {count} {signature.values}{plural} ({' '.join(signature.positional)})"


def _unknown_argument(signature: Signature, name: str, span: Span) -> FaultError:
    from cnndsl.language.dialects import translate_argument  # few files have any unknown name

    known = (*signature.positional, *signature.named_only)
    accepted = f"accepted: {', '.join(known)}" if known else f"{signature.name} takes no arguments"
    elsewhere, close = translate_argument(name, known), closest(name, known)
    meant = elsewhere or (f"did you mean `{close}=`?" if close else "")
    hint = f"{meant} {accepted}" if meant else accepted
    message = f"unknown argument `{name}=` for {signature.name}"
    return FaultError("A102", message, span, hint, instead="" if elsewhere else close or "")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_nearly_whole(value: object) -> TypeGuard[float]:
    """Whether a value is a float that a whole number could stand for."""
    return isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_HINT


def _spelling(value: object) -> str:
    """What a value of the wrong sort was probably meant to be, as a hint."""
    text = str(value)
    if _is_nearly_whole(value):
        return f"write `{int(value)}`"
    if isinstance(value, Word) and text.lower() in {"true", "false"}:
        return f"write `{text.lower()}`"
    if isinstance(value, Word) and text.lower() == "x":
        return "a size is written without spaces and with a small x, such as `5x3`"
    return "remove the quotes" if isinstance(value, str) else ""
