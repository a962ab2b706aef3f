"""How a network hangs together, for whoever draws it: blocks by the paths, branches by the connections.

Cells are numbered in file order; a cell's sources are the numbers of the cells whose values it takes, all smaller.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, pairwise

from attrs import frozen

_DEEPEST = 12  # blocks inside blocks; frames further in would be too many to see

Sources = Sequence[Sequence[int]]


@frozen
class Block:
    """Consecutive cells whose paths begin alike; ``title`` is what the path adds to that of the block around it."""

    title: str
    items: tuple[int | Block, ...]


@frozen
class Strip:
    """Items one below the other, in a frame if they have a title."""

    title: str
    items: tuple[Item, ...]


@frozen
class Fork:
    """Strips side by side that take the same value. ``straight`` keeps the first on the line from above."""

    columns: tuple[Strip, ...]
    straight: bool


Item = int | Strip | Fork


def blocks_of(paths: Sequence[str]) -> Block:
    """The blocks of a network, in a block without a title. A block of nothing but one block is one with it.

    A cell that has the path of the block above it, as what ends a residual has, is the last of that block.
    """
    above = ("", *paths)
    parts = [
        [*path.split("/"), ""] if path and before.startswith(f"{path}/") else path.split("/")
        for before, path in zip(above, paths, strict=False)
    ]
    return Block("", _blocks(parts, range(len(paths)), 0))


def _blocks(parts: Sequence[list[str]], cells: Iterable[int], depth: int) -> tuple[int | Block, ...]:
    def title(cell: int) -> str | None:
        return parts[cell][depth] if depth < min(_DEEPEST, len(parts[cell]) - 1) else None

    items: list[int | Block] = []
    for name, group in groupby(cells, title):
        run = tuple(group)
        items += run if name is None else [_joined(name, _blocks(parts, run, depth + 1))]
    return tuple(items)


def _joined(title: str, items: tuple[int | Block, ...]) -> Block:
    match items:
        case (Block() as only,):
            return Block(f"{title}/{only.title}", only.items)
    return Block(title, items)


def strips_of(block: Block, sources: Sources, sums: Callable[[int], bool]) -> Strip:
    """The block as a strip. ``sums`` says of a cell whether it adds its inputs up, as the end of a residual does."""
    users = Counter(source for given in sources for source in set(given))
    return Strip(block.title, _Arrangement(sources, users, sums).items(block.items))


@frozen
class _Reach:
    """An item with the cells that it spans, ``end`` exclusive, and the cells above that it takes values from."""

    item: int | Block
    first: int
    end: int
    feeds: frozenset[int]


@frozen
class _Arrangement:
    sources: Sources
    users: Counter[int]
    sums: Callable[[int], bool]

    def items(self, items: Sequence[int | Block]) -> tuple[Item, ...]:
        return self.arranged([self.reach(item) for item in items])

    def reach(self, item: int | Block) -> _Reach:
        cells = tuple(_cells(item))
        feeds = {source for cell in cells for source in self.sources[cell] if source < cells[0]}
        return _Reach(item, cells[0], cells[-1] + 1, frozenset(feeds))

    def arranged(self, run: Sequence[_Reach]) -> tuple[Item, ...]:
        arranged: list[Item] = []
        at = 0
        while at < len(run):
            cuts = self.cuts(run, at)
            if cuts:
                straight = len(cuts) == 3 and self.sums(run[cuts[-1] - 1].end)
                columns = (Strip("", self.arranged(run[low:high])) for low, high in pairwise(cuts))
                arranged.append(Fork(tuple(columns), straight))
                at = cuts[-1]
            else:
                item = run[at].item
                arranged.append(item if isinstance(item, int) else Strip(item.title, self.items(item.items)))
                at += 1
        return tuple(arranged)

    def cuts(self, run: Sequence[_Reach], at: int) -> list[int]:
        """Where the branches that begin at an item start, and where the last ends; nothing if there are no two.

        Branches are runs of items that take nothing from each other, all fed by the value that feeds the first. They
        end where an item takes values across them, with no more branches to come, or with the run.
        """
        fork = max(run[at].feeds, default=-1)
        if self.users[fork] < 2:
            return []
        first, begins = run[at].first, [at]
        last = max(place for place in range(at, len(run)) if _restarts(run[place], first, fork))
        for place in range(at + 1, len(run) if last > at else 0):
            taken = [feed for feed in run[place].feeds if feed >= first]
            if not taken and fork not in run[place].feeds:
                return []
            kept = [begin for begin in begins if run[begin].first <= min(taken)] if taken else [*begins, place]
            if len(kept) == 1 < len(begins) and place > last:
                return [*begins, place]
            begins = kept
        return [*begins, len(run)] if len(begins) > 1 else []


def _cells(item: int | Block) -> Iterable[int]:
    if isinstance(item, int):
        yield item
    else:
        for inner in item.items:
            yield from _cells(inner)


def _restarts(reach: _Reach, first: int, fork: int) -> bool:
    """Whether an item takes the value of the fork, and none from below it."""
    return fork in reach.feeds and not any(feed >= first for feed in reach.feeds)
