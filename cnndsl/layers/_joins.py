"""What layers with several inputs share."""

from __future__ import annotations

from cnndsl.layers._fields import spell
from cnndsl.layers._kind import Shape, ShapeError

DIRECTIONS = ("channels", "height", "width")


def differ(
    spec: object, first: Shape, other: Shape, number: int, hint: str, directions: tuple[str, ...] = DIRECTIONS
) -> ShapeError:
    """The error that input ``number`` does not fit the first one in some of the directions (S204)."""
    if len(first) == len(other) == 3:
        unequal = [name for name, one, two in zip(DIRECTIONS, first, other, strict=True) if one != two]
        what = f" ({' and '.join(name for name in unequal if name in directions)})"
    else:
        what = "" if len(first) == len(other) else " (a map and a vector)"
    return ShapeError(
        f"branches of {type(spec).__name__} differ: path 1 gives {spell(first)}, path {number} {spell(other)}{what}",
        code="S204",
        needs=f"{spell(first)} and {spell(other)}",
        hint=hint,
    )
