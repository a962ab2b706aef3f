"""What a setting takes: the domains that layers have no use for. The protocol is that of :mod:`cnndsl.layers._fields`.

``coerce`` returns the stored form of a value, or raises ``TypeError`` for one of the wrong sort and ``ValueError`` for
one out of range, :class:`UnknownNameError` being one of these.
"""

from __future__ import annotations

import re
from math import inf
from typing import Any

from attrs import frozen

from cnndsl.layers._fields import Domain, Real, Whole, spell

#: Words with two spellings; the second is the canonical one.
_SPELLINGS = {"optimiser": "optimizer", "standardise": "standardize"}
_FOLD = re.compile(r"([0-9]{1,3})/([0-9]{1,3})")
_WORDS = ("all", "auto")


POSITIVE = Real(0, inf, open_low=True, open_high=True)
NOT_NEGATIVE = Real(0, inf, open_high=True)
SHARE = Real(0, 1)
#: What stays of a running mean.
DECAY = Real(0, 1, open_high=True)
INSIDE = Real(0, 1, open_low=True, open_high=True)


def canonical(word: str) -> str:
    """A name as the tables have it: small letters, and one spelling of each word."""
    lowered = word.lower()
    return _SPELLINGS.get(lowered, lowered)


class UnknownNameError(ValueError):
    """A name that is not on the list of those ``known``."""

    def __init__(self, message: str, name: str, known: tuple[str, ...]) -> None:
        super().__init__(message)
        self.name = name
        self.known = known


@frozen
class Integer:
    """Any whole number."""

    expected: str = "a whole number"

    def coerce(self, name: str, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"{name} takes {self.expected}, got {spell(value)}")
        return value


@frozen
class Text:
    """Text, in quotes."""

    expected: str = 'text in quotes, such as "data/mnist"'

    def coerce(self, name: str, value: object) -> str:
        if not isinstance(value, str):
            raise TypeError(f"{name} takes {self.expected}, got {spell(value)}")
        if not value:
            raise ValueError(f"{name} must not be empty")
        return value


@frozen
class Fold(Text):
    """Which of how many equal parts validates, as text: ``2/5``."""

    expected: str = 'a fold in quotes, such as "2/5" for the second of five'

    def coerce(self, name: str, value: object) -> str:
        text = super().coerce(name, value)
        found = _FOLD.fullmatch(text)
        if not found or not 1 <= int(found[1]) <= int(found[2]) or int(found[2]) < 2:
            raise ValueError(f"{name} must be {self.expected}, got {spell(value)}")
        return text


@frozen
class Shares:
    """Whether classes have equal shares, or as a word their own."""

    expected: str = "true, false or `stratified`"

    def coerce(self, name: str, value: object) -> bool | str:
        if isinstance(value, bool) or value == "stratified":
            return value
        raise TypeError(f"{name} takes {self.expected}, got {spell(value)}")


@frozen
class Images:
    """How many images: a number of them, a fraction of those there are, or ``all`` or ``auto``, stored as that word."""

    most: int = 1_000_000_000
    expected: str = "a number of images, a fraction between 0 and 1, `all`, or `auto`"

    def coerce(self, name: str, value: object) -> int | float | str:
        if isinstance(value, str) and canonical(value) in _WORDS:
            return canonical(value)
        if isinstance(value, str):
            raise UnknownNameError(f"unknown {name} `{value}`", value, _WORDS)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"{name} takes {self.expected}, got {spell(value)}")
        if isinstance(value, float) and not 0 < value < 1:
            raise ValueError(f"{name} must be {self.expected}, got {spell(value)}")
        return value if isinstance(value, float) else Whole(1, self.most).coerce(name, value)


@frozen
class Unless:
    """A value of another domain, or a word that stands for having none (stored as ``None``)."""

    word: str
    inner: Domain

    @property
    def expected(self) -> str:
        return f"{self.inner.expected}, or `{self.word}`"

    def coerce(self, name: str, value: object) -> Any:
        return None if value is None else self.inner.coerce(name, value)


@frozen
class Items:
    """A list with at least one value, each of another domain; stored as a tuple."""

    inner: Domain
    distinct: bool = False

    @property
    def expected(self) -> str:
        return f"a list in brackets, each {self.inner.expected}"

    def coerce(self, name: str, value: object) -> tuple[Any, ...]:
        if not isinstance(value, tuple | list):
            raise TypeError(f"{name} takes {self.expected}, got {spell(value)}")
        if not value:
            raise ValueError(f"{name} must have at least one value")
        values = tuple(self.inner.coerce(name, item) for item in value)
        twice = next((item for item in values if values.count(item) > 1), None) if self.distinct else None
        if twice is not None:
            raise ValueError(f"{name} has `{spell(twice)}` twice")
        return values


@frozen
class Constructors:
    """A value made by one of a closed list of classes, as in ``sgd(lr=0.1)``.

    Those that stand on ``lines`` of their own have their names as layers do: ``RandomCrop 28``.
    """

    classes: tuple[type, ...]
    lines: bool = False

    @property
    def known(self) -> tuple[str, ...]:
        """Their names in the language."""
        return tuple(map(self.name_of, self.classes))

    @property
    def expected(self) -> str:
        return " or ".join(f"`{name}`" for name in self.known)

    def name_of(self, cls: type) -> str:
        """``cross_entropy`` of ``CrossEntropy``; on a line its own name."""
        return cls.__name__ if self.lines else re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def find(self, key: str, name: str) -> type:
        """The class of a name, whatever its case; raises :class:`UnknownNameError`."""
        for known, cls in zip(self.known, self.classes, strict=True):
            if known.lower() == name.lower():
                return cls
        raise UnknownNameError(f"unknown {key} `{name}`", name, self.known)

    def coerce(self, name: str, value: object) -> Any:
        if not isinstance(value, self.classes):
            raise TypeError(f"{name} takes {self.expected}, got {spell(value)}")
        return value
