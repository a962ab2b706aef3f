"""Colours: the Pygments lexer, the TextMate grammar, and that the two agree."""

from __future__ import annotations

import json
import re
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.token import Error, Text

from cnndsl.highlight import ModelLexer
from cnndsl.layers import known_names
from tests.strategies import models, thorough

ROOT = Path(__file__).parents[1]
EXTENSION = ROOT / "grammar" / "vscode"
SAMPLE = """\
version 1
input 3x32x32   # channels first
let w = 16
include "blocks.txt"
block ConvBN(ch, k=3) { Conv $ch $k pad=same; BatchNorm }
stem: ConvBN ($w*2) stride=2
tap: repeat 3 as i { Mine 1e-3 }
branch concat { path { ReLU }; path { } }
Concat @stem
train {
  optimizer = adam(lr=1e-3, nesterov=true)
}
require { params < 20_000; no Sigmoid }
"""
# What each word of the sample is, in the terms of either; `layer` is a word with a capital that starts a statement.
WORDS = {
    "version": "keyword",
    "3x32x32": "number",
    "# channels first": "comment",
    "let": "keyword",
    '"blocks.txt"': "string",
    "block": "keyword",
    "Conv": "layer",
    "$ch": "variable",
    "pad": "argument",
    "BatchNorm": "layer",
    "stem": "label",
    "Mine": "layer",
    "as": "keyword",
    "1e-3": "number",
    "path": "keyword",
    "@stem": "label",
    "train": "section",
    "lr": "argument",
    "true": "constant",
    "20_000": "number",
    "no": "keyword",
}
PYGMENTS = {
    "Keyword": "keyword",
    "Keyword.Namespace": "section",
    "Keyword.Constant": "constant",
    "Name.Function": "layer",
    "Name.Label": "label",
    "Name.Variable": "variable",
    "Name.Attribute": "argument",
    "Comment.Single": "comment",
    "Literal.String.Double": "string",
    "Literal.Number.Integer": "number",
    "Literal.Number.Float": "number",
}
TEXTMATE = {
    "keyword.control": "keyword",
    "keyword.other.section": "section",
    "constant.language.boolean": "constant",
    "entity.name.function": "layer",
    "entity.name.label": "label",
    "variable.other": "variable",
    "variable.parameter": "argument",
    "comment.line.number-sign": "comment",
    "string.quoted.double": "string",
    "constant.numeric": "number",
}


def by_pygments(text: str) -> list[tuple[str, str]]:
    """Pieces and what they are, without those that have no colour."""
    tokens = ((PYGMENTS.get(str(kind).removeprefix("Token.")), value) for kind, value in ModelLexer().get_tokens(text))
    return [(value, kind) for kind, value in tokens if kind]


def by_textmate(text: str) -> list[tuple[str, str]]:
    """The same by the grammar for editors: at each place the pattern that matches first, as an editor does."""
    grammar = json.loads((EXTENSION / "syntaxes" / "cnndsl.tmLanguage.json").read_text(encoding="utf-8"))
    return [piece for line in text.splitlines() for piece in _pieces(line, grammar["patterns"])]


def _pieces(line: str, patterns: list[dict[str, Any]]) -> list[tuple[str, str]]:
    found, at = [], 0
    while True:
        matches = [(match, pattern) for pattern in patterns if (match := re.compile(pattern["match"]).search(line, at))]
        if not matches:
            return found
        match, pattern = min(matches, key=lambda pair: pair[0].start())
        captures = pattern.get("captures", {"0": pattern})
        scopes = [(match[int(number)], scope["name"].removesuffix(".cnndsl")) for number, scope in captures.items()]
        found += [(text, TEXTMATE[scope]) for text, scope in scopes if text and scope in TEXTMATE]
        at = match.end()


@pytest.mark.parametrize("lexer", [by_pygments, by_textmate])
def test_each_word_has_its_colour(lexer: Any) -> None:
    told = dict(reversed(lexer(SAMPLE)))
    assert {word: told.get(word) for word in WORDS} == WORDS


def test_the_two_agree_on_the_sample() -> None:
    assert by_pygments(SAMPLE) == by_textmate(SAMPLE)


@thorough(50)
@given(text=models())
def test_the_two_agree_on_every_model(text: str) -> None:
    assert by_pygments(text) == by_textmate(text)


@pytest.mark.parametrize("path", sorted((ROOT / "examples").rglob("*.txt")), ids=lambda path: path.name)
def test_no_character_of_an_example_is_unknown(path: Path) -> None:
    tokens = list(ModelLexer().get_tokens(path.read_text(encoding="utf-8")))
    assert not [value for kind, value in tokens if kind in Error or kind is Text]


@thorough(200)
@given(text=st.text(alphabet=st.sampled_from('Conv 12.x={}()[];#"@$:\n\te-+*,<'), max_size=60))
def test_any_text_is_lexed_to_its_end_and_kept(text: str) -> None:
    lexer = ModelLexer(stripnl=False, ensurenl=False)
    assert "".join(value for _, value in lexer.get_tokens(text)) == text


def test_neither_knows_a_layer() -> None:
    texts = (EXTENSION / "syntaxes" / "cnndsl.tmLanguage.json", ROOT / "cnndsl" / "highlight.py")
    words = {word for path in texts for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}
    assert not words & {name for name in known_names() if name[0].isupper()}


def test_pygments_is_told_where_the_lexer_is() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, _, name = project["entry-points"]["pygments.lexers"]["cnndsl"].partition(":")
    assert getattr(import_module(module), name) is ModelLexer


def test_the_extension_is_whole() -> None:
    manifest = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
    (language,), (grammar,) = manifest["contributes"]["languages"], manifest["contributes"]["grammars"]
    assert language["id"] == grammar["language"]
    settings = json.loads((EXTENSION / language["configuration"]).read_text(encoding="utf-8"))
    assert settings["comments"] == {"lineComment": "#"}
    rules = json.loads((EXTENSION / grammar["path"]).read_text(encoding="utf-8"))
    assert rules["scopeName"] == grammar["scopeName"]
    assert re.match(language["firstLine"], "version 1  # ours")
    assert not re.match(language["firstLine"], "version one of the story")


def test_hooks_run_commands_that_there_are() -> None:
    from cnndsl.cli import commands

    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    entries = re.findall(r"^  entry: cnndsl (\S+)$", hooks, re.MULTILINE)
    assert re.findall(r"^- id: cnndsl-(\S+)$", hooks, re.MULTILINE) == entries == ["check", "fmt"]
    known = commands.list_commands(None)
    assert set(entries) <= set(known)
    (pattern,) = set(re.findall(r"^  files: (.+)$", hooks, re.MULTILINE))
    assert [
        path for path in ("model.txt", "a/model.txt", "amodel.txt", "model.txt.bak") if re.search(pattern, path)
    ] == [
        "model.txt",
        "a/model.txt",
    ]
