"""Settings that name parts of a network: whether it has them (C409)."""

from __future__ import annotations

from fnmatch import fnmatchcase

from cnndsl.errors import Diagnostic
from cnndsl.language.graph import Graph
from cnndsl.layers import kind_of
from cnndsl.layers._fields import spell
from cnndsl.settings import Settings
from cnndsl.settings.losses import CrossEntropy

_SHOWN = 5  # names of parameters in a hint


def misfits(graph: Graph, settings: Settings) -> tuple[Diagnostic, ...]:
    """What settings say of a network with shapes that is not so: patterns without a parameter, weights of classes."""
    found = [*_unmatched(graph, settings), *_miscounted(graph, settings)]
    return tuple(_at(graph, settings, *what) for what in found)


def parameter_names(graph: Graph) -> tuple[str, ...]:
    """``stage1/0/Conv.0/W`` and so on: every trained array of a graph with shapes, in file order."""
    return tuple(
        f"{node.owner}/{name}"
        for node in graph.nodes
        for name, weight in kind_of(node.spec).weights(node.spec, *node.in_shapes).items()
        if weight.trained
    )


def _unmatched(graph: Graph, settings: Settings) -> list[tuple[str, str, str]]:
    """The key, the message and the hint for each pattern that nothing is called by."""
    names = parameter_names(graph)
    patterns = [rule.pattern for rule in settings.train.paths or ()]
    unmatched = [pattern for pattern in patterns if not any(fnmatchcase(name, pattern) for name in names)]
    return [
        ("train.paths", f'no parameter is called "{pattern}"', f"there are {_some(names, pattern)}")
        for pattern in unmatched
    ]


def _some(names: tuple[str, ...], pattern: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(pattern, names, n=_SHOWN, cutoff=0.3) or list(names[:_SHOWN])
    more = ", ..." if len(names) > len(close) else ""
    return (", ".join(f'"{name}"' for name in names if name in close) or "none at all") + more


def _miscounted(graph: Graph, settings: Settings) -> list[tuple[str, str, str]]:
    loss, shape = settings.train.loss, graph.nodes[-1].out_shape
    if not isinstance(loss, CrossEntropy) or loss.weights is None or shape == (len(loss.weights),):
        return []
    message = f"the loss has {len(loss.weights)} weights of classes, the network gives {spell(shape)} outputs"
    return [("train.loss", message, "one weight for each class, in order")]


def _at(graph: Graph, settings: Settings, key: str, message: str, hint: str) -> Diagnostic:
    span = min(
        (place.span for name, place in settings.places.items() if f"{name}.".startswith(f"{key}.")),
        key=lambda span: span.line,
    )
    text = graph.line(span)
    return Diagnostic("C409", "error", message, span, (hint,), excerpt=((span.line, text, ""),) if text else ())
