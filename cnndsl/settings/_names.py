"""Dotted names of settings: ``train.batch``, and ``train.optimizer.lr`` for an argument of the value that is there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import attrs

from cnndsl.language.syntax import Call, Value
from cnndsl.language.values import closest
from cnndsl.layers._fields import Domain, domain_of
from cnndsl.settings._domains import Constructors, Items, Unless, canonical
from cnndsl.settings._fields import changed, fields_of
from cnndsl.settings.sections import KEYED, Settings
from cnndsl.settings.text import write_setting

#: What other programs call these keys and arguments.
_OTHER_NAMES = {
    "learning_rate": "lr",
    "batch_size": "batch",
    "max_epochs": "epochs",
    "num_epochs": "epochs",
    "random_seed": "seed",
    "wd": "weight_decay",
    "early_stopping": "stop",
    "lr_schedule": "schedule",
    "scheduler": "schedule",
    "smoothing": "label_smoothing",
    "dataset": "name",
}


@attrs.frozen
class Target:
    """What a name means. ``argument`` is empty for a key itself; ``owner`` is the constructor that has the argument."""

    section: str
    key: str
    argument: str
    domain: Domain
    owner: str = ""

    @property
    def prefix(self) -> str:
        """What messages have before the key, or before the argument."""
        return f"{self.owner} " if self.owner else f"{self.section}."

    @property
    def name(self) -> str:
        """The canonical name."""
        return ".".join(filter(None, (self.section, self.key, self.argument)))

    def replaced(self, settings: Settings, value: Any) -> Settings:
        """The settings with another value here; of an argument, its owner must be the value that is there."""
        section = getattr(settings, self.section)
        if self.argument:
            value = changed(getattr(section, self.key), **{self.argument: value})
        return attrs.evolve(settings, **{self.section: changed(section, **{self.key: value})})


def targets(settings: Settings) -> dict[str, Target]:
    """Everything that has a name, given what the settings are now."""
    found = [target for section in KEYED for target in _targets(section, getattr(settings, section))]
    return {target.name: target for target in found}


def find_target(settings: Settings, name: str) -> Target | None:
    """What a name means, whatever its case and spelling."""
    return targets(settings).get(canonical_name(name))


def canonical_name(name: str) -> str:
    """A dotted name as the tables have it; a variable's, which has no dot, as it is."""
    return ".".join(map(canonical, name.split("."))) if "." in name else name


def keys(section: str) -> dict[str, Target]:
    """The keys of a section."""
    return {name: Target(section, name, "", domain_of(field)) for name, field in fields_of(KEYED[section]).items()}


def owners(section: str, argument: str, written: Mapping[str, Value]) -> list[str]:
    """The constructors of a section that take an argument of this name, those that are ``written`` first."""
    domains = [(key, constructors_of(target.domain)) for key, target in keys(section).items()]
    found = [
        (key, domain.name_of(cls))
        for key, domain in domains
        if domain
        for cls in domain.classes
        if argument in fields_of(cls)
    ]
    used = {key: _head(value) for key, value in written.items()}
    return [name for _, name in sorted(found, key=lambda pair: used.get(pair[0]) != pair[1])]


def _head(value: Value) -> str:
    """``adam`` of ``Adam`` and of ``adam(lr=1)``."""
    return str(value.name if isinstance(value, Call) else value).lower()


def constructors_of(domain: Domain) -> Constructors | None:
    """The constructors that make values of a domain, or the items of its lists, if some do."""
    while isinstance(domain, Unless | Items):
        domain = domain.inner
    return domain if isinstance(domain, Constructors) else None


def value_text(settings: Settings, target: Target) -> str:
    """The value of a key as text."""
    return write_setting(target.domain, getattr(getattr(settings, target.section), target.key))


def _targets(section: str, values: Any) -> list[Target]:
    found = []
    for key, target in keys(section).items():
        found.append(target)
        value, domain = getattr(values, key), constructors_of(target.domain)
        if domain and attrs.has(type(value)):  # a list of such values has no names for what is in them
            owner = domain.name_of(type(value))
            found += [
                Target(section, key, name, domain_of(field), owner) for name, field in fields_of(type(value)).items()
            ]
    return found


def usual_name(name: str) -> str:
    """What this language calls a key or an argument that others call so."""
    return _OTHER_NAMES.get(canonical(name), canonical(name))


def suggest_name(name: str, settings: Settings, variables: Collection[str]) -> str:
    """Which dotted name or variable was perhaps meant."""
    known = [*variables, *targets(settings)]
    ends = [full for full in known if full.rpartition(".")[2] == usual_name(name.rpartition(".")[2])]
    close = ends[0] if ends else closest(name, tuple(known))
    if close:
        return f"did you mean `{close}`?"
    return "a variable of the file, or a setting such as `train.batch`: `cnndsl config` lists them"
