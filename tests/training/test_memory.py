"""What a run takes is known from its settings, and --remat changes no bit of it."""

from __future__ import annotations

import pytest
from attrs import evolve

from cnndsl.data import Splits
from cnndsl.settings.rules import Clip, Norm
from cnndsl.training import Settings, memory_of, optimiser_of, program_of
from cnndsl.training.memory import numbers_kept
from tests.compiler.networks import graph_of
from tests.training.test_loop import outcome

TEXT = "input 1x8x8\nConv 4 3 pad=same\nBatchNorm\nReLU\nConv 4 3 pad=same\nDropout 0.2\nReLU\nPool 2\nFlatten\nFC 10\n"


@pytest.mark.parametrize(
    ("name", "count"), [("sgd", 0), ("momentum", 1), ("rmsprop", 1), ("adam", 2), ("adamw", 2), ("lion", 1)]
)
@pytest.mark.parametrize("clip", [None, Norm(1.0)], ids=["free", "clipped"])
def test_numbers_that_an_optimiser_keeps(name: str, count: int, clip: Clip | None) -> None:
    assert numbers_kept(optimiser_of(Settings(optimizer=name, clip=clip), 1)) == count


def test_the_plan_has_the_batch_and_the_optimiser_of_the_settings() -> None:
    settings = Settings(batch=24)
    program = program_of(graph_of(TEXT), settings)
    assert memory_of(program, settings) == program.memory(24, optimiser=2)


def test_computing_again_changes_no_bit_of_a_run(splits: Splits, quick: Settings) -> None:
    text = "Conv 4 3 pad=same\nBatchNorm\nReLU\nConv 4 3 pad=same\nDropout 0.2\nReLU\nFlatten\nFC 4\n"
    graph = graph_of(text, splits.shape)
    settings = [evolve(quick, remat=remat) for remat in (False, True)]
    kept, again = (outcome(program_of(graph, each), splits, each) for each in settings)
    assert program_of(graph, settings[1]).remat
    assert again == kept
