"""What a run finds out about its network at the end, for its report: from the best weights and the data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import sqrt

import numpy as np

from cnndsl.compiler import Program
from cnndsl.compiler.observe import observe, probabilities
from cnndsl.data import Split, Splits
from cnndsl.layers._kind import Array, Tree
from cnndsl.report.architecture import family_of
from cnndsl.report.findings import Activity, Epoch, Findings, Mistake, Sample, Slope
from cnndsl.report.pictures import picture, stacked
from cnndsl.schedule import PlateauState
from cnndsl.training.history import Row, best
from cnndsl.training.loop import steps_per_epoch
from cnndsl.training.metrics import Scores
from cnndsl.training.recipe import lowered, rate_of
from cnndsl.training.settings import Settings

_WORST = 24  # mistakes that are kept
_LOOKED_AT = 256  # images for what is asked of every layer
_AT_ONCE = 64
_POINTS = 240  # of the curve of the learning rate, about


def find(
    program: Program,
    params: Tree,
    state: Tree,
    splits: Splits,
    settings: Settings,
    rows: Sequence[Row],
    test: Scores,
    confusion: Array,
) -> Findings:
    """All that the report shows besides the weights and the manifest. Equal runs find equal things."""
    chosen = best(list(rows), settings.select)
    sample = splits.test.images[0]
    sloped = Split(splits.train.images[:_LOOKED_AT], splits.train.labels[:_LOOKED_AT])
    return Findings(
        classes=splits.classes,
        loss_label=settings.loss_label,
        best_epoch=chosen.epoch,
        test_loss=test.loss,
        epochs=tuple(
            Epoch(row.epoch, row.train_loss, row.valid.loss, row.valid.accuracy, row.valid.macro_f1) for row in rows
        ),
        rates=tuple(rates(settings, len(splits.train), rows)),
        confusion=confusion.tolist(),
        mistakes=tuple(mistakes(program, params, state, splits)),
        observed=min(_LOOKED_AT, len(splits.test)),
        activity=tuple(activity(program, params, state, splits.test.images[:_LOOKED_AT])),
        sloped=len(sloped),
        slopes=tuple(slopes(program, params, state, sloped, settings.seed)),
        sample=Sample(stacked(pixels(sample, splits)), int(splits.test.labels[0])),
    )


def pixels(image: Array, splits: Splits) -> Array:
    """A standardised image ``(C, H, W)`` as it was, uint8."""
    raw = image * splits.std[:, None, None] + splits.mean[:, None, None]
    whole: Array = np.rint(raw * 255).clip(0, 255).astype(np.uint8)
    return whole


def rates(settings: Settings, images: int, rows: Sequence[Row]) -> Iterator[tuple[float, float]]:
    """(Epochs done, learning rate) along the epochs that were trained."""
    steps = steps_per_epoch(images, settings)
    points = max(1, min(steps, _POINTS // len(rows)))
    plateau = PlateauState()
    for done, row in enumerate(rows):
        rate = rate_of(settings, steps, plateau.factor)
        for point in range(points):
            step = done * steps + point * steps // points
            yield step / steps, float(rate(step) if callable(rate) else rate)
        plateau = lowered(settings, plateau, row.valid)
    yield float(len(rows)), float(rate(len(rows) * steps - 1) if callable(rate) else rate)


def mistakes(program: Program, params: Tree, state: Tree, splits: Splits) -> Iterator[Mistake]:
    """The test images whose class was given the least probability, of those that were taken for another one."""
    given = probabilities(program, params, state, splits.test.images)
    labels, predicted = splits.test.labels, given.argmax(axis=1)
    of_true = given[np.arange(len(labels)), labels]
    wrong = np.flatnonzero(predicted != labels)
    for number in wrong[np.argsort(of_true[wrong], kind="stable")][:_WORST]:
        image, guess = pixels(splits.test.images[number], splits), int(predicted[number])
        yield Mistake(picture(image), int(labels[number]), guess, float(of_true[number]), float(given[number, guess]))


def activity(program: Program, params: Tree, state: Tree, images: Array) -> Iterator[Activity]:
    """For each activation, the channels or units that give one and the same number whatever the image."""
    lowest: dict[str, Array] = {}
    highest: dict[str, Array] = {}
    for start in range(0, len(images), _AT_ONCE):
        for node, y in observe(program.graph, params, state, images[start : start + _AT_ONCE]):
            if family_of(node) != "activation":
                continue
            others = tuple(axis for axis in range(y.ndim) if axis != 1)
            least, most = y.min(axis=others), y.max(axis=others)
            lowest[node.path] = np.minimum(lowest.get(node.path, least), least)
            highest[node.path] = np.maximum(highest.get(node.path, most), most)
    for path, least in lowest.items():
        yield Activity(path, len(least), int((least == highest[path]).sum()))


def slopes(program: Program, params: Tree, state: Tree, split: Split, seed: int) -> Iterator[Slope]:
    """The norms of each layer's gradient and weights, at the mean loss of some images in training mode."""
    _, grads, _ = program.loss_and_grads(params, state, split.images, split.labels, key=(seed, "report"))
    for path, own in grads.items():
        if own:
            yield Slope(path, _norm(own.values()), _norm(params[path].values()))


def _norm(arrays: Iterable[Array]) -> float:
    return sqrt(sum(float(np.square(array, dtype=np.float64).sum()) for array in arrays))
