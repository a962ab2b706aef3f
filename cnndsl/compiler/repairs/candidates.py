"""Small changes that might mend a network that does not fit together: each with its cost, none of them tried yet.

Costs order what is offered: padding before kernel before stride before moving or dropping a layer; the layer at fault
before what feeds it before what is further up; a small step before a large one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any

import attrs
from attrs import evolve, frozen

from cnndsl.compiler.repairs import changes
from cnndsl.compiler.repairs.problem import Problem, Site, sites
from cnndsl.compiler.repairs.proposals import Setting, proposals
from cnndsl.errors import Edit
from cnndsl.language.edit import argument_of, insert_below, move_below, remove, set_argument, set_shortcut
from cnndsl.language.graph import Graph
from cnndsl.language.render import short
from cnndsl.layers.flatten import Flatten

_SHORTCUT, _FLATTEN, _MOVE, _DROP, _DROP_WEIGHTS = 0.5, 0.5, 8.0, 10.0, 14.0
_STEP = 0.1  # added for each place further down
_FARTHEST_MOVE = 8
_MOST_SITES = 32


@frozen
class Candidate:
    """A change, to the text by its edits and to the graph. ``sort`` is what is changed: offers should differ in it.

    ``graph`` is ``None`` where a layer does not take the change.
    """

    cost: float
    sort: str
    title: str
    edits: tuple[Edit, ...]
    graph: Callable[[], Graph | None]


def candidates(problem: Problem) -> Iterator[Candidate]:
    """What could be changed so that the layer at fault fits, in no order."""
    yield from _with_shortcut(problem)
    yield from _flattened(problem)
    for site in islice(sites(problem), _MOST_SITES):
        yield from _without(problem, site)
        if problem.fault.error.code == "S207":  # no number makes a map of a vector
            yield from _moved_down(problem, site)
        else:
            yield from _other_values(problem, site)


def _with_shortcut(problem: Problem) -> Iterator[Candidate]:
    """``shortcut=auto`` for the residual at fault."""
    edit = problem.residual and set_shortcut(problem.residual, "auto")
    if edit:
        graph = partial(changes.with_body_alone, problem.graph, problem.fault.node)
        yield Candidate(_SHORTCUT, "shortcut", "`shortcut=auto`", (edit,), graph)


def _flattened(problem: Problem) -> Iterator[Candidate]:
    """The maps that meet a vector as vectors."""
    paths = [path for path in problem.fault.node.inputs if len(problem.shapes[path]) == 3]
    if not 0 < len(paths) < len(problem.fault.node.inputs):
        return
    makers = (problem.line_of(node) for node in problem.graph.nodes if node.path in paths)
    below = [layer for layer in makers if layer]
    edits = [insert_below(problem.graph.source, layer, Flatten.__name__) for layer in below]
    if len(edits) == len(paths) and all(edits):
        lines = " and ".join(str(layer.span.line) for layer in below)
        graph = partial(changes.inserted, problem.graph, Flatten(), tuple(paths))
        title = f"`{Flatten.__name__}` below line {lines}"
        yield Candidate(_FLATTEN, "flatten", title, tuple(edit for edit in edits if edit), graph)


def _other_values(problem: Problem, site: Site) -> Iterator[Candidate]:
    first: Any = site.nodes[0]
    spec = type(first.spec)
    setting = Setting(first.spec, problem.shapes[first.inputs[0]], problem.has_weights(first), _channels(problem))
    for field in attrs.fields(spec):
        for value, cost in proposals(field.name, setting):
            edit = set_argument(site.layer, spec, field.name, short(value))
            if edit is None:
                break
            title = f"`{field.name}={short(value)}`" + (f" in {site.there()}" if site.distance else "")
            graph = partial(_with_value, problem.graph, site, field.name, value)
            yield Candidate(cost + site.price, field.name, title, (edit,), graph)


def _with_value(graph: Graph, site: Site, name: str, value: object) -> Graph | None:
    """The graph with one value of a statement changed; ``None`` where a layer does not take it."""
    changed = {}
    for node in site.nodes:
        spec: Any = type(node.spec)
        # What is not written follows its default anew: the stride of a pool its kernel.
        written = [field.name for field in attrs.fields(spec) if argument_of(site.layer, spec, field.name)]
        try:
            changed[node.path] = spec(**{**{other: getattr(node.spec, other) for other in written}, name: value})
        except ValueError:
            return None
    nodes = (evolve(node, spec=changed[node.path]) if node.path in changed else node for node in graph.nodes)
    return evolve(graph, nodes=tuple(nodes))


def _channels(problem: Problem) -> tuple[int, ...]:
    """Numbers of channels that would suit the layer at fault: those of its inputs, and multiples of its groups."""
    counts = [shape[0] for shape in problem.in_shapes]
    groups = getattr(problem.fault.node.spec, "groups", 1)
    multiples = {count // groups * groups + extra for count in counts for extra in (0, groups)} if groups > 1 else ()
    return tuple(dict.fromkeys([*counts, *sorted(multiples)]))


def _without(problem: Problem, site: Site) -> Iterator[Candidate]:
    """The file without a statement that changes the shape."""
    edit = remove(problem.graph.source, site.layer)
    one_input = all(len(node.inputs) == 1 for node in site.nodes)
    if edit is not None and one_input and any(map(problem.changes_shape, problem.reached(site.nodes))):
        cost = _DROP_WEIGHTS if problem.has_weights(site.nodes[0]) else _DROP
        graph = partial(changes.removed, problem.graph, {node.path for node in site.nodes})
        yield Candidate(cost + site.price, "drop", f"remove {site.there()}", (edit,), graph)


def _moved_down(problem: Problem, site: Site) -> Iterator[Candidate]:
    """The layer that makes a vector of the map, below the one that needs a map or below one of those that follow."""
    node, nodes = site.nodes[0], problem.graph.nodes
    makes_vector = len(problem.shapes.get(node.path, ())) == 1 < len(problem.shapes[node.inputs[0]])
    if len(site.nodes) > 1 or not makes_vector:
        return
    start = nodes.index(problem.fault.node)
    for steps, target in enumerate(nodes[start : start + _FARTHEST_MOVE]):
        below = problem.line_of(target)
        edits = below and move_below(problem.graph.source, site.layer, below)
        if below and edits:
            title = f"move {site.there()} below line {below.span.line}"
            graph = partial(changes.moved, problem.graph, node, target.path)
            yield Candidate(_MOVE + _STEP * steps + site.price, "move", title, edits, graph)
