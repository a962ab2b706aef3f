"""Two processes that share each batch: threads cannot, where a network is hundreds of short calls.

A helper process holds the same program. For a step it finds the parameters and its part of the batch in shared memory,
and leaves its gradients there; a few bytes through pipes say when. The sum is the tree that one process alone would
add up, so the bits are the same, and if the helper is lost, this process does the work itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from cnndsl import keys
from cnndsl.compiler import Program
from cnndsl.compiler.lower import ALONE
from cnndsl.compiler.program import Partial, add_partials, halves, reduce_pieces
from cnndsl.compiler.threads import single_blas_thread
from cnndsl.labels import label_type
from cnndsl.layers._kind import Array, Tree
from cnndsl.training.board import Board, Exchange, Layout
from cnndsl.training.pipes import receive, send, unblock

#: Into how many pieces at least a run cuts each batch, however many processes there are: so the bits are the same.
SHARDS = 2

_RAM = Path("/dev/shm")  # noqa: S108 - memory, where a system has it as files; the name is made by mkstemp

# What a normalisation exchanges: a few numbers for each of its channels.
_EXCHANGED = 4


class Team:
    """A program and a helper process. ``loss_and_grads`` is the program's own, in less time; a context manager.

    The program should be built with ``shards=SHARDS``. The helper shares batches of up to ``batch`` images in single
    precision with labels of the type ``labels`` (int64 if not given); any other call is worked off by this process
    alone.
    """

    def __init__(self, program: Program, batch: int, labels: np.dtype[Any] | None = None) -> None:
        self.program = program
        self._batch = batch
        self._labels = label_type(1) if labels is None else labels
        self._helper: subprocess.Popen[bytes] | None = None
        self._layout = _layout(program, batch, self._labels)

    def __enter__(self) -> Self:
        with suppress(OSError):
            self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._dismiss()

    def loss_and_grads(
        self, params: Tree, state: Tree, x: Array, labels: Array, *, key: keys.Key = 0
    ) -> tuple[float, Tree, Tree]:
        """As :meth:`cnndsl.compiler.Program.loss_and_grads`, bit for bit."""

        def alone() -> tuple[float, Tree, Tree]:
            return self.program.loss_and_grads(params, state, x, labels, key=key)

        cuts = self.program.cuts(len(x))
        if self._helper is None or len(x) > self._batch or not _single(params, x) or not self._shares(cuts):
            return alone()
        images, targets = self.program.checked(params, x), self.program.checked_labels(x, labels)
        if not np.can_cast(targets.dtype, self._labels):
            return alone()
        mine, _ = halves(cuts)
        total = self.program.loss.total(targets)
        among = self._exchange.among if self.program.mixes else ALONE

        def work(first: int, last: int) -> Partial:
            part = images[first:last], targets[first:last]
            return self.program.partial(params, state, *part, key=key, first=first, total=total, among=among)

        def ours() -> Partial:
            with single_blas_thread():
                return reduce_pieces(mine, work)

        whole = self._both(params, state, (images, targets), (cuts, key, total), ours)
        return (whole.loss / total, whole.grads, whole.state) if whole else alone()

    def _shares(self, cuts: tuple[int, ...]) -> bool:
        """Whether there is a part for each; where the batch is mixed, exactly one."""
        return len(cuts) == 3 if self.program.mixes else len(cuts) >= 3

    def _both(
        self, params: Tree, state: Tree, batch: tuple[Array, Array], request: Any, ours: Callable[[], Partial]
    ) -> Partial | None:
        """What both have found together, or nothing where the helper was lost."""
        try:
            self._ask(params, state, batch, request)
            left = ours()
            loss = receive(self._helper.stdout if self._helper else None)
        except (OSError, EOFError):
            self._dismiss()
            return None
        except BaseException:  # the helper may be in the middle of this step, and an answer under way
            self._dismiss()
            raise
        # New arrays: the helper's own are overwritten at the next step.
        return add_partials(left, Partial(loss, self._board.trees["grads"], left.state))

    def _start(self) -> None:
        descriptor, path = tempfile.mkstemp(prefix="cnndsl-", dir=_RAM if os.access(_RAM, os.W_OK) else None)
        os.close(descriptor)
        try:
            self._board = Board(path, self._layout)
            self._exchange = exchange_of(self._board, 0, self._check)
            command = [sys.executable, "-m", "cnndsl.training._helper"]
            # A group of its own: Ctrl-C reaches the parent alone, which decides what it means.
            self._helper = subprocess.Popen(  # noqa: S603 - itself
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                process_group=0,
            )
            program = self.program
            send(self._helper.stdin, (program.graph, program.loss, program.shards, program.remat, path, self._layout))
            receive(self._helper.stdout)  # it has mapped the file
            unblock(self._helper.stdout)
        except (OSError, EOFError):
            self._dismiss()
        finally:
            os.unlink(path)  # noqa: PTH108 - the mapping stays

    def _ask(self, params: Tree, state: Tree, batch: tuple[Array, Array], request: Any) -> None:
        trees = self._board.trees
        for shared, given in ((trees["params"], params), (trees.get("state", {}), state)):
            for path, own in shared.items():
                for name, array in own.items():
                    np.copyto(array, given[path][name])
        cuts, *_ = request
        half = cuts[len(cuts) // 2]
        for name, array in zip(("x", "labels"), batch, strict=True):
            np.copyto(trees["batch"][""][name][: cuts[-1] - half], array[half:])
        self._exchange.clear()
        send(self._helper.stdin if self._helper else None, request)

    def _check(self) -> None:
        """Raise ``EOFError`` if the helper is gone."""
        if self._helper is None or self._helper.poll() is not None:
            raise EOFError

    def _dismiss(self) -> None:
        helper, self._helper = self._helper, None
        if helper is None:
            return
        for pipe in (helper.stdin, helper.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        try:
            helper.wait(timeout=5)
        except subprocess.TimeoutExpired:
            helper.kill()
            helper.wait()


def _layout(program: Program, batch: int, labels: np.dtype[Any]) -> Layout:
    """What the two processes share."""
    trees = dict(zip(("params", "state"), program.init(), strict=True))
    arrays: Layout = [
        (group, f"{path}/{name}", array.shape, array.dtype.str)
        for group, tree in trees.items()
        for path, own in tree.items()
        for name, array in own.items()
    ]
    grads = [("grads", name, shape, dtype) for group, name, shape, dtype in arrays if group == "params"]
    largest = max((array.size for own in trees["state"].values() for array in own.values()), default=1)
    return [
        *arrays,
        *grads,
        ("batch", "/x", (batch, *program.input_shape), "<f4"),
        ("batch", "/labels", (batch,), labels),
        ("exchange", "/turns", (SHARDS,), "<i8"),
        ("exchange", "/slots", (2, SHARDS, _EXCHANGED * largest), "<f4"),
    ]


def exchange_of(board: Board, part: int, check: Callable[[], None]) -> Exchange:
    """The place on the board to exchange arrays, as a part sees it."""
    shared = board.trees["exchange"][""]
    return Exchange(shared["turns"], shared["slots"], part, check)


def _single(params: Tree, x: Array) -> bool:
    return x.dtype == np.float32 and all(array.dtype == np.float32 for own in params.values() for array in own.values())
