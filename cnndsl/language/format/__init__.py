"""The canonical form of a model file, and what else may be written into one.

Two spaces a level, one space between values, layer names as the reference has them, comments where they were, at most
one blank line in a row, LF. What is written is parsed again and compared before anyone sees it.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from cnndsl.errors import CnndslError, ModelError
from cnndsl.language.format.outline import Item, Place, outline_of
from cnndsl.language.format.spelling import Spell, as_it_is, respell
from cnndsl.language.format.tokens import tokens_of
from cnndsl.language.parse import parse
from cnndsl.language.source import Source, checked
from cnndsl.language.syntax import Statement

__all__ = ["ChangedMeaningError", "Place", "annotate", "format_source", "insert_layer"]


class ChangedMeaningError(CnndslError):
    """The formatter would have changed what a file says: a bug of this project, found before anything is written."""

    exit_code = 70

    def __init__(self, source: Source) -> None:
        hint = "this is a bug of the formatter: please report it with the file"
        super().__init__(f"{source.name}: left as it is, since its meaning would change", hint=hint)


def format_source(source: Source, spell: Spell = as_it_is) -> Source:
    """A model file in canonical form; ``spell`` knows the words of its sections.

    Raises
    ------
    ModelError
        The file has syntax errors, or more lines in canonical form than a file may have.
    ChangedMeaningError
        The result would not say the same.
    """
    statements, errors = parse(source)
    if errors:
        raise ModelError(errors)
    return _rewritten(source, statements, respell(_outline(source), spell), spell)


def annotate(source: Source, shapes: Mapping[Place, str]) -> Source:
    """A file in canonical form with the shapes behind its statements, by the place of their first words.

    Older ones go; what a comment says besides stays. Raises :class:`ChangedMeaningError` as :func:`format_source` does.
    """
    from cnndsl.language.format.comments import with_shapes

    statements, _ = parse(source)
    return _rewritten(source, statements, with_shapes(_outline(source), shapes), as_it_is)


def insert_layer(source: Source, name: str, places: frozenset[Place]) -> Source:
    """A file in canonical form with a layer that takes no arguments above the statements at some places."""
    from cnndsl.language.format.insert import with_layer_above
    from cnndsl.language.format.layout import lay_out

    return evolve(source, text=lay_out(with_layer_above(_outline(source), name, places)))


def _outline(source: Source) -> tuple[Item, ...]:
    return outline_of(tokens_of(source.text))


def _rewritten(source: Source, statements: tuple[Statement, ...], outline: tuple[Item, ...], spell: Spell) -> Source:
    """The source laid out anew, if it still says what the statements do."""
    # Here, since a check reads the outline alone, for its style.
    from cnndsl.language.format.layout import lay_out
    from cnndsl.language.format.meaning import meaning

    result = checked(evolve(source, text=lay_out(outline)))
    again, errors = parse(result)
    if errors or meaning(again, spell) != meaning(statements, spell):
        raise ChangedMeaningError(source)
    return result
