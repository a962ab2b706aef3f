"""What a run finds out about its network is so."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve

from cnndsl.compiler import Program, compile_model
from cnndsl.compiler.observe import probabilities
from cnndsl.data import Splits
from cnndsl.report.pictures import stacked, unstacked
from cnndsl.settings.schedules import Plateau, Step
from cnndsl.training import Scores, Settings
from cnndsl.training.findings import activity, mistakes, pixels, rates, slopes
from cnndsl.training.history import Row
from tests.training.conftest import MODEL, halves


def test_the_worst_mistakes_come_first_and_are_mistakes(program: Program, splits: Splits) -> None:
    params, state = program.init(0)
    found = list(mistakes(program, params, state, splits))
    given = probabilities(program, params, state, splits.test.images)
    wrong = given.argmax(axis=1) != splits.test.labels
    assert len(found) == wrong.sum() > 0
    assert [one.p_true for one in found] == sorted(one.p_true for one in found)
    assert found[0].p_true == given[np.flatnonzero(wrong), splits.test.labels[wrong]].min()
    assert all(one.true != one.predicted and one.p_predicted > one.p_true for one in found)


def test_pixels_are_what_they_were_before_they_were_standardised(splits: Splits) -> None:
    raw = {image.tobytes() for image in halves(40, 2).images}
    assert all(pixels(image, splits).tobytes() in raw for image in splits.test.images)


def test_a_unit_that_is_dead_is_silent(program: Program, splits: Splits) -> None:
    params, state = program.init(0)
    conv = params["Conv.0"]
    dead = {**params, "Conv.0": {**conv, "b": np.array([-100, 0, -100], np.float32)}}
    own = {row.path: (row.silent, row.units) for row in activity(program, dead, state, splits.test.images)}
    assert own == {"ReLU.0": (2, 3), "Softmax.0": (0, 4)}


def test_slopes_are_the_norms_of_the_gradient(splits: Splits) -> None:
    program = compile_model(f"{MODEL}")
    params, state = program.init(0)
    _, grads, _ = program.loss_and_grads(params, state, splits.train.images, splits.train.labels)
    for row in slopes(program, params, state, splits.train, 0):
        flat = np.concatenate([array.ravel() for array in grads[row.path].values()])
        assert row.gradient == pytest.approx(np.linalg.norm(flat), rel=1e-5)


def row(epoch: int, loss: float) -> Row:
    return Row(epoch, loss, Scores(loss, 0.5, 0.5))


def test_the_learning_rate_is_that_of_the_schedule(quick: Settings) -> None:
    rows = [row(epoch, 1.0) for epoch in (1, 2, 3, 4)]
    assert {rate for _, rate in rates(quick, 80, rows)} == {0.02}
    stepped = evolve(quick, epochs=4, schedule=Step(2, 0.5))
    found = list(rates(stepped, 80, rows))
    assert found[0] == (0.0, 0.02)
    assert found[-1][0] == 4.0
    assert {rate for done, rate in found if done < 2} == {0.02}
    assert {rate for done, rate in found if done >= 2} == {0.01}
    falling = evolve(quick, epochs=4, schedule=Plateau(factor=0.1, patience=1, metric="valid.loss"))
    assert min(rate for _, rate in rates(falling, 80, rows)) < 0.01


def test_the_sample_is_the_first_test_image(splits: Splits) -> None:
    image = pixels(splits.test.images[0], splits)
    assert np.array_equal(unstacked(stacked(image), (1, 6, 6)), image)
