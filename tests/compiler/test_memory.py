"""The plan of a step's memory: what is asked for is known before, nothing lies on what is still seen, bits stay."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from cnndsl.compiler.memory.arena import Arenas, plan
from cnndsl.compiler.memory.liveness import Request, extrapolated, live_requests
from cnndsl.compiler.memory.slots import most_seen, padded, place
from cnndsl.compiler.memory.total import gradients_at_once
from cnndsl.compiler.optimise import TRAINING, optimise
from cnndsl.compiler.program import Partial, Program, build, reduce_pieces
from cnndsl.compiler.step import Segments, cut, differentiate
from cnndsl.language import Graph
from cnndsl.language.graph import INPUT
from cnndsl.layers._kind import Array, Context, Fresh, LayerKind, Scratch, layer_spec, same_shape
from cnndsl.layers._layout import array_shape, to_inner
from tests.compiler.graphs import branched, mnist_20k, resnet8
from tests.compiler.networks import SEED_MODEL, SMALL, Batch, graph_of, program_of, random_batch, same_bits
from tests.strategies import seeds, thorough

FLOAT = np.dtype(np.float32)
DEEP = "input 3x12x12\n" + "Conv 8 3 1 1 bias=false\nBatchNorm\nReLU\nDropout 0.1\n" * 12 + "GlobalAvgPool\nFC 4\n"


@st.composite
def lives(draw: st.DrawFn) -> list[Request]:
    count = draw(st.integers(1, 25))
    ends = [draw(st.none() | st.integers(start + 1, count)) for start in range(count)]
    return [Request((draw(st.integers(0, 900)),), FLOAT, "", start, end) for start, end in enumerate(ends)]


@thorough(200)
@given(requests=lives())
def test_what_is_seen_at_once_lies_apart(requests: list[Request]) -> None:
    slots = place(requests)
    spans = [
        (request, offset, offset + padded(request.size))
        for request, offset in zip(requests, slots.offsets, strict=True)
        if offset is not None
    ]
    assert [offset is None for offset in slots.offsets] == [request.end is None for request in requests]
    assert all(start % 64 == 0 for _, start, _ in spans)
    assert max((stop for _, _, stop in spans), default=0) == slots.size >= most_seen(requests)[0]
    for number, (one, start, stop) in enumerate(spans):
        for other, begin, end in spans[number + 1 :]:
            together = max(one.start, other.start) < min(one.end or 0, other.end or 0)
            assert not (together and start < end and begin < stop)


class Counting:
    """Fresh memory, and a note of what was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[tuple[int, ...], np.dtype[Any]]] = []

    def empty(self, shape: tuple[int, ...], dtype: Any) -> Array:
        self.asked.append((tuple(shape), np.dtype(dtype)))
        return np.empty(shape, dtype)


def segments_of(graph: Graph, count: int = 1) -> Segments:
    rewritten = optimise(graph, TRAINING)
    return cut(build(graph)._segments[0], rewritten, count)


def taken(segments: Segments, batch: Batch, scratch: Scratch, program: Program) -> tuple[float, Any, Any]:
    """A step as a program takes it."""
    inner = to_inner(batch.x, scratch.empty(array_shape(batch.x.shape[1:], len(batch.x)), batch.x.dtype))
    ctx = Context(train=True, key=3, scratch=scratch)

    def loss_of(scores: Array) -> tuple[float, Array]:
        return program._scored(scores, batch.labels, len(batch.x))

    return differentiate(segments, batch.params, batch.state, inner, loss_of, ctx)


@pytest.mark.parametrize("count", [1, 3])
@thorough(30)
@given(graph=branched(), seed=seeds())
@example(graph=resnet8(2), seed=0)
@example(graph=mnist_20k(2), seed=0)
def test_a_step_asks_for_what_was_foreseen(count: int, graph: Graph, seed: int) -> None:
    batch, segments, counting = random_batch(graph, seed, dtype=np.float32), segments_of(graph, count), Counting()
    taken(segments, batch, counting, build(graph))
    shape = array_shape(batch.x.shape[1:], len(batch.x))
    foreseen = live_requests(segments, batch.params, batch.state, shape, FLOAT)
    assert [(each.shape, each.dtype) for each in foreseen] == counting.asked
    assert (foreseen[0].path, foreseen[0].shape) == (INPUT, shape)


