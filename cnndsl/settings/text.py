"""Values of settings back to text as the language has it."""

from __future__ import annotations

from typing import Any

import attrs

from cnndsl.layers._fields import Domain, domain_of, spell
from cnndsl.settings._domains import Constructors, Items, Text, Unless
from cnndsl.settings._fields import fields_of
from cnndsl.settings.augment import AUGMENTATIONS
from cnndsl.settings.augment import Operation as Augmentation


def write_setting(domain: Domain, value: Any) -> str:
    """A stored value of a domain; what is written reads as the same value."""
    match domain:
        case Unless():
            return domain.word if value is None else write_setting(domain.inner, value)
        case Items():
            return f"[{', '.join(write_setting(domain.inner, item) for item in value)}]"
        case Constructors():
            return _write_constructor(domain, value)
        case Text():
            return f'"{value}"'
    return spell(value)


def write_operations(operations: tuple[Augmentation, ...]) -> tuple[str, ...]:
    """The lines of an ``augment`` section, with every argument."""
    return tuple(write_setting(AUGMENTATIONS, operation) for operation in operations)


def _write_constructor(domain: Constructors, value: Any) -> str:
    """``adam(lr=0.001, ...)`` with every argument; by name, but for those that have no default."""
    texts = [
        f"{'' if field.default is attrs.NOTHING else f'{field.name}='}{_write_field(field, value)}"
        for field in fields_of(type(value)).values()
    ]
    name = domain.name_of(type(value))
    if domain.lines:
        return " ".join([name, *texts])
    return f"{name}({', '.join(texts)})" if texts else name


def _write_field(field: attrs.Attribute[Any], value: object) -> str:
    return write_setting(domain_of(field), getattr(value, field.name))


def write_signature(domain: Constructors, cls: type) -> str:
    """``cosine(warmup=0.0, floor=0.0)``: the arguments of a constructor in order, with their defaults."""
    texts = [
        field.name
        if field.default is attrs.NOTHING
        else f"{field.name}={write_setting(domain_of(field), field.default)}"
        for field in fields_of(cls).values()
    ]
    name = domain.name_of(cls)
    return " ".join([name, *texts]) if domain.lines else f"{name}({', '.join(texts)})"
