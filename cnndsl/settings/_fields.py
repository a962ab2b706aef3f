"""Fields of settings. Like those of a layer, each carries its domain and a line of help, for every reader."""

from __future__ import annotations

from typing import Any, TypeVar, cast, dataclass_transform

import attrs

from cnndsl.layers._fields import Domain

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(attrs.field,))
def settings_spec(cls: type[T]) -> type[T]:
    """Make a frozen class of settings, whose fields are made by :func:`setting`."""
    return attrs.frozen(cls)


def setting(doc: str, domain: Domain, default: Any = attrs.NOTHING) -> Any:
    """A field whose values are those of a domain; required without a default."""

    def convert(value: object, _instance: object, attribute: attrs.Attribute[Any]) -> Any:
        return domain.coerce(attribute.name, value)

    converter = attrs.Converter(convert, takes_self=True, takes_field=True)
    return attrs.field(default=default, converter=converter, metadata={"domain": domain, "doc": doc})


def fields_of(cls: type) -> dict[str, attrs.Attribute[Any]]:
    """The fields of a class of settings by name, in the order of its positional arguments."""
    return {field.name: field for field in attrs.fields(cls)}


def constants_of(spec: object) -> dict[str, Any]:
    """The values of the fields of a value of a class of settings, by name: what is called with them."""
    return {name: getattr(spec, name) for name in fields_of(type(spec))}


def changed(spec: T, **values: Any) -> T:
    """Another value of a class of settings, with some of its fields changed."""
    changed_spec: T = attrs.evolve(cast("Any", spec), **values)
    return changed_spec
