"""Settings that name parts of a network: whether it has them (C409)."""

from __future__ import annotations

from fnmatch import fnmatchcase

from cnndsl.errors import Diagnostic
from cnndsl.language.graph import Graph
from cnndsl.layers import kind_of
from cnndsl.layers._fields import spell
from cnndsl.settings import Settings
from cnndsl.settings.losses import CrossEntropy
from cnndsl.settings.rules import TOP

_SHOWN = 5  # names of parameters in a hint


def misfits(graph: Graph, settings: Settings) -> tuple[Diagnostic, ...]:
    """What settings say of a network with shapes that is not so: patterns without a parameter, numbers of classes."""
    found = [*_unmatched(graph, settings), *_miscounted(graph, settings), *_certain(graph, settings)]
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


def _certain(graph: Graph, settings: Settings) -> list[tuple[str, str, str]]:
    """The key, the message and the hint for each metric that is 1 whatever the network says."""
    train, shape = settings.train, graph.nodes[-1].out_shape
    if len(shape) != 1:
        return []
    asked = {
        "train.metrics": train.metrics,
        "train.schedule": (getattr(train.schedule, "metric", ""),),
        "train.select": (train.select.metric,),
        "train.stop": (train.stop.metric,) if train.stop else (),
    }
    certain = [
        (key, metric.removeprefix("valid."))
        for key, metrics in asked.items()
        for metric in metrics
        if TOP.get(metric.removeprefix("valid."), 0) >= shape[0]
    ]
    fewer = next((name for name in reversed(TOP) if TOP[name] < shape[0]), "accuracy")
    return [
        (key, f"{metric} of {shape[0]} outputs is always 1", f"{fewer} says something about the network")
        for key, metric in certain
    ]


def _at(graph: Graph, settings: Settings, key: str, message: str, hint: str) -> Diagnostic:
    span = min(
        (place.span for name, place in settings.places.items() if f"{name}.".startswith(f"{key}.")),
        key=lambda span: span.line,
    )
    text = graph.line(span)
    return Diagnostic("C409", "error", message, span, (hint,), excerpt=((span.line, text, ""),) if text else ())
