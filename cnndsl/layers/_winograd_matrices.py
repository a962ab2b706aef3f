"""The small matrices of Winograd's minimal filtering: see :mod:`cnndsl.layers._winograd`."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from cnndsl.layers._kind import Array

# B^T, G and A^T of Lavin and Gray; the points are 0, 1, -1, infinity and for m = 4 also 2 and -2.
_MATRICES: dict[int, dict[str, list[list[float]]]] = {
    2: {
        "in": [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]],
        "kernel": [[1, 0, 0], [1 / 2, 1 / 2, 1 / 2], [1 / 2, -1 / 2, 1 / 2], [0, 0, 1]],
        "out": [[1, 1, 1, 0], [0, 1, -1, -1]],
    },
    4: {
        "in": [
            [4, 0, -5, 0, 1, 0],
            [0, -4, -4, 1, 1, 0],
            [0, 4, -4, -1, 1, 0],
            [0, -2, -1, 2, 1, 0],
            [0, 2, -1, -2, 1, 0],
            [0, 4, 0, -5, 0, 1],
        ],
        "kernel": [
            [1 / 4, 0, 0],
            [-1 / 6, -1 / 6, -1 / 6],
            [-1 / 6, 1 / 6, -1 / 6],
            [1 / 24, 1 / 12, 1 / 6],
            [1 / 24, -1 / 12, 1 / 6],
            [0, 0, 1],
        ],
        "out": [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]],
    },
}


@cache
def matrix_of(tile: int, name: str, dtype: np.dtype[Any]) -> Array:
    """``B^T`` ("in"), ``G`` ("kernel") or ``A^T`` ("out")."""
    matrix = np.array(_MATRICES[tile][name], dtype)
    matrix.flags.writeable = False
    return matrix


@cache
def squared(tile: int, name: str, dtype: np.dtype[Any]) -> Array:
    """The matrix that transforms along both directions of a flattened tile at once."""
    matrix = matrix_of(tile, name, np.dtype(np.float64))
    squared = np.kron(matrix, matrix).astype(dtype)
    squared.flags.writeable = False
    return squared
