"""Curves and confusion matrix as PNG bytes. matplotlib is imported where it draws, without a display."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BLUE, _ORANGE, _GREEN, _GREY = "#2563a8", "#d9730d", "#2f855a", "#6b7280"


class Scores(Protocol):
    """What is drawn of an evaluation."""

    @property
    def loss(self) -> float: ...
    @property
    def accuracy(self) -> float: ...
    @property
    def macro_f1(self) -> float: ...


class Row(Protocol):
    """What is drawn of an epoch."""

    @property
    def epoch(self) -> int: ...
    @property
    def train_loss(self) -> float: ...
    @property
    def valid(self) -> Scores: ...


def curves(rows: Sequence[Row], best: Row, loss: str = "cross-entropy (nats, mean)") -> bytes:
    """Loss, and accuracy with macro F1, over the epochs, the best of which is marked; ``loss`` labels its axis."""
    figure = _figure(9.0, 3.6)
    left, right = figure.subplots(1, 2)
    epochs = [row.epoch for row in rows]
    _line(left, epochs, [row.train_loss for row in rows], "training", _BLUE)
    _line(left, epochs, [row.valid.loss for row in rows], "validation", _ORANGE)
    left.set_ylabel(loss)
    left.set_ylim(bottom=0)
    _line(right, epochs, [row.valid.accuracy for row in rows], "validation accuracy", _GREEN)
    _line(right, epochs, [row.valid.macro_f1 for row in rows], "validation macro F1", _ORANGE)
    right.set_ylabel("share")
    for axes in (left, right):
        axes.axvline(best.epoch, color=_GREY, linewidth=0.8, linestyle=":")
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False)
    right.set_title(f"best: epoch {best.epoch}, macro F1 {best.valid.macro_f1:.3f}", fontsize=10, color=_GREY)
    return _png(figure)


def confusion(matrix: NDArray[Any], classes: Sequence[str], name: str) -> bytes:
    """Counts of true (rows) against predicted (columns) classes, coloured by the share of the row."""
    side = max(4.2, 1.4 + 0.42 * len(classes))
    figure = _figure(side, side)
    axes = figure.subplots()
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(matrix.shape):
        if matrix[row, column]:
            ink = "white" if shares[row, column] > 0.5 else "#1f2937"
            axes.text(column, row, str(matrix[row, column]), ha="center", va="center", color=ink, fontsize=8)
    longest = max(len(label) for label in classes)
    axes.set_xticks(range(len(classes)), classes, rotation=45 if longest > 2 else 0)
    axes.set_yticks(range(len(classes)), classes)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    axes.set_title(f"{name}, test: {np.trace(matrix):,} of {matrix.sum():,} right", fontsize=10)
    return _png(figure)


def _figure(width: float, height: float) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)  # no pyplot: no global state, no display
    return figure


def _line(axes: Axes, epochs: list[int], values: list[float], label: str, color: str) -> None:
    axes.plot(epochs, values, label=label, color=color, linewidth=1.6, marker="o", markersize=3)


def _png(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()
