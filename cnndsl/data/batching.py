"""Mini-batches of a split, in order or in the order that a key gives."""

from __future__ import annotations

from collections.abc import Iterator

from cnndsl import keys
from cnndsl.data.dataset import Floats, Labels, Split
from cnndsl.errors import SettingsError


def batches(
    split: Split, size: int, *, key: keys.Key | None = None, drop_last: bool = False, first: int = 0
) -> Iterator[tuple[Floats, Labels]]:
    """Go once through a split: images float32 (B, C, H, W) and labels int64 (B,), B = ``size`` but for a smaller last.

    Without a key the batches are read-only views, in order; with one they are copies, in an order that depends on
    the key alone. With ``drop_last`` a batch that is not full is left out, and so are those before the ``first``.
    Raises SettingsError where ``size`` is below 1, or nothing would be left, at the call.
    """
    if size < 1:
        raise SettingsError(f"batch = {size}: at least one image is needed", hint="32 is usual")
    if drop_last and len(split) < size:
        message = f"drop_last leaves nothing: there are {len(split):,} images, a step takes {size:,}"
        raise SettingsError(message, code="C407", hint=f"a batch of {len(split):,} images at most")
    end = len(split) - len(split) % size if drop_last else len(split)
    starts = range(first * size, end, size)
    return _in_order(split, size, starts) if key is None else _shuffled(split, size, starts, key)


def _in_order(split: Split, size: int, starts: range) -> Iterator[tuple[Floats, Labels]]:
    for start in starts:
        yield split.images[start : start + size], split.labels[start : start + size]


def _shuffled(split: Split, size: int, starts: range, key: keys.Key) -> Iterator[tuple[Floats, Labels]]:
    order = keys.generator(key).permutation(len(split))
    for start in starts:
        chosen = order[start : start + size]
        yield split.images[chosen], split.labels[chosen]
