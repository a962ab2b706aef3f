"""Reading ``require``: which claims there are, and that each compares with a number that it can have."""

from __future__ import annotations

import re

from cnndsl.language import syntax
from cnndsl.language.syntax import Argument
from cnndsl.language.text import write_value
from cnndsl.layers import find_kind, known_names
from cnndsl.settings._domains import canonical
from cnndsl.settings._findings import Findings, suggestion
from cnndsl.settings.require import CLAIMS, UNITS, Claim, Forbidden

_OTHER_NAMES = {"parameters": "params", "flops": "macs", "layers": "depth", "outputs": "output", "bytes": "memory"}
_UNITS = {unit.lower(): unit for unit in UNITS}
_WITH_UNIT = re.compile(rf"([0-9]+\.?[0-9]*) *({'|'.join(UNITS)})", re.IGNORECASE)


def read_claims(entries: tuple[syntax.Claim | syntax.Forbid, ...], findings: Findings) -> tuple[Claim | Forbidden, ...]:
    """The claims that can be proved or refuted; what is wrong with the others is reported."""
    read = [
        _read_forbid(entry, findings) if isinstance(entry, syntax.Forbid) else _read_claim(entry, findings)
        for entry in entries
    ]
    return tuple(claim for claim in read if claim is not None)


def _read_forbid(entry: syntax.Forbid, findings: Findings) -> Forbidden | None:
    kind = find_kind(entry.name)
    if kind is None:
        findings.add("N010", f"unknown layer `{entry.name}`", entry.span, suggestion(entry.name, known_names()))
        return None
    return Forbidden(kind.name, entry.span)


def _read_claim(entry: syntax.Claim, findings: Findings) -> Claim | None:
    name = canonical(entry.name)
    if name not in CLAIMS:
        hint = suggestion(_OTHER_NAMES.get(name, name), CLAIMS)
        findings.add("C401", f"unknown claim `{entry.name}` in require", entry.span, hint)
        return None
    value, text = _bound(name, entry.sign, entry.value), _written(entry.value)
    if value is None:
        message = f"{name} {entry.sign} takes {_expected(name, entry.sign)}, got `{text}`"
        findings.add("A106", message, entry.value.span, _hint(name, entry.value))
        return None
    if isinstance(value, float | int) and value < 0:
        findings.add("C407", f"{name} is never below 0, got `{text}`", entry.value.span)
        return None
    return Claim(name, entry.sign, value, f"{name} {entry.sign} {text}", entry.span)


def _bound(name: str, sign: str, given: Argument) -> float | tuple[int, ...] | None:
    """What a claim compares with; ``None`` if it is nothing of the kind."""
    match given.value:
        case bool():
            return None
        case int() | float():
            return given.value
        case tuple() if name == "output" and sign == "==":
            return given.value
        case str(text) if name == "memory" and (match := _WITH_UNIT.fullmatch(text)):
            return float(match[1]) * UNITS[_UNITS[match[2].lower()]]
    return None


def _expected(name: str, sign: str) -> str:
    if name == "memory":
        return 'a number of bytes, such as `200_000` or `"200 kB"`'
    return "a number or a shape such as `16x4x4`" if name == "output" and sign == "==" else "a number"


def _hint(name: str, given: Argument) -> str:
    if not isinstance(given.value, str):
        return ""
    return f"units of memory: {', '.join(UNITS)}" if name == "memory" else "remove the quotes"


def _written(given: Argument) -> str:
    """As a file would have it, with the thousands of large numbers set apart."""
    value = given.value
    large = isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10_000
    return f"{value:_}" if large else write_value(value)
