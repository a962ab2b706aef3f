"""What is said about syntax errors: in the words of the language, never in those of a parser."""

from __future__ import annotations

import re
from collections.abc import Callable

from attrs import frozen

from cnndsl.errors import Diagnostic, Span, clip
from cnndsl.language.brackets import DEEPEST, Fault
from cnndsl.language.source import Source

SECTIONS = ("data", "augment", "train", "require", "sweep")
_BODIES = ("repeat", "residual", "branch", "path", "block", *SECTIONS)
_VALUES = {"INT", "FLOAT", "SHAPE", "BOOL", "STRING", "VARIABLE", "REFERENCE", "OPEN"}
_LAYER = "a line is `[label:] Layer values name=value`, such as `Conv 6 5 1 2`"
_FORMS = {
    "version": "write `version 1`",
    "input": "write channels x height x width, such as `input 3x32x32`",
    "let": "write `let w = 16`",
    "include": 'write `include "blocks/name.txt"`',
    "block": "write `block Name(ch, k=3) { ... }`",
    "repeat": "write `repeat 3 { ... }` or `repeat 3 as i { ... }`",
    "residual": "write `residual { ... }` or `residual shortcut=auto { ... }`",
    "branch": "write `branch add { path { ... } path { ... } }`, or `branch concat`",
    "path": "`path { ... }` stands inside `branch add { ... }`",
}
_ENTRIES = {
    "data": "a line of `data` is `name = value`, such as `batch = 32`",
    "augment": "a line of `augment` is an operation and its values, such as `RandomCrop 28`",
    "train": "a line of `train` is `name = value`, such as `epochs = 10`",
    "require": "a line of `require` is a claim, such as `params < 20_000`, or `no Name`",
    "sweep": "a line of `sweep` is `name = [value, value]`, such as `w = [8, 16]`",
    "branch": "inside `branch` stand its paths: `path { ... }`",
}


@frozen
class Misfit:
    """What a parser met and had no use for: its place, its text and sort, and which sorts would have done."""

    line: int
    column: int
    text: str
    sort: str
    expected: frozenset[str]


def explain(source: Source, text: str, misfit: Misfit, section: str, parses: Callable[[str], bool]) -> Diagnostic:
    """The diagnostic about a misfit in a line ``text``; ``section`` is what the line stands in.

    ``parses`` tells whether a line would do, for hints.
    """
    line, column = min(misfit.line, len(source.lines)), misfit.column
    if misfit.sort in {"_NL", "$END"}:
        if misfit.text not in {";", ""}:
            # The newline token is where the next line begins as far as its count goes; the fault ends this one.
            column = len(_code(text)) + 1
        message, hint = _ends_early(text[: column - 1], misfit.expected, section)
        return _at(source, line, column, 1, "P001", message, hint)
    rest = text[column - 1 :]
    if rest.startswith("//"):
        return _at(source, line, column, 2, "P004", "`//` is not a comment here", "a comment starts with `#`")
    if number := re.match(r"@[+-]?[0-9]+", rest):
        return numeric_reference(source, Span(source.name, line, column, column + len(number[0])), number[0])
    message, hint = _misplaced(text, column, misfit, section, parses)
    return _at(source, line, column, len(misfit.text), "P001", message, hint)


def foreign_section(source: Source, line: int, hint: str) -> Diagnostic:
    """Of a section as Darknet has them."""
    header = source.line(line).strip()
    return _at(source, line, 1, len(source.line(line)), "P001", f"`{clip(header)}` is no layer line", hint)


def numeric_reference(source: Source, span: Span, written: str) -> Diagnostic:
    """Of a layer that is referred to by a number."""
    hint = "give the layer a label and use `@label`: numbers shift when lines are added"
    return _at(source, span.line, span.column, span.width, "N014", f"numeric layer reference `{written}`", hint)


def conflict_marker(source: Source, line: int, marker: str) -> Diagnostic:
    """Of a line that a failed merge has left."""
    hint = "resolve the conflict and delete the marker"
    return _at(source, line, 1, 7, "P003", f"merge conflict marker `{marker}`", hint)


def no_partner(source: Source, fault: Fault) -> Diagnostic:
    """Of a bracket that is never closed, or that closes nothing."""
    if fault.char in ")]}":
        message = f"`{fault.char}` closes nothing"
        return _at(source, fault.line, fault.column, 1, "P001", message, "remove it, or open it above")
    head = f" ({fault.head})" if fault.head else ""
    message = f"`{fault.char}` opened on line {fault.line}{head} is never closed"
    hint = f"add `}}` after line {fault.ends}" if fault.char == "{" else f"add `{')' if fault.char == '(' else ']'}`"
    return _at(source, fault.line, fault.column, 1, "P002", message, hint)


def too_deep(source: Source, line: int, column: int) -> Diagnostic:
    """Of brackets inside brackets without end."""
    message = f"brackets inside each other more than {DEEPEST} deep"
    return _at(source, line, column, 1, "P005", message, "give an inner part a name, with `let` or `block`")


