"""Which square inputs a network takes: the smallest, and whether that holds for all above.

A map's size is a quasi-affine function of the input's size n: ``f(n + P) = f(n) + Q`` with P the product of the strides
above, since ``floor((n + s) / s) = floor(n / s) + 1``. So along a chain of layers no size shrinks as n grows, and what
fits once fits for ever. Where branches meet, the differences between their sizes are polynomials in k for n = r + k P,
of degree two at most (maps that were flattened), which three values settle. The remainder of a vector's length by a
number of groups repeats if that number is a factor of P. Where the layers themselves depend on the input
(``shortcut=auto``), sizes are tried. Nothing is claimed that was not tried and does not follow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import lcm

from attrs import evolve, frozen

from cnndsl.compiler.infer import Fault, trace
from cnndsl.compiler.sizes import LegalSizes, Misfit
from cnndsl.language import read_graph
from cnndsl.language.graph import INPUT, Graph, Node, Shape
from cnndsl.language.syntax import Word

_LARGEST = 10_000
_LARGEST_IN_TURN = 512
_LARGEST_READ = 64
_MOST_WORK = 40_000  # layers whose shape is inferred: about a tenth of a second
_MOST_READ = 2_000  # layers that are made anew: as long


def legal_sizes(graph: Graph) -> LegalSizes:
    """The square inputs that a graph takes, as far as shapes go; its input's shape says with how many channels."""
    if graph.follows_shape:
        most = max(2, min(_LARGEST_READ, _MOST_READ // len(graph.nodes)))
        return _one_after_the_other(graph, _reader(graph), most, proves=False)
    if _is_monotone(graph):
        return _of_a_chain(graph)
    most = max(2, min(_LARGEST_IN_TURN, _MOST_WORK // len(graph.nodes)))
    return _one_after_the_other(graph, lambda size: _outcome(_sized(graph, size)), most, proves=True)


def _sized(graph: Graph, size: int) -> Graph:
    return evolve(graph, input_shape=(graph.input_shape[0], size, size))


def _is_monotone(graph: Graph) -> bool:
    """Whether what is legal stays so for all that is larger: a chain in which no size has to be divisible."""
    shapes, _ = trace(graph)
    return all(len(node.inputs) == 1 and _groups_of_vector(node, shapes) == 1 for node in graph.nodes)


def _groups_of_vector(node: Node, shapes: Mapping[str, Shape]) -> int:
    """The parts that a vector is cut into; of a map, whose channels do not depend on its size, it is no matter."""
    return 1 if len(shapes.get(node.inputs[0], ())) == 3 else getattr(node.spec, "groups", 1)


def _of_a_chain(graph: Graph) -> LegalSizes:
    """Halving."""
    illegal, legal = 0, max(_LARGEST, *graph.input_shape[1:])
    misfit = _outcome(_sized(graph, legal)).misfit
    if misfit:
        return LegalSizes((), None, tried=legal, illegal=legal, misfit=misfit)
    while legal - illegal > 1:
        middle = (illegal + legal) // 2
        found = _outcome(_sized(graph, middle)).misfit
        illegal, legal, misfit = (middle, legal, found) if found else (illegal, middle, misfit)
    return LegalSizes((), legal, illegal=illegal or None, misfit=misfit)


def _misfit(fault: Fault) -> Misfit:
    span = fault.node.span
    return Misfit(str(fault.error), span.line if span else None, fault.node.path)


@frozen
class _Outcome:
    """What comes of a size: nothing wrong, or a layer that does not fit.

    Of one that joins several inputs, ``apart`` is how far these are from each other in the directions that may change
    with the size. Of one with a single input it is that shape: where it no longer grows, what does not fit never will.
    """

    misfit: Misfit | None
    apart: tuple[int, ...] = ()
    joins: bool = False


def _outcome(graph: Graph) -> _Outcome:
    shapes, fault = trace(graph)
    if fault is None:
        return _Outcome(None)
    first, *others = (shapes[path] for path in fault.node.inputs)
    if others:
        return _Outcome(_misfit(fault), sum((_apart(first, other) for other in others), ()), joins=True)
    groups = _groups_of_vector(fault.node, shapes)
    return _Outcome(_misfit(fault), (first[0] % groups,) if groups > 1 else first)


def _apart(one: Shape, other: Shape) -> tuple[int, ...]:
    """How far apart two shapes are: two maps in height and width, two vectors in length."""
    return tuple(a - b for a, b in zip(one, other, strict=True))[-2:] if len(one) == len(other) else ()


def _reader(graph: Graph) -> Callable[[int], _Outcome]:
    """What comes of a size when the file is read anew for it."""
    given = {let.name: let.value for let in graph.lets if let.overridden}
    values = {name: str(value) if isinstance(value, Word) else value for name, value in given.items()}

    def outcome(size: int) -> _Outcome:
        sized = _sized(graph, size)
        made, found = read_graph(graph.source, values, input_shape=sized.input_shape)
        wrong = next((one for one in found if one.severity == "error"), None)
        if wrong:
            return _Outcome(Misfit(wrong.message, wrong.span.line, wrong.span))
        return _outcome(evolve(made, input_shape=sized.input_shape))

    return outcome


def _one_after_the_other(graph: Graph, outcome_of: Callable[[int], _Outcome], most: int, *, proves: bool) -> LegalSizes:
    """Sizes from 1 upwards, until each remainder by the period has shown three times what becomes of it."""
    period = _period(graph)
    outcomes: list[_Outcome] = []
    settled = 0
    while not (proves and settled >= period) and len(outcomes) < most:
        outcomes.append(outcome_of(len(outcomes) + 1))
        settled = settled + 1 if _is_settled(outcomes[-1 : -2 * period - 2 : -period]) else 0
    tried = None if proves and settled >= period else len(outcomes)
    return _summary(outcomes, min(period, len(outcomes)), tried)


def _period(graph: Graph) -> int:
    """A number that sizes repeat with: the product of the strides above, of each branch where branches meet."""
    shapes, _ = trace(graph)
    periods = {INPUT: 1}
    for node in graph.nodes:
        above = lcm(*(periods[path] for path in node.inputs))
        strides = lcm(*getattr(node.spec, "stride", (1,)))
        periods[node.path] = above * strides * _groups_of_vector(node, shapes)
    return lcm(*periods.values())


def _is_settled(outcomes: list[_Outcome]) -> bool:
    """Whether three outcomes, of sizes a period apart and the last one first, say what comes of all that follow."""
    last, *others = outcomes
    if len(others) < 2 or not all(_same_misfit(last, other) for other in others):
        return False
    distances = zip(*(outcome.apart for outcome in outcomes), strict=True)
    return all(last.apart == other.apart for other in others) or (
        last.joins and any(_grows(*each) for each in distances)
    )


def _grows(last: int, before: int, first: int) -> bool:
    """Whether a polynomial of degree two at most that takes these values is never zero again."""
    step = last - before
    return last != 0 and last * step >= 0 and last * (step - (before - first)) >= 0


def _same_misfit(one: _Outcome, other: _Outcome) -> bool:
    if one.misfit is None or other.misfit is None:
        return one.misfit is other.misfit
    return one.misfit.what == other.misfit.what


def _summary(outcomes: list[_Outcome], period: int, tried: int | None) -> LegalSizes:
    legal = {size for size, outcome in enumerate(outcomes, 1) if outcome.misfit is None}
    # Backwards from the end, as long as sizes a period apart agree.
    start = len(outcomes) - period + 1
    while start > 1 and (start - 1 in legal) == (start - 1 + period in legal):
        start -= 1
    regular = sorted(size for size in legal if size >= start)
    period, remainders = _simplest(period, {size % period for size in regular})
    few = tuple(sorted(legal.difference(regular)))
    smallest = min(legal, default=1)
    illegal = smallest - 1 or next((size for size in range(smallest, len(outcomes) + 1) if size not in legal), None)
    misfit = outcomes[illegal - 1].misfit if illegal else None
    return LegalSizes(few, min(regular, default=None), period, remainders, tried, illegal, misfit)


def _simplest(period: int, remainders: set[int]) -> tuple[int, tuple[int, ...]]:
    """The shortest period that says the same."""
    for shorter in range(1, period):
        if period % shorter == 0 and all((r + shorter) % period in remainders for r in remainders):
            return shorter, tuple(sorted({r % shorter for r in remainders}))
    return period, tuple(sorted(remainders))
