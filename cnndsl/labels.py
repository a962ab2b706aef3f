"""Labels that are mixtures: a record an image, of some classes and their weights, beside labels that are one class.

Records are one array, so whoever cuts, copies or shares labels treats both alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[Any]"


def label_type(parts: int) -> np.dtype[Any]:
    """The type of an image's label: int64, or with ``parts`` > 1 a record of as many classes and weights."""
    if parts == 1:
        return np.dtype(np.int64)
    return np.dtype([("classes", np.int64, (parts,)), ("weights", np.float64, (parts,))])


def mixture(classes: Array, weights: Array) -> Array:
    """Records ``(N,)`` of classes and their weights, both ``(N, parts)``; the weights of an image sum to 1."""
    labels = np.empty(len(classes), label_type(classes.shape[1]))
    labels["classes"], labels["weights"] = classes, weights
    return labels


def is_mixture(labels: Array) -> bool:
    """Whether labels are records."""
    return labels.dtype.names is not None


def classes_of(labels: Array) -> Array:
    """All classes that labels name, ``(N,)`` or ``(N, parts)``."""
    return labels["classes"] if is_mixture(labels) else labels
