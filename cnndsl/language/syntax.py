"""What a model file says, before any name is looked up. Every node knows its place."""

from __future__ import annotations

from attrs import frozen

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

    value: Scalar | Word
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


Statement = Layer | Input | Version
