"""Syntax to a graph: what files define is noted, the layers are followed, the sections get their values.

The graph holds the layers up to the first line that is wrong; everything wrong in the files is found all the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from cnndsl.errors import Diagnostic, SettingsError, Span
from cnndsl.language.definitions import Definer
from cnndsl.language.findings import Findings
from cnndsl.language.flow import Follower
from cnndsl.language.graph import INPUT, Graph, Shape
from cnndsl.language.names import FileNames, places_of_names
from cnndsl.language.place import Place, Wire
from cnndsl.language.sections import valued
from cnndsl.language.source import Source
from cnndsl.language.syntax import Block, Include, Input, Let, Scalar, Section, Statement, Version
from cnndsl.language.values import FaultError, closest
from cnndsl.layers._fields import spell

_LARGEST_INPUT = 1_000_000


def elaborate(
    source: Source,
    statements: tuple[Statement, ...],
    syntax_errors: tuple[Diagnostic, ...] = (),
    *,
    overrides: Mapping[str, Scalar] | None = None,
    input_shape: Shape = (),
) -> tuple[Graph, tuple[Diagnostic, ...]]:
    """The graph of the layers up to the first bad line, and everything wrong in the file, its syntax included.

    Raises
    ------
    SettingsError
        ``overrides`` has a name that no ``let`` defines.
    """
    return _Elaboration(source, syntax_errors, overrides or {}).run(statements, input_shape)


class _Elaboration:
    def __init__(self, source: Source, syntax_errors: tuple[Diagnostic, ...], overrides: Mapping[str, Scalar]) -> None:
        self.source = source
        self.overrides = overrides
        self.findings = Findings(source)
        self.findings.add_unread(syntax_errors)
        self.definer = Definer(source, self.findings, overrides)
        self.follower = Follower(self.findings)
        self.names = FileNames(elsewhere={})
        self.sections: list[Section] = []

    def run(self, statements: tuple[Statement, ...], known_shape: Shape) -> tuple[Graph, tuple[Diagnostic, ...]]:
        """The graph and what was found."""
        self.names.elsewhere.update(places_of_names(statements))
        stated, span = self.stated_shape([statement for statement in statements if isinstance(statement, Input)])
        self.follow(statements, Wire(INPUT, known_shape or (stated if _is_image(stated) else ())))
        self.check_overrides()
        if not self.follower.nodes and not self.findings.diagnostics and not self.follower.needs_shape:
            self.no_layer()
        graph = Graph(
            tuple(self.follower.nodes),
            self.source,
            stated,
            input_span=span,
            sections=tuple(self.sections),
            lets=tuple(self.definer.lets),
            included=tuple(self.definer.library.files),
            needs_shape=self.follower.needs_shape,
            follows_shape=self.follower.follows_shape,
        )
        return graph, self.findings.sorted()

    def follow(self, statements: tuple[Statement, ...], image: Wire) -> None:
        """Every statement in file order, then the blocks that none has called."""
        wire, top = image, Place(self.names.scope(0), self.names, image)
        for order, statement in enumerate(statements):
            place = top.at(order)
            match statement:
                case Input():
                    continue
                case Version() | Let() | Block() | Include():
                    self.define(statement, order)
                case Section():
                    self.sections.append(valued(statement, place.scope, self.findings.fault))
                case _:
                    wire = self.follower.follow((statement,), wire, place)
        for definition in self.definer.blocks:
            if definition.readable and definition not in self.follower.entered:
                self.follower.check(definition)

    def define(self, statement: Version | Let | Block | Include, order: int) -> None:
        """Note what a statement defines; with a fault, the graph ends here."""
        before = len(self.findings.diagnostics)
        try:
            if isinstance(statement, Version):
                self.definer.once("version", statement.span)
            else:
                self.definer.define(statement, self.names, self.source, order)
        except FaultError as fault:
            self.findings.fault(fault)
        if self.findings.is_unread(statement.span) or len(self.findings.diagnostics) > before:
            self.follower.stop()

    def stated_shape(self, inputs: list[Input]) -> tuple[Shape, Span | None]:
        """What the ``input`` line says."""
        for line in inputs:
            try:
                self.definer.once("input", line.span)
            except FaultError as fault:
                self.findings.fault(fault)
        if not inputs:
            return (), None
        shape, span = inputs[0].shape, inputs[0].span
        if not _is_image(shape):
            message = f"`input {spell(shape)}` is not channels x height x width, each from 1 to {_LARGEST_INPUT:,}"
            example = (1, *shape) if len(shape) == 2 else (3, 32, 32)
            self.findings.fault(FaultError("S203", message, span, f"such as `input {spell(example)}`"))
        elif shape[2] in {1, 3, 4} and shape[0] == shape[1] > 4:
            message = f"input `{spell(shape)}` reads as {shape[0]} channels of {spell(shape[1:])}"
            last_first = spell((shape[2], *shape[:2]))
            hint = f"this language is channels first: `input {last_first}`"
            self.findings.fault(FaultError("S203", message, span, hint))
        return shape, span

    def check_overrides(self) -> None:
        """Refuse values for variables that are not there; where syntax errors may hide some, those are told first."""
        known = tuple(let.name for let in self.definer.lets)
        for name in self.overrides:
            if name not in known and not self.findings.diagnostics:
                close = closest(name, known)
                hints = [f"did you mean `{close}`?"] if close else []
                hints.append(f"known: {', '.join(known)}" if known else f"`let {name} = ...` would define it")
                raise SettingsError(f"{self.source.name} has no `let {name}`", code="C401", hint=" ".join(hints))

    def no_layer(self) -> None:
        """Nothing is wrong, and nothing is there."""
        hint = "a first line may be `Conv 6 5 1 2`"
        message = "the file is empty" if not self.source.text.strip() else "the file has no layer line"
        self.findings.add([Diagnostic("P005", "error", message, Span(self.source.name, 1), (hint,))])


def _is_image(shape: Shape) -> bool:
    return len(shape) == 3 and 1 <= min(shape) <= max(shape) <= _LARGEST_INPUT
