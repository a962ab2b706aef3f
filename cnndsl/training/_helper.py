"""The helper process of :mod:`cnndsl.training.team`: ``python -m cnndsl.training._helper``, spoken to through pipes."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from cnndsl import keys
from cnndsl.compiler.program import Partial, Program, build, reduce_pieces
from cnndsl.compiler.threads import single_blas_thread
from cnndsl.training.team import Board, receive, send, unblock


def main() -> None:
    """Work off requests until the other side is gone."""
    asked, answers = open(0, "rb", buffering=0), open(1, "wb", buffering=0)  # noqa: SIM115
    unblock(asked)
    graph, loss, shards, remat, path, layout = receive(asked)
    program = build(graph, loss=loss, shards=shards, remat=remat)
    trees = Board(path, layout).trees
    send(answers, "ready")
    with single_blas_thread(), np.errstate(all="ignore"):
        while True:
            key, cuts, total = receive(asked)
            send(answers, _work_off(program, trees, key, cuts, total))


def _work_off(program: Program, trees: dict[str, Any], key: keys.Key, cuts: tuple[int, ...], total: float) -> float:
    """Leave the gradients of the pieces between the cuts on the board; returns their summed loss."""
    batch = trees["batch"][""]

    def work(first: int, last: int) -> Partial:
        part = slice(first - cuts[0], last - cuts[0])
        x, labels = batch["x"][part], batch["labels"][part]
        return program.partial(trees["params"], {}, x, labels, key=key, first=first, total=total)

    mine = reduce_pieces(cuts, work)
    for path, own in trees["grads"].items():
        for name, array in own.items():
            np.copyto(array, mine.grads[path][name])
    return mine.loss


if __name__ == "__main__":
    try:
        main()
    except (EOFError, OSError):
        sys.exit(0)
