"""Images to learn from: reading, splitting, standardising and batching, all from explicit arguments and seeds."""

from cnndsl.data.batches import batches
from cnndsl.data.catalogue import BUILT_IN, SHAPES, load
from cnndsl.data.dataset import Dataset, Labelled, Split, Splits
from cnndsl.data.splits import make_splits

__all__ = ["BUILT_IN", "SHAPES", "Dataset", "Labelled", "Split", "Splits", "batches", "load", "make_splits"]
