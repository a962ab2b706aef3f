"""Augmentation in training: only there, from the seed alone, whoever does the work."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve

from cnndsl.compiler import Program, build, check
from cnndsl.data import Splits
from cnndsl.language.source import Source
from cnndsl.settings.augment import CutMix, FlipX, MixUp, Noise, Pad, RandomCrop, Rotate, Shift
from cnndsl.training import SHARDS, EpochDone, Settings, StepDone, Team, loop, train
from tests.training.conftest import MODEL
from tests.training.test_loop import outcome

MIXED = (Pad(1), RandomCrop(6), Rotate(5, p=0.5), MixUp(0.4, p=0.5), Noise(0.02), CutMix())


@pytest.fixture(scope="module")
def shared_program() -> Program:
    """The network for batches that two processes share."""
    return build(check(Source("net.txt", MODEL))[0], shards=SHARDS)


def seen(monkeypatch: pytest.MonkeyPatch, program: Program, splits: Splits, settings: Settings) -> list[Any]:
    """The batches that steps were made of."""
    found: list[Any] = []
    step = loop.train_step

    def noted(model: Any, optimiser: Any, carry: Any, x: Any, labels: Any, *rest: Any, **more: Any) -> Any:
        found.append((x.copy(), labels.copy()))
        return step(model, optimiser, carry, x, labels, *rest, **more)

    monkeypatch.setattr(loop, "train_step", noted)
    list(train(program, splits, settings))
    return found


def test_equal_seeds_give_equal_bits_and_others_do_not(program: Program, splits: Splits, quick: Settings) -> None:
    settings = evolve(quick, augment=MIXED)
    first = outcome(program, splits, settings)
    assert outcome(program, splits, settings) == first
    assert outcome(program, splits, evolve(settings, seed=1))[1] != first[1]
    assert outcome(program, splits, quick)[1] != first[1]


@pytest.mark.parametrize("augment", [(Shift(1),), MIXED])
def test_the_number_of_processes_changes_no_bit(
    shared_program: Program, splits: Splits, quick: Settings, augment: tuple[Any, ...]
) -> None:
    settings = evolve(quick, augment=augment, batch=32)
    assert outcome(shared_program, splits, evolve(settings, processes=2)) == outcome(shared_program, splits, settings)


def test_the_helper_takes_its_part_of_mixed_labels(shared_program: Program) -> None:
    rng = np.random.default_rng(0)
    settings = Settings(augment=(MixUp(),), batch=32, processes=2)
    with loop.team(shared_program, settings) as team:
        assert isinstance(team, Team)
        assert team._helper is not None
        params, state = shared_program.init(0)
        x = rng.standard_normal((32, 1, 6, 6), dtype=np.float32)
        labels = loop.augmented(
            [(x, rng.integers(0, 4, 32))], settings.augment, _tones(), images=32, shape=(1, 6, 6), key=0
        )
        ((mixed_x, mixed),) = labels
        shared = team.loss_and_grads(params, state, mixed_x, mixed)
        alone = shared_program.loss_and_grads(params, state, mixed_x, mixed)
        assert shared[0] == alone[0]
        plain = rng.integers(0, 4, 32)  # another type than the board has room for: done alone
        assert (
            team.loss_and_grads(params, state, x, plain)[0] == shared_program.loss_and_grads(params, state, x, plain)[0]
        )
        assert team._helper is not None


def _tones() -> Any:
    return loop.tones(np.zeros(1, np.float32), np.ones(1, np.float32))


def test_the_splits_stay_as_they_are_and_validation_sees_them_so(
    monkeypatch: pytest.MonkeyPatch, program: Program, splits: Splits, quick: Settings
) -> None:
    kept = [split.images.copy() for split in (splits.train, splits.valid, splits.test)]
    validated = []
    score = loop.evaluate

    def noted(program: Any, params: Any, state: Any, split: Any, *more: Any) -> Any:
        validated.append(split)
        return score(program, params, state, split, *more)

    monkeypatch.setattr(loop, "evaluate", noted)
    list(train(program, splits, evolve(quick, augment=MIXED)))
    assert all(split is splits.valid for split in validated)
    for split, before in zip((splits.train, splits.valid, splits.test), kept, strict=True):
        np.testing.assert_array_equal(split.images, before)


def test_each_epoch_sees_other_copies_of_the_same_images(
    monkeypatch: pytest.MonkeyPatch, program: Program, splits: Splits, quick: Settings
) -> None:
    batches = seen(monkeypatch, program, splits, evolve(quick, batch=80, augment=(FlipX(),)))
    flipped = [{image.tobytes() for image in x} for x, _ in batches]
    allowed = {image.tobytes() for image in (*splits.train.images, *splits.train.images[:, :, :, ::-1])}
    assert all(epoch <= allowed for epoch in flipped)
    assert all(first != second for first, second in pairwise(flipped))


def test_what_is_seen_does_not_depend_on_the_batches(
    monkeypatch: pytest.MonkeyPatch, program: Program, splits: Splits, quick: Settings
) -> None:
    settings = evolve(quick, epochs=1, augment=(Pad(1), RandomCrop(6), Noise(0.02), Rotate(5, p=0.5)))
    small = seen(monkeypatch, program, splits, settings)
    monkeypatch.undo()
    large = seen(monkeypatch, program, splits, evolve(settings, batch=30))
    for at in range(2):
        left, right = (np.concatenate([batch[at] for batch in batches]) for batches in (small, large))
        np.testing.assert_array_equal(left, right)


def test_a_network_learns_from_mixed_images(program: Program, splits: Splits, quick: Settings) -> None:
    settings = evolve(quick, epochs=8, augment=(Shift(1, p=0.3), MixUp(0.2)))
    epochs = [event for event in train(program, splits, settings) if isinstance(event, EpochDone)]
    assert epochs[-1].valid.macro_f1 > 0.9


def test_the_loss_of_a_step_is_that_of_the_mixtures(
    monkeypatch: pytest.MonkeyPatch, program: Program, splits: Splits, quick: Settings
) -> None:
    settings = evolve(quick, epochs=1, augment=(MixUp(1.0),))
    events = [event for event in train(program, splits, settings) if isinstance(event, StepDone)]
    x, labels = seen(monkeypatch, program, splits, settings)[0]
    params, state = program.init(settings.seed)
    assert events[0].loss == pytest.approx(program.loss_and_grads(params, state, x, labels, key=0)[0])


def test_the_manifest_has_the_lines(tmp_path: Path, program: Program, splits: Splits, quick: Settings) -> None:
    import json

    from cnndsl.training import compile_and_train

    compile_and_train(program, splits, evolve(quick, epochs=1, augment=(Pad(1), RandomCrop(6))), tmp_path)
    settings = json.loads((tmp_path / "manifest.json").read_text())["settings"]
    assert settings["augment"] == ["Pad 1 mode=zeros", "RandomCrop 6"]
