"""The fingerprint of what a file says, however it says it."""

from __future__ import annotations

import hashlib

from attrs import evolve

from cnndsl.language.graph import INPUT, Graph
from cnndsl.language.render import check_whole, render_spec
from cnndsl.language.syntax import Argument, Call, Claim, Forbid, Items, Layer, Setting, Value, Word
from cnndsl.language.text import write_entry
from cnndsl.layers._fields import spell


def canonical_hash(graph: Graph) -> str:
    """SHA-256, as 64 hexadecimal digits, of what a graph says.

    It covers the shape of the input, where that is known; of each layer its kind, the arguments that differ from their
    defaults, and which layers above it, counted from the first, are its inputs; the entries of each section, in the
    file's order in ``augment`` and sorted in the others.

    It does not depend on comments, formatting, capitals, labels and paths, nor on what a file uses to say the same:
    blocks, ``repeat``, variables, ``include``, names of arguments, defaults of layers written out. A file and what it
    expands to have the same hash. It does depend on the order of layers, and on which settings are written: with a
    default setting written out it is another. First weights are drawn by path: equal hashes mean equal networks, and
    equal weights only where labels and blocks are the same too.

    Raises
    ------
    ValueError
        The graph is not whole, or holds layers that only rewrites make.
    """
    check_whole(graph)
    number = {INPUT: "input", **{node.path: str(count) for count, node in enumerate(graph.nodes)}}
    said = [f"input {spell(graph.input_shape)}"]
    said += [f"{render_spec(node.spec)} <- {' '.join(number[path] for path in node.inputs)}" for node in graph.nodes]
    for section in sorted(graph.sections, key=lambda section: section.name):
        entries = [write_entry(_plain_entry(entry)) for entry in section.entries]
        said += [f"{section.name}: {entry}" for entry in (entries if section.name == "augment" else sorted(entries))]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _plain_entry(entry: Setting | Claim | Forbid | Layer) -> Setting | Claim | Forbid | Layer:
    """An entry without capitals, and with whole numbers as such."""
    match entry:
        case Setting(argument):
            return Setting(_plain(argument))
        case Claim(name, sign, value, span):
            return Claim(name.lower(), sign, _plain(value), span)
        case Layer(name, arguments):
            return evolve(entry, name=name.lower(), arguments=tuple(map(_plain, arguments)))
    return entry


def _plain(argument: Argument) -> Argument:
    name = argument.name and argument.name.lower()
    return evolve(argument, name=name, value=_plain_value(argument.value))


def _plain_value(value: Value) -> Value:
    match value:
        case float() if value.is_integer():
            return int(value)
        case Word(text):
            return Word(text.lower())
        case Call(name, arguments, span):
            return Call(name.lower(), tuple(map(_plain, arguments)), span)
        case Items(values):
            return Items(tuple(map(_plain, values)))
    return value
