"""What a run will take, from its settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import numpy as np

from cnndsl.compiler import Program
from cnndsl.compiler.memory.total import MemoryPlan
from cnndsl.optim import Optimiser
from cnndsl.training.recipe import optimiser_of
from cnndsl.training.settings import Settings

_SAMPLE = 1000


def memory_of(program: Program, settings: Settings) -> MemoryPlan:
    """The memory of training a program that :func:`cnndsl.training.program_of` has made."""
    return program.memory(settings.batch, optimiser=numbers_kept(optimiser_of(settings, 1)))


def numbers_kept(optimiser: Optimiser) -> float:
    """How many numbers an optimiser remembers for each parameter."""
    state = optimiser.init({"layer": {"W": np.zeros((1, _SAMPLE), np.float32)}})
    return sum(array.size for array in _arrays(state)) // _SAMPLE


def _arrays(state: Any) -> Iterator[np.ndarray[Any, Any]]:
    if isinstance(state, np.ndarray):
        yield state
    elif isinstance(state, tuple | list):
        for each in state:
            yield from _arrays(each)
    elif isinstance(state, Mapping):
        yield from _arrays(list(state.values()))
    elif attrs.has(type(state)):
        yield from _arrays([getattr(state, each.name) for each in attrs.fields(type(state))])
