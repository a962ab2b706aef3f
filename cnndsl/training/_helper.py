"""The helper process of :mod:`cnndsl.training.team`: ``python -m cnndsl.training._helper``, spoken to through pipes."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from cnndsl import keys
from cnndsl.compiler.lower import ALONE
from cnndsl.compiler.program import Partial, Program, build, halves, reduce_pieces
from cnndsl.compiler.threads import single_blas_thread
from cnndsl.training.board import Board, Exchange
from cnndsl.training.pipes import receive, send, unblock
from cnndsl.training.team import exchange_of


def main() -> None:
    """Work off requests until the other side is gone."""
    asked, answers = open(0, "rb", buffering=0), open(1, "wb", buffering=0)  # noqa: SIM115

    def check() -> None:
        if asked.read(1) is not None:  # nothing is asked in the middle of a step: this is the end
            raise EOFError

    unblock(asked)
    graph, loss, shards, remat, path, layout = receive(asked)
    program = build(graph, loss=loss, shards=shards, remat=remat)
    board = Board(path, layout)
    exchange = exchange_of(board, 1, check)
    send(answers, "ready")
    with single_blas_thread(), np.errstate(all="ignore"):
        while True:
            cuts, key, total = receive(asked)
            exchange.join()
            send(answers, _work_off(program, board.trees, exchange, key, cuts, total))


def _work_off(
    program: Program, trees: dict[str, Any], exchange: Exchange, key: keys.Key, cuts: tuple[int, ...], total: float
) -> float:
    """Leave the gradients of the second half of the pieces on the board; returns their summed loss."""
    batch, (_, mine) = trees["batch"][""], halves(cuts)
    among = exchange.among if program.mixes else ALONE

    def work(first: int, last: int) -> Partial:
        part = slice(first - mine[0], last - mine[0])
        x, labels = batch["x"][part], batch["labels"][part]
        state = trees.get("state", {})
        return program.partial(trees["params"], state, x, labels, key=key, first=first, total=total, among=among)

    found = reduce_pieces(mine, work)
    for path, own in trees["grads"].items():
        for name, array in own.items():
            np.copyto(array, found.grads[path][name])
    return found.loss


if __name__ == "__main__":
    try:
        main()
    except (EOFError, OSError):
        sys.exit(0)
