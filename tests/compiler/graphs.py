"""Graphs made by hand: networks with branches, drawn ones and known ones."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cnndsl.compiler.infer import infer
from cnndsl.language import Graph, Source
from cnndsl.language.graph import INPUT, Node, Shape
from cnndsl.layers import find_kind, kind_of
from cnndsl.layers.add import Add
from cnndsl.layers.batch_norm import BatchNorm
from cnndsl.layers.concat import Concat
from cnndsl.layers.conv import Conv
from cnndsl.layers.dropout import Dropout
from cnndsl.layers.fc import FC
from cnndsl.layers.global_avg_pool import GlobalAvgPool
from cnndsl.layers.pool import Pool
from cnndsl.layers.relu import ReLU
from cnndsl.layers.softmax import Softmax
from tests.strategies import PUBLIC, arity, maps, out_shape, specs


class Draft:
    """A graph that grows node by node."""

    def __init__(self, input_shape: Shape) -> None:
        self.shapes = {INPUT: input_shape}
        self.nodes: list[Node] = []

    @property
    def last(self) -> str:
        return self.nodes[-1].path if self.nodes else INPUT

    def add(self, spec: Any, *inputs: str) -> str:
        """Put a layer behind the last one, or behind those named; returns its path."""
        inputs = inputs or (self.last,)
        kind = kind_of(spec)
        path = f"{kind.name}.{len(self.nodes)}"
        self.shapes[path] = kind.out_shape(spec, *(self.shapes[source] for source in inputs))
        self.nodes.append(Node(path, spec, inputs))
        return path

    def graph(self) -> Graph:
        return infer(Graph(tuple(self.nodes), Source("<made>", ""), self.shapes[INPUT]))


def resnet8(width: int) -> Graph:
    """The network of ``examples/resnet8-cifar.txt``."""
    draft = Draft((3, 32, 32))
    _conv_norm(draft, Conv(width, 3, pad="same", bias=False))
    draft.add(ReLU())
    for channels, stride in ((width, 1), (2 * width, 2), (4 * width, 2)):
        before = draft.last
        _conv_norm(draft, Conv(channels, 3, stride, pad="same", bias=False))
        draft.add(ReLU())
        body = _conv_norm(draft, Conv(channels, 3, pad="same", bias=False))
        projected = draft.shapes[before] != draft.shapes[body]
        shortcut = _conv_norm(draft, Conv(channels, 1, stride, bias=False), before) if projected else before
        draft.add(Add(), body, shortcut)
        draft.add(ReLU())
    for spec in (GlobalAvgPool(), FC(10), Softmax()):
        draft.add(spec)
    return draft.graph()


def _conv_norm(draft: Draft, spec: Conv, *inputs: str) -> str:
    draft.add(spec, *inputs)
    return draft.add(BatchNorm())


def mnist_20k(width: int) -> Graph:
    """The network of ``examples/mnist-20k.txt``."""
    draft = Draft((1, 28, 28))

    def conv_norm_relu(channels: int, *inputs: str) -> str:
        _conv_norm(draft, Conv(channels, 3, 1, 1, bias=False), *inputs)
        return draft.add(ReLU())

    conv_norm_relu(width)
    conv_norm_relu(width)
    draft.add(Pool(2, 2))
    conv_norm_relu(2 * width)
    conv_norm_relu(2 * width)
    before = draft.add(Pool(2, 2))
    wide = conv_norm_relu(2 * width, before)
    draft.add(Conv(2 * width, 1), before)
    draft.add(Concat(), wide, draft.add(ReLU()))
    for spec in (Dropout(0.1), GlobalAvgPool(), FC(10), Softmax()):
        draft.add(spec)
    return draft.graph()


@st.composite
def branched(draw: st.DrawFn) -> Graph:
    """Layers of any kind, sums and concatenations with any value above that fits, the images included."""
    draft = Draft(draw(maps(3, 7)))
    for _ in range(draw(st.integers(2, 7))):
        shape = draft.shapes[draft.last]
        join = draw(st.sampled_from((None, None, Add(), Concat())))
        if join is not None:
            fitting = [path for path, other in draft.shapes.items() if _fits(join, (shape, other))]
            draft.add(join, draft.last, *draw(st.lists(st.sampled_from(fitting), min_size=1, max_size=2)))
            continue
        spec = draw(st.sampled_from(_KEEPING) if draw(st.booleans()) else st.sampled_from(_SINGLE).flatmap(specs))
        if _fits(spec, (shape,)):
            draft.add(spec)
    draft.add(FC(3))
    if draw(st.booleans()):
        draft.add(Softmax())
    return draft.graph()


_SINGLE = [kind for kind in PUBLIC if arity(kind) == 1]
_KEEPING = [Conv(2, 3, pad="same"), Conv(1, 1), BatchNorm(), ReLU()]


def _fits(spec: Any, shapes: tuple[Shape, ...]) -> bool:
    kind = find_kind(kind_of(spec).name)
    return kind is not None and out_shape(kind, spec, shapes) is not None
