"""Which layer of one network is which of another: the alignment with the fewest differences."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

import numpy as np

from cnndsl.layers._kind import Array

Match = tuple[int | None, int | None]
_EDIT = 1 << 32  # what a difference costs; another path costs 1, and so decides between equals only
_PAIR, _OLD, _NEW = 0, 1, 2


class Feature(NamedTuple):
    """What a layer is known by: its kind, its line, its path."""

    kind: str
    line: str
    path: str


def align(old: Sequence[Feature], new: Sequence[Feature]) -> list[Match]:
    """Indices in pairs, in order; one of a pair is ``None`` where a layer was removed or added.

    Only layers of one kind pair. A pair whose lines differ costs as much as a removal or an addition, and the total is
    the least there is (Needleman and Wunsch, 1970); of equal totals the one where more paths agree.
    """
    head = _agreeing(old, new)
    tail = _agreeing(old[head:][::-1], new[head:][::-1])
    rows, columns = len(old) - tail, len(new) - tail
    middle = _trace(_choices(old[head:rows], new[head:columns]))
    return [
        *((at, at) for at in range(head)),
        *((None if i is None else i + head, None if j is None else j + head) for i, j in middle),
        *((rows + at, columns + at) for at in range(tail)),
    ]


def _agreeing(old: Sequence[Feature], new: Sequence[Feature]) -> int:
    """How many layers agree in all, from the beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def _choices(old: Sequence[Feature], new: Sequence[Feature]) -> Array:
    """At (i, j): what the best alignment of the first i with the first j layers ends in."""
    codes: dict[str, int] = {}
    columns = np.array([[codes.setdefault(text, len(codes)) for text in feature] for feature in new]).reshape(-1, 3)
    steps = _EDIT * np.arange(len(new) + 1)
    choices = np.full((len(old) + 1, len(new) + 1), _OLD, np.uint8)
    choices[0] = _NEW
    best = steps
    for i, feature in enumerate(old, 1):
        kind, line, path = (columns[:, at] == codes.get(text, -1) for at, text in enumerate(feature))
        paired = best[:-1] + np.where(kind, _EDIT * ~line + ~path, 3 * _EDIT)
        without = best + _EDIT
        ends = np.minimum(without, np.concatenate([without[:1], paired]))
        best = np.minimum.accumulate(ends - steps) + steps
        choices[i, 1:][best[1:] == best[:-1] + _EDIT] = _NEW  # behind what is removed, where either will do
        choices[i, 1:][best[1:] == paired] = _PAIR
    return choices


def _trace(choices: Array) -> list[Match]:
    """The alignment that the choices lead to, from the end."""
    i, j = (length - 1 for length in choices.shape)
    matches: list[Match] = []
    while i or j:
        choice = choices[i, j]
        i -= choice != _NEW
        j -= choice != _OLD
        matches.append((None if choice == _NEW else int(i), None if choice == _OLD else int(j)))
    return matches[::-1]
