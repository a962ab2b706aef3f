"""What the command line sets: ``--set name=value`` in the language's own literals, and options such as ``--epochs``."""

from __future__ import annotations

from attrs import evolve, field, frozen

from cnndsl.errors import Diagnostic, Span
from cnndsl.language.parse import parse
from cnndsl.language.source import Source
from cnndsl.language.syntax import Argument, Call, Items, Scalar, Section, Setting, Value, Word
from cnndsl.settings.sections import Place

OPTION = "--set"


@frozen
class Override:
    """A value for a variable (``w``) or a setting (``train.batch``), which beats the file's.

    ``option`` is the part of the command line as it was typed, ``source`` the text that the argument's spans are of.
    """

    name: str
    argument: Argument
    option: str
    source: Source = field(eq=False)

    @property
    def place(self) -> Place:
        """Where the value is from."""
        return Place(self.argument.name_span or self.argument.span, self.option)


def from_option(option: str, name: str, value: Scalar | Word) -> Override:
    """The value of an option such as ``--epochs``, which sets the setting of a name."""
    source = Source(option, "")
    return Override(name, Argument(value, Span(option, 1), name), option, source)


def read_override(text: str) -> tuple[Override | None, tuple[Diagnostic, ...]]:
    """What ``--set TEXT`` asks for, or what is wrong with it. The value is written as in a file."""
    source = Source(OPTION, text)
    # A line of a sweep is the one form of the language with a dotted name before the `=`.
    statements, found = parse(Source(OPTION, f"sweep {{\n{text}\n}}"))
    match statements:
        case (Section(entries=(Setting(argument),)),) if not found and "\n" not in text:
            argument = _raised(argument)
            return Override(argument.name or "", argument, f"{OPTION} {text}", source), ()
    span = Span(OPTION, 1, 1, len(text) + 1)
    hint = "such as `--set train.batch=64`, or `--set w=32` for a variable of the file"
    message = f"`{text}` is not name=value"
    return None, (Diagnostic("P001", "error", message, span, (hint,), excerpt=((1, text, ""),)),)


def _raised(argument: Argument) -> Argument:
    """The argument with its spans one line higher, where the user's text has it."""
    name_span = _line_above(argument.name_span) if argument.name_span else None
    return evolve(argument, value=_raised_value(argument.value), span=_line_above(argument.span), name_span=name_span)


def _raised_value(value: Value) -> Value:
    match value:
        case Call(arguments=arguments, span=span):
            return evolve(value, arguments=tuple(map(_raised, arguments)), span=_line_above(span))
        case Items(values):
            return Items(tuple(map(_raised, values)))
    return value


def _line_above(span: Span) -> Span:
    return evolve(span, line=span.line - 1)
