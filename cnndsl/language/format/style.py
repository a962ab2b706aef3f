"""L801: what is right and not as the formatter would write it, or written for nothing."""

from __future__ import annotations

from collections.abc import Iterator

from cnndsl.errors import Diagnostic, Span
from cnndsl.language.format.outline import SECTIONS, Item, Statement, outline_of, statements_of
from cnndsl.language.format.spelling import Spell, as_it_is, respell
from cnndsl.language.format.tokens import Token, tokens_of
from cnndsl.language.source import Source

_NO_LAYERS = SECTIONS | {"version", "input", "let", "include", "block"}


def style_findings(source: Source, spell: Spell = as_it_is) -> tuple[Diagnostic, ...]:
    """The words and numbers of a file without syntax errors that have another canonical spelling, and unused ``let``.

    A file that includes another, or has no layers itself, may define what only another file uses.
    """
    tokens = tokens_of(source.text)
    outline = outline_of(tokens)
    found = [*_misspelt(source, outline, respell(outline, spell)), *_unused(source, outline, tokens)]
    return tuple(sorted(found, key=lambda diagnostic: (diagnostic.span.line, diagnostic.span.column)))


def _misspelt(source: Source, items: tuple[Item, ...], respelt: tuple[Item, ...]) -> Iterator[Diagnostic]:
    for before, after in zip(_tokens(items), _tokens(respelt), strict=True):
        if before != after:
            yield _finding(source, before, f"`{before.text}` should be `{after.text}`", "`cnndsl fmt` writes it so")


def _tokens(items: tuple[Item, ...]) -> Iterator[Token]:
    return (token for statement in statements_of(items) for token in statement.head)


def _unused(source: Source, items: tuple[Item, ...], tokens: tuple[Token, ...]) -> Iterator[Diagnostic]:
    top = [item for item in items if isinstance(item, Statement)]
    words = {statement.word.text for statement in top}
    if "include" in words or words <= _NO_LAYERS:
        return
    used = {token.text for token in tokens if token.sort == "reference"}
    for statement in top:
        if statement.word.text == "let" and f"${statement.head[1].text}" not in used:
            name = statement.head[1]
            yield _finding(source, name, f"nothing uses `${name.text}`", "use it, or remove the line")


def _finding(source: Source, token: Token, message: str, hint: str) -> Diagnostic:
    span = Span(source.name, token.line, token.column, token.end_column)
    excerpt = ((token.line, source.line(token.line), ""),)
    return Diagnostic("L801", "style", message, span, (hint,), excerpt=excerpt)
