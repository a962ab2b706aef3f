"""Warnings about how layers follow each other: networks that are legal, and seldom what was meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import prod
from typing import Literal

from attrs import field, frozen

from cnndsl.compiler.advise import Advice, place
from cnndsl.errors import Diagnostic
from cnndsl.language.graph import INPUT, Graph, Node
from cnndsl.language.render import short
from cnndsl.layers import kind_of
from cnndsl.layers._kind import same_shape

#: Learnt sums, sums for each channel alone, another linear map, nothing but another shape, a function of each value;
#: ``other`` is what no advice is about.
Role = Literal["weights", "channelwise", "linear", "reshape", "activation", "other"]
_SUMS: tuple[Role, ...] = ("weights", "channelwise")
# By name: a table by class would import every kind for a file that has three.
_ROLES: dict[str, Role] = {
    "Conv": "weights",
    "ConvTranspose": "weights",
    "FC": "weights",
    "DWConv": "channelwise",
    "BatchNorm": "linear",
    "Scale": "linear",
    "AvgPool": "linear",
    "GlobalAvgPool": "linear",
    "Pad": "linear",
    "Upsample": "linear",
    "ChannelShuffle": "linear",
    "Flatten": "reshape",
    "Identity": "reshape",
    "LayerNorm": "other",
}


def role_of(spec: object) -> Role:
    """What a layer does, as far as advice cares."""
    kind = kind_of(spec)
    if kind.name in _ROLES:
        return _ROLES[kind.name]
    if kind.random:
        return "reshape"  # at prediction nothing happens there
    return "activation" if kind.out_shape is same_shape and not kind.probabilities else "other"


def advise_network(graph: Graph) -> tuple[Diagnostic, ...]:
    """The warnings on a whole graph with shapes, a check after the other."""
    wiring = _Wiring(graph)
    checks = (_one_pixel, _after_softmax, _before_softmax, _linear_pairs, _idle_biases)
    return tuple(place(graph, node, advice) for check in checks for node, advice in check(wiring))


@frozen
class _Wiring:
    """A graph, and what feeds what."""

    graph: Graph
    by_path: dict[str, Node] = field(init=False)
    uses: Counter[str] = field(init=False)

    @by_path.default
    def _by_path(self) -> dict[str, Node]:
        return {node.path: node for node in self.graph.nodes}

    @uses.default
    def _uses(self) -> Counter[str]:
        return Counter(path for node in self.graph.nodes for path in node.inputs)

    def producer(self, node: Node, *past: Role) -> Node | None:
        """The one layer that feeds a node and nothing else, past layers of some roles."""
        while len(node.inputs) == 1 and self.uses[node.inputs[0]] == 1 and node.inputs[0] != INPUT:
            node = self.by_path[node.inputs[0]]
            if role_of(node.spec) not in past:
                return node
        return None

    def below(self, node: Node) -> tuple[Node, ...]:
        """The nodes that what a node makes goes into, near and far."""
        reached = {node.path}
        for other in self.graph.nodes:
            if reached.intersection(other.inputs):
                reached.add(other.path)
        return tuple(other for other in self.graph.nodes if other.path in reached - {node.path})


Found = Iterator[tuple[Node, Advice]]


def _one_pixel(wiring: _Wiring) -> Found:
    """The first convolution that slides over a single pixel."""
    nodes = wiring.graph.nodes
    for node in nodes:
        kernel = getattr(node.spec, "kernel", (1, 1))
        stays = role_of(node.spec) in _SUMS and node.in_shapes[0][1:] == (1, 1) == node.out_shape[1:]
        if stays and max(kernel) > 1:
            since = next((_line(above) for above in nodes if above.out_shape[1:] == (1, 1)), 1)
            message = f"the map is 1x1 from line {since} on: {_name(node)} {short(kernel)} sees mostly padding"
            yield node, ("S211", "warning", message, "a kernel of 1 does the same; or pool less above")
            return


def _after_softmax(wiring: _Wiring) -> Found:
    """A second Softmax, and what changes the probabilities that the last one makes."""
    nodes = wiring.graph.nodes
    places = [place for place, node in enumerate(nodes) if kind_of(node.spec).probabilities]
    if not places:
        return
    last = nodes[places[-1]]
    if len(places) > 1:
        lines = ", ".join(str(_line(nodes[place])) for place in places)
        message = (
            f"{len(places)} {_name(last)} layers (lines {lines}): one makes the probabilities, others only flatten"
        )
        yield last, ("G302", "warning", message, "keep one, at the end")
    changing = [node for node in wiring.below(last) if role_of(node.spec) != "reshape"]
    if not changing:
        return
    name = _name(last)
    if any(role_of(node.spec) in _SUMS for node in changing):
        message = f"{name} is not last: layers with weights follow, from line {_line(changing[0])} on"
        yield last, ("G302", "warning", message, f"move {name} to the end, or take another activation here")
        return
    message = f"{_name(changing[0])} comes after the final {name} (line {_line(last)}) and changes the probabilities"
    yield changing[0], ("G301", "warning", message, f"move {name} to the end")


def _before_softmax(wiring: _Wiring) -> Found:
    """What spoils the scores just before they become probabilities."""
    last = wiring.graph.nodes[-1]
    if not kind_of(last.spec).probabilities:
        return
    above = wiring.producer(last)
    while above and role_of(above.spec) == "reshape" and not kind_of(above.spec).random:
        above = wiring.producer(above)
    if above and (role_of(above.spec) == "activation" or kind_of(above.spec).random):
        message = f"{_name(above)} directly before the final {_name(last)} changes the scores of the classes"
        yield above, ("G306", "warning", message, "move it above the layer that makes the scores, or leave it out")


def _linear_pairs(wiring: _Wiring) -> Found:
    """Two layers with weights and nothing between them that one layer with weights could not do."""
    for node in wiring.graph.nodes:
        above = wiring.producer(node, "linear", "reshape") if role_of(node.spec) == "weights" else None
        if above and role_of(above.spec) == "weights" and not _is_factorised(above, node):
            message = f"no nonlinearity between lines {_line(above)} and {_line(node)}: together one linear map"
            yield node, ("G304", "warning", message, "add `ReLU` between them")


def _is_factorised(one: Node, other: Node) -> bool:
    """Whether two linear layers are cheaper than one on purpose: few values between them, flat kernels, or groups."""
    few = prod(one.out_shape) < min(prod(one.in_shapes[0]), prod(other.out_shape))
    kernels = [getattr(node.spec, "kernel", (1, 1)) for node in (one, other)]
    grouped = any(getattr(node.spec, "groups", 1) > 1 for node in (one, other))
    return few or grouped or any(height != width for height, width in kernels)


def _idle_biases(wiring: _Wiring) -> Found:
    """Biases that the normalisation behind them takes away again."""
    for node in wiring.graph.nodes:
        above = wiring.producer(node) if kind_of(node.spec).mixes_batch else None
        if above and role_of(above.spec) in _SUMS and getattr(above.spec, "bias", False):
            count = prod(kind_of(above.spec).weights(above.spec, *above.in_shapes)["b"].shape)
            message = f"bias before {_name(node)} has no effect ({count:,} parameters)"
            yield above, ("G305", "warning", message, "`bias=false`")


def _name(node: Node) -> str:
    return kind_of(node.spec).name


def _line(node: Node) -> int:
    return node.span.line if node.span else 1
