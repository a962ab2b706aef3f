"""The immutable graph of layer specs: what elaboration makes, passes rewrite and the compiler lowers."""

from __future__ import annotations

from attrs import evolve, field, frozen

from cnndsl.errors import Span
from cnndsl.language.source import Source
from cnndsl.language.syntax import Scalar, Section, Word, without_places

INPUT = "@input"
_MOST_NOTES = 8  # about the calls that led to a place
Shape = tuple[int, ...]


@frozen
class CallSite:
    """A step on the way from a file to a layer: the call of a block, or a pass of a ``repeat``.

    ``name`` is the block's, or ``repeat``; ``span`` the place of the call, or of the word ``repeat``. Of a pass,
    ``index`` is its number from 0 and ``variable`` what holds it, if anything does.
    """

    name: str
    span: Span
    index: int | None = None
    variable: str | None = None


@frozen
class LetValue:
    """A variable in force: its value, where the file says so, and whether the caller gave another value."""

    name: str
    value: Scalar | Word
    span: Span
    overridden: bool = False


@frozen
class Node:
    """One layer in its place.

    ``path`` names it (``stage2/0/Conv.0``), ``inputs`` are the paths whose values it takes. Its parameters and state
    are those at ``owner``: its own path, unless a rewrite split one layer in two. Shapes are empty until inferred.
    ``span`` is its line and ``calls`` how the file came to it, outermost first; nodes are equal wherever they are from.
    """

    path: str
    spec: object
    inputs: tuple[str, ...]
    span: Span | None = field(default=None, eq=False)
    owner: str = field()
    folded: tuple[Node, ...] = ()
    wants_dx: bool = True
    in_shapes: tuple[Shape, ...] = ()
    out_shape: Shape = ()
    calls: tuple[CallSite, ...] = field(default=(), eq=False)

    @owner.default
    def _own_path(self) -> str:
        return self.path


@frozen
class Graph:
    """Nodes in file order; an input always stands before its users. The last node is the output.

    ``input_span`` is where the file states the input's shape, if it does. ``sections`` have values in the place of
    variables, ``lets`` are those variables. ``included`` are the files besides ``source`` that lines are from.
    ``needs_shape`` is the place that the graph ends before because what follows depends on the shape of the input,
    which was not known; ``follows_shape`` says that the layers are those for the input's shape, and for another one
    there may be others (``shortcut=auto``).
    """

    nodes: tuple[Node, ...]
    source: Source = field(eq=False)
    input_shape: Shape = ()
    input_span: Span | None = field(default=None, eq=False)
    sections: tuple[Section, ...] = field(default=(), eq=without_places)
    lets: tuple[LetValue, ...] = field(default=(), eq=False)
    included: tuple[Source, ...] = field(default=(), eq=False, repr=False)
    needs_shape: Span | None = field(default=None, eq=False)
    follows_shape: bool = field(default=False, eq=False)

    def line(self, span: Span) -> str:
        """The text of the line that a span is in, whichever file that is."""
        return next((file.line(span.line) for file in (self.source, *self.included) if file.name == span.file), "")

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


def call_steps(calls: tuple[CallSite, ...], span: Span) -> tuple[tuple[str, str], ...]:
    """How the file came to a place, innermost first: names of blocks, and where they are called.

    ``("Basic", "on line 25 (i = 1)")``; a ``repeat`` with no block inside is a step of its own, named ``repeat``.
    """
    steps: list[tuple[str, str]] = []
    passes: list[str] = []
    where = ""
    for site in calls:
        where = f"on line {site.span.line}" if site.span.file == span.file else f"at {site.span.file}:{site.span.line}"
        if site.index is None:
            steps.append((site.name, f"{where}{_in_brackets(passes)}"))
            passes = []
        else:
            passes.append(f"{site.variable} = {site.index}" if site.variable else f"pass {site.index}")
    if passes:
        steps.append((calls[-1].name, f"{where}{_in_brackets(passes)}"))
    return tuple(reversed(steps))


def call_chain(calls: tuple[CallSite, ...], span: Span) -> tuple[str, ...]:
    """The same as notes of a diagnostic: ``in block Basic, called on line 25 (i = 1)``; of many, the ends."""
    last = calls[-1] if calls else None
    steps = call_steps(calls, span)
    in_pass = last is not None and last.index is not None
    notes = [
        f"in `{name}` {where}" if in_pass and number == 0 else f"in block {name}, called {where}"
        for number, (name, where) in enumerate(steps)
    ]
    if len(notes) > _MOST_NOTES:
        half = _MOST_NOTES // 2
        notes[half:-half] = [f"... {len(notes) - 2 * half} calls between ..."]
    return tuple(notes)


def _in_brackets(passes: list[str]) -> str:
    return f" ({', '.join(passes)})" if passes else ""
