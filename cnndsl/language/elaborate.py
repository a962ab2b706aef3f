"""Syntax to specs: names looked up in the registry, arguments bound to fields, paths given."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import Any

import attrs

from cnndsl.errors import Diagnostic, Severity, Span, clip
from cnndsl.language.graph import INPUT, Graph, Node
from cnndsl.language.source import Source
from cnndsl.language.syntax import Argument, Input, Layer, Statement, Word
from cnndsl.layers import find_kind, known_names
from cnndsl.layers._fields import Size, domain_of, spell
from cnndsl.layers._kind import LayerKind

_LARGEST_INPUT = 1_000_000
_LONG_WORD = re.compile(r"[^\s`]{41,}")


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
        shape, span = self.input_shape([statement for statement in statements if isinstance(statement, Input)])
        if not nodes and not self.diagnostics:
            self.no_layer()
        return Graph(tuple(nodes), self.source, shape, input_span=span), tuple(self.diagnostics)

    def error(self, code: str, message: str, span: Span, hint: str = "", severity: Severity = "error") -> None:
        excerpt = ((span.line, self.source.line(span.line), ""),)
        hints = (hint,) if hint else ()
        message = _LONG_WORD.sub(lambda word: clip(word[0]), message)
        self.diagnostics.append(Diagnostic(code, severity, message, span, hints, excerpt=excerpt))

    def no_layer(self) -> None:
        hint = "a first line may be `Conv 6 5 1 2`"
        message = "the file is empty" if not self.source.text.strip() else "the file has no layer line"
        self.diagnostics.append(Diagnostic("P005", "error", message, Span(self.source.name, 1), (hint,)))

    def input_shape(self, inputs: list[Input]) -> tuple[tuple[int, ...], Span | None]:
        if not inputs:
            return (), None
        first, *others = inputs
        for other in others:
            self.error("C402", f"`input` is given twice (first on line {first.span.line})", other.span, "keep one")
        shape = first.shape
        if len(shape) != 3 or not 1 <= min(shape) <= max(shape) <= _LARGEST_INPUT:
            message = f"`input {spell(shape)}` is not channels x height x width, each from 1 to {_LARGEST_INPUT:,}"
            example = (1, *shape) if len(shape) == 2 else (3, 32, 32)
            self.error("S203", message, first.span, f"such as `input {spell(example)}`")
        elif shape[2] in {1, 3, 4} and shape[0] == shape[1] > 4:
            message = f"input `{spell(shape)}` reads as {shape[0]} channels of {spell(shape[1:])}"
            last_first = spell((shape[2], *shape[:2]))
            self.error("S203", message, first.span, f"this language is channels first: `input {last_first}`")
        return shape, first.span

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
            self.error("N012", message, layer.label_span or layer.span, "labels are unique: choose another")
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
                message = f"two layers on one line: `{argument.value}` after `{clip(before)}`"
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
        if len(given) > len(positional):
            self.wrong_count(kind, positional, required, len(given), given[len(positional)].span)
        elif missing:
            count = len(given) + len(named.intersection(positional))
            self.wrong_count(kind, positional, required, count, layer.span, missing)
        values: dict[str, Any] = {}
        paired = [(name, argument) for name, argument in zip(positional, given, strict=False)]
        paired += [(argument.name, argument) for argument in arguments if argument.name is not None]
        for name, argument in paired:
            if name not in fields:
                self.unknown_argument(kind, name, argument.name_span or argument.span, list(fields))
            elif name in values:
                span = argument.name_span or argument.span
                self.error("A104", f"{kind.name} is given `{name}` twice", span, "keep one")
            else:
                values[name] = self.coerce(kind, fields[name], argument)
        return values if len(self.diagnostics) == before else None

    def coerce(self, kind: LayerKind[Any], field: attrs.Attribute[Any], argument: Argument) -> Any:
        domain, value = domain_of(field), argument.value
        try:
            return domain.coerce(field.name, value)
        except TypeError as error:
            self.error("A106", f"{kind.name} {error}", argument.span, _spelling(value))
        except ValueError as error:
            self.error("A103", f"{kind.name} {error}", argument.span)
        return None

    def wrong_count(
        self,
        kind: LayerKind[Any],
        positional: list[str],
        required: list[str],
        count: int,
        span: Span,
        missing: list[str] | None = None,
    ) -> None:
        takes = _count_text(len(required), len(positional), " ".join(positional))
        lacks = f": {' and '.join(f'`{name}`' for name in missing)} missing" if missing else ""
        self.error("A101", f"{kind.name} {takes}, got {count}{lacks}", span, _example(kind))

    def unknown_argument(self, kind: LayerKind[Any], name: str, span: Span, known: list[str]) -> None:
        close = _closest(name, known)
        accepted = f"accepted: {', '.join(known)}" if known else f"{kind.name} takes no arguments"
        hint = f"did you mean `{close}=`? {accepted}" if close else accepted
        self.error("A102", f"unknown argument `{name}=` for {kind.name}", span, hint)


def _closest(name: str, known: Any) -> str | None:
    return _closest_of(clip(name.lower()), tuple(known))


@cache
def _closest_of(name: str, known: tuple[str, ...]) -> str | None:
    from difflib import get_close_matches

    lowered = {candidate.lower(): candidate for candidate in known}
    matches = get_close_matches(name, lowered, n=1, cutoff=0.6)
    return lowered[matches[0]] if matches else None


def _count_text(low: int, high: int, names: str) -> str:
    if high == 0:
        return "takes no numbers"
    count = str(high) if low == high else f"{low} {'or' if high == low + 1 else 'to'} {high}"
    return f"needs {count} number{'s' if high > 1 else ''} ({names})"


def _spelling(value: object) -> str:
    """What a value of the wrong sort was probably meant to be, as a hint."""
    text = str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_INPUT:
        return f"write `{int(value)}`"
    if isinstance(value, Word) and text.lower() in {"true", "false"}:
        return f"write `{text.lower()}`"
    if isinstance(value, Word) and text.lower() == "x":
        return "a size is written without spaces and with a small x, such as `5x3`"
    return "remove the quotes" if isinstance(value, str) else ""


def _example(kind: LayerKind[Any]) -> str:
    """A line that is right, with usual numbers for what is required."""
    required = [field for field in attrs.fields(kind.spec) if field.default is attrs.NOTHING]
    numbers = ["3" if isinstance(domain_of(field), Size) else "10" for field in required]
    return f"such as `{' '.join([kind.name, *numbers])}`"
