"""The sections of a file, and the command line's changes, to validated settings: every error in one run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import attrs

from cnndsl.errors import Diagnostic, Span
from cnndsl.language.source import Source
from cnndsl.language.syntax import Argument, Call, Claim, Forbid, Items, Layer, Section, Setting
from cnndsl.language.text import write_argument, write_value
from cnndsl.settings._checks import check_train
from cnndsl.settings._claims import read_claims
from cnndsl.settings._domains import canonical
from cnndsl.settings._fields import changed
from cnndsl.settings._findings import Findings, suggestion
from cnndsl.settings._names import canonical_name, find_target, keys, owners, suggest_name, usual_name
from cnndsl.settings._origin import one_source
from cnndsl.settings._reading import NOTHING, construct, read_value
from cnndsl.settings._sweeping import read_axes
from cnndsl.settings.augment import AUGMENTATIONS, Operation
from cnndsl.settings.overrides import Override
from cnndsl.settings.require import Require
from cnndsl.settings.sections import KEYED, Place, Settings
from cnndsl.settings.sweep import Sweep

#: What may stand in a section, and what such a line looks like.
_ENTRIES: dict[str, tuple[tuple[type, ...], str]] = {
    "data": ((Setting,), "`key = value`"),
    "augment": ((Layer,), "an operation such as `RandomCrop 28`"),
    "train": ((Setting,), "`key = value`"),
    "require": ((Claim, Forbid), "a claim such as `params < 20_000`, or `no Dropout`"),
    "sweep": ((Setting,), "`name = [value, value]`"),
}


def read_settings(
    source: Source,
    sections: tuple[Section, ...],
    overrides: tuple[Override, ...] = (),
    variables: Collection[str] = (),
) -> tuple[Settings, tuple[Diagnostic, ...]]:
    """The settings of a file, and everything wrong with its sections and with the overrides.

    ``variables`` are the names that ``let`` defines. What cannot be read has its default.
    """
    return _Reader(source, overrides, frozenset(variables)).run(sections)


class _Reader:
    def __init__(self, source: Source, overrides: tuple[Override, ...], variables: frozenset[str]) -> None:
        self.overrides = overrides
        self.variables = variables
        self.findings = Findings(source, *(override.source for override in overrides))
        self.places: dict[str, Place] = {}
        self.unread: set[str] = set()

    def run(self, sections: tuple[Section, ...]) -> tuple[Settings, tuple[Diagnostic, ...]]:
        first = self.once_each(sections)
        entries = {name: self.entries(name, first.get(name)) for name in _ENTRIES}
        whole, parts = self.sorted_overrides()
        keyed = {name: self.keyed(name, entries[name], whole) for name in KEYED}
        settings = self.with_parts(Settings(**keyed, augment=self.operations(entries["augment"])), parts)
        settings = attrs.evolve(settings, data=one_source(settings.data, self.places, self.findings))
        if "train" in first:
            settings = self.with_seed(settings, first["train"].span)
        settings = attrs.evolve(
            settings,
            require=Require(read_claims(entries["require"], self.findings)),
            sweep=Sweep(read_axes(entries["sweep"], settings, self.variables, self.findings)),
            places=self.places,
        )
        check_train(settings, self.findings, epochs_known="train.epochs" not in self.unread)
        return settings, self.findings.sorted()

    def once_each(self, sections: tuple[Section, ...]) -> dict[str, Section]:
        first: dict[str, Section] = {}
        for section in sections:
            if section.name in first:
                line = first[section.name].span.line
                message = f"section `{section.name}` is given twice (first on line {line})"
                self.findings.add("C402", message, section.span, "put all of it into one")
            first.setdefault(section.name, section)
        return first

    def entries(self, name: str, section: Section | None) -> tuple[Any, ...]:
        """The lines of a section that may stand in it."""
        kinds, form = _ENTRIES[name]
        legal = []
        for entry in section.entries if section else ():
            if isinstance(entry, kinds):
                legal.append(entry)
            else:
                text, span, meant = _foreign(entry)
                message = f"`{text}` cannot stand in `{name}`: a line there is {form}"
                self.findings.add("P001", message, span, meant if name in {*KEYED, "require"} else "")
        return tuple(legal)

    def sorted_overrides(self) -> tuple[dict[str, Override], tuple[Override, ...]]:
        """Those of whole keys by name, and those of an argument of a value."""
        first: dict[str, Override] = {}
        for override in self.overrides:
            name = canonical_name(override.name)
            section, _, key = name.partition(".")
            if name in first:
                message = f"`{name}` is set twice, by `{first[name].option}` and by `{override.option}`"
                self.findings.add("C402", message, override.argument.span, "keep one")
            elif key and section in KEYED and key.partition(".")[0] in keys(section):
                first[name] = override
            elif name in self.variables:
                first[name] = override
                self.variable(override)
            else:
                self.unknown_name(override)
        whole = {name: override for name, override in first.items() if name.count(".") == 1}
        return whole, tuple(override for name, override in first.items() if name.count(".") > 1)

    def variable(self, override: Override) -> None:
        """A variable's value is the graph's affair, but for its place, and for what no variable can be."""
        given = override.argument
        self.places[override.name] = override.place
        if isinstance(given.value, Call | Items):
            message = f"variable {override.name} takes a number, a size or a word, got `{write_value(given.value)}`"
            self.findings.add("A106", message, given.span)

    def unknown_name(self, override: Override) -> None:
        span = override.argument.name_span or override.argument.span
        hint = suggest_name(override.name, Settings(), self.variables)
        self.findings.add("C401", f"there is no variable or setting `{override.name}`", span, hint)

    def keyed(self, section: str, entries: tuple[Setting, ...], overrides: Mapping[str, Override]) -> Any:
        """A section of keys and values."""
        given: dict[str, tuple[Argument, Place]] = {}
        for argument in (entry.argument for entry in entries):
            key, span = canonical(argument.name or ""), argument.name_span or argument.span
            if key not in keys(section):
                self.unknown_key(section, argument.name or "", span, entries)
            elif key in given:
                line = given[key][1].span.line
                message = f"key `{key}` is set twice (lines {line} and {span.line})"
                self.findings.add("C402", message, span, "keep one", others=((given[key][1].span, "the first"),))
            else:
                given[key] = argument, Place(span)
        for name, override in overrides.items():
            if name.startswith(f"{section}."):
                given[name.partition(".")[2]] = override.argument, override.place
        values = {}
        for key, (argument, place) in given.items():
            target = keys(section)[key]
            value = read_value(target.domain, key, argument, self.findings, target.prefix)
            if value is NOTHING:
                self.unread.add(target.name)
            else:
                self.places[target.name] = place
                values[key] = value
        return KEYED[section](**values)

    def unknown_key(self, section: str, key: str, span: Span, entries: tuple[Setting, ...]) -> None:
        name = usual_name(key)
        written = {canonical(entry.argument.name or ""): entry.argument.value for entry in entries}
        inside = owners(section, name, written)
        elsewhere = [other for other in KEYED if name in keys(other) and other != section]
        if name in keys(section):
            hint = f"did you mean `{name}`?"
        elif inside:
            hint = f"did you mean `{name}` inside `{inside[0]}(...)`?"
        elif elsewhere:
            hint = f"it belongs in `{elsewhere[0]}`"
        else:
            hint = suggestion(name, keys(section))
        self.findings.add("C401", f"unknown key `{key}` in {section}", span, hint)

    def with_parts(self, settings: Settings, overrides: tuple[Override, ...]) -> Settings:
        """The settings with arguments of their values changed, as by ``train.optimizer.lr``."""
        for override in overrides:
            target = find_target(settings, override.name)
            if target is None:
                span = override.argument.name_span or override.argument.span
                hint = suggest_name(override.name, settings, self.variables)
                self.findings.add("C401", f"there is no setting `{override.name}`", span, hint)
                continue
            value = read_value(target.domain, target.argument, override.argument, self.findings, target.prefix)
            if value is not NOTHING:
                self.places[target.name] = override.place
                settings = target.replaced(settings, value)
        return settings

    def with_seed(self, settings: Settings, span: Span) -> Settings:
        """A file that says how to train, and names no seed, has one drawn for each run."""
        if "train.seed" in {*self.places, *self.unread}:
            return settings
        hint = "`seed = 7`, or `seed = random` if that is meant; the drawn seed is written to the manifest"
        message = "no seed: this run cannot be repeated exactly"
        self.findings.add("C405", message, span, hint, severity="warning")
        return attrs.evolve(settings, train=changed(settings.train, seed=None))

    def operations(self, lines: tuple[Layer, ...]) -> tuple[Operation, ...]:
        operations: list[Operation] = []
        for line in lines:
            made = construct(AUGMENTATIONS, line.name, line.arguments, line.span, "augmentation", self.findings)
            if made is not NOTHING:
                self.places[f"augment.{len(operations)}"] = Place(line.span)
                operations.append(made)
        return tuple(operations)


def _foreign(entry: Setting | Claim | Forbid | Layer) -> tuple[str, Span, str]:
    """An entry of another section's form: its text, its place, and the setting that it was perhaps meant as."""
    match entry:
        case Setting(argument):
            text = write_value(argument.value)
            return (
                f"{argument.name} = {text}",
                argument.name_span or argument.span,
                f"write `{argument.name} == {text}`",
            )
        case Claim(name, sign, value, span):
            return f"{name} {sign} {write_argument(value)}", span, f"write `{name} = {write_argument(value)}`"
        case Forbid(name, span):
            return f"no {name}", span, ""
        case Layer(name, arguments, span):
            values = " ".join(map(write_argument, arguments))
            return f"{name} {values}".rstrip(), span, f"write `{name} = {values}`" if values else ""
