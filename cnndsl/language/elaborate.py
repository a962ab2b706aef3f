"""Syntax to specs: names looked up in the registry, arguments bound to fields, paths given."""

from __future__ import annotations

from collections import Counter
from difflib import get_close_matches
from typing import Any

import attrs

from cnndsl.errors import Diagnostic, Severity, Span
from cnndsl.language.graph import INPUT, Graph, Node
from cnndsl.language.source import Source
from cnndsl.language.syntax import Argument, Input, Layer, Statement, Word
from cnndsl.layers import find_kind, known_names
from cnndsl.layers._fields import domain_of, spell
from cnndsl.layers._kind import LayerKind


def elaborate(source: Source, statements: tuple[Statement, ...]) -> tuple[Graph, tuple[Diagnostic, ...]]:
    """The graph of the layers up to the first bad line, and every error in the file."""
    return _Elaboration(source).run(statements)


class _Elaboration:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.diagnostics: list[Diagnostic] = []
        self.labels: dict[str, int] = {}
        self.counts: Counter[str] = Counter()

    def run(self, statements: tuple[Statement, ...]) -> tuple[Graph, tuple[Diagnostic, ...]]:
        nodes: list[Node] = []
        for statement in statements:
            if isinstance(statement, Layer):
                node = self.node(statement, nodes[-1].path if nodes else INPUT)
                if node is not None and not self.diagnostics:
                    nodes.append(node)
        shape = self.input_shape([statement for statement in statements if isinstance(statement, Input)])
        if not nodes and not self.diagnostics:
            self.error("P005", "there is no layer line", Span(self.source.name, 1), "a first line: `Conv 6 5 1 2`")
        return Graph(tuple(nodes), self.source, shape), tuple(self.diagnostics)

    def error(self, code: str, message: str, span: Span, hint: str = "", severity: Severity = "error") -> None:
        excerpt = ((span.line, self.source.line(span.line), ""),)
        hints = (hint,) if hint else ()
        self.diagnostics.append(Diagnostic(code, severity, message, span, hints, excerpt=excerpt))

    def input_shape(self, inputs: list[Input]) -> tuple[int, ...]:
        if not inputs:
            return ()
        first, *others = inputs
        for other in others:
            self.error("C402", f"`input` is given twice (first on line {first.span.line})", other.span, "keep one")
        shape = first.shape
        if len(shape) != 3 or min(shape) < 1:
            message = f"`input {spell(shape)}` is not channels x height x width, each 1 or more"
            self.error("S203", message, first.span, "such as `input 3x32x32`")
        elif shape[2] in {1, 3, 4} and shape[0] == shape[1] > 4:
            message = f"input `{spell(shape)}` reads as {shape[0]} channels of {spell(shape[1:])}"
            last_first = spell((shape[2], *shape[:2]))
            self.error("S203", message, first.span, f"this language is channels first: `input {last_first}`")
        return shape

    def node(self, layer: Layer, previous: str) -> Node | None:
        kind = find_kind(layer.name)
        path = self.path(layer, kind)
        if kind is None:
            self.unknown_layer(layer)
            return None
        arguments = self.without_second_layer(layer)
        values = self.bind(layer, kind, arguments)
        if values is None:
            return None
        try:
            spec = kind.spec(**values)
        except ValueError as error:
            self.error("A103", f"{kind.name} {error}", layer.span)
            return None
        return Node(path, spec, (previous,), layer.span)

    def path(self, layer: Layer, kind: LayerKind[Any] | None) -> str:
        name = kind.name if kind else layer.name
        automatic = f"{name}.{self.counts[name]}"
        self.counts[name] += 1
        if layer.label is None:
            return automatic
        if layer.label in self.labels:
            message = f"label `{layer.label}` is already used on line {self.labels[layer.label]}"
            self.error("N012", message, layer.span, "labels are unique")
        self.labels.setdefault(layer.label, layer.span.line)
        return layer.label

    def unknown_layer(self, layer: Layer) -> None:
        close = _closest(layer.name, known_names())
        canonical = find_kind(close) if close else None
        hint = f"did you mean `{canonical.name}`?" if canonical else f"known: {', '.join(known_names())}"
        self.error("N010", f"unknown layer `{layer.name}`", layer.span, hint)

    def without_second_layer(self, layer: Layer) -> tuple[Argument, ...]:
        """The arguments up to a layer's name among them: that is a second layer on the line."""
        for index, argument in enumerate(layer.arguments):
            if isinstance(argument.value, Word) and argument.name is None and find_kind(argument.value.text):
                before = " ".join([layer.name, *(spell(given.value) for given in layer.arguments[:index])])
                message = f"two layers on one line: `{argument.value}` after `{before}`"
                self.error("N011", message, argument.span, "start a new line, or write `;` between them")
                return layer.arguments[:index]
        return layer.arguments

    def bind(self, layer: Layer, kind: LayerKind[Any], arguments: tuple[Argument, ...]) -> dict[str, Any] | None:
        """Field values by name, or ``None`` after reporting what is wrong."""
        fields: dict[str, attrs.Attribute[Any]] = {field.name: field for field in attrs.fields(kind.spec)}
        positional = [field.name for field in fields.values() if not field.kw_only]
        given = [argument for argument in arguments if argument.name is None]
        before = len(self.diagnostics)
        required = [name for name in positional if fields[name].default is attrs.NOTHING]
        named = {argument.name for argument in arguments}
        missing = [name for name in required[len(given) :] if name not in named]
        if len(given) > len(positional) or missing:
            self.wrong_count(layer, kind, positional, required, given)
        values: dict[str, Any] = {}
        paired = [(name, argument) for name, argument in zip(positional, given, strict=False)]
        paired += [(argument.name, argument) for argument in arguments if argument.name is not None]
        for name, argument in paired:
            if name not in fields:
                self.unknown_argument(kind, name, argument.span, list(fields))
            elif name in values:
                self.error("A104", f"{kind.name} is given `{name}` twice", argument.span, "keep one")
            else:
                values[name] = self.coerce(kind, fields[name], argument)
        return values if len(self.diagnostics) == before else None

    def coerce(self, kind: LayerKind[Any], field: attrs.Attribute[Any], argument: Argument) -> Any:
        domain, value = domain_of(field), argument.value
        try:
            return domain.coerce(field.name, value)
        except TypeError as error:
            whole = isinstance(value, float) and value.is_integer()
            self.error("A106", f"{kind.name} {error}", argument.span, f"write `{int(value)}`" if whole else "")
        except ValueError as error:
            self.error("A103", f"{kind.name} {error}", argument.span)
        return None

    def wrong_count(
        self, layer: Layer, kind: LayerKind[Any], positional: list[str], required: list[str], given: list[Argument]
    ) -> None:
        low, high = len(required), len(positional)
        span_text = "no numbers" if high == 0 else str(high) if low == high else f"{low} to {high}"
        takes = span_text if high == 0 else f"{span_text} numbers ({' '.join(positional)})"
        span = given[high].span if len(given) > high else layer.span
        self.error("A101", f"{kind.name} needs {takes}, got {len(given)}", span, _example(kind))

    def unknown_argument(self, kind: LayerKind[Any], name: str, span: Span, known: list[str]) -> None:
        close = _closest(name, known)
        accepted = f"accepted: {', '.join(known)}" if known else f"{kind.name} takes no arguments"
        hint = f"did you mean `{close}=`? {accepted}" if close else accepted
        self.error("A102", f"unknown argument `{name}=` for {kind.name}", span, hint)


def _closest(name: str, known: Any) -> str | None:
    lowered = {candidate.lower(): candidate for candidate in known}
    matches = get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return lowered[matches[0]] if matches else None


def _example(kind: LayerKind[Any]) -> str:
    """A line that is right, with small numbers for what is required."""
    required = [field for field in attrs.fields(kind.spec) if field.default is attrs.NOTHING]
    numbers = [str(10 - 5 * index) if index < 2 else "1" for index in range(len(required))]
    return f"such as `{' '.join([kind.name, *numbers])}`"
