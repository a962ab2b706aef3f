"""The same network in PyTorch: ``torch.fx`` writes the ``forward`` that one would write by hand, layer by layer.

Padding is equal on all sides, as PyTorch has it: where ``pad=same`` is not, the twin does the same work on an image
that is shifted by a pixel.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from functools import reduce
from typing import Any

import torch
from torch import fx, nn

from benchmarks.nets import Net
from cnndsl.language.graph import INPUT, Node
from cnndsl.layers import kind_of
from cnndsl.layers._kind import Tree
from cnndsl.layers._window import window_of

Module = Any  # torch ships no types that hold under strict checking
_NAMES = {"W": "weight", "b": "bias", "scale": "weight", "bias": "bias", "mean": "running_mean", "var": "running_var"}


def twin(net: Net, *, softmax: bool) -> Module:
    """A module of the same layers, with weights of its own; a final Softmax can be left to the loss."""
    root, graph = nn.Module(), fx.Graph()
    values = {INPUT: graph.placeholder("x")}
    nodes = net.graph().nodes
    for node in nodes:
        inputs = [values[path] for path in node.inputs]
        name = kind_of(node.spec).name
        if name in _JOINS:
            values[node.path] = _JOINS[name](graph, inputs)
        elif name in _MODULES:
            root.add_module(_attribute(node.path), _MODULES[name](node))
            values[node.path] = graph.call_module(_attribute(node.path), tuple(inputs))
        else:
            raise ValueError(f"{name} has no twin in PyTorch here")
    last = nodes[-1]
    is_left_out = kind_of(last.spec).name == "Softmax" and not softmax
    graph.output(values[last.inputs[0] if is_left_out else last.path])
    return fx.GraphModule(root, graph)


def load(module: Module, params: Tree, state: Tree) -> None:
    """Give a twin the weights and the running statistics of the network."""
    with torch.no_grad():
        for tree in (params, state):
            for path, own in tree.items():
                layer = module.get_submodule(_attribute(path))
                for name, array in own.items():
                    target = getattr(layer[-1] if isinstance(layer, nn.Sequential) else layer, _NAMES[name])
                    target.copy_(torch.from_numpy(array.copy()))


def _attribute(path: str) -> str:
    return re.sub(r"\W", "_", path)


def _conv(node: Node) -> Module:
    spec: Any = node.spec
    channels, height, width = node.in_shapes[0]
    dilation = getattr(spec, "dilation", (1, 1))
    window = window_of(spec, (height, width), dilation)
    pad = [-(-(framed - length) // 2) for framed, length in zip(window.framed, window.size, strict=True)]
    groups = getattr(spec, "groups", channels)  # depthwise: each channel alone
    return nn.Conv2d(channels, node.out_shape[0], spec.kernel, spec.stride, pad, dilation, groups, bias=spec.bias)


def _linear(node: Node) -> Module:
    spec: Any = node.spec
    (shape,) = node.in_shapes
    linear = nn.Linear(torch.Size(shape).numel(), spec.out, bias=spec.bias)
    return nn.Sequential(nn.Flatten(), linear) if len(shape) > 1 else linear


def _batch_norm(node: Node) -> Module:
    spec: Any = node.spec
    return nn.BatchNorm2d(node.out_shape[0], spec.eps, 1 - spec.momentum, affine=spec.affine)


def _pool(node: Node) -> Module:
    spec: Any = node.spec
    return nn.MaxPool2d(spec.kernel, spec.stride, spec.pad, ceil_mode=spec.ceil)


_MODULES: dict[str, Callable[[Node], Module]] = {
    "Conv": _conv,
    "DWConv": _conv,
    "FC": _linear,
    "BatchNorm": _batch_norm,
    "Pool": _pool,
    "ReLU": lambda _: nn.ReLU(),
    "Dropout": lambda node: nn.Dropout(node.spec.p),  # type: ignore[attr-defined]
    "Flatten": lambda _: nn.Flatten(),
    "GlobalAvgPool": lambda _: nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
    "Softmax": lambda _: nn.Softmax(1),
}
_JOINS: dict[str, Callable[[fx.Graph, list[Any]], Any]] = {
    "Add": lambda graph, inputs: reduce(lambda a, b: graph.call_function(operator.add, (a, b)), inputs),
    "Concat": lambda graph, inputs: graph.call_function(torch.cat, (inputs, 1)),
}
