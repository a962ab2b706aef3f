"""Fields of layer specs. Each carries its domain: which values it takes, in one place for every reader.

The constructor, the checker's messages, the did-you-mean, the reference and the strategies of the tests all read it.
``coerce`` returns the stored form of a value, or raises ``TypeError`` for a value of the wrong sort and ``ValueError``
for one out of range, with a message that starts with the field's name.
"""

from __future__ import annotations

from typing import Any, Protocol

import attrs

Pair = tuple[int, int]


class Domain(Protocol):
    """The values that a field takes."""

    @property
    def expected(self) -> str:
        """What to write, in words, such as ``a whole number, 1 or more``."""

    def coerce(self, name: str, value: object) -> Any:
        """The stored form of ``value``."""


def spell(value: object) -> str:
    """A value as the language writes it: ``5x3``, ``true``, ``0.5``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "x".join(str(part) for part in value)
    return str(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


@attrs.frozen
class Whole:
    """A whole number of at least ``minimum``."""

    minimum: int = 1
    maximum: int = 1_000_000

    @property
    def expected(self) -> str:
        return f"a whole number, {self.minimum} or more"

    def coerce(self, name: str, value: object) -> int:
        if not _is_whole(value):
            raise TypeError(f"{name} takes {self.expected}, got {spell(value)}")
        return self._bounded(name, value, value)

    def _bounded(self, name: str, part: Any, whole: object) -> int:
        if part < self.minimum:
            raise ValueError(f"{name} must be {self.minimum} or more, got {spell(whole)}")
        if part > self.maximum:
            raise ValueError(f"{name} must be {self.maximum:,} or less, got {spell(whole)}")
        return int(part)


@attrs.frozen
class Size(Whole):
    """A whole number for both directions, or ``HxW``; kept as ``(height, width)``."""

    maximum: int = 10_000

    @property
    def expected(self) -> str:
        return f"a whole number or HxW, {self.minimum} or more"

    def coerce(self, name: str, value: object) -> Any:
        pair = (value, value) if _is_whole(value) else value
        if not (isinstance(pair, tuple) and len(pair) == 2 and all(_is_whole(part) for part in pair)):
            raise TypeError(f"{name} takes {self.expected}, got {spell(value)}")
        height, width = (self._bounded(name, part, value) for part in pair)
        return height, width


@attrs.frozen
class Flag:
    """``true`` or ``false``."""

    @property
    def expected(self) -> str:
        return "true or false"

    def coerce(self, name: str, value: object) -> bool:
        if not isinstance(value, bool):
            raise TypeError(f"{name} takes {self.expected}, got {spell(value)}")
        return value


def _field(domain: Domain, default: Any, *, named_only: bool, doc: str) -> Any:
    def convert(value: object, _instance: object, attribute: attrs.Attribute[Any]) -> Any:
        return domain.coerce(attribute.name, value)

    return attrs.field(
        default=default,
        kw_only=named_only,
        converter=attrs.Converter(convert, takes_self=True, takes_field=True),
        metadata={"domain": domain, "doc": doc},
    )


def count(doc: str) -> Any:
    """A required whole number of 1 or more."""
    return _field(Whole(1), attrs.NOTHING, named_only=False, doc=doc)


def size(doc: str, default: Any = attrs.NOTHING, *, minimum: int = 1, named_only: bool = False) -> Any:
    """A size in two directions: ``5`` or ``5x3``. ``default`` may be an ``attrs.Factory``."""
    return _field(Size(minimum), default, named_only=named_only, doc=doc)


def flag(doc: str, *, default: bool) -> Any:
    """A named-only switch."""
    return _field(Flag(), default, named_only=True, doc=doc)


def domain_of(attribute: attrs.Attribute[Any]) -> Domain:
    """The domain of a spec's field."""
    domain: Domain = attribute.metadata["domain"]
    return domain
