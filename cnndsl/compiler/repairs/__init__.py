"""Repairs: small changes to a file's text that mend an error, offered only if they were tried and do.

Where layers do not fit, a candidate is first tried on the graph, which takes microseconds, the nearest first; what
passes is confirmed on the text, which is read and checked anew, claims and all. What a misspelt word was meant to be is
tried on the text alone. The work is bounded: a large file takes little longer to check with an error in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from attrs import evolve

from cnndsl.compiler.infer import trace
from cnndsl.compiler.repairs.candidates import Candidate, candidates
from cnndsl.compiler.repairs.problem import Problem, find_problem
from cnndsl.errors import Diagnostic, Repair
from cnndsl.language.edit import apply_edits
from cnndsl.language.graph import Graph, Shape
from cnndsl.language.source import Source
from cnndsl.layers._fields import spell

_MOST_OFFERS = 3
_MOST_WORK = 20_000  # layers whose shape is inferred in trials: about a tenth of a second
_MOST_TRIED = 10  # errors whose repair is tried where there are several
_MOST_LINES = 2_000  # lines that are read anew to confirm what is offered: twice as long

Judge = Callable[[str], tuple[Diagnostic, ...]]


def with_repairs(
    found: tuple[Diagnostic, ...], source: Source, graph: Graph | None, judge: Judge
) -> tuple[Diagnostic, ...]:
    """Diagnostics, with repairs for the errors among them that have some.

    Where a layer does not fit and nothing else is wrong, a repair leaves no error in the file, and a hint says which
    there are. The repairs that other errors come with are kept if there is no error on the line then.

    Parameters
    ----------
    graph
        All of the file, with its input's shape and no other; ``None`` where that is not known.
    judge
        What is found of a text in the place of the file's.
    """
    errors = [diagnostic for diagnostic in found if diagnostic.severity == "error"]
    size = max(len(source.lines), len(graph.nodes) if graph else 0)
    trials = max(2, _MOST_LINES // size)
    problem = find_problem(graph) if graph and len(errors) == 1 else None
    if problem:
        offers = tuple(islice(_offers(problem, judge, trials), _MOST_OFFERS))
        return tuple(_with_offers(one, offers) if one is errors[0] else one for one in found) if offers else found
    proposed = [error for error in errors if error.repairs]
    kept = {id(error): _that_mend(error, source, judge) for error in proposed[: min(trials, _MOST_TRIED)]}
    return tuple(evolve(one, repairs=kept.get(id(one), ())) if one.repairs else one for one in found)


def _with_offers(error: Diagnostic, offers: tuple[tuple[Repair, Shape], ...]) -> Diagnostic:
    (first, shape), *others = offers
    verb = "gives" if first.title.startswith("`") else "which gives"
    joint = " " if verb == "gives" else ", "
    nearest = f"{first.title}{joint}{verb} {spell(shape)} and keeps the rest of the file legal"
    hint = "; or ".join([nearest, *(repair.title for repair, _ in others)])
    return evolve(error, repairs=tuple(repair for repair, _ in offers), hints=(hint,))


def _that_mend(error: Diagnostic, source: Source, judge: Judge) -> tuple[Repair, ...]:
    """The repairs of an error after which its line has none."""

    def mends(repair: Repair) -> bool:
        found = judge(apply_edits(source.text, repair.edits))
        wrong = {(one.span.file, one.span.line) for one in found if one.severity == "error"}
        return (error.span.file, error.span.line) not in wrong

    return tuple(filter(mends, error.repairs))


def _offers(problem: Problem, judge: Judge, trials: int) -> Iterator[tuple[Repair, Shape]]:
    """Repairs, no two of one sort, and what then comes out of the layer that was at fault."""
    sorts: set[str] = set()
    for candidate in _nearest_first(problem):
        shape = None if candidate.sort in sorts else _outcome(candidate, problem.fault.node.path)
        if shape is None:
            continue
        found = judge(apply_edits(problem.graph.source.text, candidate.edits))
        if not any(diagnostic.severity == "error" for diagnostic in found):
            sorts.add(candidate.sort)
            yield Repair(candidate.title, candidate.edits), shape
        trials -= 1
        if not trials:
            return


def _nearest_first(problem: Problem) -> Iterator[Candidate]:
    number = max(1, _MOST_WORK // len(problem.graph.nodes))
    return islice(sorted(candidates(problem), key=lambda candidate: candidate.cost), number)


def _outcome(candidate: Candidate, path: str) -> Shape | None:
    """What comes out at a path, or of the last layer if it is gone; ``None`` where the graph is not legal."""
    graph = candidate.graph()
    if graph is None or not graph.nodes:
        return None
    shapes, fault = trace(graph)
    return None if fault else shapes.get(path, shapes[graph.nodes[-1].path])
