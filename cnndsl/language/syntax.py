"""What a model file says, before any name is looked up. Every node knows its place."""

from __future__ import annotations

from typing import Any

from attrs import fields, frozen, has

from cnndsl.errors import Span

Scalar = int | float | bool | str | tuple[int, ...]


@frozen
class Word:
    """A bare word as a value, such as ``same``. It may turn out to be a layer on the wrong line."""

    text: str

    def __str__(self) -> str:
        return self.text


@frozen
class Argument:
    """A value given to a layer; ``name`` is ``None`` for a positional one. ``span`` is the value's place."""

    value: Value
    span: Span
    name: str | None = None
    name_span: Span | None = None


@frozen
class Layer:
    """A layer line. ``span`` is the name's place."""

    name: str
    arguments: tuple[Argument, ...]
    span: Span
    label: str | None = None
    label_span: Span | None = None


@frozen
class Input:
    """``input 3x32x32``."""

    shape: tuple[int, ...]
    span: Span


@frozen
class Version:
    """``version 1``."""

    number: int
    span: Span


@frozen
class Variable:
    """``$name``."""

    name: str


@frozen
class Reference:
    """``@name``: the value of a label above, or ``@input``."""

    name: str


@frozen
class Operation:
    """``(left sign right)`` with one of ``+ - * / %``."""

    sign: str
    left: Expression
    right: Expression
    span: Span


Expression = int | float | Variable | Operation


@frozen
class Call:
    """``name(values, name=values)`` as the value of a setting."""

    name: str
    arguments: tuple[Argument, ...]
    span: Span


@frozen
class Items:
    """``[value, value]`` as the value of a setting; each item is an argument without a name."""

    values: tuple[Argument, ...]


Value = Scalar | Word | Variable | Reference | Operation | Call | Items


@frozen
class Let:
    """``let name = value``."""

    name: str
    value: Argument
    span: Span


@frozen
class Include:
    """``include "path"``."""

    path: str
    span: Span


@frozen
class Parameter:
    """A parameter of a block, with its default if it has one."""

    name: str
    default: Argument | None
    span: Span


@frozen
class Block:
    """``block Name(parameter, parameter=default) { ... }``. ``span`` is the name's place."""

    name: str
    parameters: tuple[Parameter, ...]
    body: tuple[Flow, ...]
    span: Span


@frozen
class Repeat:
    """``repeat count as index { ... }``."""

    count: Argument
    index: str | None
    body: tuple[Flow, ...]
    span: Span
    label: str | None = None
    label_span: Span | None = None


@frozen
class Residual:
    """``residual name=value { ... }``."""

    arguments: tuple[Argument, ...]
    body: tuple[Flow, ...]
    span: Span
    label: str | None = None
    label_span: Span | None = None


@frozen
class Path:
    """``path { ... }`` of a branch."""

    body: tuple[Flow, ...]
    span: Span


@frozen
class Branch:
    """``branch add { path { ... } path { ... } }``; ``join`` is the word after ``branch``."""

    join: str
    join_span: Span
    arguments: tuple[Argument, ...]
    paths: tuple[Path, ...]
    span: Span
    label: str | None = None
    label_span: Span | None = None


@frozen
class Setting:
    """``name = value`` in a section; the argument's name may have dots, as in a sweep."""

    argument: Argument


@frozen
class Claim:
    """``name < value`` in ``require``; ``sign`` is one of ``< <= > >= ==``."""

    name: str
    sign: str
    value: Argument
    span: Span


@frozen
class Forbid:
    """``no Layer`` in ``require``."""

    name: str
    span: Span


@frozen
class Section:
    """``data { ... }``, ``augment``, ``train``, ``require`` or ``sweep``. ``span`` is the name's place."""

    name: str
    entries: tuple[Setting | Claim | Forbid | Layer, ...]
    span: Span


Flow = Layer | Repeat | Residual | Branch
Statement = Flow | Version | Input | Let | Include | Block | Section


def without_places(tree: Any) -> Any:
    """A tree, or a tuple of them, as plain values without spans: equal for two that say the same in the same words."""
    if isinstance(tree, tuple):
        return tuple([without_places(part) for part in tree])
    if not has(type(tree)):
        return type(tree).__name__, tree  # 1 and 1.0 and true are not the same
    said = (field.name for field in fields(type(tree)) if not field.name.endswith("span"))
    return type(tree).__name__, tuple([without_places(getattr(tree, name)) for name in said])
