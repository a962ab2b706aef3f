"""One value of a section: from syntax to the stored form of its domain, or diagnostics that say why not."""

from __future__ import annotations

from typing import Any

import attrs

from cnndsl.errors import Span
from cnndsl.language.syntax import Argument, Call, Value, Word
from cnndsl.language.syntax import Items as List
from cnndsl.language.text import write_value
from cnndsl.language.values import Unknown
from cnndsl.layers._fields import Domain, Starts, Words, domain_of
from cnndsl.settings._domains import Constructors, Images, Items, Shares, Text, UnknownNameError, Unless, canonical
from cnndsl.settings._fields import fields_of
from cnndsl.settings._findings import Findings, suggestion
from cnndsl.settings.text import write_signature

#: What stands for a value that could not be read; the reason has been reported.
NOTHING = attrs.NOTHING
_SPLITS = {"train", "valid", "validation", "test"}


def read_value(domain: Domain, name: str, given: Argument, findings: Findings, owner: str = "") -> Any:
    """The stored form of what is given for ``name``, or ``NOTHING``.

    ``owner`` is what messages have before the name: ``train.`` of a key, ``adam `` of an argument.
    """
    if isinstance(given.value, Unknown):  # what is wrong with it has been reported where it comes from
        return NOTHING
    return _Reading(name, owner, findings).value(domain, given, domain.expected, ())


def construct(
    domain: Constructors, name: str, arguments: tuple[Argument, ...], span: Span, key: str, findings: Findings
) -> Any:
    """What a constructor of the list makes of its arguments, or ``NOTHING``; ``key`` is what it is given for."""
    try:
        cls = domain.find(key, name)
    except UnknownNameError as error:
        findings.add("C401", str(error), span, suggestion(error.name, error.known))
        return NOTHING
    before = len(findings)
    values = _bind(domain, cls, arguments, span, findings)
    return cls(**values) if len(findings) == before else NOTHING


@attrs.frozen
class _Reading:
    """Who is asked for a value."""

    name: str
    owner: str
    findings: Findings

    def value(self, domain: Domain, given: Argument, expected: str, words: tuple[str, ...]) -> Any:
        """As :func:`read_value`; ``words`` are those that the value may be besides."""
        match domain, given.value:
            case Unless(word), Word(text) if canonical(text) == word:
                return None
            case Unless(word, inner), _:
                return self.value(inner, given, expected, (*words, word))
            case Items(inner), List(values):
                read = tuple(self.value(inner, item, inner.expected, ()) for item in values)
                return NOTHING if NOTHING in read else self.coerced(domain, read, given, expected, words)
            case Constructors(), Call() | Word():
                return self.constructed(domain, given, words)
        stored = _literal(domain, given.value)
        if stored is NOTHING:
            return self.wrong_sort(domain, given, expected)
        return self.coerced(domain, stored, given, expected, words)

    def constructed(self, domain: Constructors, given: Argument, words: tuple[str, ...]) -> Any:
        value = given.value
        call = value if isinstance(value, Call) else Call(str(value), (), given.span)
        if words and call.name.lower() not in map(str.lower, domain.known):
            hint = suggestion(call.name, (*domain.known, *words))
            self.findings.add("C401", f"unknown {self.name} `{call.name}`", call.span, hint)
            return NOTHING
        return construct(domain, call.name, call.arguments, call.span, self.name, self.findings)

    def coerced(self, domain: Domain, value: Any, given: Argument, expected: str, words: tuple[str, ...]) -> Any:
        if isinstance(domain, Words) and isinstance(value, str) and value not in domain.known:
            message = f"unknown {self.owner}{self.name} `{given.value}`"
            self.findings.add("C401", message, given.span, suggestion(value, (*domain.known, *words)))
            return NOTHING
        try:
            return domain.coerce(f"{self.owner}{self.name}", value)
        except TypeError:
            self.wrong_sort(domain, given, expected)
        except UnknownNameError as error:
            self.findings.add("C401", str(error), given.span, suggestion(error.name, (*error.known, *words)))
        except ValueError as error:
            self.findings.add("C407", str(error), given.span, getattr(error, "hint", ""))
        return NOTHING

    def wrong_sort(self, domain: Domain, given: Argument, expected: str) -> Any:
        value = given.value
        if isinstance(value, str) and _is_number(value) and not isinstance(domain, Words | Constructors):
            message = f'`{self.name} = "{value}"` is text'
            self.findings.add("A105", message, given.span, f"remove the quotes: `{value}` is a number here")
        else:
            message = f"{self.owner}{self.name} takes {expected}, got `{write_value(value)}`"
            self.findings.add("A106", message, given.span, _sort_hint(domain, value))
        return NOTHING


def _literal(domain: Domain, value: Value) -> Any:
    """What a domain is to judge, or ``NOTHING`` where the sort is wrong already: a word is no text, text no word."""
    if isinstance(value, Word) and isinstance(domain, Words | Images | Shares):
        return canonical(value.text)
    if isinstance(value, str):
        return value if isinstance(domain, Text) else NOTHING
    takes_numbers = isinstance(domain, Starts) or not isinstance(domain, Items | Constructors | Words)
    return value if takes_numbers and isinstance(value, int | float) else NOTHING


def _bind(
    domain: Constructors, cls: type, arguments: tuple[Argument, ...], span: Span, findings: Findings
) -> dict[str, Any]:
    """Argument values by name; what is wrong is reported."""
    fields, owner = fields_of(cls), domain.name_of(cls)
    unnamed = [argument for argument in arguments if argument.name is None]
    pairs = [*zip(fields, unnamed, strict=False), *((given.name or "", given) for given in arguments if given.name)]
    if len(unnamed) > len(fields):
        message = f"{owner} takes {len(fields)} value{'s' * (len(fields) != 1)} at most, got {len(unnamed)}"
        findings.add("A101", message, unnamed[len(fields)].span, f"it is `{write_signature(domain, cls)}`")
    values: dict[str, Any] = {}
    for name, given in pairs:
        field = fields.get(canonical(name))
        if field is None:
            _unknown_argument(domain, cls, name, given, findings)
        elif field.name in values:
            findings.add("A104", f"{owner} is given `{field.name}` twice", given.name_span or given.span, "keep one")
        else:
            values[field.name] = read_value(domain_of(field), field.name, given, findings, f"{owner} ")
    missing = [f"`{name}`" for name, field in fields.items() if field.default is NOTHING and name not in values]
    if missing:
        message = f"{owner} needs {' and '.join(missing)}"
        findings.add("A101", message, span, f"it is `{write_signature(domain, cls)}`")
    return values


def _unknown_argument(domain: Constructors, cls: type, name: str, given: Argument, findings: Findings) -> None:
    owner, span = domain.name_of(cls), given.name_span or given.span
    if domain.lines and isinstance(given.value, Word) and given.value.text.lower() in _SPLITS:
        message = f"{owner} is listed for `{given.value}`"
        findings.add("D506", message, span, "remove it: augmentation is for training images, always and only")
        return
    fields = fields_of(cls)
    hint = suggestion(name, fields) if fields else f"{owner} takes no arguments"
    findings.add("C401", f"unknown argument `{name}=` for {owner}", span, hint)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _sort_hint(domain: Domain, value: Value) -> str:
    """What was probably meant."""
    if isinstance(value, str):
        return "remove the quotes"
    if isinstance(value, float) and value.is_integer() and not isinstance(domain, Words | Constructors | Items):
        return f"write `{int(value)}`"
    if isinstance(domain, Items) and not isinstance(value, Call):
        return f"write `[{write_value(value)}]`"
    return ""
