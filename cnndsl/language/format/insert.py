"""Writing a layer that a file leaves out: a line above another."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from cnndsl.language.format.outline import Item, Piece, Place, Statement
from cnndsl.language.format.tokens import Token


def with_layer_above(items: tuple[Item, ...], name: str, places: frozenset[Place]) -> tuple[Item, ...]:
    """The outline with a layer that takes no arguments above each statement whose first word stands at a place."""
    return tuple(new for item in items for new in _with_layer_above(item, name, places))


def _with_layer_above(item: Item, name: str, places: frozenset[Place]) -> Iterator[Item]:
    if not isinstance(item, Statement):
        yield item
        return
    statement = evolve(item, body=None if item.body is None else with_layer_above(item.body, name, places))
    if statement.place in places:
        yield Statement((Piece((Token("name", name, *statement.place),)),), statement.place[0], joined=statement.joined)
    yield evolve(statement, joined=statement.joined or statement.place in places)
