"""Numbers as people read them."""

from __future__ import annotations

_STEPS = (" k", " M", " G", " T", " P", " E")


def compact(number: int) -> str:
    """Three digits and a unit of a thousand, a million ...; numbers below 10,000 in full."""
    return f"{number:,}" if number < 10_000 else _scaled(number, 1000, ("", *_STEPS))


def memory(count: int) -> str:
    """Bytes, in units of 1,024."""
    return _scaled(count, 1024, (" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"))


def _scaled(number: int, step: int, units: tuple[str, ...]) -> str:
    value, power = float(number), 0
    while value >= 999.5 and power < len(units) - 1:
        value, power = value / step, power + 1
    digits = 0 if power == 0 or value >= 99.95 else 1 if value >= 9.995 else 2
    return f"{value:,.{digits}f}{units[power]}"
