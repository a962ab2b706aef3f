"""A network from inside, as a page shows it: the filters of its first layer, and what each layer makes of an image."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cnndsl.compiler.observe import observe
from cnndsl.data.standardise import standardise
from cnndsl.language.graph import INPUT, Graph
from cnndsl.language.render import render_spec
from cnndsl.layers._kind import Array, Tree
from cnndsl.report.architecture import Family, family_of
from cnndsl.report.drawing_cards import spell_shape
from cnndsl.report.pictures import coloured, data_uri, maps, picture, png, tiles

_MOST_LAYERS = 40
_TELLING: set[Family] = {"convolution", "pooling", "dense", "merge"}  # what is shown of deeper networks
_MOST_FILTERS = 96
_LARGEST_POINT, _WIDTH = 16, 560  # pixels of the page: of a point, of a picture
_LARGEST = 96  # side of a map that is drawn point by point


@frozen
class Filters:
    """The first layer's filters in one picture, and how much larger than life it is shown."""

    path: str
    picture: str
    width: int
    count: int
    shape: str


@frozen
class Layer:
    """A layer's output: maps in one picture. ``width`` is the picture's, in pixels of the page."""

    path: str
    text: str
    shape: str
    picture: str
    width: int


@frozen
class Inside:
    """An image, as it looks and as each layer sees it."""

    image: str
    layers: tuple[Layer, ...]
    output: tuple[float, ...]


def layers_of(graph: Graph, params: Tree, state: Tree, image: NDArray[np.uint8], mean: Array, std: Array) -> Inside:
    """The way of an image, uint8 ``(C, H, W)``, through a network. Of deep networks the telling layers are shown."""
    layers = []
    last: Array = np.empty(0)
    is_deep = len(graph.nodes) > _MOST_LAYERS
    for node, output in observe(graph, params, state, standardise(image[None], mean, std)):
        last = output[0]
        if is_deep and family_of(node) not in _TELLING:
            continue
        sheet = maps(_smaller(last))
        layers.append(
            Layer(
                node.path,
                render_spec(node.spec),
                spell_shape(node.out_shape),
                data_uri(png(sheet)),
                _width(sheet),
            )
        )
    return Inside(data_uri(picture(image)), tuple(layers), tuple(map(float, last.ravel())))


def first_filters(graph: Graph, params: Tree) -> Filters | None:
    """The filters of the layer that takes the image, where that is a convolution; all have one scale.

    Filters over three channels are shown in colour, grey being nothing; of others the mean over the channels is.
    """
    first = next((node for node in graph.nodes if INPUT in node.inputs and family_of(node) == "convolution"), None)
    weights = params.get(first.owner, {}).get("W") if first else None
    if first is None or weights is None or weights.ndim != 4:
        return None
    count, channels, height, width = weights.shape
    shown = weights[:_MOST_FILTERS]
    sheet = tiles(_in_colour(shown) if channels == 3 else coloured(shown.mean(axis=1)), 12)
    shape = spell_shape((channels, height, width))
    return Filters(first.path, data_uri(png(sheet)), _width(sheet), count, shape)


def _in_colour(weights: Array) -> NDArray[np.uint8]:
    """Filters ``(K, 3, H, W)`` as pictures ``(K, H, W, 4)``."""
    largest = float(abs(weights).max()) or 1.0
    bright = np.moveaxis((weights / largest + 1) * 127.5, 1, -1).round().astype(np.uint8)
    return np.concatenate([bright, np.full((*bright.shape[:-1], 1), 255, np.uint8)], axis=-1)


def _smaller(values: Array) -> Array:
    """Maps no larger than is drawn: of larger ones every second, third ... point."""
    step = -(-max(values.shape[1:], default=1) // _LARGEST)
    return values[:, ::step, ::step] if values.ndim == 3 else values


def _width(sheet: NDArray[np.uint8]) -> int:
    """Pixels of the page for a picture: small maps are enlarged by a whole number."""
    columns = int(sheet.shape[1])
    return columns * max(1, min(_LARGEST_POINT, _WIDTH // columns))
