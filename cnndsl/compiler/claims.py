"""``require``, proved: what a file claims is compared with its graph and its settings, before anything is trained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import prod

from attrs import frozen

from cnndsl.compiler.measure import depth, macs, parameters, receptive_fields
from cnndsl.errors import Diagnostic, Span
from cnndsl.language.graph import Graph, Node
from cnndsl.layers import kind_of
from cnndsl.layers._fields import spell
from cnndsl.settings import Settings
from cnndsl.settings.require import SIGNS, Claim, Forbidden

_FLOAT32 = 4  # bytes
_LARGEST = 3  # lines that a report shows


def prove(graph: Graph, settings: Settings) -> tuple[Diagnostic, ...]:
    """The claims that do not hold, of a graph with shapes: Q701 for sums over the layers, Q702 for all others.

    ``memory`` counts, in bytes of single precision, the trained parameters and the outputs of all layers for one
    image: what training keeps for a batch of one.
    """
    refuted = (_refute(graph, settings, claim) for claim in settings.require.claims)
    return tuple(diagnostic for diagnostic in refuted if diagnostic is not None)


def memory(node: Node) -> int:
    """Bytes of a node with shapes: its trained parameters and its output for one image, in single precision."""
    return _FLOAT32 * (parameters(node) + prod(node.out_shape))


@frozen
class _Fact:
    """What is true: a number or shape, the lines that it comes from with a remark each, what would change it."""

    value: float | tuple[int, ...]
    lines: tuple[tuple[Span, str], ...] = ()
    hint: str = ""


def _refute(graph: Graph, settings: Settings, claim: Claim | Forbidden) -> Diagnostic | None:
    if isinstance(claim, Forbidden):
        return _refute_absence(graph, claim)
    if claim.name == "epochs":
        fact = _epochs(settings)
    elif claim.name == "output" and isinstance(claim.value, tuple):
        fact = _Fact(graph.nodes[-1].out_shape, _output(graph).lines)
    else:
        fact = _FACTS[claim.name](graph)
    if SIGNS[claim.sign](fact.value, claim.value):
        return None
    truth = spell(fact.value) if isinstance(fact.value, tuple) else f"{fact.value:,}"
    message = f"claim `{claim.text}` fails: it is {truth}"
    return _report(graph, "Q701" if claim.name in _SUMS else "Q702", message, claim.span, fact)


def _refute_absence(graph: Graph, claim: Forbidden) -> Diagnostic | None:
    spans = [span for node in graph.nodes if kind_of(node.spec).name == claim.layer and (span := node.span)]
    if not spans:
        return None
    lines = tuple((span, f"a {claim.layer}") for span in dict.fromkeys(spans))
    count = f"there are {len(spans)}" if len(spans) > 1 else "there is one"
    return _report(graph, "Q702", f"claim `no {claim.layer}` fails: {count}", claim.span, _Fact(len(spans), lines))


def _sum(graph: Graph, part: Callable[[Node], int], unit: str) -> _Fact:
    """A sum over all layers, and the lines that contribute most."""
    by_line: Counter[Span] = Counter()
    for node in graph.nodes:
        by_line[node.span or Span(graph.source.name, 1)] += part(node)
    largest = tuple((span, f"{count:,} {unit}") for span, count in by_line.most_common(_LARGEST) if count)
    total = sum(by_line.values())
    if not largest:
        return _Fact(total)
    first, count = largest[0][0], by_line[largest[0][0]]
    return _Fact(total, largest, f"{count / total:.0%} of it is in line {first.line}")


def _receptive_field(graph: Graph) -> _Fact:
    fields = receptive_fields(graph)
    # The last layer that widened it is the one to look at.
    widest = max(field for field, _ in fields.values())
    node = next((node for node in graph.nodes if fields[node.path][0] == widest), graph.nodes[0])
    hint = "a kernel of k adds k - 1 pixels, times all strides above it"
    return _Fact(widest, _at(node, f"sees {widest} pixels"), hint)


def _depth(graph: Graph) -> _Fact:
    return _Fact(depth(graph), hint="layers with multiply-adds count, on the longest path")


def _output(graph: Graph) -> _Fact:
    last = graph.nodes[-1]
    node = next((node for node in reversed(graph.nodes) if node.out_shape not in node.in_shapes), last)
    return _Fact(prod(last.out_shape), _at(node, f"-> {spell(node.out_shape)}"))


def _epochs(settings: Settings) -> _Fact:
    place = settings.places.get("train.epochs")
    where = f"set by `{place.option}`" if place and place.option else "" if place else "the default"
    lines = ((place.span, ""),) if place and not place.option else ()
    return _Fact(settings.train.epochs, lines, where)


def _at(node: Node, remark: str) -> tuple[tuple[Span, str], ...]:
    return ((node.span, remark),) if node.span else ()


#: Claims about a sum over the layers.
_SUMS = ("params", "macs", "memory")
_FACTS: dict[str, Callable[[Graph], _Fact]] = {
    "params": lambda graph: _sum(graph, parameters, "parameters"),
    "macs": lambda graph: _sum(graph, macs, "MACs"),
    "memory": lambda graph: _sum(graph, memory, "bytes"),
    "receptive_field": _receptive_field,
    "depth": _depth,
    "output": _output,
}


def _report(graph: Graph, code: str, message: str, span: Span, fact: _Fact) -> Diagnostic:
    rows = {span.line: (span.line, _text(graph, span), "")}
    for line, remark in fact.lines[:_LARGEST]:
        if line.file == span.file:
            rows.setdefault(line.line, (line.line, _text(graph, line), remark))
    # What another file holds cannot stand among the lines of this one.
    notes = tuple(f"{line.file}:{line.line}: {remark}" for line, remark in fact.lines if line.file != span.file)
    excerpt = tuple(row for _, row in sorted(rows.items()))
    return Diagnostic(code, "error", message, span, _hints(fact.hint), notes[:_LARGEST], excerpt)


def _text(graph: Graph, span: Span) -> str:
    return graph.source.line(span.line).split("#")[0].rstrip()


def _hints(hint: str) -> tuple[str, ...]:
    return (hint,) if hint else ()
