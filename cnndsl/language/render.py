"""Specs back to text, in canonical form: what is printed parses to the same spec."""

from __future__ import annotations

from typing import Any, cast

import attrs

from cnndsl.layers import kind_of
from cnndsl.layers._fields import spell


def render_spec(spec: object) -> str:
    """A layer line: positional arguments up to the last that differs from its default, then the named ones."""
    fields: tuple[attrs.Attribute[Any], ...] = attrs.fields(cast("type[attrs.AttrsInstance]", type(spec)))
    values = [(field, getattr(spec, field.name)) for field in fields]
    positional = [(value, value != _default(spec, field)) for field, value in values if not field.kw_only]
    named_only = [(field, value) for field, value in values if field.kw_only]
    while positional and not positional[-1][1]:
        positional.pop()
    named = [f"{field.name}={_short(value)}" for field, value in named_only if value != _default(spec, field)]
    return " ".join([kind_of(spec).name, *(_short(value) for value, _ in positional), *named])


def _default(spec: object, field: attrs.Attribute[Any]) -> object:
    factory = getattr(field.default, "factory", None)  # of a default that depends on the other fields
    return factory(spec) if factory else field.default


def _short(value: object) -> str:
    return spell(value[0] if isinstance(value, tuple) and len(set(value)) == 1 else value)
