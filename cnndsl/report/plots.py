"""Curves and confusion matrix as PNG bytes. matplotlib is imported where it draws, without a display."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cnndsl.settings.rules import title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BLUE, _ORANGE, _GREEN, _GREY = "#2563a8", "#d9730d", "#2f855a", "#6b7280"
_INKS = (_BLUE, _ORANGE, _GREEN, "#7c3aed", "#b91c1c", "#0e7490", "#a16207")
_STYLES = ("-", "--", ":")
_FURTHER = ("#7c3aed", "#0e7490", "#b91c1c", "#a16207", "#4d7c0f")  # a colour each, of the metrics that were asked for


class Scores(Protocol):
    """What is drawn of an evaluation."""

    @property
    def loss(self) -> float: ...
    @property
    def accuracy(self) -> float: ...
    @property
    def macro_f1(self) -> float: ...
    @property
    def further(self) -> Mapping[str, float]: ...


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
    for metric, color in zip(best.valid.further, _FURTHER, strict=False):
        _line(right, epochs, [row.valid.further[metric] for row in rows], f"validation {title(metric)}", color)
    right.set_ylabel("share")
    for axes in (left, right):
        axes.axvline(best.epoch, color=_GREY, linewidth=0.8, linestyle=":")
        _tidy(axes)
        axes.legend(frameon=False)
    right.set_title(f"best: epoch {best.epoch}, macro F1 {best.valid.macro_f1:.3f}", fontsize=10, color=_GREY)
    return _png(figure)


@frozen
class Curves:
    """What is drawn of a run beside others; what it does not have is empty."""

    name: str
    epochs: Sequence[float]
    train_loss: Sequence[float]
    valid_loss: Sequence[float]
    metric: Sequence[float]


def overlay(runs: Sequence[Curves], metric: str, form: str = "png") -> bytes:
    """The curves of several runs over each other: the loss on validation and in training, which is thin, and a metric.

    ``form`` is ``png`` or ``svg``.
    """
    figure = _figure(9.0, 3.6)
    left, right = figure.subplots(1, 2)
    for number, run in enumerate(runs):
        color, style = _INKS[number % len(_INKS)], _STYLES[number // len(_INKS) % len(_STYLES)]
        if run.train_loss:
            left.plot(run.epochs, run.train_loss, color=color, linewidth=0.8, linestyle=style, alpha=0.5)
        for axes, values in ((left, run.valid_loss), (right, run.metric)):
            if values:
                _line(axes, run.epochs, values, run.name, color, style)
    left.set_ylabel("loss: validation (thick), training (thin)")
    left.set_ylim(bottom=0)
    right.set_ylabel(metric)
    for axes in (left, right):
        _tidy(axes)
    if any(run.valid_loss for run in runs):
        left.legend(frameon=False, fontsize=8)
    return _png(figure) if form == "png" else _svg(figure)


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


def _line(
    axes: Axes, epochs: Sequence[float], values: Sequence[float], label: str, color: str, style: str = "-"
) -> None:
    axes.plot(epochs, values, label=label, color=color, linewidth=1.6, linestyle=style, marker="o", markersize=3)


def _tidy(axes: Any) -> None:
    axes.set_xlabel("epoch")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)


def _png(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


def _svg(figure: Figure) -> bytes:
    from matplotlib import rc_context

    file = io.BytesIO()
    with rc_context({"svg.hashsalt": "cnndsl"}):  # else every drawing has other names within
        figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()