@pytest.mark.parametrize("count", [1, 2, 4])
@thorough(30)
@given(graph=branched(), seed=seeds())
@example(graph=resnet8(2), seed=0)
@example(graph=mnist_20k(2), seed=0)
@example(graph=graph_of(SMALL), seed=0)
def test_a_step_has_the_same_bits_wherever_it_lives(count: int, graph: Graph, seed: int) -> None:
    batch, program = random_batch(graph, seed, dtype=np.float32), build(graph)
    expected, grads, state = taken(segments_of(graph), batch, Fresh(), program)
    segments, arenas = segments_of(graph, count), Arenas()
    event(f"segments: {len(segments)}")
    for _ in range(2):
        scratch = arenas.of(segments, batch.params, batch.state, batch.x)
        arenas._block.fill(0xFF)  # NaN, true
        value, found, new_state = taken(segments, batch, scratch, program)
        assert value == expected
        assert same_bits(found, grads)
        assert same_bits(new_state, state)


@pytest.mark.parametrize("remat", [False, True])
@pytest.mark.parametrize(
    ("graph", "images"),
    [
        (graph_of(SMALL), 5),
        (graph_of(SEED_MODEL.read_text(), (1, 28, 28)), 40),
        (resnet8(4), 6),
        (mnist_20k(3), 3),
        (graph_of(DEEP), 4),
    ],
    ids=["small", "seed", "resnet8", "mnist-20k", "deep"],
)
def test_the_block_is_as_large_as_foreseen(graph: Graph, images: int, *, remat: bool) -> None:
    program, batch = build(graph, remat=remat), random_batch(graph, 0, images, np.float32)
    foreseen = program.memory(images)
    for _ in range(2):
        program.loss_and_grads(batch.params, batch.state, batch.x, batch.labels)
    arenas = program._recordings._arenas if program.replays else program._arenas
    assert foreseen.arena == arenas.size > 0
    assert foreseen.parameters == sum(array.nbytes for own in batch.params.values() for array in own.values())
    assert foreseen.state == sum(array.nbytes for own in batch.state.values() for array in own.values())


@pytest.mark.parametrize("graph", [resnet8(4), mnist_20k(4), graph_of(DEEP)], ids=["resnet8", "mnist-20k", "deep"])
def test_many_images_are_foreseen_from_a_few(graph: Graph) -> None:
    batch, segments = random_batch(graph, 0, 7, np.float32), segments_of(graph)
    two, three, seven = (
        plan(segments, batch.params, batch.state, (images, *graph.input_shape), FLOAT).requests for images in (2, 3, 7)
    )
    assert extrapolated(two, three, 7) == seven
    assert extrapolated(two, three[:-1], 7) is None


def test_the_layer_that_asks_most_is_named() -> None:
    found = program_of("input 1x20x20\nConv 8 1\nLARGE: Conv 8 7 pad=3\nGlobalAvgPool\nFC 3\n").memory(8)
    (path, most), *_ = found.layers
    assert path == "LARGE"
    assert 8 * 4 * 7 * 8 * 20 * 20 <= most < found.arena


def test_a_deep_network_takes_less_where_it_computes_again() -> None:
    kept, again = (build(graph_of(DEEP), remat=remat).memory(16) for remat in (False, True))
    assert again.arena < 0.4 * kept.arena
    assert attrs.evolve(again, arena=0, layers=()) == attrs.evolve(kept, arena=0, layers=())


@thorough(25)
@given(graph=branched(), seed=seeds())
@example(graph=resnet8(2), seed=0)
@example(graph=mnist_20k(2), seed=0)
def test_computing_again_gives_the_same_bits_and_the_state_of_one_pass(graph: Graph, seed: int) -> None:
    batch = random_batch(graph, seed, images=9, dtype=np.float32)
    kept, again = (build(graph, remat=remat) for remat in (False, True))
    arguments = batch.params, batch.state, batch.x, batch.labels
    (value, grads, state), (expected, expected_grads, expected_state) = (
        program.loss_and_grads(*arguments, key=5) for program in (again, attrs.evolve(kept, replays=False))
    )
    assert again.remat == (len(again._segments) > 1)
    assert not again.replays
    assert value == expected
    assert same_bits(grads, expected_grads)
    assert same_bits(state, expected_state)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 100])
def test_segments_are_the_steps_in_their_order(count: int) -> None:
    graph = resnet8(2)
    (steps,) = segments_of(graph)
    segments = segments_of(graph, count)
    assert len(segments) <= count
    assert tuple(step for segment in segments for step in segment) == steps


@pytest.mark.parametrize("pieces", range(1, 18))
def test_gradients_at_once_are_counted(pieces: int) -> None:
    alive, most = 0, 0

    class Grads(dict[str, Any]):
        def __init__(self) -> None:
            nonlocal alive, most
            alive += 1
            most = max(most, alive)

        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    def add(*_: Any) -> Partial:
        return Partial(0.0, Grads(), {})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cnndsl.compiler.program._add", lambda *_: Grads())
        reduce_pieces(tuple(range(pieces + 1)), add)
    assert gradients_at_once(pieces) == most


