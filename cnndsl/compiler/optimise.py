"""The passes, in their order, and the fold that applies them."""

from __future__ import annotations

from collections.abc import Callable

from cnndsl.compiler.infer import infer
from cnndsl.compiler.passes.activation_behind_pool import activation_behind_pool
from cnndsl.compiler.passes.covering_conv_as_fc import covering_conv_as_fc
from cnndsl.compiler.passes.fuse_bias_relu import fuse_bias_relu
from cnndsl.compiler.passes.fuse_norm_relu import fuse_norm_relu
from cnndsl.compiler.passes.fuse_softmax_loss import fuse_softmax_loss
from cnndsl.compiler.passes.skip_input_gradient import skip_input_gradient
from cnndsl.language.graph import Graph

Pass = Callable[[Graph], Graph]

#: Exact rewrites of the network: same outputs, same gradients.
REWRITES: tuple[Pass, ...] = (covering_conv_as_fc, fuse_bias_relu, fuse_norm_relu, activation_behind_pool)

#: What a training step may leave out besides.
TRAINING: tuple[Pass, ...] = (fuse_softmax_loss, *REWRITES, skip_input_gradient)


def optimise(graph: Graph, passes: tuple[Pass, ...]) -> Graph:
    """The graph after the passes, each of which sees the shapes of what the one before made."""
    for rewrite in passes:
        graph = infer(rewrite(graph))
    return graph
