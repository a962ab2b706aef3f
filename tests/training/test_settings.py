"""What a run is told: the protocol by default, and nothing that cannot be."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from cnndsl.errors import SettingsError
from cnndsl.optim import OPTIMISERS
from cnndsl.training import Settings


def test_the_defaults_are_the_protocol() -> None:
    settings = attrs.asdict(Settings())
    settings.pop("processes")
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
        "seed": 0,
        "variables": {},
    }


@pytest.mark.parametrize("name", ["train", "valid", "test", "batch", "epochs", "processes"])
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
