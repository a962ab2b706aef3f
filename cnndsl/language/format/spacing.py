"""The spaces within a line."""

from __future__ import annotations

from cnndsl.language.format.tokens import Token

_LEADS_TO_VALUE = {"=", "(", "[", ",", "block"}


def with_spaces(head: tuple[Token, ...], section: str) -> tuple[str, ...]:
    """The texts of a statement's tokens, each with the space before it where there is one.

    ``section`` is the one that the statement stands in: ``key = value`` there, ``name=value`` elsewhere.
    """
    assigns = head[0].text == "let" or (section != "" and len(head) > 1 and head[1].text == "=")
    spaced: list[str] = []
    depth = 0
    for at, token in enumerate(head):
        parted = at > 0 and _parted(head, at, spaced_equals=assigns and depth == 0)
        spaced.append(f" {token.text}" if parted else token.text)
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token.text, 0)
    return tuple(spaced)


def _parted(head: tuple[Token, ...], at: int, *, spaced_equals: bool) -> bool:
    """Whether a space stands before a token."""
    before, token = head[at - 1], head[at]
    if before.text in {"(", "["} or token.text in {")", "]", ","}:
        return False
    if "=" in {before.text, token.text}:
        return spaced_equals
    if "sign" in {before.sort, token.sort}:
        return not {before.text, token.text} & {"*", "/", "%"}
    if token.text == "(" and before.sort == "name":
        return not (at >= 2 and head[at - 2].text in _LEADS_TO_VALUE)  # the name of a call, or of a block
    return True
