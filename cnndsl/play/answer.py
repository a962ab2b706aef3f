"""What the page is told about an image: the probabilities, and each layer's output as a picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import asdict, frozen
from numpy.typing import NDArray

from cnndsl.compiler.observe import softmax
from cnndsl.layers import kind_of
from cnndsl.report.page import Network
from cnndsl.report.page_layers import layers_of


@frozen(eq=False)
class Player:
    """A trained network and the names of its classes; ``centres`` says whether drawings are centred at first."""

    name: str
    network: Network
    classes: tuple[str, ...]
    centres: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """``(C, H, W)`` of an image."""
        return self.network.graph.input_shape


def answer(player: Player, image: NDArray[np.uint8]) -> dict[str, Any]:
    """Of an image, uint8 ``(C, H, W)``: how it looks, a probability for each class, and the layers; fit for JSON."""
    network = player.network
    inside = layers_of(network.graph, network.params, network.state, image, network.mean, network.std)
    output = np.array(inside.output)
    if not kind_of(network.graph.nodes[-1].spec).probabilities:
        output = softmax(output[None])[0]
    return {
        "image": inside.image,
        "probabilities": [round(float(share), 6) for share in output],
        "layers": [asdict(layer) for layer in inside.layers],
    }
