"""Comments that the formatter writes itself: shapes at the ends of lines, ``# -> 6x14x14``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import evolve

from cnndsl.language.format.outline import Item, Place, Statement

_SHAPE = r"[0-9]+(?:x[0-9]+)*"
_REMARK = re.compile(rf"\A# -> {_SHAPE}(?: \| {_SHAPE})*(?: \| \.\.\.)?(?:  (?=#)|$)")


def with_shapes(items: tuple[Item, ...], shapes: Mapping[Place, str]) -> tuple[Item, ...]:
    """The outline with a remark behind each statement that has a shape; older remarks go, a user's own words stay.

    ``shapes`` is by the place of a statement's first word behind its label. Of a statement with a body, the remark
    stands behind the ``}``; within a body on one line there is none.
    """
    return tuple(_with_shape(item, shapes) if isinstance(item, Statement) else item for item in items)


def _with_shape(statement: Statement, shapes: Mapping[Place, str]) -> Statement:
    if statement.section:
        return statement
    shape = shapes.get(statement.place, "")
    if statement.body is None:
        return evolve(statement, comment=_remark(statement.comment, shape))
    body = statement.body if statement.compact else with_shapes(statement.body, shapes)
    return evolve(statement, body=body, end_comment=_remark(statement.end_comment, shape))


def _remark(comment: str, shape: str) -> str:
    own = _REMARK.sub("", comment)
    return "  ".join(part for part in (f"# -> {shape}" if shape else "", own) if part)
