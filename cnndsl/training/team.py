"""Two processes that share each batch: small networks are hundreds of short calls, which threads cannot share.

A helper process holds the same program. For a step it finds the parameters and its part of the batch in shared memory,
and leaves its gradients there; a few bytes through pipes say when. The sum is the tree that one process alone would
add up, so the bits are the same, and if the helper is lost, this process does the work itself.
"""

from __future__ import annotations

import mmap
import os
import pickle
import select
import subprocess
import sys
import tempfile
from contextlib import suppress
from math import prod
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from cnndsl import keys
from cnndsl.compiler import Program
from cnndsl.compiler.program import Partial, add_partials, reduce_pieces
from cnndsl.compiler.threads import single_blas_thread
from cnndsl.labels import label_type
from cnndsl.layers._kind import Array, Tree

#: Into how many pieces at least a run cuts each batch, however many processes there are: so the bits are the same.
SHARDS = 2

# A process that sleeps takes some 50 us to wake, so it looks again about that many microseconds first.
_PATIENCE = 300

_RAM = Path("/dev/shm")  # noqa: S108 - memory, where a system has it as files; the name is made by mkstemp


Layout = list[tuple[str, str, tuple[int, ...], str | np.dtype[Any]]]  # group, name, shape, type


class Board:
    """The shared memory: parameters, images, labels, gradients, as arrays over one mapped file."""

    def __init__(self, path: str, layout: Layout) -> None:
        with open(path, "r+b") as file:  # noqa: PTH123 - mmap wants the descriptor
            file.truncate(max(1, board_size(layout)))
            self._memory = mmap.mmap(file.fileno(), 0)
        self.trees: dict[str, dict[str, dict[str, Array]]] = {"params": {}, "grads": {}, "batch": {}}
        start = 0
        for group, name, shape, dtype in layout:
            array = np.ndarray(shape, dtype, self._memory, start)
            start += _padded(array.nbytes)
            owner, _, own = name.rpartition("/")
            self.trees[group].setdefault(owner, {})[own] = array


def board_size(layout: Layout) -> int:
    """Bytes that the arrays of a layout take."""
    return sum(_padded(prod(shape) * np.dtype(dtype).itemsize) for _, _, shape, dtype in layout)


def _padded(size: int) -> int:
    return -(-size // 64) * 64


class Team:
    """A program and a helper process. ``loss_and_grads`` is the program's own, in less time; a context manager.

    The program should be built with ``shards=SHARDS``. The helper shares batches of up to ``batch`` images in single
    precision with labels of the type ``labels`` (int64 if not given), for networks without state; any other call is
    worked off by this process alone.
    """

    def __init__(self, program: Program, batch: int, labels: np.dtype[Any] | None = None) -> None:
        self.program = program
        self._batch = batch
        self._labels = label_type(1) if labels is None else labels
        self._helper: subprocess.Popen[bytes] | None = None
        params, _ = program.init()
        arrays = [(f"{path}/{name}", array) for path, own in params.items() for name, array in own.items()]
        self._layout: Layout = [
            *[("params", name, array.shape, array.dtype.str) for name, array in arrays],
            *[("grads", name, array.shape, array.dtype.str) for name, array in arrays],
            ("batch", "/x", (batch, *program.input_shape), "<f4"),
            ("batch", "/labels", (batch,), self._labels),
        ]

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
        cuts = self.program.cuts(len(x))
        if self._helper is None or len(cuts) < 3 or state or len(x) > self._batch or not _single(params, x):
            return self.program.loss_and_grads(params, state, x, labels, key=key)
        x, labels = self.program.checked(params, x), self.program.checked_labels(x, labels)
        if not np.can_cast(labels.dtype, self._labels):
            return self.program.loss_and_grads(params, state, x, labels, key=key)
        half, total = len(cuts) // 2, self.program.loss.total(labels)
        try:
            self._ask(params, x, labels, key, cuts[half:], total)
        except OSError:
            return self._alone(params, state, x, labels, key)

        def work(first: int, last: int) -> Partial:
            part = x[first:last], labels[first:last]
            return self.program.partial(params, state, *part, key=key, first=first, total=total)

        with single_blas_thread():
            left = reduce_pieces(cuts[: half + 1], work)
        try:
            right = self._answer()
        except (OSError, EOFError):
            return self._alone(params, state, x, labels, key)
        whole = add_partials(left, right)  # new arrays: the helper's own are overwritten at the next step
        return whole.loss / total, whole.grads, state

    def _start(self) -> None:
        descriptor, path = tempfile.mkstemp(prefix="cnndsl-", dir=_RAM if os.access(_RAM, os.W_OK) else None)
        os.close(descriptor)
        try:
            self._board = Board(path, self._layout)
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

    def _ask(self, params: Tree, x: Array, labels: Array, key: keys.Key, cuts: tuple[int, ...], total: float) -> None:
        trees = self._board.trees
        for path, own in trees["params"].items():
            for name, array in own.items():
                np.copyto(array, params[path][name])
        part = slice(cuts[0], cuts[-1])
        np.copyto(trees["batch"][""]["x"][: cuts[-1] - cuts[0]], x[part])
        np.copyto(trees["batch"][""]["labels"][: cuts[-1] - cuts[0]], labels[part])
        send(self._helper.stdin if self._helper else None, (key, cuts, total))

    def _answer(self) -> Partial:
        loss = receive(self._helper.stdout if self._helper else None)
        return Partial(loss, self._board.trees["grads"], {})

    def _alone(self, params: Tree, state: Tree, x: Array, labels: Array, key: keys.Key) -> tuple[float, Tree, Tree]:
        self._dismiss()
        return self.program.loss_and_grads(params, state, x, labels, key=key)

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


def _single(params: Tree, x: Array) -> bool:
    return x.dtype == np.float32 and all(array.dtype == np.float32 for own in params.values() for array in own.values())


def send(pipe: Any, message: Any) -> None:
    """Write a message, its length in front. The pipes lead from this program to itself, hence pickle."""
    data = pickle.dumps(message)
    pipe.write(len(data).to_bytes(8, "little") + data)
    pipe.flush()


def unblock(pipe: Any) -> None:
    """Let reads return at once when there is nothing, where the system has that for pipes."""
    if os.name == "posix":
        os.set_blocking(pipe.fileno(), False)


def receive(pipe: Any) -> Any:
    """Read a message; raises ``EOFError`` if the other side is gone."""
    return pickle.loads(_exactly(pipe, int.from_bytes(_exactly(pipe, 8), "little")))  # noqa: S301 - see `send`


def _exactly(pipe: Any, count: int) -> bytes:
    data = b""
    patience = _PATIENCE
    while len(data) < count:
        more = pipe.read(count - len(data))
        if more is None:  # nothing yet: look again for a while, then sleep until there is
            patience -= 1
            if patience < 0:
                select.select([pipe], [], [])
        elif more:
            data += more
        else:
            raise EOFError
    return data
