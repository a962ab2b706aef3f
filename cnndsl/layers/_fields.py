"""Fields of layer specs. Each carries its domain: which values it takes, in one place for every reader.

The constructor, the checker's messages, the did-you-mean, the reference and the strategies of the tests all read it.
``coerce`` returns the stored form of a value, or raises ``TypeError`` for a value of the wrong sort and ``ValueError``
for one out of range, with a message that starts with the field's name. A word comes as a ``str`` or as anything that
spells as one, which is what the syntax tree holds.
"""

from __future__ import annotations

from math import inf
from typing import Any, Literal, Protocol

import attrs

Pair = tuple[int, int]
#: Zeros around a map: on each side, or as many as keep ``out = ceil(in / stride)``.
Padding = Pair | Literal["same"]

#: How weights may start, if not at a number; ``auto`` leaves it to the program, whose default is ``he_normal``.
INITS = (
    "auto",
    "he_normal",
    "he_uniform",
    "glorot_normal",
    "glorot_uniform",
    "lecun_normal",
    "lecun_uniform",
    "orthogonal",
    "zeros",
)


class Domain(Protocol):
    """The values that a field takes."""

    @property
    def expected(self) -> str:
        """What to write, in words, such as ``a whole number, 1 or more``."""

    def coerce(self, name: str, value: object) -> Any:
        """The stored form of ``value``."""


class RangeError(ValueError):
    """A number outside the range of its field. ``code`` feeds the diagnostic, and so does what was meant, if known."""

    code = "A107"

    def __init__(self, message: str, instead: str = "") -> None:
        super().__init__(message)
        self.hint = f"did you mean {instead}?" if instead else ""
        self.instead = instead


def spell(value: object) -> str:
    """A value as the language writes it: ``5x3``, ``true``, ``0.5``, ``1e-5``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "x".join(str(part) for part in value)
    return str(value).replace("e-0", "e-") if isinstance(value, float) else str(value)


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


@attrs.frozen
class Real:
    """A number between ``low`` and ``high``; an end belongs to the range unless it is ``open``."""

    low: float
    high: float
    open_low: bool = False
    open_high: bool = False

    @property
    def interval(self) -> str:
        """``[0, 1)``."""
        left, right = "(" if self.open_low else "[", ")" if self.open_high else "]"
        return f"{left}{spell(self.low)}, {spell(self.high)}{right}"

    @property
    def expected(self) -> str:
        return f"a number in {self.interval}"

    def coerce(self, name: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"{name} takes {self.expected}, got {spell(value)}")
        if not self._holds(value):
            percent = value / 100
            meant = spell(percent) if self._holds(percent) and value > 1 else ""
            raise RangeError(f"{name} = {spell(value)} is not in {self.interval}", meant)
        return float(value)

    def _holds(self, value: float) -> bool:
        above = self.low < value if self.open_low else self.low <= value
        below = value < self.high if self.open_high else value <= self.high
        return above and below


@attrs.frozen
class Words:
    """One of a closed list of words, whatever its case."""

    known: tuple[str, ...]

    @property
    def expected(self) -> str:
        return f"{', '.join(self.known[:-1])} or {self.known[-1]}"

    def coerce(self, name: str, value: object) -> str:
        word = str(value).lower()
        if word not in self.known:
            raise TypeError(f"{name} takes {self.expected}, got {spell(value)}")
        return word


@attrs.frozen
class Starts(Words):
    """How weights start: one of the words, or a number that all of them are."""

    @property
    def expected(self) -> str:
        return f"{', '.join(self.known)}, or a number"

    def coerce(self, name: str, value: object) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return super().coerce(name, value)
        return Real(-inf, inf, open_low=True, open_high=True).coerce(name, value)


@attrs.frozen
class Paddings(Size):
    """``same``, ``valid`` (which is 0), or a size; kept as ``"same"`` or ``(height, width)``."""

    minimum: int = 0

    @property
    def expected(self) -> str:
        return f"same, valid, {super().expected}"

    def coerce(self, name: str, value: object) -> Any:
        word = str(value).lower()
        if word in {"same", "valid"}:
            return "same" if word == "same" else (0, 0)
        return super().coerce(name, value)


def _field(domain: Domain, default: Any, *, named_only: bool, doc: str) -> Any:
    def convert(value: object, _instance: object, attribute: attrs.Attribute[Any]) -> Any:
        return domain.coerce(attribute.name, value)

    return attrs.field(
        default=default,
        kw_only=named_only,
        converter=attrs.Converter(convert, takes_self=True, takes_field=True),
        metadata={"domain": domain, "doc": doc},
    )


def count(doc: str, default: Any = attrs.NOTHING, *, named_only: bool = False) -> Any:
    """A whole number of 1 or more."""
    return _field(Whole(1), default, named_only=named_only, doc=doc)


def size(doc: str, default: Any = attrs.NOTHING, *, minimum: int = 1, named_only: bool = False) -> Any:
    """A size in two directions: ``5`` or ``5x3``. ``default`` may be an ``attrs.Factory``."""
    return _field(Size(minimum), default, named_only=named_only, doc=doc)


def flag(doc: str, *, default: bool) -> Any:
    """A named-only switch."""
    return _field(Flag(), default, named_only=True, doc=doc)


def padding(doc: str, *, named_only: bool = False) -> Any:
    """Zeros around the map: ``same``, ``valid`` or a size; none by default."""
    return _field(Paddings(), (0, 0), named_only=named_only, doc=doc)


def real(doc: str, domain: Real, default: float, *, named_only: bool = True) -> Any:
    """A number in a range."""
    return _field(domain, default, named_only=named_only, doc=doc)


def word(doc: str, *known: str) -> Any:
    """A named-only word out of a closed list, of which the first is the default."""
    return _field(Words(known), known[0], named_only=True, doc=doc)


def start() -> Any:
    """How the weights of a layer start."""
    doc = "how the weights start; auto is what the rest of the network does"
    return _field(Starts(INITS), INITS[0], named_only=True, doc=doc)


def domain_of(attribute: attrs.Attribute[Any]) -> Domain:
    """The domain of a spec's field."""
    domain: Domain = attribute.metadata["domain"]
    return domain
