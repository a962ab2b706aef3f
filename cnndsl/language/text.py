"""Values and sections back to text."""

from __future__ import annotations

from math import isinf

from cnndsl.language.syntax import (
    Argument,
    Call,
    Claim,
    Forbid,
    Items,
    Layer,
    Operation,
    Reference,
    Section,
    Setting,
    Value,
    Variable,
)
from cnndsl.layers import find_kind
from cnndsl.layers._fields import spell


def write_value(value: Value) -> str:
    """A value as a file has it."""
    match value:
        case float() if isinf(value):
            return "1e999" if value > 0 else "-1e999"
        case str():
            return f'"{value}"'
        case Variable(name) | Reference(name):
            return f"{'$' if isinstance(value, Variable) else '@'}{name}"
        case Operation(sign, left, right):
            return f"({write_value(left)} {sign} {write_value(right)})"
        case Call(arguments=values) | Items(values):
            listed = ", ".join(map(write_argument, values))
            return f"{value.name}({listed})" if isinstance(value, Call) else f"[{listed}]"
    return spell(value)


def write_argument(argument: Argument) -> str:
    """``name=value`` or ``value``."""
    text = write_value(argument.value)
    return text if argument.name is None else f"{argument.name}={text}"


def write_section(section: Section) -> list[str]:
    """The lines of a section."""
    return [f"{section.name} {{", *(f"  {line}" for line in map(write_entry, section.entries)), "}"]


def write_entry(entry: Setting | Claim | Forbid | Layer) -> str:
    """A line of a section."""
    match entry:
        case Setting(argument):
            return f"{argument.name} = {write_value(argument.value)}"
        case Claim(name, sign, value):
            return f"{name} {sign} {write_value(value.value)}"
        case Forbid(name):
            kind = find_kind(name)
            return f"no {kind.name if kind else name}"
        case Layer(name, arguments):
            return " ".join([name, *map(write_argument, arguments)])
