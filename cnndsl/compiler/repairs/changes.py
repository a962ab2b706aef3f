"""Graphs with a layer less, more, or elsewhere: what changes of the text come to, without reading it again."""

from __future__ import annotations

from collections.abc import Container

from attrs import evolve

from cnndsl.language.graph import Graph, Node


def with_body_alone(graph: Graph, join: Node) -> Graph:
    """The graph with a sum's first input alone: a shortcut that fits whatever the body makes is no matter of shapes."""
    return evolve(
        graph, nodes=tuple(evolve(node, inputs=node.inputs[:1]) if node == join else node for node in graph.nodes)
    )


def inserted(graph: Graph, spec: object, paths: tuple[str, ...]) -> Graph:
    """The graph with a layer behind those at some paths: what took their values takes its."""
    nodes: list[Node] = []
    new = {path: f"{path}/inserted" for path in paths}
    for node in graph.nodes:
        nodes.append(evolve(node, inputs=tuple(new.get(path, path) for path in node.inputs)))
        if node.path in new:
            nodes.append(Node(new[node.path], spec, (node.path,)))
    return evolve(graph, nodes=tuple(nodes))


def removed(graph: Graph, gone: Container[str]) -> Graph:
    """The graph without some layers of one input: who took their value takes what they took."""
    instead: dict[str, str] = {}
    kept = []
    for node in graph.nodes:
        inputs = tuple(instead.get(path, path) for path in node.inputs)
        if node.path in gone:
            (instead[node.path],) = inputs
        else:
            kept.append(evolve(node, inputs=inputs))
    return evolve(graph, nodes=tuple(kept))


def moved(graph: Graph, node: Node, target: str) -> Graph:
    """The graph with a node behind another: what took the other's value takes the moved one's."""
    rest = removed(graph, {node.path}).nodes
    at = [other.path for other in rest].index(target) + 1
    after = (_redirected(other, target, node.path) for other in rest[at:])
    return evolve(graph, nodes=(*rest[:at], evolve(node, inputs=(target,)), *after))


def _redirected(node: Node, old: str, new: str) -> Node:
    return evolve(node, inputs=tuple(new if path == old else path for path in node.inputs))
