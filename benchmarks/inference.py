"""Inference: the probabilities of a batch of images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from benchmarks import ours
from benchmarks.bars import ratios
from benchmarks.comparison import JAX, SCRIPT, TORCH, compare, pick, table
from benchmarks.nets import Net
from benchmarks.ours import OURS
from benchmarks.section import Case, Figures, Options, Plot, Results, Section, Table
from benchmarks.timing import Rival

_BATCHES = (1, 32, 256)


def cases(options: Options) -> Iterator[Case]:
    """Every network at batch 1, 32 and 256; at 32 alone in a quick run."""
    for net in options.nets:
        for batch in (32,) if options.quick else _BATCHES:
            yield f"{net.name}, batch {batch}", partial(_one, net, batch, options)


def _one(net: Net, batch: int, options: Options) -> Figures:
    return compare(_rivals(net, batch, options), options.pace)


def _rivals(net: Net, batch: int, options: Options) -> dict[str, Rival]:
    rivals = {OURS: ours.inference(net, batch)}
    if options.torch:
        from benchmarks import torch_side as side

        rivals[TORCH] = pick([side.inference(net, batch, each) for each in side.configurations()], options)
        rivals[SCRIPT] = pick([side.frozen_inference(net, batch, each) for each in side.configurations()], options)
    if options.jax:
        from benchmarks import jax_side

        rivals[JAX] = jax_side.inference(net, batch)
    return rivals


def show(results: Results) -> Sequence[Table | Plot]:
    """Images a second, and ratios."""

    def throughput(case: str, seconds: float) -> str:
        return f"{int(case.rpartition(' ')[2]) / seconds:,.0f}"

    return (
        table("inference", results, throughput, "images/s"),
        *ratios("inference", "Inference: how many times longer the others take", results),
    )


SECTION = Section(
    "inference",
    "Inference",
    "`Program.predict` against PyTorch in `eval` and `inference_mode`, eager, and against TorchScript that was traced, "
    "frozen and optimised for inference; softmax included.",
    cases,
    show,
)
