"""What a run is told: the protocol by default, and nothing that cannot be."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.errors import SettingsError
from cnndsl.optim import OPTIMISERS
from cnndsl.settings import Train
from cnndsl.settings.losses import CrossEntropy, Focal, Mse
from cnndsl.settings.optimizers import OPTIMIZERS
from cnndsl.training import Settings, protocol
from tests.settings.samples import all_settings, read
from tests.strategies import thorough


def test_the_defaults_are_the_protocol() -> None:
    settings = Settings().as_json()
    settings.pop("processes")
    settings.pop("remat")
    assert settings == {
        "train": 5000,
        "valid": 500,
        "test": 500,
        "batch": 32,
        "epochs": 10,
        "lr": 0.001,
        "optimizer": "adam",
        "constants": {},
        "balance": True,
        "fold": None,
        "seed": 0,
        "variables": {},
        "augment": (),
        "scale": "standardize",
        "loss": "cross_entropy(label_smoothing=0.0, weights=none)",
        "init": "he_normal",
        "schedule": "constant",
        "accumulate": 1,
        "paths": None,
        "clip": None,
        "ema": None,
        "drop_last": False,
        "select": "valid.macro_f1",
        "stop": None,
    }


@given(all_settings(), st.tuples(st.integers(1, 9), st.integers(1, 9), st.none()))
@thorough(40)
def test_what_a_file_says_is_in_the_protocol_and_can_be_written_as_json(chosen: Any, sizes: Any) -> None:
    found = protocol(chosen, sizes, seed=3)
    train = chosen.train
    assert (found.train, found.valid, found.test) == sizes
    assert found.seed == (3 if train.seed is None else train.seed)
    assert found.select == train.select.metric
    assert found.optimizer == OPTIMIZERS.name_of(type(train.optimizer))
    assert {"lr": found.lr, **found.constants} == attrs.asdict(train.optimizer)
    for name in ("batch", "epochs", "loss", "schedule", "accumulate", "paths", "clip", "ema", "drop_last", "stop"):
        assert getattr(found, name) == getattr(train, name)
    assert (found.init, found.scale) == (train.init, chosen.data.scale)
    written = json.loads(json.dumps(found.as_json()))
    for name in ("loss", "schedule"):
        assert read(f"train {{ {name} = {written[name]} }}")[0].train == attrs.evolve(
            Train(seed=None), **{name: getattr(train, name)}
        )


@pytest.mark.parametrize("name", ["train", "valid", "test", "batch", "epochs", "processes", "accumulate"])
@pytest.mark.parametrize("value", [0, -1])
def test_a_number_below_one_is_refused_by_name(name: str, value: int) -> None:
    wrong: dict[str, Any] = {name: value}
    with pytest.raises(SettingsError, match=f"{name} must be 1 or more, got {value}") as error:
        Settings(**wrong)
    assert (error.value.code, error.value.exit_code) == ("C407", 2)


@pytest.mark.parametrize("lr", [0.0, -1e-3, float("nan"), float("inf"), float("-inf")])
def test_a_learning_rate_is_a_number_above_zero(lr: float) -> None:
    with pytest.raises(SettingsError, match="learning rate must be a number above 0") as error:
        Settings(lr=lr)
    assert (error.value.code, error.value.exit_code) == ("C406", 2)


def test_an_unknown_optimiser_is_told_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match="unknown optimizer 'adm'") as error:
        Settings(optimizer="adm")
    assert all(name in error.value.hint for name in OPTIMISERS)


@pytest.mark.parametrize("legal", [{"test": None}, {"seed": -5}, {"lr": 1e30}, *({"optimizer": o} for o in OPTIMISERS)])
def test_what_may_be_asked_for_is_kept(legal: dict[str, Any]) -> None:
    assert attrs.asdict(Settings(**legal)).items() >= legal.items()


@pytest.mark.parametrize(
    ("loss", "label"),
    [(CrossEntropy(0.1), "cross-entropy (nats, mean)"), (Focal(), "focal (mean)"), (Mse(), "mse (mean)")],
)
def test_the_loss_of_a_plot_is_named(loss: Any, label: str) -> None:
    assert Settings(loss=loss).loss_label == label
