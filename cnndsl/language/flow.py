"""The lines of a network followed one after the other: blocks entered, passes made, nodes put down.

Shapes are followed as well, where the input's is known, since ``shortcut=auto`` depends on them. So a graph holds
layers and nothing that a later phase would have to settle. Inference works shapes out again, and is who complains.
"""

from __future__ import annotations

from typing import Any

from cnndsl.errors import Span
from cnndsl.language.binding import Signature, bind
from cnndsl.language.findings import Findings
from cnndsl.language.graph import CallSite, Node
from cnndsl.language.inputs import all_inputs, find_join, main_input, shape_behind
from cnndsl.language.lines import spec_of, unknown_layer, values_of, with_variables
from cnndsl.language.names import Definition, count_layers
from cnndsl.language.place import Place, Wire
from cnndsl.language.shortcut import SHORTCUTS, shortcut_layers
from cnndsl.language.syntax import Argument, Branch, Flow, Layer, Repeat, Residual
from cnndsl.language.text import write_value
from cnndsl.language.values import UNKNOWN, FaultError, Given, evaluate
from cnndsl.layers import find_kind
from cnndsl.layers._kind import LayerKind

MOST_LAYERS = 10_000
_MOST_STATEMENTS = 3 * MOST_LAYERS  # that are followed, calls and passes among them: a second
_DEEPEST = 64
_RESIDUAL = Signature("residual", (), ("shortcut",), ())


