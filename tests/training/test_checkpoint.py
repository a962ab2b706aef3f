"""Checkpoints: all that a run is comes back, to the bit, and nothing else is taken for it."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from cnndsl.compiler import Program, compile_model
from cnndsl.data import Splits
from cnndsl.errors import DivergedError, InputError
from cnndsl.optim import OPTIMISERS
from cnndsl.settings.schedules import Cosine
from cnndsl.training import Settings, StepDone, compile_and_train, train
from cnndsl.training import checkpoint as module
from cnndsl.training.checkpoint import Checkpoint, identity, load_checkpoint, newest, save_checkpoint
from cnndsl.training.files import _PREFIX
from cnndsl.training.leaves import leaves, rebuilt
from cnndsl.training.loop import Standing
from tests.training.conftest import MODEL
from tests.training.crashes import RUNS, prepared
from tests.training.test_run import contents, names_in

Job = tuple[Program, Splits, Settings]


def flat(value: Any) -> dict[str, Any]:
    """The leaves, arrays as what tells them apart."""
    return {
        name: (leaf.dtype, leaf.shape, leaf.tobytes()) if isinstance(leaf, np.ndarray) else (type(leaf), leaf)
        for name, leaf in leaves(value)
    }


def standings(job: Job) -> list[Standing]:
    """Where training stands after each step and each epoch."""
    return [event.standing for event in train(*job)]


def saved(job: Job, standing: Standing, folder: Path) -> Path:
    (path,) = save_checkpoint(folder, Checkpoint(standing), identity(*job), ())
    return path


@pytest.fixture
def job(program: Program, splits: Splits, quick: Settings) -> Job:
    return program, splits, quick


@pytest.mark.parametrize("name", RUNS)
def test_whatever_step_training_goes_on_from_it_ends_the_same(name: str, tmp_path: Path) -> None:
    job = prepared(name)
    whole = standings(job)
    for number in (0, len(whole) // 3, len(whole) // 2, len(whole) - 2):
        found, _ = load_checkpoint(saved(job, whole[number], tmp_path), *job)
        assert flat(found.standing) == flat(whole[number])
        *_, last = train(*job, found.standing)
        assert flat(last.standing) == flat(whole[-1])


@pytest.mark.parametrize("optimizer", OPTIMISERS)
def test_every_optimisers_state_comes_back(
    optimizer: str, program: Program, splits: Splits, quick: Settings, tmp_path: Path
) -> None:
    job = (program, splits, evolve(quick, optimizer=optimizer, schedule=Cosine(), lr=0.001))
    standing = next(itertools.islice(train(*job), 2, None)).standing
    found, said = load_checkpoint(saved(job, standing, tmp_path), *job)
    assert flat(found.standing) == flat(standing)
    assert said["settings"]["optimizer"] == optimizer


VALUES = st.recursive(
    st.none() | st.integers() | st.floats(allow_nan=False) | st.builds(np.arange, st.integers(0, 5)),
    lambda inner: st.lists(inner).map(tuple) | st.dictionaries(st.text("abc", min_size=1, max_size=3), inner),
)


@given(VALUES)
def test_any_value_is_its_leaves(value: Any) -> None:
    table = dict(leaves(value))
    assert flat(rebuilt(value, table.__getitem__)) == flat(value)


def test_the_last_two_are_kept_and_nothing_unfinished(job: Job, tmp_path: Path) -> None:
    kept: tuple[Path, ...] = ()
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    for name in (f"{_PREFIX}1-x", "00009-0000000.safetensors"):  # of a write that was cut off, and of an earlier run
        (folder / name).write_bytes(b"half of")
    for standing in standings(job)[:5]:
        kept = save_checkpoint(tmp_path, Checkpoint(standing), identity(*job), kept)
        assert {path.name for path in kept} == set(names_in(folder))
    assert names_in(folder) == ["00001-0000004.safetensors", "00001-0000005.safetensors"]


def test_one_that_was_cut_off_after_its_last_byte_is_none(job: Job, tmp_path: Path) -> None:
    path = saved(job, standings(job)[0], tmp_path)
    path.with_name(f"{_PREFIX}1-{path.name}").write_bytes(path.read_bytes())
    assert newest(tmp_path) == (path, ())


def test_a_damaged_one_is_passed_over_and_named(job: Job, tmp_path: Path) -> None:
    first, second = standings(job)[:2]
    kept = save_checkpoint(tmp_path, Checkpoint(first), identity(*job), ())
    kept = save_checkpoint(tmp_path, Checkpoint(second), identity(*job), kept)
    assert newest(tmp_path) == (kept[1], ())
    data = bytearray(kept[1].read_bytes())
    data[-1] ^= 1
    kept[1].write_bytes(data)
    found, (remark,) = newest(tmp_path)
    assert found == kept[0]
    assert (remark.code, str(kept[1]) in remark.message) == ("T612", True)
    kept[0].write_bytes(b"")
    found, remarks = newest(tmp_path)
    assert (found, len(remarks)) == (None, 2)
    assert newest(tmp_path / "nowhere") == (None, ())


@given(st.integers(0, 10**9), st.integers(1, 255))
@hypothesis(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_change_of_a_byte_goes_unseen(job: Job, tmp_path: Path, place: int, change: int) -> None:
    path = tmp_path / "checkpoints" / "00001-0000001.safetensors"
    whole = tmp_path / "whole"
    if not whole.exists():
        saved(job, next(iter(train(*job))).standing, tmp_path)
        whole.write_bytes(path.read_bytes())
    data = bytearray(whole.read_bytes())
    data[place % len(data)] ^= change
    path.write_bytes(data)
    try:
        found, _ = load_checkpoint(path, *job)
    except InputError:
        return
    path.write_bytes(whole.read_bytes())  # such as another spelling of a character: nothing else
    assert flat(found.standing) == flat(load_checkpoint(path, *job)[0].standing)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"batch": 16}, "other settings: batch is 8 there, 16 here"),
        ({"seed": 1}, "other settings: seed is 0 there, 1 here"),
        ({"optimizer": "sgd"}, "other settings: optimizer is adam there, sgd here"),
    ],
)
def test_other_settings_are_refused(job: Job, changes: dict[str, Any], words: str, tmp_path: Path) -> None:
    program, splits, settings = job
    path = saved(job, standings(job)[0], tmp_path)
    with pytest.raises(InputError, match=words) as error:
        load_checkpoint(path, program, splits, evolve(settings, **changes))
    assert (error.value.code, error.value.exit_code) == ("T609", 3)


def test_another_network_and_other_images_are_refused(job: Job, tmp_path: Path) -> None:
    program, splits, settings = job
    path = saved(job, standings(job)[0], tmp_path)
    with pytest.raises(InputError, match="another network") as error:
        load_checkpoint(path, compile_model(MODEL.replace("Conv 3", "Conv 4")), splits, settings)
    assert error.value.code == "T609"
    with pytest.raises(InputError, match="other images"):
        load_checkpoint(path, program, evolve(splits, fingerprint="another"), settings)


def test_the_weights_of_a_run_are_no_checkpoint(job: Job, tmp_path: Path) -> None:
    compile_and_train(*job, tmp_path)
    with pytest.raises(InputError, match="is no checkpoint") as error:
        load_checkpoint(tmp_path / "best.safetensors", *job)
    assert error.value.code == "D511"


def test_what_is_not_finite_is_not_written(job: Job, tmp_path: Path) -> None:
    standing = standings(job)[0]
    mean = standing.carry.opt_state.mean.copy()
    mean[3] = np.inf
    carry = evolve(standing.carry, opt_state=evolve(standing.carry.opt_state, mean=mean))
    with pytest.raises(DivergedError, match="overflowed in epoch 1, step 1: opt_state/mean"):
        saved(job, evolve(standing, carry=carry), tmp_path)
    assert not (tmp_path / "checkpoints").exists()


def remarks_of(job: Job, folder: Path, path: Path) -> list[str]:
    said: list[Any] = []
    compile_and_train(*job, folder, resume=path, on_event=said.append)
    return [f"{event.code} {event.message}" for event in said if hasattr(event, "code")]


def test_more_epochs_are_those_of_a_longer_run(job: Job, tmp_path: Path) -> None:
    program, splits, settings = job
    longer = (program, splits, evolve(settings, epochs=3))
    compile_and_train(*job, tmp_path / "a")
    path, _ = newest(tmp_path / "a")
    assert path
    assert not remarks_of(longer, tmp_path / "a", path)
    compile_and_train(*longer, tmp_path / "b")
    for name in ("best.safetensors", "history.csv", "test.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_that_the_bits_will_be_others_is_said(job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, splits, settings = job
    planned = (program, splits, evolve(settings, schedule=Cosine()))
    path = saved(planned, standings(planned)[0], tmp_path)
    (said,) = remarks_of((program, splits, evolve(planned[2], epochs=3)), tmp_path / "out", path)
    assert said == "T608 the run was begun for 2 epochs, and its learning rate followed that"
    here = dict(module.fingerprint())
    monkeypatch.setattr(module, "fingerprint", lambda: {**here, "blas": "mkl 2026"})
    (said,) = remarks_of(planned, tmp_path / "other", path)
    assert said.startswith("T608 this is another machine than the run was begun on")
    assert said.endswith(f"blas {here['blas']} there, mkl 2026 here")


def test_a_run_that_is_over_has_its_results_written_again(job: Job, tmp_path: Path) -> None:
    compile_and_train(*job, tmp_path)
    before = contents(tmp_path)
    path, _ = newest(tmp_path)
    for name in ("test.csv", "best.safetensors", "history.csv"):
        (tmp_path / name).unlink()
    compile_and_train(*job, tmp_path, resume=path)
    after = contents(tmp_path)
    manifest = str(tmp_path / "manifest.json")
    times = [json.loads(found.pop(manifest)).pop("times") for found in (before, after)]
    assert times[0] != times[1]
    assert after == before


def test_the_step_says_where_training_stands(job: Job) -> None:
    steps = [event.standing for event in train(*job) if isinstance(event, StepDone)]
    assert [(standing.epoch, standing.steps) for standing in steps] == [(e, s) for e in (1, 2) for s in range(1, 11)]
    assert steps[9].images == 80
