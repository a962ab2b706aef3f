"""Text to syntax, with every syntax error of a file in one run. The only file that imports lark.

A line that does not parse is reported, replaced by one that says nothing, and the rest is parsed again: statements are
lines, so what follows keeps its meaning.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, lru_cache
from importlib.util import source_hash
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from lark import Lark, Token, UnexpectedCharacters, UnexpectedInput
from lark import __version__ as lark_version

from cnndsl.errors import Diagnostic
from cnndsl.language.build import RULES, TooLongError
from cnndsl.language.recovery import Draft
from cnndsl.language.source import Source
from cnndsl.language.syntax import Statement, Version
from cnndsl.language.wording import Misfit

NEWEST_VERSION = 1


@lru_cache(maxsize=4)  # a check asks for each kind of images, and for style
def parse(source: Source) -> tuple[tuple[Statement, ...], tuple[Diagnostic, ...]]:
    """The statements of a file, and what is wrong with its syntax.

    A line that is wrong is not among the statements, or is there as one that does nothing.
    """
    draft = Draft(source)
    made: Any = None
    while made is None and draft.readable:
        try:
            made = _lark().parse(draft.rest)
        except UnexpectedInput as error:
            draft.misfit(_misfit(error), _parses)
        except TooLongError as error:
            draft.sum_too_long(error.token.line, error.token.column)
    if made is not None and draft.diagnostics:
        made = _lark().parse(draft.text)
    statements: tuple[Statement, ...] = tuple([statement(source.name) for statement in made or ()])
    found = (*draft.diagnostics, *_versions(source, statements))
    return statements, tuple(sorted(found, key=lambda diagnostic: diagnostic.span.line))


def _misfit(error: UnexpectedInput) -> Misfit:
    token = getattr(error, "token", None)
    text = error.char if isinstance(error, UnexpectedCharacters) else str(token)
    expected = frozenset(getattr(error, "expected", None) or ())
    return Misfit(max(1, error.line), max(1, error.column), text, getattr(token, "type", ""), expected)


def _parses(line: str) -> bool:
    try:
        _lark().parse(f"{line}\n")
    except (UnexpectedInput, TooLongError):
        return False
    return True


def _versions(source: Source, statements: tuple[Statement, ...]) -> list[Diagnostic]:
    return [
        Diagnostic(
            "P006",
            "error",
            f"the file says `version {statement.number}`, this cnndsl reads up to {NEWEST_VERSION}",
            statement.span,
            ("upgrade cnndsl, or remove what newer versions brought",),
            excerpt=((statement.span.line, source.line(statement.span.line), ""),),
        )
        for statement in statements
        if isinstance(statement, Version) and not 1 <= statement.number <= NEWEST_VERSION
    ]


class _LineEnds:
    """Between lexer and parser: line ends inside brackets do not count, and one stands before each ``}``."""

    always_accept = ("_NL", "RBRACE")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """The tokens as the grammar has them."""
        depth = 0
        for token in stream:
            if token.type in {"OPEN", "LPAR", "BEGIN"}:
                depth += 1
            elif token.type in {"CLOSE", "END"}:
                depth -= 1
            elif token.type == "RBRACE":
                yield Token.new_borrow_pos("_NL", "", token)
            elif token.type == "_NL" and depth and str(token) != ";":
                continue
            yield token


@cache
def _lark() -> Lark:
    """The parser. Its tables take 70 ms to make and 7 to read, so they are kept in the user's cache directory."""
    grammar = _grammar()
    tables = _tables(grammar)
    rules = SimpleNamespace(**{rule: _spread(make) for rule, make in RULES.items()})
    options: dict[str, Any] = {"transformer": rules, "postlex": _LineEnds()}
    with suppress(Exception):  # of whatever sort: what cannot be read is made anew
        # `Lark.load` takes no options, and lark's own `cache` writes in place. The file is as trusted as a .pyc file.
        return Lark.__new__(Lark)._load(pickle.loads(tables.read_bytes()), **options)  # noqa: S301, SLF001
    parser = Lark(grammar, parser="lalr", lexer="contextual", maybe_placeholders=True, **options)
    _keep(parser, tables, tuple(options))
    return parser


def _keep(parser: Lark, tables: Path, but: tuple[str, ...]) -> None:
    """Write the tables of a parser, if there is a place for them, without the options that are given anew."""
    # Written beside its place and moved there: whoever reads meanwhile sees all of it or nothing.
    beside = tables.with_suffix(f".{os.getpid()}")
    with suppress(OSError):
        tables.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            parser.save(file, but)
        beside.replace(tables)


def _spread(make: Callable[..., Any]) -> Callable[[list[Any]], Any]:
    return lambda children: make(*children)


def _grammar() -> str:
    """The grammar: inside the package once installed, beside it in a checkout."""
    # Not importlib.resources, which takes as long to import as a small file to check.
    package = Path(__file__).parents[1]
    installed = package / "grammar" / "model.lark"
    grammar = installed if installed.is_file() else package.parent / "grammar" / "model.lark"
    return grammar.read_text(encoding="utf-8")


def _tables(grammar: str) -> Path:
    """Where the tables of a grammar are kept, for this Python and this lark."""
    digest = source_hash(f"{lark_version} {grammar}".encode()).hex()  # as of a .pyc file; hashlib takes 4 ms to load
    name = f"grammar-{digest}-{sys.implementation.cache_tag}.tables"
    root = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    try:
        folder = Path(root) if root else Path.home() / ".cache"
    except RuntimeError:  # no home: a place where nothing can be
        folder = Path(os.devnull)
    return folder / "cnndsl" / name
