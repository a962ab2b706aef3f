"""The formatter: one form for every way to type a file, no comment lost, no meaning changed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.errors import ModelError
from cnndsl.language.format import format_source
from cnndsl.language.format.style import style_findings
from cnndsl.language.source import MAX_LINES, Source
from cnndsl.settings.spelling import canonical_word
from tests.language.drafts import Lines, canonical_files, retyped
from tests.language.samples import underlined
from tests.strategies import thorough


def formatted(text: str) -> str:
    return format_source(Source("m", text)).text


@st.composite
def typed_files(draw: st.DrawFn) -> tuple[Lines, str]:
    lines = draw(canonical_files())
    return lines, draw(retyped(lines))


@given(typed_files())
@thorough(70)
def test_however_a_file_is_typed_it_has_one_form(drawn: tuple[Lines, str]) -> None:
    lines, text = drawn
    assert formatted(text) == "".join(f"{line}\n" for line in lines)


def comments_in(text: str) -> list[str]:
    found = re.findall(r'"[^"\n]*"|(#[^\r\n]*)', text)
    return [comment.rstrip() for comment in found if comment]


@given(canonical_files().flatmap(lambda lines: retyped(lines, comments=True)))
@thorough(70)
def test_formatting_twice_is_formatting_once_and_no_comment_is_lost(text: str) -> None:
    once = formatted(text)
    assert formatted(once) == once
    assert comments_in(once) == comments_in(text)


NUMBERS = {
    "007": "7",
    "+5": "5",
    "-05": "-5",
    "20_000": "20_000",
    "2_00_00": "20_000",
    "1000_": "1_000",
    ".5": "0.5",
    "5.": "5.0",
    "0.10": "0.10",
    "1E-03": "1e-3",
    "1.5e+10": "1.5e10",
    "05x003": "5x3",
    "0": "0",
    "00": "0",
    "-0": "-0",
}


@pytest.mark.parametrize(("typed", "canonical"), NUMBERS.items())
def test_numbers_have_one_spelling(typed: str, canonical: str) -> None:
    assert formatted(f"X a={typed}") == f"X a={canonical}\n"


LAYOUTS = {
    "a body on one line stays there": ("repeat 2 {conv 8 3;ReLU}", "repeat 2 { Conv 8 3; ReLU }"),
    "also within another": ("a:repeat 2{residual{ReLU}}", "a: repeat 2 { residual { ReLU } }"),
    "paths follow each other": ("branch add{path{ReLU};path{ } }", "branch add { path { ReLU } path { } }"),
    "and a section": ("data{name=mnist;scale = unit }", "data { name = mnist; scale = unit }"),
    "but not where it has no room": (
        f"repeat 2 {{ {'Conv 100 3 pad=same; ' * 5}ReLU }}  # five",
        "\n".join(["repeat 2 {", *["  Conv 100 3 pad=same"] * 5, "  ReLU", "}  # five"]),
    ),
    "nor behind a line end": ("repeat 2 { ReLU\n}", "repeat 2 {\n  ReLU\n}"),
    "nor with a comment": ("repeat 2 { # a\nReLU }", "repeat 2 {  # a\n  ReLU\n}"),
    "joined settings stay joined": ("data {\nseed=1 ;  epochs = 2\n}", "data {\n  seed = 1; epochs = 2\n}"),
    "joined layers do not": ("ReLU ; Flatten;Softmax # end", "ReLU\nFlatten\nSoftmax  # end"),
    "joined settings are parted where they have no room": (
        f"train {{\na = {'x' * 60}; b = {'y' * 60}; c = 1\n}}",
        f"train {{\n  a = {'x' * 60}\n  b = {'y' * 60}; c = 1\n}}",
    ),
    "brackets come on one line": ("sweep {\nw=[1,\n\n  2\n]\n}", "sweep {\n  w = [1, 2]\n}"),
    "but for a comment in them": (
        "sweep {\nw=[1, # one\n # two\n2\n]\n}",
        "sweep {\n  w = [1,  # one\n    # two\n    2\n  ]\n}",
    ),
    "or where they have no room": (
        f"sweep {{\nw = [{'a' * 50},\n{'b' * 50}]\n}}",
        f"sweep {{\n  w = [{'a' * 50},\n    {'b' * 50}]\n}}",
    ),
    "comments of a paragraph have one column": (
        "Conv 8 3 # a\nReLU\nPool 2\t#b\n\nFC 10 #c",
        "Conv 8 3  # a\nReLU\nPool 2    #b\n\nFC 10  #c",
    ),
    "but for a long line": (
        f"ReLU # a\nX {'y' * 70} # b\n# c",
        f"ReLU  # a\nX {'y' * 70}  # b\n# c",
    ),
    "a comment that goes on below stays below": (
        "ReLU   # one\n       # two\nFlatten",
        "ReLU  # one\n      # two\nFlatten",
    ),
    "a comment by itself has the depth of its body": (
        "repeat 2 {\n# a\nReLU\n      # b\n}",
        "repeat 2 {\n  # a\n  ReLU\n  # b\n}",
    ),
    "blank lines": ("\n\n# a\n\n\n\nReLU\n\nrepeat 2 {\n\nReLU\n\n\n}\n\n", "# a\n\nReLU\n\nrepeat 2 {\n  ReLU\n}"),
    "an empty body": ("branch add{ path{}\npath {\n\n} }", "branch add {\n  path { }\n  path { }\n}"),
    "expressions": ("FC ( $w*2-1 )\nFC (($w+1)  / 2 % 3)", "FC ($w*2 - 1)\nFC (($w + 1)/2%3)"),
    "negative numbers": ("X 5 -2 ( -1 + $w ) f=g(-1,a=-2)", "X 5 -2 (-1 + $w) f=g(-1, a=-2)"),
    "parentheses behind a name": ("block  B (a , b=1){\nConv  ($a) 3\n}", "block B(a, b=1) {\n  Conv ($a) 3\n}"),
    "names of blocks are as they are defined": ("block CBR { relu }\ncbr", "block CBR { ReLU }\nCBR"),
    "claims": ("require { params<5; output==10 ;no relu}", "require { params < 5; output == 10; no ReLU }"),
    "nothing": ("", ""),
    "only white space": (" \n\t\n", ""),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layout(name: str) -> None:
    typed, canonical = LAYOUTS[name]
    expected = f"{canonical}\n" if canonical else ""
    assert formatted(typed) == expected
    assert formatted(expected) == expected


STYLE = {
    "conv 8 3\nReLU": ["`conv` should be `Conv`"],
    "repeat 2 { relu; FC 007 }": ["`relu` should be `ReLU`", "`007` should be `7`"],
    "train { optimiser = sgd }": ["`optimiser` should be `optimizer`"],
    "augment { flipx }": ["`flipx` should be `FlipX`"],
    "let a = 1\nlet b = $a\nReLU": ["nothing uses `$b`"],
    'let a = 1\ninclude "x.txt"\nReLU': [],
    "let a = 1\nblock B { ReLU }": [],
    "Conv  8 3 # spaces are no finding": [],
}


@pytest.mark.parametrize("text", STYLE)
def test_what_could_be_written_more_plainly_is_found(text: str) -> None:
    found = style_findings(Source("m", text), canonical_word)
    assert [finding.message for finding in found] == STYLE[text]
    assert {(finding.code, finding.severity) for finding in found} <= {("L801", "style")}
    for finding in found:
        if "should be" in finding.message:
            assert f"`{underlined(text, finding)}` should" in finding.message


@given(canonical_files().flatmap(retyped))
@thorough(30)
def test_nothing_could_be_written_more_plainly_in_canonical_form(text: str) -> None:
    found = style_findings(format_source(Source("m", text), canonical_word), canonical_word)
    assert all("nothing uses" in finding.message for finding in found)


SPELLINGS = {
    "data { scale = Standardise }": "data { scale = standardize }",
    "train { Optimiser = adam }": "train { optimizer = adam }",
    "sweep { train.optimiser = [sgd]; optimiser = [1] }": "sweep { train.optimizer = [sgd]; optimiser = [1] }",
    "augment { randomcrop 28 flipx=flipx }": "augment { RandomCrop 28 flipx=flipx }",
    "train { optimiser seed = 7 }": "train { optimizer seed=7 }",
    "require { no RELU }": "require { no ReLU }",
    'data { dir = "optimiser" }': 'data { dir = "optimiser" }',
}


@pytest.mark.parametrize(("typed", "canonical"), SPELLINGS.items())
def test_words_of_sections_have_one_spelling(typed: str, canonical: str) -> None:
    once = format_source(Source("m", typed), canonical_word)
    assert once.text == f"{canonical}\n"
    assert format_source(once, canonical_word) == once


def test_a_file_with_syntax_errors_is_not_formatted() -> None:
    with pytest.raises(ModelError) as caught:
        formatted("Conv 6, 5\nReLU (\n")
    assert caught.value.diagnostics


def test_a_file_that_would_have_too_many_lines_is_not_formatted() -> None:
    with pytest.raises(ModelError) as caught:
        formatted("ReLU;" * (MAX_LINES + 1))
    assert [found.code for found in caught.value.diagnostics] == ["P005"]
