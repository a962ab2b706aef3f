"""Warnings and notes about how a file would have its network trained, as far as the file alone can tell."""

from __future__ import annotations

from collections.abc import Iterator

from cnndsl.errors import Diagnostic, Severity, Span
from cnndsl.language.graph import Graph
from cnndsl.layers import kind_of
from cnndsl.settings import Place, Settings
from cnndsl.settings.losses import CrossEntropy


def advise_training(graph: Graph, settings: Settings) -> tuple[Diagnostic, ...]:
    """The warnings and notes on a graph with shapes and what is stated about its data and training."""
    return (*_raw_pixels(graph, settings), *_lonely_image(graph, settings), *_softmax_once(graph, settings))


def _raw_pixels(graph: Graph, settings: Settings) -> Iterator[Diagnostic]:
    place = settings.places.get("data.scale")
    if place and settings.data.scale == "none":
        yield _warning(graph, "D507", "pixels from 0 to 255 are fed unscaled", place, "`scale = standardize`")


def _lonely_image(graph: Graph, settings: Settings) -> Iterator[Diagnostic]:
    """A last batch of one image in front of a layer that compares the images of a batch, on vectors."""
    images, batch = settings.data.train, settings.train.batch
    place = settings.places.get("train.batch") or settings.places.get("data.train")
    node = next((one for one in graph.nodes if kind_of(one.spec).mixes_batch and len(one.out_shape) == 1), None)
    if node and place and isinstance(images, int) and images % batch == 1 and not settings.train.drop_last:
        name = kind_of(node.spec).name
        message = f"the last batch has 1 sample ({images:,} images by {batch}): {name} variance undefined"
        yield _warning(graph, "D505", message, place, "another `batch`, or `drop_last = true`")


def _softmax_once(graph: Graph, settings: Settings) -> Iterator[Diagnostic]:
    """Told where a file names the loss as well: whoever reads both may wonder."""
    last = graph.nodes[-1]
    if "train.loss" in settings.places and isinstance(settings.train.loss, CrossEntropy) and last.span:
        kind = kind_of(last.spec)
        if kind.probabilities:
            message = f"{kind.name} is fused with cross_entropy (applied once)"
            yield _told(graph, "G303", "note", message, last.span, "nothing to do")


def _warning(graph: Graph, code: str, message: str, place: Place, hint: str) -> Diagnostic:
    return _told(graph, code, "warning", message, place.span, hint)


def _told(graph: Graph, code: str, severity: Severity, message: str, span: Span, hint: str) -> Diagnostic:
    text = graph.line(span)
    excerpt = ((span.line, text, ""),) if text else ()
    return Diagnostic(code, severity, message, span, (hint,), excerpt=excerpt)
