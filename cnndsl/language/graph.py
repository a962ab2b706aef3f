"""The immutable graph of layer specs: what elaboration makes, passes rewrite and the compiler lowers."""

from __future__ import annotations

from attrs import evolve, field, frozen

from cnndsl.errors import Span
from cnndsl.language.source import Source

INPUT = "@input"
Shape = tuple[int, ...]


@frozen
class Node:
    """One layer in its place.

    ``path`` names it (``stage2/0/Conv.0``), ``inputs`` are the paths whose values it takes. Its parameters and state
    are those at ``owner``: its own path, unless a rewrite split one layer in two. Shapes are empty until inferred.
    """

    path: str
    spec: object
    inputs: tuple[str, ...]
    span: Span | None = None
    owner: str = field()
    wants_dx: bool = True
    in_shapes: tuple[Shape, ...] = ()
    out_shape: Shape = ()

    @owner.default
    def _own_path(self) -> str:
        return self.path


@frozen
class Graph:
    """Nodes in file order; an input always stands before its users. The last node is the output.

    ``loss`` names what training minimises, a key of :data:`cnndsl.loss.LOSSES`; ``input_span`` is where the file states
    the input's shape, if it does.
    """

    nodes: tuple[Node, ...]
    source: Source = field(eq=False)
    input_shape: Shape = ()
    loss: str = "cross_entropy"
    input_span: Span | None = field(default=None, eq=False)

    def users(self, path: str) -> tuple[Node, ...]:
        """The nodes that take the value at ``path``."""
        return tuple(node for node in self.nodes if path in node.inputs)

    def replace(self, *old: Node, by: tuple[Node, ...]) -> Graph:
        """The graph with a run of consecutive nodes replaced.

        What took the value of the last old node takes that of the last new one.
        """
        at = self.nodes.index(old[0])
        after = tuple(_redirect(node, old[-1].path, by[-1].path) for node in self.nodes[at + len(old) :])
        return evolve(self, nodes=(*self.nodes[:at], *by, *after))


def _redirect(node: Node, old: str, new: str) -> Node:
    if old not in node.inputs:
        return node
    return evolve(node, inputs=tuple(new if path == old else path for path in node.inputs))
