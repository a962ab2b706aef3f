"""What is in force, and where each part of it is from: the command line beats the file, the file beats the default."""

from __future__ import annotations

from attrs import frozen

from cnndsl.language.graph import LetValue
from cnndsl.language.text import write_argument, write_value
from cnndsl.settings._names import keys, value_text
from cnndsl.settings.augment import AUGMENTATIONS
from cnndsl.settings.require import Claim
from cnndsl.settings.sections import KEYED, SECTIONS, Place, Settings
from cnndsl.settings.text import write_setting

DEFAULT = "default"


@frozen
class Row:
    """One thing that is in force. ``value`` is written as the file would have it; ``origin`` is for people.

    Of lines that have no key, as those of ``augment``, ``key`` is empty.
    """

    section: str
    key: str
    value: str
    origin: str = DEFAULT

    @property
    def name(self) -> str:
        """``train.batch``, ``let w``, or the section of a line without a key."""
        return f"{self.section}{' ' if self.section == 'let' else '.'}{self.key}" if self.key else self.section


@frozen
class Effective:
    """The rows in canonical order: variables, then sections, and in them keys, as the language lists them."""

    rows: tuple[Row, ...]


def effective(settings: Settings, lets: tuple[LetValue, ...] = ()) -> Effective:
    """The table of the variables and settings of a file."""
    rows = {
        "let": tuple(_variable_row(settings, let) for let in lets),
        **{section: _keyed_rows(settings, section) for section in KEYED},
        "augment": tuple(
            Row("augment", "", write_setting(AUGMENTATIONS, operation), str(settings.places[f"augment.{at}"]))
            for at, operation in enumerate(settings.augment)
        ),
        "require": tuple(
            Row(
                "require",
                "",
                claim.text if isinstance(claim, Claim) else f"no {claim.layer}",
                f"{claim.span.file}:{claim.span.line}",
            )
            for claim in settings.require.claims
        ),
        "sweep": tuple(
            Row(
                "sweep",
                axis.name,
                f"[{', '.join(map(write_argument, axis.values))}]",
                f"{axis.span.file}:{axis.span.line}",
            )
            for axis in settings.sweep.axes
        ),
    }
    return Effective(tuple(row for section in ("let", *SECTIONS) for row in rows[section]))


def _variable_row(settings: Settings, let: LetValue) -> Row:
    place = settings.places.get(let.name, Place(let.span))
    return Row("let", let.name, write_value(let.value), str(place))


def _keyed_rows(settings: Settings, section: str) -> tuple[Row, ...]:
    return tuple(
        Row(section, key, value_text(settings, target), _origin(settings, target.name))
        for key, target in keys(section).items()
    )


def _origin(settings: Settings, name: str) -> str:
    """Where a key's value is from, and then what the command line changed within it."""
    places = [place for key, place in settings.places.items() if key == name or key.startswith(f"{name}.")]
    return ", ".join(dict.fromkeys(map(str, places))) or DEFAULT
