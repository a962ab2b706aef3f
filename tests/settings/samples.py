"""Sections to read, and whatever may be written in them, read off the schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from cnndsl.errors import Diagnostic
from cnndsl.language.parse import parse
from cnndsl.language.source import Source
from cnndsl.language.syntax import Section
from cnndsl.layers._fields import Domain, Flag, Real, Starts, Whole, Words, domain_of
from cnndsl.settings import Override, Settings, read_settings
from cnndsl.settings._domains import Constructors, Fold, Images, Integer, Items, Shares, Text, Unless
from cnndsl.settings._fields import fields_of
from cnndsl.settings._names import constructors_of, keys, value_text
from cnndsl.settings.augment import AUGMENTATIONS
from cnndsl.settings.overrides import read_override
from cnndsl.settings.sections import KEYED
from cnndsl.settings.text import write_setting


def read(text: str, *overrides: Override, variables: tuple[str, ...] = ()) -> tuple[Settings, tuple[Diagnostic, ...]]:
    """The settings of a text, and what is wrong with it."""
    source = Source("m", text)
    statements, found = parse(source)
    assert found == ()
    sections = tuple(statement for statement in statements if isinstance(statement, Section))
    return read_settings(source, sections, overrides, variables)


def settings_of(text: str, *overrides: Override, variables: tuple[str, ...] = ()) -> Settings:
    """The settings of a text without a fault."""
    settings, found = read(text, *overrides, variables=variables)
    assert [diagnostic for diagnostic in found if diagnostic.code != "C405"] == []
    return settings


def error_of(text: str, *overrides: Override, variables: tuple[str, ...] = ()) -> Diagnostic:
    """The one thing that is wrong with a text, but for a missing seed."""
    _, found = read(text, *overrides, variables=variables)
    (diagnostic,) = (diagnostic for diagnostic in found if diagnostic.code != "C405")
    return diagnostic


def change(text: str) -> Override:
    """What ``--set`` makes of a text."""
    override, found = read_override(text)
    assert found == ()
    assert override is not None
    return override


def underlined(diagnostic: Diagnostic) -> str:
    """What a diagnostic's caret stands under."""
    span = diagnostic.span
    (text,) = (text for line, text, _ in diagnostic.excerpt if line == span.line)
    return text[span.column - 1 : span.column - 1 + span.width]


def _reals(domain: Real) -> st.SearchStrategy[float]:
    low, high = max(domain.low, -1e6), min(domain.high, 1e6)
    return st.floats(low, high, exclude_min=domain.open_low, exclude_max=domain.open_high)


VALUES: dict[type, Callable[[Any], st.SearchStrategy[Any]]] = {
    Whole: lambda domain: st.integers(domain.minimum, min(domain.maximum, 1000)),
    Integer: lambda _: st.integers(-(2**40), 2**40),
    Flag: lambda _: st.booleans(),
    Real: _reals,
    Words: lambda domain: st.sampled_from(domain.known),
    Starts: lambda domain: st.one_of(st.sampled_from(domain.known), st.floats(-9, 9)),
    Text: lambda _: st.text("abc/. -", min_size=1),
    Images: lambda _: st.one_of(st.integers(1, 10**6), st.floats(0.01, 0.99), st.sampled_from(["all", "auto"])),
    Fold: lambda _: st.integers(2, 99).flatmap(lambda of: st.integers(1, of).map(lambda one: f"{one}/{of}")),
    Shares: lambda _: st.sampled_from([True, False, "stratified"]),
    Unless: lambda domain: st.one_of(st.none(), values(domain.inner)),
    Items: lambda domain: st.lists(values(domain.inner), min_size=1, max_size=4, unique=domain.distinct).map(tuple),
    Constructors: lambda domain: st.sampled_from(domain.classes).flatmap(specs),
}


def values(domain: Domain) -> st.SearchStrategy[Any]:
    """Any stored value of a domain."""
    return VALUES[type(domain)](domain)


def specs(cls: type) -> st.SearchStrategy[Any]:
    """Any value of a class of settings."""
    return st.builds(cls, **{name: values(domain_of(field)) for name, field in fields_of(cls).items()})


@st.composite
def all_settings(draw: st.DrawFn) -> Settings:
    """Any settings that are right by themselves, if not together."""
    keyed = {name: draw(specs(cls)) for name, cls in KEYED.items()}
    augment = draw(st.lists(values(AUGMENTATIONS), max_size=3))
    return Settings(**keyed, augment=tuple(augment))


def written(settings: Settings) -> str:
    """The sections of a file that says all of it."""
    lines = []
    for section in KEYED:
        rows = (f"  {key} = {value_text(settings, target)}" for key, target in keys(section).items())
        lines += [f"{section} {{", *rows, "}"]
    operations = (f"  {write_setting(AUGMENTATIONS, operation)}" for operation in settings.augment)
    return "\n".join([*lines, "augment {", *operations, "}"]) + "\n"


def every_class() -> list[type]:
    """The sections, and every class that makes a value in them."""
    found: list[type] = []
    waiting: list[type] = [*KEYED.values(), *AUGMENTATIONS.classes]
    while waiting:
        cls = waiting.pop(0)
        found.append(cls)
        for field in fields_of(cls).values():
            domain = constructors_of(domain_of(field))
            waiting += domain.classes if domain else ()
    return found