class Follower:
    """Follows statements from a value to the next, and keeps the nodes that come of it up to the first fault."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.nodes: list[Node] = []
        self.needs_shape: Span | None = None
        self.follows_shape = False
        self.entered: set[Definition] = set()
        self._paths: dict[str, Span] = {}
        self._statements = 0
        self._stopped = False
        self._too_much = False

    def stop(self) -> None:
        """Put no more nodes down: what follows is not what was meant. Faults are still found."""
        self._stopped = True

    def fault(self, fault: FaultError, place: Place) -> None:
        """Report a fault; the graph ends here."""
        self.findings.fault(fault, place.calls)
        self.stop()

    def follow(self, statements: tuple[Flow, ...], wire: Wire, place: Place) -> Wire:
        """The value behind statements that the value ``wire`` goes into."""
        for statement in statements:
            wire = self._statement(statement, wire, place)
        return wire

    def check(self, definition: Definition) -> None:
        """Find the faults of a block that nobody calls, whatever its parameters are."""
        self.stop()
        if self._too_much:
            return
        unknown = dict.fromkeys(definition.signature.positional, UNKNOWN)
        scope = definition.names.scope(definition.order).with_values(unknown)
        self.follow(definition.block.body, Wire(), Place(scope, definition.names, blocks=(definition,)))

    def _statement(self, statement: Flow, wire: Wire, place: Place) -> Wire:
        span = statement.span
        if self.findings.is_unread(span):
            self.stop()
        if self._statements > _MOST_STATEMENTS:
            return Wire()
        if statement.label and (fault := place.labels.claim(statement.label, statement.label_span or span)):
            self.fault(fault, place)
        try:
            self._count(span, place)
            wire = self._made(statement, wire, place)
        except FaultError as fault:
            self.fault(fault, place)
            wire = Wire(wire.path)
        if statement.label:
            place.labels.set(statement.label, wire)
        return wire

    def _count(self, span: Span, place: Place) -> None:
        """Refuse what would go on for too long."""
        self._statements += 1
        if place.depth > _DEEPEST:
            raise self._too_much_fault(f"bodies in bodies, or calls in calls, more than {_DEEPEST} deep", span)
        if self._statements > _MOST_STATEMENTS:
            raise self._too_much_fault(f"blocks and passes come to more than {_MOST_STATEMENTS:,} lines", span)

    def _expect(self, layers: int, span: Span) -> None:
        """Refuse too many layers before they are made."""
        number = len(self.nodes) + layers
        if number > MOST_LAYERS:
            message = f"this comes to {number:,} layers or more; {MOST_LAYERS:,} are allowed"
            raise self._too_much_fault(message, span)

    def _too_much_fault(self, message: str, span: Span) -> FaultError:
        self._too_much = True
        return FaultError("P005", message, span, "repeat less, or split the file")

    def _made(self, statement: Flow, wire: Wire, place: Place) -> Wire:
        match statement:
            case Layer(name):
                definition = place.names.block(name, place.scope.before)
                if definition:
                    return self._call(statement, definition, wire, place)
                return self._layer(statement, wire, place)
            case Repeat():
                return self._repeat(statement, wire, place)
            case Residual():
                return self._residual(statement, wire, place)
            case Branch():
                return self._branch(statement, wire, place)

    def _layer(self, layer: Layer, wire: Wire, place: Place) -> Wire:
        kind = find_kind(layer.name)
        path = place.path(kind.name if kind else layer.name, layer.label)
        if kind is None:
            raise unknown_layer(layer, place)
        arguments = self._values(layer.name, layer.arguments, place)
        inputs, rest = all_inputs(kind, arguments, wire, layer.span)
        return self._put(path, kind, rest, layer.arguments, inputs, layer.span, place)

    def _call(self, layer: Layer, definition: Definition, wire: Wire, place: Place) -> Wire:
        block = definition.block
        path = place.path(block.name, layer.label)
        if not definition.readable:
            self.stop()
            return Wire()
        wire, arguments = main_input(self._values(layer.name, layer.arguments, place), wire)
        bound, faults = bind(definition.signature, arguments, layer.span)
        for fault in faults:
            self.fault(fault, place)
        if faults:
            return Wire()
        self._expect(definition.layers, layer.span)
        self.entered.add(definition)
        values: dict[str, Any] = {}
        for parameter in block.parameters:
            if parameter.name in bound:
                values[parameter.name] = bound[parameter.name].value
            elif parameter.default:
                scope = definition.names.scope(definition.order).with_values(values)
                values[parameter.name] = evaluate(parameter.default, scope)
        return self.follow(block.body, wire, place.in_block(definition, values, path, CallSite(block.name, layer.span)))

    def _repeat(self, repeat: Repeat, wire: Wire, place: Place) -> Wire:
        inner = place.inside(place.path("repeat", repeat.label), repeat.label)
        count = _passes(evaluate(repeat.count, place.scope), repeat.count.span)
        if count is UNKNOWN:
            return self._pass(repeat, 0, UNKNOWN, Wire(), inner)
        self._expect(count * count_layers(repeat.body, place.names, place.scope), repeat.count.span)
        for index in range(count):
            wire = self._pass(repeat, index, index, wire, inner)
        return wire

    def _pass(self, repeat: Repeat, number: int, index: Any, wire: Wire, inner: Place) -> Wire:
        labels = inner.labels.count()
        self._count(repeat.span, inner)
        site = CallSite("repeat", repeat.span, number, repeat.index)
        wire = self.follow(repeat.body, wire, inner.in_pass(repeat.label, site, index))
        inner.labels.hide(labels, repeat.span.line)
        return wire

    def _residual(self, residual: Residual, wire: Wire, place: Place) -> Wire:
        path = place.path("residual", residual.label)
        inner = place.inside(path, residual.label)
        shortcut = self._shortcut(residual, place)
        out = self.follow(residual.body, wire, inner)
        past = self._project(wire, out, residual.span, inner) if shortcut == "auto" else wire
        kind = find_join("add", residual.span)
        return self._put(path, kind, (), (), (out, past), residual.span, place)

    def _shortcut(self, residual: Residual, place: Place) -> str:
        """The word after ``shortcut=``."""
        bound, faults = bind(_RESIDUAL, self._values("residual", residual.arguments, place), residual.span)
        for fault in faults:
            self.fault(fault, place)
        given = bound.get("shortcut")
        word = "identity" if given is None or given.value is UNKNOWN else str(given.value).lower()
        if given and word not in SHORTCUTS:
            message = f"residual shortcut takes {' or '.join(SHORTCUTS)}, got {write_value(given.value)}"
            self.fault(FaultError("A106", message, given.span), place)
        return word

    def _project(self, wire: Wire, out: Wire, span: Span, inner: Place) -> Wire:
        """What is added to the body's value: the value before it, in the body's shape."""
        self.follows_shape = True
        if not (wire.shape and out.shape):
            if not (self._stopped or inner.image.shape):
                self.needs_shape = span
            self.stop()
        elif wire.shape != out.shape:
            within = inner.inside(f"{inner.prefix}shortcut", None)
            return self.follow(shortcut_layers(wire.shape, out.shape, span), wire, within)
        return wire

    def _branch(self, branch: Branch, wire: Wire, place: Place) -> Wire:
        path = place.path("branch", branch.label)
        inner = place.inside(path, branch.label)
        outs = [
            self.follow(part.body, wire, inner.inside(f"{inner.prefix}{number}", None))
            for number, part in enumerate(branch.paths)
        ]
        kind = find_join(branch.join, branch.join_span)
        arguments = self._values("branch", branch.arguments, place)
        if len(outs) < 2:
            hint = "such as `branch add { path { ... } path { } }`; an empty path is the identity"
            raise FaultError("A101", f"branch needs 2 or more paths, got {len(outs)}", branch.span, hint)
        return self._put(path, kind, arguments, branch.arguments, tuple(outs), branch.span, place)

    def _values(self, name: str, arguments: tuple[Argument, ...], place: Place) -> tuple[Given, ...]:
        return values_of(name, arguments, place, lambda fault: self.fault(fault, place))

    def _put(
        self,
        path: str,
        kind: LayerKind[Any],
        arguments: tuple[Given, ...],
        written: tuple[Argument, ...],
        inputs: tuple[Wire, ...],
        span: Span,
        place: Place,
    ) -> Wire:
        """Put a node down; ``arguments`` have their values, ``written`` are the same as in the file."""
        spec = spec_of(kind, arguments, span, lambda fault: self.fault(with_variables(fault, written, place), place))
        if spec is None:
            self.stop()
            return Wire()
        if not self._stopped:
            self._expect(1, span)
            if path in self._paths:
                message = f"`{path}` is the name of a layer on line {self._paths[path].line} already"
                raise FaultError("N012", message, span, "choose another label")
            self._paths[path] = span
            self.nodes.append(Node(path, spec, tuple([given.path for given in inputs]), span, calls=place.calls))
        return Wire(path, shape_behind(spec, inputs))


def _passes(value: Any, span: Span) -> Any:
    """How often a ``repeat`` repeats."""
    if value is UNKNOWN:
        return UNKNOWN
    if isinstance(value, bool) or not isinstance(value, int):
        raise FaultError("A106", f"repeat takes a whole number, got {write_value(value)}", span)
    if not 0 <= value <= MOST_LAYERS:
        raise FaultError("A103", f"repeat takes 0 to {MOST_LAYERS:,}, got {write_value(value)}", span)
    return value
