"""What a file defines: variables and blocks, each visible from its line on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import field, frozen

from cnndsl.language.binding import Signature
from cnndsl.language.syntax import Block, Branch, Flow, Layer, Let, Path, Repeat, Residual, Statement
from cnndsl.language.values import FaultError, Scope, evaluate

_MANY = 10**9


@frozen(eq=False)
class FileNames:
    """The names of one file, each with the number of the statement that defines it; blocks in small letters.

    ``elsewhere`` says where names can be seen that cannot be seen everywhere.
    """

    lets: dict[str, tuple[int, Any]] = field(factory=dict)
    blocks: dict[str, tuple[int, Definition]] = field(factory=dict)
    elsewhere: dict[str, str] = field(factory=dict)

    def scope(self, before: int) -> Scope:
        """The variables that statement number ``before`` sees."""
        return Scope({}, self.lets, before, self.elsewhere)

    def block(self, name: str, before: int) -> Definition | None:
        """The block of a name, whatever its case, if it stands above statement number ``before``."""
        order, definition = self.blocks.get(name.lower(), (before, None))
        return definition if order < before else None


@frozen(eq=False)
class Definition:
    """A block where it is defined; ``layers`` is about how many it makes, ``readable`` that its head could be read."""

    block: Block
    signature: Signature
    names: FileNames
    order: int
    layers: int
    readable: bool = True


def places_of_names(statements: tuple[Statement, ...]) -> dict[str, str]:
    """Where the names can be seen that cannot be seen everywhere: ``ch`` is "defined in block Basic only"."""
    found: dict[str, str] = {}
    for statement in statements:
        if isinstance(statement, Block):
            for parameter in statement.parameters:
                found.setdefault(parameter.name, f"defined in block {statement.name} only")
        for name, line in _indices((statement,)):
            found.setdefault(name, f"defined in the `repeat` on line {line} only")
    for statement in statements:
        if isinstance(statement, Let):
            found[statement.name] = f"it is defined on line {statement.span.line}: move that up"
    return found


def _indices(statements: tuple[Any, ...]) -> Iterator[tuple[str, int]]:
    """The index variables of every ``repeat``, with its line."""
    for statement in statements:
        if isinstance(statement, Repeat) and statement.index:
            yield statement.index, statement.span.line
        yield from _indices(parts_of(statement))


def parts_of(statement: object) -> tuple[Any, ...]:
    """The statements that a statement holds."""
    match statement:
        case Block(body=body) | Repeat(body=body) | Residual(body=body) | Path(body=body):
            return body
        case Branch(paths=paths):
            return paths
    return ()


def count_layers(statements: tuple[Flow | Path, ...], names: FileNames, scope: Scope) -> int:
    """About how many layers statements make: at least, as far as counts are known here."""
    total = 0
    for statement in statements:
        if isinstance(statement, Layer):
            definition = names.block(statement.name, scope.before)
            total += definition.layers if definition else 1
            continue
        times = _times(statement, scope) if isinstance(statement, Repeat) else 1
        total += times * count_layers(parts_of(statement), names, scope) + isinstance(statement, Residual | Branch)
    return min(total, _MANY)


def _times(repeat: Repeat, scope: Scope) -> int:
    try:
        count = evaluate(repeat.count, scope)
    except FaultError:
        return 1
    return count if isinstance(count, int) else 1
