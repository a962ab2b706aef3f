"""What training takes, as text and as JSON."""

from __future__ import annotations

from typing import Any

from attrs import asdict, frozen

from cnndsl.compiler.memory.total import MemoryPlan
from cnndsl.errors import printable
from cnndsl.language.graph import INPUT
from cnndsl.report.numerals import memory

_WORTH_SAYING = 0.9


@frozen
class TrainingMemory:
    """The plan, that of recomputing instead of keeping (``--remat``), and the name of the optimiser."""

    plan: MemoryPlan
    recomputed: MemoryPlan
    optimizer: str

    @property
    def asks_most(self) -> tuple[str, int]:
        """The layer that has asked for most of the arena when it is fullest, and how much."""
        return next((each for each in self.plan.layers if each[0] != INPUT), (INPUT, 0))

    def __str__(self) -> str:
        plan, (path, most) = self.plan, self.asks_most
        saved = self.recomputed.total < _WORTH_SAYING * plan.total
        parts = {
            "images": plan.images,
            "parameters": plan.parameters,
            "state": plan.state,
            self.optimizer: plan.optimiser,
            "recording": plan.recording,
            "gradients and updates": max(plan.update, plan.gradients),
        }
        beside = ", ".join(f"{name} {memory(size)}" for name, size in parts.items() if size)
        return (
            f"training on batches of {plan.batch}: {memory(plan.total)} in each process"
            f"{f', with --remat {memory(self.recomputed.total)}' if saved else ''}\n"
            f"  {f'{plan.workers} threads, each with an ' if plan.workers > 1 else ''}arena of {memory(plan.arena)}"
            f", {memory(most)} of it for {printable(path)}\n"
            f"  {beside}"
        )

    def as_json(self) -> dict[str, Any]:
        """Bytes, by what for."""
        plan, (path, most) = self.plan, self.asks_most
        sizes = {name: size for name, size in asdict(plan).items() if name != "layers"}
        return {
            **sizes,
            "optimizer": self.optimizer,
            "total": plan.total,
            "total_with_remat": self.recomputed.total,
            "largest": {"path": path, "arena": most},
        }
