from __future__ import annotations

import pytest

from benchmarks.layer_times import layer_times
from benchmarks.nets import NETS, Net
from cnndsl.compiler.measure import measure

TINY = Net("tiny", "input 2x6x6\nConv 4 3\nReLU\nPool 2\nDWConv 2 bias=false\nBatchNorm\nFC 10\nSoftmax\n", (2, 6, 6))


@pytest.mark.parametrize("net", [TINY, NETS["seed"]], ids=lambda net: net.name)
def test_all_multiply_adds_are_some_layers(net: Net) -> None:
    layers = layer_times(net, 2)
    assert sum(layer.macs[0] for layer in layers) == layers[0].images * measure(net.graph()).macs
    assert all(layer.seconds[0] > 0 for layer in layers)
    assert all(layer.seconds[1] > 0 for layer in layers if layer.macs[1])


def test_the_first_layer_has_no_gradient_of_the_images() -> None:
    products = [layer for layer in layer_times(TINY, 1) if layer.macs[0]]
    assert [layer.macs[1] // layer.macs[0] for layer in products] == [1, 2, 2]


def test_what_is_moved_is_inputs_outputs_and_weights() -> None:
    images = layer_times(TINY, 1)[0].images
    (conv,) = [layer for layer in layer_times(TINY, 1) if layer.kind == "Conv"]
    x, y, weights = images * 2 * 6 * 6 * 4, images * 4 * 4 * 4 * 4, 4 * 4 * 2 * 9
    assert conv.moved[0] - (x + y + weights) in {0, 4 * 4}  # the bias may be another layer's
