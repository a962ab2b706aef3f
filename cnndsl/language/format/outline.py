"""Tokens to an outline: statements with their bodies and comments, in the order and the grouping of the author.

The outline knows brackets and line ends, not the grammar: it is made of files that the parser has found right.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from cnndsl.language.format.tokens import Token

SECTIONS = frozenset({"data", "augment", "train", "require", "sweep"})
Place = tuple[int, int]  # line and column


@frozen
class Comment:
    """A comment on a line of its own. ``continues`` says that it stands right below the comment behind a statement."""

    text: str
    continues: bool = False


@frozen
class Blank:
    """One or more blank lines."""


@frozen
class Piece:
    """What a statement has on one line: there are line ends inside brackets."""

    tokens: tuple[Token, ...]
    comment: str = ""


@frozen
class Statement:
    """A statement. ``comment`` stands behind it, or behind the ``{`` of its body; ``end_comment`` behind the ``}``.

    ``joined`` says that the statement before is on the same line, ``compact`` that its body has no line end.
    """

    pieces: tuple[Piece, ...]
    last_line: int
    comment: str = ""
    body: tuple[Item, ...] | None = None
    end_comment: str = ""
    joined: bool = False
    compact: bool = False

    @property
    def head(self) -> tuple[Token, ...]:
        """Everything before the body, but for comments."""
        return tuple(token for piece in self.pieces for token in piece.tokens)

    @property
    def word(self) -> Token:
        """Its first word, behind the label."""
        return self.head[1 if self.head[0].sort == "label" else 0]

    @property
    def place(self) -> Place:
        """Where its first word stands."""
        return self.word.line, self.word.column

    @property
    def section(self) -> str:
        """The section that its body is, if it is one."""
        return self.word.text if self.word.text in SECTIONS and self.body is not None else ""


Item = Statement | Comment | Blank


def outline_of(tokens: tuple[Token, ...]) -> tuple[Item, ...]:
    """The statements, comments and blank lines of a file; blank ones neither first nor last in a body, nor in a row."""
    return _Reader(tokens).items()


def statements_of(items: tuple[Item, ...]) -> Iterator[Statement]:
    """Every statement at any depth, in file order."""
    for item in items:
        if isinstance(item, Statement):
            yield item
            yield from statements_of(item.body or ())


class _Reader:
    """Recursive descent over the tokens, by brackets and lines."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self.tokens = tokens
        self.at = 0
        self.aside: Token | None = None  # the last comment that belongs to a statement

    def peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def items(self) -> tuple[Item, ...]:
        """Up to the ``}`` that ends them, or to the end of the file."""
        found: list[Item] = []
        last_line = 0
        while (token := self.peek()) is not None and token.text != "}":
            if token.sort == "newline" or token.text == ";":
                self.take()
                continue
            if found and token.line > last_line + 1:
                found.append(Blank())
            if token.sort != "comment":
                statement = self.statement()
                found.append(evolve(statement, joined=token.line == last_line))
                last_line = statement.last_line
            elif found and isinstance(found[-1], Statement) and token.line == last_line:
                found[-1] = self.with_comment(found[-1])
            else:
                found.append(self.own_line_comment())
                last_line = token.line
        return tuple(found)

    def with_comment(self, statement: Statement) -> Statement:
        text = self.comment_aside()
        return evolve(statement, comment=text) if statement.body is None else evolve(statement, end_comment=text)

    def own_line_comment(self) -> Comment:
        token, above = self.take(), self.aside
        continues = above is not None and (token.line, token.column) == (above.line + 1, above.column)
        if continues:
            self.aside = token
        return Comment(_text(token), continues)

    def comment_aside(self) -> str:
        """The comment that stands here, behind something on its line; empty if there is none."""
        token = self.peek()
        if token is None or token.sort != "comment":
            return ""
        self.aside = self.take()
        return _text(token)

    def statement(self) -> Statement:
        pieces = self.pieces()
        opening = self.peek()
        if opening is None or opening.text != "{":
            return Statement(pieces, pieces[-1].tokens[-1].line)
        begin = self.at
        self.take()
        comment = self.comment_aside()
        body = self.items()
        compact = not any(token.sort in {"newline", "comment"} for token in self.tokens[begin : self.at])
        return Statement(pieces, self.take().line, comment, body, compact=compact)

    def pieces(self) -> tuple[Piece, ...]:
        """The statement up to its body or its end, by lines."""
        pieces: list[Piece] = []
        tokens: list[Token] = []
        depth = 0
        while (token := self.peek()) is not None:
            if depth == 0 and (token.sort in {"newline", "comment"} or token.text in {";", "{", "}"}):
                break
            if token.sort in {"newline", "comment"}:
                comment = self.comment_aside()
                if tokens or comment:
                    pieces.append(Piece(tuple(tokens), comment))
                    tokens = []
                self.at += not comment
            else:
                depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token.text, 0)
                tokens.append(self.take())
        return (*pieces, Piece(tuple(tokens)))


def _text(comment: Token) -> str:
    return comment.text.rstrip()
