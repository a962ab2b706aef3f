"""Where a statement stands while a file is followed: what it can see, and what its layers are called.

The path of a layer without a label is that of what it stands in, and its name with a number: ``residual.0/Conv.1``. A
label takes the place of all that is automatic, up to the label, block call or file around it: ``tap``; in a ``repeat``
without a label, the pass follows: ``tap/0``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any

from attrs import evolve, field, frozen

from cnndsl.errors import Span
from cnndsl.language.graph import INPUT, CallSite, Shape
from cnndsl.language.names import Definition, FileNames
from cnndsl.language.syntax import Reference
from cnndsl.language.values import FaultError, Scope, closest, listed


@frozen
class Wire:
    """A value on its way: the path of the node that makes it, and its shape as far as that is known."""

    path: str = INPUT
    shape: Shape = ()

    def __str__(self) -> str:
        return f"@{self.path.removeprefix('@')}"


class Labels:
    """The labels of one file or one call of a block: their values while these can be referred to."""

    def __init__(self, block: str = "") -> None:
        self._block = block
        self._wires: dict[str, Wire] = {}
        self._spans: dict[str, Span] = {}
        self._inside: dict[str, int] = {}

    def claim(self, label: str, span: Span) -> FaultError | None:
        """What is wrong with using a label here: it means something already (N012)."""
        if label == INPUT.removeprefix("@"):
            return FaultError("N012", f"label `{label}`: `{INPUT}` is the network's input", span, "choose another")
        first = self._spans.setdefault(label, span)
        if first == span:
            return None
        message = f"label `{label}` is already used on line {first.line}"
        return FaultError("N012", message, span, "labels are unique: choose another")

    def set(self, label: str, wire: Wire) -> None:
        """From here on, the label means this value."""
        self._wires[label] = wire

    def count(self) -> int:
        """How many there are."""
        return len(self._wires)

    def hide(self, count: int, line: int) -> None:
        """Forget all but the first ``count``: the pass of the ``repeat`` on a line is over."""
        for label in list(self._wires)[count:]:
            del self._wires[label]
            self._inside[label] = line

    def get(self, reference: Reference, span: Span) -> Wire:
        """The value of a label above; :class:`FaultError` N013 where there is none."""
        if reference.name in self._wires:
            return self._wires[reference.name]
        message = f"`@{reference.name}` is not a label above this line (labels: {listed(self._wires) or 'none'})"
        close = partial(self._close, reference.name)
        raise FaultError("N013", message, span, partial(self._hint, reference.name), instead=close)

    def _close(self, name: str) -> str:
        close = closest(name, tuple(self._wires))
        return f"@{close}" if close else ""

    def _hint(self, name: str) -> str:
        if name in self._inside:
            return f"it is inside the `repeat` on line {self._inside[name]}: label the `repeat`, or use it in there"
        close = self._close(name)
        if self._block and not close:
            return f"a block sees its own labels only: hand the value over, as in `{self._block} @{name}`"
        return f"did you mean `{close}`? references point upwards" if close else "references point upwards"


@frozen(eq=False)
class Place:
    """The surroundings of a statement.

    ``image`` is the network's input. ``prefix`` is what automatic paths begin with; ``stem`` is what labelled ones
    begin with and ``passes`` what they end with. ``blocks`` are those that are being followed, ``depth`` the bodies.
    """

    scope: Scope
    names: FileNames
    image: Wire = Wire()
    labels: Labels = field(factory=Labels)
    counts: Counter[str] = field(factory=Counter)
    prefix: str = ""
    stem: str = ""
    passes: str = ""
    calls: tuple[CallSite, ...] = ()
    blocks: tuple[Definition, ...] = ()
    depth: int = 0

    def at(self, order: int) -> Place:
        """The place of another statement of the same file."""
        return evolve(self, scope=self.names.scope(order))

    def path(self, name: str, label: str | None) -> str:
        """The path of the next statement; of all with one name, labelled or not, each has its number."""
        number = self.counts[name]
        self.counts[name] += 1
        return f"{self.prefix}{name}.{number}" if label is None else f"{self.stem}{label}{self.passes}"

    def inside(self, path: str, label: str | None) -> Place:
        """The inside of a statement that has this path."""
        inner = evolve(self, prefix=f"{path}/", counts=Counter(), depth=self.depth + 1)
        return inner if label is None else evolve(inner, stem=inner.prefix, passes="")

    def in_block(self, definition: Definition, values: Mapping[str, Any], path: str, site: CallSite) -> Place:
        """The body of a block that is called at a place and has this path: it sees its own values and its file's."""
        prefix = f"{path}/"
        return Place(
            scope=definition.names.scope(definition.order).with_values(values),
            names=definition.names,
            image=self.image,
            labels=Labels(definition.block.name),
            prefix=prefix,
            stem=prefix,
            calls=(*self.calls, site),
            blocks=(*self.blocks, definition),
            depth=self.depth + 1,
        )

    def in_pass(self, label: str | None, site: CallSite, index: Any) -> Place:
        """A pass of a ``repeat`` that has this label and that this is the inside of; ``index`` is what it counts."""
        prefix = f"{self.prefix}{site.index}/"
        return evolve(
            self,
            prefix=prefix,
            stem=self.stem if label is None else prefix,
            passes=f"{self.passes}/{site.index}" if label is None else "",
            counts=Counter(),
            scope=self.scope.with_values({site.variable: index} if site.variable else {}),
            calls=(*self.calls, site),
        )
