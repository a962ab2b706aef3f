"""The canonical spelling of words and numbers."""

from __future__ import annotations

import re
from collections.abc import Callable

from attrs import evolve, frozen

from cnndsl.language.definitions import WORDS
from cnndsl.language.format.outline import Item, Statement, statements_of
from cnndsl.language.format.tokens import Token
from cnndsl.layers import find_kind

#: The canonical form of a word in a section, given the section's name and the word.
Spell = Callable[[str, str], str]
_NUMBER = re.compile(r"(-?)[+]?([0-9_]*)(\.?)([0-9_]*)(?:[eE]([+-]?)0*([0-9]+))?")


def as_it_is(_section: str, word: str) -> str:
    """The word: a spelling that knows no sections."""
    return word


def respell(items: tuple[Item, ...], spell: Spell) -> tuple[Item, ...]:
    """The outline with canonical words and numbers; the places of its tokens stay."""
    heads = [statement.head for statement in statements_of(items)]
    blocks = {head[1].text.lower(): head[1].text for head in heads if head[0].text == "block"}

    def layer_name(word: str) -> str:
        kind = find_kind(word)
        return kind.name if kind else blocks.get(word.lower(), word)

    return _respell(items, _Speller(spell, layer_name), "")


@frozen
class _Speller:
    word: Spell
    layer: Callable[[str], str]

    def token(self, token: Token, statement: Statement, section: str) -> str:
        """The canonical text of a token of a statement in a section."""
        if token is _layer_name(statement, section):
            return self.layer(token.text)
        # Of an operation of `augment`, a section knows the name alone.
        if section and token.sort == "name" and (section != "augment" or token is statement.word):
            return self.word(section, token.text)
        return _canonical(token)


def _respell(items: tuple[Item, ...], speller: _Speller, section: str) -> tuple[Item, ...]:
    return tuple(_respelt(item, speller, section) if isinstance(item, Statement) else item for item in items)


def _respelt(statement: Statement, speller: _Speller, section: str) -> Statement:
    pieces = tuple(
        evolve(
            piece, tokens=tuple(evolve(token, text=speller.token(token, statement, section)) for token in piece.tokens)
        )
        for piece in statement.pieces
    )
    body = None if statement.body is None else _respell(statement.body, speller, statement.section)
    return evolve(statement, pieces=pieces, body=body)


def _layer_name(statement: Statement, section: str) -> Token | None:
    """The token that names a layer, if one does."""
    if section == "require" and statement.word.text == "no":
        return statement.head[-1]
    return None if section or statement.section or statement.word.text in WORDS else statement.word


def _canonical(token: Token) -> str:
    if token.sort == "label":
        return token.text.rstrip(": \t\ufeff\u00a0") + ":"
    if token.sort == "number":
        return "x".join(map(_canonical_number, token.text.split("x")))
    return token.text


def _canonical_number(text: str) -> str:
    """No plus, no leading zeros, a digit on both sides of a point, ``e`` small, underscores between thousands.

    Digits behind the point stay: ``0.10`` may say how exact it is.
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        return text
    minus, whole, point, fraction, exponent_sign, exponent = match.groups()
    number = int(whole.replace("_", "") or "0")
    digits = f"{number:_}" if "_" in whole else f"{number}"
    fraction = f".{fraction.replace('_', '') or '0'}" if point else ""
    power = f"e{exponent_sign.strip('+')}{exponent}" if exponent else ""
    return f"{minus}{digits}{fraction}{power}"
