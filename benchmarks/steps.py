"""Training steps: forward, backward and plain gradient descent on a batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial

from benchmarks import ours
from benchmarks.bars import ratios
from benchmarks.comparison import JAX, TORCH, compare, number, pick, table
from benchmarks.nets import Net
from benchmarks.ours import OURS
from benchmarks.section import Case, Figures, Options, Plot, Results, Section, Table
from benchmarks.timing import Rival

_BATCH, _LARGER = 32, 128


def cases(options: Options) -> Iterator[Case]:
    """Every network at batch 32, the seed's at 128 as well."""
    for net in options.nets:
        for batch in (_BATCH, _LARGER) if net.name == "seed" else (_BATCH,):
            yield f"{net.name}, batch {batch}", partial(_one, net, batch, options)


def _one(net: Net, batch: int, options: Options) -> Figures:
    """One network at one batch."""
    with ExitStack() as stack:
        return compare(_rivals(net, batch, options, stack), options.pace)


def _rivals(net: Net, batch: int, options: Options, stack: ExitStack) -> dict[str, Rival]:
    rivals = {OURS: ours.step(net, batch, stack)}
    if options.torch:
        from benchmarks import torch_side

        rivals[TORCH] = pick([torch_side.step(net, batch, each) for each in torch_side.configurations()], options)
    if options.jax:
        from benchmarks import jax_side

        rivals[JAX] = jax_side.step(net, batch)
    return rivals


def show(results: Results) -> Sequence[Table | Plot]:
    """Milliseconds and ratios."""
    return (
        table("training step", results, lambda _, seconds: number(seconds * 1e3), "ms"),
        *ratios("step", "Training steps: how many times longer the others take", results),
    )


SECTION = Section(
    "step",
    "Training step",
    "Forward, backward and plain gradient descent on new images, as the training loop has it: a helper process shares "
    "the batch where it can.",
    cases,
    show,
)