def sum_too_long(source: Source, line: int, column: int, most: int) -> Diagnostic:
    """Of arithmetic without end."""
    message = f"more than {most} operations in one pair of brackets"
    return _at(source, line, column, 1, "P001", message, "give a part of it a name with `let`")


def _code(text: str) -> str:
    """A line without its comment."""
    return text.split("#", maxsplit=1)[0].rstrip()


def _words(text: str) -> list[str]:
    return re.findall(r"[^\s;{}\ufeff]+|[;{}]", text)


def _statement(text: str) -> list[str]:
    """The words of the statement that a text ends in, without its label."""
    words = _words(re.split(r"[;{}]", text)[-1])
    return words[1:] if words and words[0].endswith(":") else words


def _ends_early(before: str, expected: frozenset[str], section: str) -> tuple[str, str]:
    """Message and hint for a statement that stops too soon."""
    words = _words(before)
    last = clip(words[-1]) if words else ""
    form = _FORMS.get("".join(_statement(before)[:1])) or _ENTRIES.get(section, "")
    if last.endswith(":"):
        return f"a layer should follow the label `{last}`", "write both on one line, such as `stem: Conv 6 5 1 2`"
    if "LBRACE" in expected:
        return f"the line ends after `{last}`, where `{{` should follow", f"{form}, with the `{{` on this line"
    if expected == {"EQUAL"}:
        hint = "values without a name come before the first `name=`; a second layer takes a line of its own"
        return f"after `{last}`, `=` and a value should follow", form or hint
    what = "a name" if expected == {"NAME"} else "a value"
    message = f"the line ends after `{last}`, where {what} should follow"
    return message, form or "finish the line, such as `Conv 6 5 1 2 bias=false`"


def _misplaced(text: str, column: int, misfit: Misfit, section: str, parses: Callable[[str], bool]) -> tuple[str, str]:
    """Message and hint for what cannot stand where it stands."""
    before = text[: column - 1]
    words = _words(before)
    place = f"after `{clip(words[-1])}`" if words else "at the start of the line"
    hint = _meant(misfit, words, _statement(before), section) or _elsewhere(text) or _mend(text, parses)
    return f"unexpected {_visible(misfit.text)} {place}", hint


def _meant(misfit: Misfit, words: list[str], statement: list[str], section: str) -> str:
    """What was probably meant by a misfit behind these words, as far as they tell."""
    wrong, last = misfit.text, words[-1] if words else ""
    if wrong in {"x", "X", "\N{MULTIPLICATION SIGN}"} and last.isdecimal():
        return "a size is written without spaces and with a small x, such as `5x3`"
    if last == "}":
        return "start a new line, or write `;` between them"
    if wrong == "{":
        return _opened_by(statement)
    if wrong == "path":
        return _FORMS["path"]
    form = _FORMS.get("".join(statement[:1])) or _ENTRIES.get(section, "")
    if not form and misfit.sort in _VALUES and any("=" in word for word in statement):
        return "values without a name come before the first `name=`"
    return form


def _opened_by(statement: list[str]) -> str:
    """What may have been meant by a ``{`` behind these words."""
    if not statement:
        return "`{` stands on the line of what it belongs to, such as `repeat 3 {`"
    if statement[0] in _FORMS:
        return _FORMS[statement[0]]
    from difflib import get_close_matches

    close = get_close_matches(clip(statement[0].lower()), _BODIES, n=1)
    return f"did you mean `{close[0]}`?" if close else f"`{{` follows one of {', '.join(_BODIES)}"


def _visible(text: str) -> str:
    """What stands there, in backquotes; where it could be mistaken or not be seen, with its code point or as that."""
    if text.isascii() and text.isprintable():
        return f"`{clip(text)}`"
    return " ".join(f"`{c}` (U+{ord(c):04X})" if c.isprintable() else f"U+{ord(c):04X}" for c in text[:3])


def _elsewhere(text: str) -> str:
    """The line in this language, where it is a layer of another framework."""
    from cnndsl.language.dialects import translate_call

    found = translate_call(_code(text))
    return found.hint if found else ""


def _mend(text: str, parses: Callable[[str], bool]) -> str:
    """The line in this language's spelling, where brackets and commas are all that is wrong with it."""
    code = _code(text)
    plain = " ".join(re.sub(r"\s*=\s*", "=", re.sub(r"[(),]", " ", code)).split())
    if plain != " ".join(code.split()) and parses(plain):
        return f"arguments are separated by spaces: `{plain}`"
    return _LAYER


def _at(source: Source, line: int, column: int, width: int, code: str, message: str, hint: str) -> Diagnostic:
    # What stands in the place of a faulty line may be longer than the line.
    column = min(column, len(source.line(line)) + 1)
    span = Span(source.name, line, column, min(column + max(1, width), len(source.line(line)) + 2))
    return Diagnostic(code, "error", message, span, hints=(hint,), excerpt=((line, source.line(line), ""),))
