"""The passes, in their order, and the fold that applies them."""

from __future__ import annotations

from collections.abc import Callable

from cnndsl.compiler.infer import infer
from cnndsl.compiler.passes.activation_behind_pool import activation_behind_pool
from cnndsl.compiler.passes.covering_conv_as_fc import covering_conv_as_fc
from cnndsl.compiler.passes.fold_channel_maps import fold_channel_maps
from cnndsl.compiler.passes.fuse_bias_relu import fuse_bias_relu
from cnndsl.compiler.passes.fuse_norm_relu import fuse_norm_relu
from cnndsl.compiler.passes.fuse_softmax_loss import fuse_softmax_loss
from cnndsl.compiler.passes.skip_identities import skip_identities
from cnndsl.compiler.passes.skip_input_gradient import skip_input_gradient
from cnndsl.compiler.passes.skip_unread import skip_unread
from cnndsl.language.graph import Graph

Pass = Callable[[Graph], Graph]

#: Exact rewrites of the network: same outputs, same gradients.
REWRITES: tuple[Pass, ...] = (covering_conv_as_fc, fuse_bias_relu, fuse_norm_relu, activation_behind_pool)

#: What a training step may leave out besides.
TRAINING: tuple[Pass, ...] = (fuse_softmax_loss, *REWRITES, skip_input_gradient)

#: What a network that is not trained may besides: the same outputs, within rounding, from fewer layers.
INFERENCE: tuple[Pass, ...] = (skip_identities, skip_unread, fold_channel_maps, *REWRITES)

#: The same of what the loss is taken of.
SCORING: tuple[Pass, ...] = (fuse_softmax_loss, *INFERENCE)


def optimise(graph: Graph, passes: tuple[Pass, ...]) -> Graph:
    """The graph after the passes, each of which sees the shapes of what the one before made."""
    for rewrite in passes:
        graph = infer(rewrite(graph))
    return graph
