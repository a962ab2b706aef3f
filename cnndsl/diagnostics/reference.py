"""The reference of layer kinds, read off their specs: fields, domains, docstrings, and an example that is computed."""

from __future__ import annotations

import sys
from inspect import Parameter, cleandoc, signature
from math import prod
from typing import Any

import attrs

from cnndsl.language.graph import Shape
from cnndsl.language.render import render_spec
from cnndsl.layers._fields import Domain, Size, domain_of, spell
from cnndsl.layers._kind import LayerKind, ShapeError

Kind = LayerKind[Any]

_INPUTS: tuple[Shape, ...] = ((16, 32, 32), (100,))


@attrs.frozen
class Argument:
    """An argument as the reference shows it; ``default`` is empty where it must be given."""

    name: str
    default: str
    takes: str
    doc: str
    named_only: bool


@attrs.frozen
class Worked:
    """A line with a layer, and what comes of it: shapes, and the arrays that it owns as ``name shape``."""

    spec: Any
    line: str
    in_shapes: tuple[Shape, ...]
    out_shape: Shape
    weights: tuple[str, ...]
    parameters: int


def summary(kind: Kind) -> str:
    """What a layer is, in a line: the headline of its file, or of its spec where the file holds a family."""
    heading = _joined(_docstring(sys.modules[kind.spec.__module__]).split("\n\n", maxsplit=1)[0])
    name, _, text = heading.partition(": ")
    return _sentence(text) if name == kind.name else _paragraphs(kind)[0]


def rules(kind: Kind) -> tuple[str, ...]:
    """The shape rule and the conventions, a paragraph each."""
    return tuple(paragraph for paragraph in _paragraphs(kind) if paragraph != summary(kind))


def signature_line(kind: Kind) -> str:
    """``Conv out kernel stride=1 pad=0 bias=true``: what is positional first, in its order."""
    given = [f"{each.name}={each.default}" if each.default else each.name for each in arguments(kind)]
    return " ".join([kind.name, *given, *(["@label ..."] if joins(kind) else [])])


def joins(kind: Kind) -> bool:
    """Whether a layer takes any number of values: the current one and labelled ones."""
    return any(each.kind is Parameter.VAR_POSITIONAL for each in signature(kind.out_shape).parameters.values())


def arguments(kind: Kind) -> tuple[Argument, ...]:
    """The arguments: positional ones in their order, then those that are named only."""
    spec = _example(kind)[0]
    fields: list[attrs.Attribute[Any]] = sorted(attrs.fields(kind.spec), key=lambda field: field.kw_only)
    return tuple(
        Argument(
            field.name,
            _default(field, spec),
            domain_of(field).expected,
            field.metadata["doc"],
            field.kw_only,
        )
        for field in fields
    )


def worked_example(kind: Kind) -> Worked:
    """A usual line, on a map of 16x32x32 or, where the layer takes none, on a vector of 100."""
    spec, in_shapes = _example(kind)
    weights = kind.weights(spec, *in_shapes)
    return Worked(
        spec,
        " ".join([render_spec(spec), *["@label"] * joins(kind)]),
        in_shapes,
        kind.out_shape(spec, *in_shapes),
        tuple(
            f"{name} {spell(weight.shape)}" if weight.trained else f"{name} {spell(weight.shape)} (kept, not trained)"
            for name, weight in weights.items()
        ),
        sum(prod(weight.shape) for weight in weights.values() if weight.trained),
    )


def _docstring(thing: object) -> str:
    return cleandoc(thing.__doc__ or "")  # none under `python -OO`


def _sentence(text: str) -> str:
    """With a capital, unless it begins with a formula."""
    word = text.split(" ", maxsplit=1)[0]
    return text if "(" in word or word == "x" else f"{text[:1].upper()}{text[1:]}"


def _paragraphs(kind: Kind) -> list[str]:
    return [_joined(part) for part in _docstring(kind.spec).split("\n\n")]


def _joined(text: str) -> str:
    """A paragraph of a docstring in a line, code in it as Markdown has it."""
    return " ".join(text.split()).replace("``", "`")


def _example(kind: Kind) -> tuple[Any, tuple[Shape, ...]]:
    required = [field for field in attrs.fields(kind.spec) if field.default is attrs.NOTHING]
    spec = kind.spec(**{field.name: _usual(field.name, domain_of(field)) for field in required})
    for shape in _INPUTS:
        in_shapes = (shape,) * (2 if joins(kind) else 1)
        try:
            kind.out_shape(spec, *in_shapes)
        except ShapeError:
            continue
        return spec, in_shapes
    raise AssertionError(f"no example for {kind.name}")


def _usual(name: str, domain: Domain) -> object:
    """A value that is as good as any for an argument that must be given."""
    for value in (3, 5) if isinstance(domain, Size) else (8, 0.5):
        try:
            return domain.coerce(name, value)
        except (TypeError, ValueError):
            continue
    raise AssertionError(f"no usual value for {name}")


def _default(field: attrs.Attribute[Any], spec: Any) -> str:
    """The default as the language writes it; the name of another argument where it is that one's value."""
    if field.default is attrs.NOTHING:
        return ""
    if not isinstance(field.default, attrs.Factory):  # type: ignore[arg-type]  # a class, typed as a function
        return _short(field.default)
    value = getattr(spec, field.name)
    earlier = [other.name for other in attrs.fields(type(spec)) if getattr(spec, other.name) == value]
    return earlier[0] if earlier[0] != field.name else _short(value)


def _short(value: object) -> str:
    return spell(value[0] if isinstance(value, tuple) and len(set(value)) == 1 else value)
