"""Everything that sections may say, in words: the help texts of the schema, put together."""

from __future__ import annotations

from inspect import cleandoc

from attrs import frozen

from cnndsl.layers._fields import domain_of
from cnndsl.settings._domains import Constructors
from cnndsl.settings._fields import fields_of
from cnndsl.settings._names import constructors_of, keys, value_text
from cnndsl.settings.augment import AUGMENTATIONS
from cnndsl.settings.require import CLAIMS
from cnndsl.settings.sections import KEYED, Settings
from cnndsl.settings.text import write_signature


@frozen
class Entry:
    """A name as it is written, what it is, and what belongs to it: values of a key, arguments of a value."""

    name: str
    meaning: str
    parts: tuple[Entry, ...] = ()


def reference() -> dict[str, tuple[Entry, ...]]:
    """By section: its keys or forms, and below those that take constructors each of these."""
    return {
        **{section: _keys(section) for section in KEYED},
        "augment": _constructors(AUGMENTATIONS),
        "require": (
            *(Entry(name, meaning) for name, meaning in CLAIMS.items()),
            Entry("no Layer", "none of a kind"),
        ),
        "sweep": (Entry("name = [value, ...]", "a variable, or a setting such as train.batch: every combination"),),
    }


def _keys(section: str) -> tuple[Entry, ...]:
    entries = []
    for key, target in keys(section).items():
        doc = fields_of(KEYED[section])[key].metadata["doc"]
        default = value_text(Settings(), target)
        constructors = constructors_of(target.domain)
        takes = "" if constructors else f" ({target.domain.expected})"
        values = _constructors(constructors) if constructors else ()
        entries.append(Entry(f"{key} = {default}", f"{doc}{takes}", values))
    return tuple(entries)


def _constructors(domain: Constructors) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            write_signature(domain, cls),
            " ".join(cleandoc(cls.__doc__ or "").replace("``", "`").split()),
            tuple(
                Entry(name, f"{field.metadata['doc']} ({domain_of(field).expected})")
                for name, field in fields_of(cls).items()
            ),
        )
        for cls in domain.classes
    )
