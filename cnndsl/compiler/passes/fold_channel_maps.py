"""``Conv, BatchNorm`` -> ``Conv``, at inference: a number times each channel and one more are weights and a bias.

The rewritten layer holds the layers that were folded into it, and :func:`fold_weights` computes what these make of its
weights (Jacob et al., "Quantization and training of neural networks", 2018, section 3.2).
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import numpy as np
from attrs import evolve

from cnndsl.compiler.passes._match import follower, rewrite_each
from cnndsl.language.graph import Graph, Node
from cnndsl.layers._kind import Array, Params, Tree
from cnndsl.layers.batch_norm import BatchNorm
from cnndsl.layers.conv import Conv
from cnndsl.layers.conv_transpose import ConvTranspose
from cnndsl.layers.covering_conv import CoveringConv
from cnndsl.layers.dw_conv import DWConv
from cnndsl.layers.fc import FC
from cnndsl.layers.scale import Scale

# Layers whose output is linear in weights that each belong to one channel of it.
_LINEAR: tuple[type, ...] = (Conv, DWConv, CoveringConv, FC, ConvTranspose)

_NOTHING: Params = {}


def fold_channel_maps(graph: Graph) -> Graph:
    """Fold every BatchNorm and Scale behind a layer with a matrix or with kernels into that layer."""
    return rewrite_each(graph, _fold)


def _fold(graph: Graph, node: Node) -> Graph | None:
    behind = follower(graph, node)
    if behind is None or not isinstance(node.spec, _LINEAR) or not isinstance(behind.spec, BatchNorm | Scale):
        return None
    spec: Any = node.spec
    whole = evolve(node, spec=evolve(spec, bias=True), folded=(*node.folded, behind))
    folded = graph.replace(node, behind, by=(whole,))
    return _fold(folded, whole) or folded


def fold_weights(graph: Graph, params: Tree, state: Tree) -> Tree:
    """``params`` with the weights and biases of all layers that others are folded into, in new arrays."""
    return {**params, **{node.owner: _folded(node, params, state) for node in graph.nodes if node.folded}}


def _folded(node: Node, params: Tree, state: Tree) -> Params:
    own = params[node.owner]
    weight = own["W"]
    bias: Any = own.get("b", 0)
    shape = np.ones(weight.ndim, int)
    shape[1 if isinstance(node.spec, ConvTranspose) else 0] = -1  # the axis of the output's channels
    for layer in node.folded:
        factor, offset = _channel_map(layer.spec, params.get(layer.owner, _NOTHING), state.get(layer.owner, _NOTHING))
        weight, bias = weight * factor.reshape(shape), bias * factor + offset
    return {"W": weight, "b": bias}


@singledispatch
def _channel_map(spec: Any, _params: Params, _state: Params) -> tuple[Array, Array]:
    """What each channel is multiplied by, and what is added then, ``(C,)`` each."""
    raise NotImplementedError(type(spec).__name__)


@_channel_map.register(BatchNorm)
def _of_batch_norm(spec: BatchNorm, params: Params, state: Params) -> tuple[Array, Array]:
    factor = 1 / np.sqrt(state["var"] + spec.eps)
    if not spec.affine:
        return factor, -state["mean"] * factor
    factor = factor * params["scale"]
    return factor, params["bias"] - state["mean"] * factor


@_channel_map.register(Scale)
def _of_scale(_spec: Scale, params: Params, _state: Params) -> tuple[Array, Array]:
    return params["scale"], np.zeros_like(params["scale"])
