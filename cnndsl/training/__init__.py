"""Training: steps and epochs over explicit values, and the whole job around them."""

from __future__ import annotations

from cnndsl.training.loop import Carry, EpochDone, StepDone, start, team, train, train_step
from cnndsl.training.memory import memory_of
from cnndsl.training.metrics import Scores, confusion, evaluate
from cnndsl.training.recipe import optimiser_of, program_of
from cnndsl.training.run import Result, check_output, compile_and_train
from cnndsl.training.settings import Settings, protocol
from cnndsl.training.team import SHARDS, Team

__all__ = [
    "SHARDS",
    "Carry",
    "EpochDone",
    "Result",
    "Scores",
    "Settings",
    "StepDone",
    "Team",
    "check_output",
    "compile_and_train",
    "confusion",
    "evaluate",
    "memory_of",
    "optimiser_of",
    "program_of",
    "protocol",
    "start",
    "team",
    "train",
    "train_step",
]
