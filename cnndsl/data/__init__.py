"""Images to learn from: reading, splitting, standardising and batching, all from explicit arguments and seeds."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = [
    "BUILT_IN",
    "SHAPES",
    "SHAPE_OF",
    "Dataset",
    "Labelled",
    "Split",
    "Splits",
    "batches",
    "load",
    "make_splits",
    "read_image",
    "resolve",
]

if TYPE_CHECKING:
    from cnndsl.data.batching import batches
    from cnndsl.data.catalogue import load
    from cnndsl.data.dataset import Dataset, Labelled, Split, Splits
    from cnndsl.data.images import read_image
    from cnndsl.data.shapes import BUILT_IN, SHAPE_OF, SHAPES
    from cnndsl.data.sizes import resolve
    from cnndsl.data.splits import make_splits

_HOMES = {
    "BUILT_IN": "shapes",
    "SHAPES": "shapes",
    "SHAPE_OF": "shapes",
    "Dataset": "dataset",
    "Labelled": "dataset",
    "Split": "dataset",
    "Splits": "dataset",
    "batches": "batching",
    "load": "catalogue",
    "make_splits": "splits",
    "read_image": "images",
    "resolve": "sizes",
}


def __getattr__(name: str) -> Any:
    # Resolved on first use: to check a file takes the shapes of the data, and none of what reads them.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
