"""The running mean of parameters: smoother than the last of them, and often better (Polyak and Juditsky, 1992)."""

from __future__ import annotations

from cnndsl.optim._base import Tree, blend


def moving_average(old: Tree | None, new: Tree, keep: float) -> Tree:
    """``keep * old + (1 - keep) * new``; of nothing old it is ``new``, as in PyTorch's ``AveragedModel``."""
    if old is None:
        return new
    return {
        path: {name: blend(old[path][name], array, keep) for name, array in own.items()} for path, own in new.items()
    }
