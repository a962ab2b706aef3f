"""Reading ``sweep``: each name means something, each value is one that it can have, and the cells are not too many."""

from __future__ import annotations

from math import prod

from cnndsl.language.syntax import Argument, Call, Items, Setting
from cnndsl.language.text import write_value
from cnndsl.settings._findings import Findings
from cnndsl.settings._names import canonical_name, find_target, suggest_name
from cnndsl.settings._reading import read_value
from cnndsl.settings.sections import Settings
from cnndsl.settings.sweep import MOST_CELLS, Axis


def read_axes(
    entries: tuple[Setting, ...], settings: Settings, variables: frozenset[str], findings: Findings
) -> tuple[Axis, ...]:
    """The axes that are right; what is wrong with the others is reported."""
    axes: dict[str, Axis] = {}
    for argument in (entry.argument for entry in entries):
        axis = _read_axis(argument, settings, variables, findings)
        if axis is None:
            continue
        if axis.name in axes:
            message = f"`{axis.name}` is swept twice (lines {axes[axis.name].span.line} and {axis.span.line})"
            findings.add("C402", message, axis.span, "put all values into one list")
        axes.setdefault(axis.name, axis)
    cells = prod(len(axis.values) for axis in axes.values())
    if cells > MOST_CELLS:
        message = f"the sweep has {cells:,} cells, {MOST_CELLS:,} is the limit"
        findings.add("C407", message, next(iter(axes.values())).span, "fewer values, or fewer names")
        return ()
    return tuple(axes.values())


def _read_axis(given: Argument, settings: Settings, variables: frozenset[str], findings: Findings) -> Axis | None:
    name, span = canonical_name(given.name or ""), given.name_span or given.span
    if name not in variables and find_target(settings, name) is None:
        hint = suggest_name(name, settings, variables)
        findings.add("C401", f"there is no variable or setting `{name}` to sweep", span, hint)
        return None
    if not isinstance(given.value, Items):
        text = write_value(given.value)
        findings.add("A106", f"{name} takes a list, got `{text}`", given.span, f"write `[{text}]`")
        return None
    values = given.value.values
    if not values:
        findings.add("C407", f"{name} must have at least one value", given.span)
        return None
    before = len(findings)
    _check_distinct(name, values, findings)
    for value in values:
        _check_value(name, value, settings, findings)
    return Axis(name, values, span) if len(findings) == before else None


def _check_distinct(name: str, values: tuple[Argument, ...], findings: Findings) -> None:
    seen: set[str] = set()
    for value in values:
        text = write_value(value.value)
        if text in seen:
            findings.add("C402", f"{name} is to be `{text}` twice", value.span, "keep one")
        seen.add(text)


def _check_value(name: str, value: Argument, settings: Settings, findings: Findings) -> None:
    target = find_target(settings, name)
    if target is None:
        if isinstance(value.value, Call | Items):
            text = write_value(value.value)
            findings.add("A106", f"variable {name} takes a number, a size or a word, got `{text}`", value.span)
        return
    read_value(target.domain, target.argument or target.key, value, findings, target.prefix)
