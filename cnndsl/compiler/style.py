"""Style (L801) of a file that is right, told as often as a reader wants to hear it."""

from __future__ import annotations

from attrs import evolve

from cnndsl.errors import Diagnostic
from cnndsl.language.format.spelling import Spell, as_it_is
from cnndsl.language.format.style import style_findings
from cnndsl.language.graph import Graph

_MOST = 3


def advise_style(graph: Graph) -> tuple[Diagnostic, ...]:
    """What the formatter would write otherwise in the file of a graph, and what is defined for nothing: a few of each.

    The last one says how many more there are.
    """
    spell: Spell = as_it_is
    if graph.sections:  # else their words, which take long to load, are not asked for
        from cnndsl.settings.spelling import canonical_word

        spell = canonical_word
    found = style_findings(graph.source, spell)
    shown, rest = found[:_MOST], len(found) - _MOST
    if rest <= 0:
        return shown
    return (*shown[:-1], evolve(shown[-1], notes=(f"and {rest} more: `cnndsl fmt --check` lists all",)))
