"""Five training steps in a process of their own; prints the peak memory in MiB. Run by :mod:`benchmarks.memory`."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack

from benchmarks.comparison import JAX, TORCH
from benchmarks.nets import NETS, Net
from benchmarks.processes import peak_mib
from benchmarks.timing import Rival

_STEPS = 5


def main(side: str, name: str, batch: str) -> None:
    with ExitStack() as stack:
        step = _step(side, NETS[name], int(batch), stack)
        for _ in range(_STEPS):
            step.call()
        print(peak_mib())


def _step(side: str, net: Net, batch: int, stack: ExitStack) -> Rival:
    if side == TORCH:
        from benchmarks import torch_side

        return torch_side.step(net, batch, torch_side.Configuration(channels_last=True, threads=os.cpu_count() or 1))
    if side == JAX:
        from benchmarks import jax_side

        return jax_side.step(net, batch)
    from benchmarks import ours

    return ours.step(net, batch, stack)


if __name__ == "__main__":
    main(*sys.argv[1:])
