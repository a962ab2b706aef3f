"""Ill networks and ill data are found out, each by its code; those that are well are left in peace."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnndsl.doctor.gradients import gradients_of
from cnndsl.doctor.inputs import inputs_of, judge_inputs
from cnndsl.doctor.labels import judge_labels, labels_of
from cnndsl.doctor.learning import FirstSteps, OneBatch, RangeTest, is_doubtful, judge_learning
from cnndsl.doctor.start import Start, judge_start, outputs_of
from cnndsl.errors import ModelError
from cnndsl.training import Settings
from tests.doctor.patients import HEALTHY, codes, examined, pictures, splits

WELL = {
    "convolution": HEALTHY,
    "linear": "Flatten\nFC 4\n",
    "norm": "Conv 6 3 bias=false\nBatchNorm\nReLU\nGlobalAvgPool\nFC 4\nSoftmax\n",
    "last layer at 0": "Flatten\nFC 16\nReLU\nFC 4 init=zeros\n",
    "sigmoid": "Flatten\nFC 16\nSigmoid\nFC 4\n",
    "mse": f"{HEALTHY}train {{ loss = mse; seed = 0 }}\n",
    "dropout": "Flatten\nFC 32\nReLU\nDropout 0.3\nFC 4\n",
    "momentum": f"{HEALTHY}train {{ optimizer = momentum(lr=0.01); seed = 0 }}\n",
}


@pytest.mark.parametrize("name", WELL)
def test_what_is_well_is_left_in_peace(name: str) -> None:
    checkup = examined(WELL[name])
    assert not checkup.findings
    assert checkup.one_batch is not None
    assert checkup.one_batch.is_learnt


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("H922", "Flatten\nFC 16 init=zeros\nReLU\nFC 4"),
        ("H931", "Flatten\nFC 16 init=zeros\nLayerNorm\nFC 4 init=zeros"),
        ("H921", "Flatten\nFC 16\n" + "residual {\nReLU\nFC 16\n}\n" * 16 + "FC 4"),
        ("H932", "Flatten\nFC 16\nReLU\n" + "FC 16\nSigmoid\n" * 10 + "FC 4"),
        ("H941", "Flatten\nDropout 0.95\nFC 16\nDropout 0.95\nFC 4"),
    ],
)
def test_an_ill_network_is_found_out(code: str, text: str) -> None:
    assert code in codes(examined(text))


def test_the_examination_ends_where_an_error_is_the_cause_of_the_rest() -> None:
    checkup = examined("Flatten\nFC 16 init=zeros\nReLU\nFC 4")
    assert codes(checkup) == {"H922"}
    assert checkup.start is not None
    assert (checkup.gradients, checkup.one_batch, checkup.range_test) == (None, None, None)


def test_dead_relus_are_found_whatever_killed_them() -> None:
    program, x = _program(), pictures(64)[0]
    params, state = program.init(0)
    killed = {**params, "Conv.0": {**params["Conv.0"], "b": np.full(6, -10, np.float32)}}
    outputs = tuple(outputs_of(program.graph, killed, state, x, 0))
    assert {output.node.path: (output.dead, output.units) for output in outputs if output.units} == {
        "ReLU.0": (6, 6),
        "ReLU.1": (16, 16),
    }
    found = tuple(judge_start(Start(1.0, 1.4, outputs)))
    assert [(finding.code, finding.node.path) for finding in found if finding.node] == [
        ("H922", "ReLU.0"),
        ("H922", "ReLU.1"),
    ]
    some = np.array([-10, -10, -10, -10, 0, 0], np.float32)
    wounded = {**params, "Conv.0": {**params["Conv.0"], "b": some}}
    found = tuple(judge_start(Start(1.0, 1.4, tuple(outputs_of(program.graph, wounded, state, x, 0)))))
    assert [finding.code for finding in found] == ["H923"]
    assert "4 of 6" in found[0].message


def test_the_outputs_are_those_of_the_program() -> None:
    program, x = _program(), pictures(64)[0]
    params, state = program.init(3)
    *_, last = outputs_of(program.graph, params, state, x, 0)
    assert last.size == pytest.approx(np.sqrt(np.mean(program.predict(params, state, x) ** 2)), rel=1e-5)


def test_the_gradients_are_those_of_the_loss() -> None:
    program, (x, labels) = _program(), pictures(32)
    params, state = program.init(5)
    _, grads, _ = program.loss_and_grads(params, state, x, labels)
    for gradient in gradients_of(program, x, labels, 5):
        path = gradient.node.path
        assert gradient.norm == pytest.approx(np.linalg.norm(grads[path]["W"]), rel=1e-5)
        assert gradient.weights == pytest.approx(np.linalg.norm(params[path]["W"]), rel=1e-5)


@pytest.mark.parametrize(("rate", "code"), [(1e3, "H942"), (1e-7, "H943")])
def test_a_rate_far_from_a_good_one_is_found_out(rate: float, code: str) -> None:
    assert codes(examined(lr=rate)) == {code}


def test_a_rate_that_only_a_slow_start_survives_is_tried() -> None:
    test = RangeTest((1e-3, 1e-2, 1e-1, 1.0), (1.4, 0.9, 0.5, 1.5), guessed=1.39)
    batch = OneBatch(32, 0.01, 10, 1.0)
    assert (test.suggested, test.limit) == (0.01, 1.0)
    doubtful = {rate: is_doubtful(test, Settings(lr=rate)) for rate in (0.001, 0.02, 0.1, 2.0)}
    assert doubtful == {0.001: False, 0.02: False, 0.1: True, 2.0: False}
    for loss, expected in ((1.388, ["H942"]), (math.nan, ["H942"]), (0.7, [])):
        found = judge_learning(test, batch, FirstSteps(120, loss), Settings(lr=0.1))
        assert [finding.code for finding in found] == expected
    well = examined(lr=0.1)
    assert well.first_steps is not None
    assert well.first_steps.loss < 1
    assert examined().first_steps is None


def test_a_rate_that_is_suggested_is_well() -> None:
    test = examined().range_test
    assert test is not None
    assert test.suggested is not None
    assert not examined(lr=test.suggested).findings


def test_the_range_test_suggests_a_tenth_of_a_good_rate() -> None:
    rates = tuple(float(rate) for rate in np.geomspace(1e-5, 1, 6))
    test = RangeTest(rates, (2.3, 2.3, 1.5, 1.0, 2.4, 9.0), guessed=2.3)
    assert (test.suggested, test.limit) == (pytest.approx(1e-3), pytest.approx(0.1))
    learnt = RangeTest(rates, (2.3, 0.2, 0.02, 0.03, 0.01, 0.5), guessed=2.3)
    assert (learnt.suggested, learnt.limit) == (pytest.approx(1e-5), None)  # not a tenth of 0.1
    level = RangeTest(rates, (2.3, 2.3, 2.29, 2.3, 2.4, 9.0), guessed=2.3)
    assert (level.suggested, level.limit) == (None, None)


def test_labels_that_are_shuffled_are_found_out() -> None:
    images, labels = pictures()
    shuffled = np.random.default_rng(7).permutation(labels)
    assert "H913" in codes(examined(data=splits(images, shuffled)))


def test_labels_of_one_class_are_found_out_and_nothing_else_is_looked_at() -> None:
    checkup = examined(data=splits(labels=np.full(600, 2)))
    assert codes(checkup) == {"H911"}
    assert "quarter 2" in checkup.findings[0].message
    assert checkup.start is None


@pytest.mark.parametrize("classes", [3, 4])
def test_rare_and_absent_classes_are_named(classes: int) -> None:
    labels = np.where(np.arange(600) < 590, np.arange(600) % 3, classes - 1)
    data = splits(labels=labels)
    found = list(judge_labels(labels_of(data.train, data.valid, 4), data.classes))
    rare = next(finding for finding in found if finding.code == "H912")
    assert f"quarter 3 ({10 if classes == 4 else 0})" in rare.message


def test_too_few_images_say_nothing_of_their_labels() -> None:
    images, labels = pictures(60)
    data = splits(images, np.roll(labels, 1))
    assert labels_of(data.train, data.valid, 4).neighbour is None


def test_images_that_are_not_scaled_are_found_out() -> None:
    images, _ = pictures()
    assert "H903" in codes(examined(data=splits(images * 80 + 120)))
    assert "H903" in codes(examined(data=splits(images * 1e-4)))
    for scale in (1, 0.3):
        assert not list(judge_inputs(inputs_of(images * scale + 0.13)))


def test_channels_without_content_and_values_that_are_no_numbers() -> None:
    images = np.random.default_rng(0).standard_normal((20, 3, 4, 4)).astype(np.float32)
    images[:, 1] = 7
    inputs = inputs_of(images)
    assert inputs.constant == (1,)
    assert [finding.code for finding in judge_inputs(inputs)] == ["H902"]
    images[3, 0, 1, 1], images[4, 2, 0, 0] = np.nan, np.inf
    inputs = inputs_of(images)
    assert (inputs.wrong, inputs.constant) == (2, (1,))
    assert np.isfinite([inputs.mean, inputs.std, inputs.low, inputs.high]).all()
    assert {finding.code for finding in judge_inputs(inputs)} == {"H901", "H902"}
    assert inputs_of(np.full((2, 1, 2, 2), np.nan)).wrong == 8


def test_equal_seeds_give_equal_findings() -> None:
    once, again, other = examined(), examined(), examined(seed=1)
    assert once.range_test is not None
    assert again.range_test is not None
    assert other.range_test is not None
    assert once.range_test.losses == again.range_test.losses != other.range_test.losses
    assert (once.start, once.one_batch, once.gradients) == (again.start, again.one_batch, again.gradients)


def test_a_network_without_a_score_a_class_is_no_patient() -> None:
    with pytest.raises(ModelError, match="D501"):
        examined("Flatten\nFC 7")


def _program():
    from cnndsl.compiler import compile_model

    return compile_model(HEALTHY, input_shape=(1, 8, 8))
