"""The compiled network: pure functions over explicit parameters and state."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from math import prod
from typing import Any

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import DTypeLike

from cnndsl import keys
from cnndsl.compiler.crew import Meeting, crew
from cnndsl.compiler.infer import infer
from cnndsl.compiler.inference import Inference, inference
from cnndsl.compiler.initialise import initialise
from cnndsl.compiler.lower import ALONE, Among, Step, Tape, lower, run_backward, run_forward
from cnndsl.compiler.measure import Figures, measure
from cnndsl.compiler.memory.arena import Arenas
from cnndsl.compiler.memory.total import MemoryPlan, memory_plan
from cnndsl.compiler.optimise import INFERENCE, REWRITES, SCORING, TRAINING, Pass, optimise
from cnndsl.compiler.replay import Recordings, is_worthwhile
from cnndsl.compiler.scratch import Scratch
from cnndsl.compiler.step import Segments, cut, differentiate
from cnndsl.compiler.threads import single_blas_thread
from cnndsl.labels import classes_of
from cnndsl.language.graph import Graph, Shape
from cnndsl.layers import kind_of
from cnndsl.layers._kind import Array, Context, LayerKind, Tree
from cnndsl.layers._layout import array_shape, outer_view, to_inner, to_outer
from cnndsl.loss import Loss, cross_entropy, on_mixtures, on_probabilities

# A piece's largest array should stay in the last-level cache; smaller pieces cost more calls than the cache gives back.
_PIECE_BYTES = 5 << 19
_SMALLEST_PIECE, _LARGEST_PIECE = 8, 128

# Multiply-adds an image from which on NumPy's calls are long enough for threads: smaller networks lose by them.
_LONG_CALLS = 4_000_000
_MOST_THREADS = 2


@frozen(eq=False)
class Program:
    """A network of a file, compiled for one input shape.

    Every method is a function of its arguments alone. Arrays come and go as ``(N, C, H, W)`` and ``(N, F)``;
    parameters and state are ``{layer path: {name: array}}``. The precision is that of the parameters and ``x``
    together: float64 in is float64 throughout. ``loss`` is what :meth:`loss_and_grads` takes of the scores, ``start``
    how weights start whose layer leaves it open.
    """

    graph: Graph
    loss: Loss
    piece: int
    shards: int
    start: str | float
    replays: bool
    mixes: bool
    heavy: bool
    _steps: tuple[Step, ...] = field(repr=False)
    _segments: Segments = field(repr=False)
    _predicting: Inference = field(repr=False)
    _scoring: Inference = field(repr=False)
    _scratch: Scratch = field(factory=Scratch, repr=False, init=False)
    _arenas: Arenas = field(factory=Arenas, repr=False, init=False)
    _recordings: Recordings = field(factory=Recordings, repr=False, init=False)

    @property
    def input_shape(self) -> Shape:
        """``(C, H, W)``."""
        return self.graph.input_shape

    @property
    def output_shape(self) -> Shape:
        """Shape of one image's output."""
        return self.graph.nodes[-1].out_shape

    @property
    def remat(self) -> bool:
        """Whether what layers leave for the backward pass is computed again instead of kept."""
        return len(self._segments) > 1

    @property
    def threads(self) -> int:
        """Threads of this process that share a batch: several where the network's calls are long."""
        return min(os.cpu_count() or 1, _MOST_THREADS) if self.heavy else 1

    @property
    def figures(self) -> Figures:
        """Parameters, multiply-adds, receptive field."""
        return measure(self.graph)

    def memory(self, batch: int, *, optimiser: float = 0) -> MemoryPlan:
        """What training on batches of so many images takes in single precision, in one process.

        ``optimiser`` is how many numbers that keeps for each parameter: two for Adam.
        """
        cuts = self.cuts(batch)
        workers = len(cuts) - 1 if self.mixes else len(self._branches(cuts))
        return memory_plan(self.graph, self._segments, cuts, replays=self.replays, workers=workers, optimiser=optimiser)

    def init(self, seed: keys.Key = 0, dtype: DTypeLike = np.float32) -> tuple[Tree, Tree]:
        """First parameters and state. Each array is drawn from ``(seed, layer path, name)`` alone."""
        return initialise(self.graph, seed, dtype, self.start)

    def forward(
        self, params: Tree, state: Tree, x: Array, *, train: bool = False, key: keys.Key = 0
    ) -> tuple[Array, Tree, Tape]:
        """Output, new state, and the tape that :meth:`backward` takes.

        Parameters
        ----------
        x
            Images ``(N, C, H, W)``.
        train
            Training mode, for layers that have one.
        key
            Root of all randomness: equal keys, equal bits.

        Returns
        -------
        y
            ``(N, F)``, or ``(N, C, H, W)`` where the network ends in a map: as the file says, softmax included.

        Raises
        ------
        ValueError
            ``x`` has another shape than the program was compiled for.
        """
        x = self.checked(params, x)
        inner = self._load(x)
        with single_blas_thread():
            y, state, tape = run_forward(self._steps, params, state, inner, train=train, key=key, scratch=self._scratch)
        return to_outer(y), state, tape

    def backward(self, params: Tree, tape: Tape, dy: Array) -> tuple[Array, Tree]:
        """Gradients of ``sum(y * dy)``: of the input ``(N, C, H, W)``, and of every parameter, as ``params``.

        Raises
        ------
        ValueError
            ``dy`` has another shape than the output that the tape is of.
        """
        dy = np.asarray(dy)
        if dy.shape != (tape.images, *self.output_shape):
            raise ValueError(f"dy has shape {dy.shape}, the output was {(tape.images, *self.output_shape)}")
        inner = self._load(dy.astype(np.result_type(dy.dtype, tape.dtype) if dy.dtype.kind == "f" else tape.dtype))
        with single_blas_thread():
            dx, grads = run_backward(self._steps, params, tape, inner, scratch=self._scratch)
        return to_outer(dx), grads

    def loss_and_grads(
        self, params: Tree, state: Tree, x: Array, labels: Array, *, key: keys.Key = 0
    ) -> tuple[float, Tree, Tree]:
        """Mean loss of a batch in training mode, its gradients, and the new state.

        ``x`` is ``(N, C, H, W)``, ``labels`` ``(N,)`` integers or mixtures (:mod:`cnndsl.labels`). The batch is worked
        off in pieces that fit the cache, and their gradients are added in a fixed balanced tree: the bits do not depend
        on who computes which piece.
        """
        x, labels = self.checked(params, x), self.checked_labels(x, labels)
        total = self.loss.total(labels)

        def work(first: int, last: int) -> Partial:
            return self.partial(params, state, x[first:last], labels[first:last], key=key, first=first, total=total)

        cuts = self.cuts(len(x))
        with single_blas_thread():
            if self.mixes and len(cuts) > 2:
                whole = self._in_step(cuts, partial(self.partial, params, state, key=key, total=total), x, labels)
            else:
                whole = self._shared(cuts, work)
        return whole.loss / total, whole.grads, whole.state

    def _shared(self, cuts: tuple[int, ...], work: Callable[[int, int], Partial]) -> Partial:
        """The pieces between the cuts, worked off by the threads: each has a branch of the tree."""
        sums = crew(self.threads).all([partial(reduce_pieces, branch, work) for branch in self._branches(cuts)])
        while len(sums) > 1:
            sums = [add_partials(*pair) for pair in zip(sums[::2], sums[1::2], strict=True)]
        return sums[0]

    def _branches(self, cuts: tuple[int, ...]) -> list[tuple[int, ...]]:
        """The branches of the tree over the pieces, one a thread."""
        branches = [cuts]
        while 2 * len(branches) <= self.threads and min(map(len, branches)) > 2:
            branches = [half for branch in branches for half in halves(branch)]
        return branches

    def _in_step(self, cuts: tuple[int, ...], work: Callable[..., Partial], x: Array, labels: Array) -> Partial:
        """The parts between the cuts, each in a thread: what mixes the batch waits for the others there."""
        meeting = Meeting(len(cuts) - 1)

        def one(part: int) -> Partial:
            first, last = cuts[part : part + 2]
            among = Among(len(cuts) - 1, meeting.member(part))
            try:
                return work(x=x[first:last], labels=labels[first:last], first=first, among=among)
            except BaseException:
                meeting.leave(part)
                raise

        parts = crew(len(cuts) - 1).all([partial(one, part) for part in range(len(cuts) - 1)])
        return reduce_pieces(tuple(range(len(cuts))), lambda part, _: parts[part])

    def with_kind(self, path: str, kind: LayerKind[Any]) -> Program:
        """The program with another kind doing the work of the layer at ``path``: what plants mistakes uses it."""

        def replaced(steps: tuple[Step, ...]) -> tuple[Step, ...]:
            return tuple(evolve(step, kind=kind) if step.path == path else step for step in steps)

        return evolve(self, steps=replaced(self._steps), segments=tuple(map(replaced, self._segments)))

    def cuts(self, images: int) -> tuple[int, ...]:
        """Where a batch is cut into pieces: the first image of each, and the end. Depends on nothing else."""
        size = max(_SMALLEST_PIECE, min(self.piece, -(-images // self.shards)))
        return (*range(0, images, size), images)

    def partial(
        self,
        params: Tree,
        state: Tree,
        x: Array,
        labels: Array,
        *,
        key: keys.Key,
        first: int,
        total: float,
        among: Among = ALONE,
    ) -> Partial:
        """The share of one piece in the gradient of a batch; the piece begins at image ``first``.

        ``total`` is what the loss of the whole batch divides by, :attr:`cnndsl.loss.Loss.total` of all its labels.
        """
        if self.replays:
            return self._replayed(params, state, x, labels, total)
        # The first piece has the batch's own key: a batch that is not cut draws what `forward` draws.
        own_key = (key, "piece", first) if first else key
        scratch = self._arenas.of(self._segments, params, state, x)
        inner = to_inner(x, scratch.empty(array_shape(x.shape[1:], len(x)), x.dtype))
        ctx = Context(train=True, key=own_key, scratch=scratch, parts=among.parts, gather=among.gather)
        return Partial(
            *differentiate(
                self._segments, params, state, inner, lambda scores: self._scored(scores, labels, total), ctx
            )
        )

    def _replayed(self, params: Tree, state: Tree, x: Array, labels: Array, total: float) -> Partial:
        recording = self._recordings.of(self._segments, params, x)
        loss, dscores = self._scored(recording.forward(params, x), labels, total)
        return Partial(loss, recording.backward(dscores), state)

    def _scored(self, scores: Array, labels: Array, total: float) -> tuple[float, Array]:
        """The summed loss of a piece, and its part in the gradient of a loss that is divided by ``total``."""
        losses, dscores = self._objective.each(scores, labels)
        np.divide(dscores, total, out=dscores)
        return float(losses.sum(dtype=np.float64)), dscores

    def scores(self, params: Tree, state: Tree, x: Array) -> Array:
        """What the loss is taken of, ``(N, K)``, in inference mode: the input of a final softmax, or the output."""
        return self._infer(self._scoring, params, state, x)

    def predict(self, params: Tree, state: Tree, x: Array) -> Array:
        """The output, ``(N, F)`` or ``(N, C, H, W)``, in inference mode: that of :meth:`forward`, but for rounding."""
        return self._infer(self._predicting, params, state, x)

    def losses(self, scores: Array, labels: Array) -> Array:
        """The loss of each image ``(N,)`` from what :meth:`scores` gave."""
        losses, _ = self._objective.each(np.ascontiguousarray(scores.T), np.asarray(labels))
        return losses

    @property
    def _objective(self) -> Loss:
        """The loss, in the form for what the last training step gives."""
        return on_probabilities(self.loss) if self._segments[-1][-1].kind.probabilities else self.loss

    def _infer(self, how: Inference, params: Tree, state: Tree, x: Array) -> Array:
        x = self.checked(params, x)
        weights = how.weights(params, state)
        y = np.empty((len(x), *self.output_shape), x.dtype)
        # As many pieces whatever the number of threads: the bits must not depend on that.
        size = max(_SMALLEST_PIECE, min(self.piece, -(-len(x) // (_MOST_THREADS if self.heavy else 1))))
        starts = range(0, len(x), size)

        def work(own: range) -> None:
            for start in own:
                inner, part = self._load(x[start : start + size]), y[start : start + size]
                np.copyto(part, outer_view(how.run(weights, state, inner, self._scratch)))

        share = -(-len(starts) // self.threads) or 1
        with single_blas_thread():
            crew(self.threads).all([partial(work, starts[at : at + share]) for at in range(0, len(starts), share)])
        return y

    def _load(self, x: Array) -> Array:
        return to_inner(x, self._scratch.empty(array_shape(x.shape[1:], len(x)), x.dtype))

    def checked(self, params: Tree, x: Array) -> Array:
        """``x`` in the precision of the arithmetic; ``ValueError`` if it has another shape than the program takes."""
        x = np.asarray(x)
        if x.ndim != 4 or x.shape[1:] != self.input_shape:
            wanted = ", ".join(map(str, ("N", *self.input_shape)))
            raise ValueError(f"x has shape {x.shape}, this program takes ({wanted})")
        precision = next((array.dtype for own in params.values() for array in own.values()), np.dtype(np.float32))
        return x.astype(np.result_type(x.dtype, precision), copy=False)

    def checked_labels(self, x: Array, labels: Array) -> Array:
        """``labels`` as an array; ``ValueError`` unless they are a class in range, or a mixture of such, an image."""
        labels = np.asarray(labels)
        if len(self.output_shape) != 1:
            shape = "x".join(map(str, self.output_shape))
            raise ValueError(f"the network ends in a map of {shape}; the loss takes a vector: add Flatten and FC")
        classes = self.output_shape[0]
        named = classes_of(labels)
        if labels.shape != (len(x),) or named.dtype.kind not in "iu":
            raise ValueError(f"labels are {labels.dtype} of shape {labels.shape}, expected {len(x)} integers")
        if not len(x):
            raise ValueError("a batch needs at least one image")
        if named.min() < 0 or named.max() >= classes:
            raise ValueError(f"labels run {named.min()}..{named.max()}, expected 0..{classes - 1}")
        return labels


@frozen(eq=False)
class Partial:
    """What some images of a batch add: their summed loss, their share of the mean's gradient, and the state after."""

    loss: float
    grads: Tree
    state: Tree


def reduce_pieces(cuts: tuple[int, ...], work: Callable[[int, int], Partial]) -> Partial:
    """The sum over the pieces between the cuts, in a balanced tree that depends on the cuts alone.

    Whoever computes a piece, and when: the sum has the same bits.
    """
    if len(cuts) == 2:
        return work(*cuts)
    left, right = halves(cuts)
    return add_partials(reduce_pieces(left, work), reduce_pieces(right, work))


def halves(cuts: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The two branches of the tree over the pieces between the cuts."""
    half = len(cuts) // 2
    return cuts[: half + 1], cuts[half:]


def add_partials(left: Partial, right: Partial) -> Partial:
    """Both together, gradients in new arrays; the state is the later one's."""
    return Partial(left.loss + right.loss, _add(left.grads, right.grads), right.state)


def build(
    graph: Graph,
    *,
    shards: int = 1,
    loss: Loss | None = None,
    start: str | float = "he_normal",
    remat: bool = False,
    rewrites: tuple[Pass, ...] = REWRITES,
    training: tuple[Pass, ...] = TRAINING,
    predicting: tuple[Pass, ...] = INFERENCE,
    scoring: tuple[Pass, ...] = SCORING,
) -> Program:
    """The program of a graph with an input shape.

    A batch is cut into at least ``shards`` pieces, so that as many processes can share it. ``loss`` is what training
    minimises, cross-entropy by default; ``start`` is as ``init`` of :func:`cnndsl.compiler.initialise.initialise`. With
    ``remat`` a training step keeps what some layers read, and computes again what the others left: the same bits in
    less memory. The passes can be left out, to compare with what they replace.
    """
    graph = infer(graph)
    trained = optimise(graph, training)
    steps = lower(trained)
    mixes = any(kind_of(node.spec).mixes_batch for node in graph.nodes)
    # Parts of a batch that is mixed have to be there at the same time.
    size = 1 << 30 if mixes else _piece_size(graph)
    figures = measure(graph)
    loss = on_mixtures(loss or cross_entropy())
    return Program(
        graph,
        loss,
        size,
        shards,
        start,
        is_worthwhile(steps, figures.parameters) and not remat,
        mixes,
        figures.macs >= _LONG_CALLS,
        lower(optimise(graph, rewrites)),
        cut(steps, trained) if remat else (steps,),
        inference(graph, predicting),
        inference(graph, scoring),
    )


def _piece_size(graph: Graph) -> int:
    """Images in a piece: a power of two for which the largest array of the network stays in the cache."""
    largest = max(4 * max(prod(node.out_shape), prod(graph.input_shape)) for node in graph.nodes)
    fitting = max(1, _PIECE_BYTES // largest)
    return min(_LARGEST_PIECE, max(_SMALLEST_PIECE, 1 << (fitting.bit_length() - 1)))


def _add(left: Tree, right: Tree) -> Tree:
    return {path: {name: array + right[path][name] for name, array in own.items()} for path, own in left.items()}
