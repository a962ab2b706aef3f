"""The network as it is used and not trained: fewer layers, whose weights are made once of several layers' own."""

from __future__ import annotations

from attrs import frozen

from cnndsl.compiler.infer import infer
from cnndsl.compiler.lower import Step, lower, run_forward
from cnndsl.compiler.optimise import Pass, optimise
from cnndsl.compiler.passes.fold_channel_maps import fold_weights
from cnndsl.compiler.scratch import Scratch
from cnndsl.language.graph import Graph
from cnndsl.layers._kind import Array, Tree


@frozen(eq=False)
class Inference:
    """The rewritten graph and its steps."""

    graph: Graph
    steps: tuple[Step, ...]

    def weights(self, params: Tree, state: Tree) -> Tree:
        """The parameters that the steps take; the same for all images."""
        return fold_weights(self.graph, params, state)

    def run(self, weights: Tree, state: Tree, x: Array, scratch: Scratch) -> Array:
        """The output for images in the inner layout, in that layout."""
        y, _, _ = run_forward(self.steps, weights, state, x, train=False, key=0, scratch=scratch, record=False)
        return y


def inference(graph: Graph, passes: tuple[Pass, ...]) -> Inference:
    """A graph after these passes."""
    rewritten = optimise(infer(graph), passes)
    return Inference(rewritten, lower(rewritten))