@layer_spec
class Moody:
    """Asks for more where the first number is positive."""


@layer_spec
class Clinging:
    """Gives gradients and a state that lie in scratch memory."""


def _moody(
    _spec: Moody, _params: Any, state: Any, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Any, tuple[Array, ...]]:
    (x,) = xs
    more = (ctx.like(x),) if x.flat[0] > 0 else ()
    for array in more:
        array.fill(np.nan)
    return np.multiply(x, 2, out=ctx.like(x)), state, more


def _moody_back(_spec: Moody, _params: Any, _residual: Any, dy: Array, ctx: Context) -> tuple[tuple[Array], Any]:
    return (np.multiply(dy, 2, out=ctx.like(dy)),), {}


def _clinging(_spec: Clinging, _params: Any, state: Any, xs: tuple[Array, ...], ctx: Context) -> tuple[Array, Any, Any]:
    (x,) = xs
    seen = ctx.empty(state["seen"].shape, x.dtype)
    seen.fill(x.size)
    return x, {"seen": seen}, None


def _clinging_back(_spec: Clinging, params: Any, _: None, dy: Array, ctx: Context) -> tuple[tuple[Array], Any]:
    grad = ctx.empty(params["w"].shape, dy.dtype)
    grad.fill(3)
    return (dy,), {"w": grad}


def _own(kind: LayerKind[Any], at: int) -> Segments:
    """The small network with a kind of one's own in the place of an activation's."""
    (steps,) = build(graph_of(SMALL), training=())._segments
    replaced = attrs.evolve(steps[at], kind=kind, spec=kind.spec())
    return ((*steps[:at], replaced, *steps[at + 1 :]),)


def test_requests_that_depend_on_numbers_find_memory_too() -> None:
    segments = _own(LayerKind(Moody, same_shape, _moody, _moody_back), 1)
    graph, arenas = graph_of(SMALL), Arenas()
    for seed in range(4):
        batch = random_batch(graph, seed, dtype=np.float32)
        scratch = arenas.of(segments, batch.params, batch.state, batch.x)
        arenas._block.fill(0xFF)
        value, grads, _ = taken(segments, batch, scratch, build(graph))
        expected, expected_grads, _ = taken(segments, batch, Fresh(), build(graph))
        assert value == expected
        assert same_bits(grads, expected_grads)


def test_what_outlives_the_step_lies_elsewhere() -> None:
    segments = _own(LayerKind(Clinging, same_shape, _clinging, _clinging_back), 1)
    path = segments[0][1].owner
    batch = random_batch(graph_of(SMALL), 0, dtype=np.float32)
    given_params = {**batch.params, path: {"w": np.zeros(7, np.float32)}}
    batch = attrs.evolve(batch, params=given_params, state={path: {"seen": np.zeros(3, np.float32)}})
    arenas = Arenas()
    scratch = arenas.of(segments, batch.params, batch.state, batch.x)
    _, grads, state = taken(segments, batch, scratch, build(graph_of(SMALL)))
    arenas._block.fill(0xFF)
    assert (grads[path]["w"] == 3).all()
    assert (state[path]["seen"] == state[path]["seen"][0]).all()


CHILD = """
import sys
import numpy as np
from cnndsl import compile_model, optim
optimiser = optim.adam(1e-3)
def train(text, images):
    program = compile_model(text)
    params, state = program.init()
    kept = optimiser.init(params)
    x, labels = np.ones((images, *program.input_shape), np.float32), np.zeros(images, int)
    for _ in range(3):
        loss, grads, state = program.loss_and_grads(params, state, x, labels)
        updates, kept = optimiser.update(grads, kept, params)
        params = optim.apply_updates(params, updates)
    return program.memory(images, optimiser=2).total
def most():
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    return int(status["VmHWM"].split()[0]) * 1024
train("input 1x8x8\\nConv 8 3\\nReLU\\nFC 3\\n", 2)  # what is loaded late, the BLAS library's own memory
before = most()
foreseen = train(sys.argv[1], 24)
print(most() - before, foreseen)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_a_process_grows_by_what_was_foreseen() -> None:
    text = "input 3x32x32\n" + "Conv 24 3 1 1\nReLU\n" * 8 + "Pool 4\nFC 200\nFC 4\nSoftmax\n"
    command = [sys.executable, "-c", CHILD, text]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    grown, foreseen = map(int, done.stdout.split())
    assert 0.8 * foreseen < grown < 1.2 * foreseen
