"""``let``, ``block`` and ``include``: what they define, of a file and of those that it includes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnndsl.errors import ModelError, Span
from cnndsl.language.binding import signature_of_block
from cnndsl.language.findings import Findings
from cnndsl.language.graph import LetValue
from cnndsl.language.include import Library
from cnndsl.language.inputs import FROM
from cnndsl.language.names import Definition, FileNames, count_layers, places_of_names
from cnndsl.language.parse import parse
from cnndsl.language.source import Source
from cnndsl.language.syntax import Block, Call, Include, Items, Let, Reference, Scalar, Statement, Word
from cnndsl.language.values import UNKNOWN, FaultError, evaluate
from cnndsl.layers import find_kind

#: Words that begin a statement, and can name nothing else.
WORDS = ("block", "branch", "include", "input", "let", "path", "repeat", "residual", "version")


class Definer:
    """Notes what statements define, in a file and in those that it includes."""

    def __init__(self, main: Source, findings: Findings, overrides: Mapping[str, Scalar]) -> None:
        self.findings = findings
        self.overrides = overrides
        self.library = Library(main)
        self.lets: list[LetValue] = []
        self.blocks: list[Definition] = []
        self._places: dict[tuple[str, ...], Span] = {}

    def define(self, statement: Let | Block | Include, names: FileNames, source: Source, order: int) -> None:
        """Note what a statement of a file defines, as the file's statement number ``order``.

        Raises
        ------
        FaultError
            The statement is wrong.
        """
        match statement:
            case Let():
                self._let(statement, names, order)
            case Block():
                self._block(statement, names, order)
            case Include():
                self._include(statement, names, source, order)

    def once(self, what: str, span: Span, *owner: str) -> None:
        """:class:`FaultError` C402 where ``what`` is given already, by the same owner if there is one."""
        first = self._places.setdefault((what.lower(), *owner), span)
        if first != span:
            place = f"on line {first.line}" if first.file == span.file else f"in {first.file}:{first.line}"
            raise FaultError("C402", f"`{what}` is given twice (first {place})", span, "keep one")

    def _let(self, let: Let, names: FileNames, order: int) -> None:
        self.once(f"let {let.name}", let.span)
        names.lets[let.name] = order, UNKNOWN
        value = UNKNOWN if self.findings.is_unread(let.span) else self._value(let, names, order)
        names.lets[let.name] = order, value
        if value is not UNKNOWN:
            self.lets.append(LetValue(let.name, value, let.span, let.name in self.overrides))

    def _value(self, let: Let, names: FileNames, order: int) -> Any:
        if let.name in self.overrides:
            given = self.overrides[let.name]
            return Word(given) if isinstance(given, str) else given
        value = evaluate(let.value, names.scope(order))
        if isinstance(value, Call | Items | Reference):
            message = f"let {let.name} takes a number, a size, a word, text, true or false"
            raise FaultError("A106", message, let.value.span)
        return value

    def _block(self, block: Block, names: FileNames, order: int) -> None:
        self.once(f"block {block.name}", block.span)
        layers = count_layers(block.body, names, names.scope(order))
        wrong = _wrong_name(block)
        readable = wrong is None and not self.findings.is_unread(block.span)
        definition = Definition(block, signature_of_block(block), names, order, layers, readable)
        names.blocks[block.name.lower()] = order, definition
        self.blocks.append(definition)
        if wrong:
            raise wrong

    def _include(self, line: Include, names: FileNames, source: Source, order: int) -> None:
        self.once(f'include "{line.path}"', line.span, source.name)
        path = self.library.find(line, source)
        if path not in self.library.names:
            self.library.reading.append(path)
            self.library.names[path] = self._file(line, source)
            self.library.reading.pop()
        included = self.library.names[path]
        names.lets.update({name: (order, value) for name, (_, value) in included.lets.items()})
        names.blocks.update({name: (order, definition) for name, (_, definition) in included.blocks.items()})

    def _file(self, line: Include, source: Source) -> FileNames:
        """What a file defines."""
        names = FileNames()
        try:
            file = self.library.read(line, source)
        except ModelError as error:
            self.findings.add(error.diagnostics)
            return names
        self.findings.sources[file.name] = file
        statements, syntax_errors = parse(file)
        self.findings.add_unread(syntax_errors)
        names.elsewhere.update(places_of_names(statements))
        for order, statement in enumerate(statements):
            try:
                if not isinstance(statement, Let | Block | Include):
                    raise _misplaced(statement)
                self.define(statement, names, file, order)
            except FaultError as fault:
                self.findings.fault(fault)
        return names


def _wrong_name(block: Block) -> FaultError | None:
    """What is wrong with the names of a block and its parameters."""
    kind = find_kind(block.name)
    if kind or block.name in WORDS:
        what = f"the built-in layer {kind.name}" if kind else "a word of the language"
        return FaultError("N017", f"block name `{block.name}` hides {what}", block.span, "choose another name")
    seen: set[str] = set()
    for parameter in block.parameters:
        if parameter.name == FROM:
            message = f"parameter `{FROM}` hides `{FROM}=@label`, which every layer and block has"
            return FaultError("N017", message, parameter.span, "choose another name")
        if parameter.name in seen:
            return FaultError("A104", f"parameter `{parameter.name}` is given twice", parameter.span, "keep one")
        seen.add(parameter.name)
    return None


def _misplaced(statement: Statement) -> FaultError:
    message = "a file that is included holds `let`, `block` and `include` only"
    return FaultError("P001", message, statement.span, "move this to the file that includes it")
