"""Text to syntax: every form besides layer lines, with its places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cnndsl.errors import Span
from cnndsl.language import Source, syntax
from cnndsl.language.parse import parse
from cnndsl.language.syntax import Argument, Call, Items, Layer, Operation, Reference, Variable, Word, without_places
from tests.language.samples import errors_of, underlined

HERE = Span("m", 1)


def statements_of(text: str) -> tuple[Any, ...]:
    statements, found = parse(Source("m", text))
    assert found == ()
    return statements


def statement_of(text: str) -> Any:
    (statement,) = statements_of(text)
    return statement


def value_of(written: str) -> Any:
    return statement_of(f"let x = {written}").value.value


def same(one: object, other: object) -> bool:
    return bool(without_places(one) == without_places(other))


def given(value: Any, name: str | None = None) -> Argument:
    return Argument(value, HERE, name)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("$w", Variable("w")),
        ("($w)", Variable("w")),
        ("(2)", 2),
        ("@stem", Reference("stem")),
        ("@stage2/0/Conv.0", Reference("stage2/0/Conv.0")),
        ("($w-1)", Operation("-", Variable("w"), 1, HERE)),
        ("($w -1)", Operation("-", Variable("w"), 1, HERE)),
        ("(1 - -1)", Operation("-", 1, -1, HERE)),
        ("(1 + 2*3)", Operation("+", 1, Operation("*", 2, 3, HERE), HERE)),
        ("((1 + 2)*3)", Operation("*", Operation("+", 1, 2, HERE), 3, HERE)),
        ("(8 / 2 / 2)", Operation("/", Operation("/", 8, 2, HERE), 2, HERE)),
        ("(8 - 2 - 2 % 3)", Operation("-", Operation("-", 8, 2, HERE), Operation("%", 2, 3, HERE), HERE)),
    ],
)
def test_a_value_is_what_its_form_says(written: str, value: Any) -> None:
    assert same(value_of(written), value)


INNER_CALL = Call("g", (given(Items((given(1),)), "b"),), HERE)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("adam", Word("adam")),
        ("valid.loss", Word("valid.loss")),
        ("sgd()", Call("sgd", (), HERE)),
        ("sgd(0.1, momentum=0.9)", Call("sgd", (given(0.1), given(0.9, "momentum")), HERE)),
        ("[]", Items(())),
        ("[4, 8]", Items((given(4), given(8)))),
        ("f([a], g(b=[1]))", Call("f", (given(Items((given(Word("a")),))), given(INNER_CALL)), HERE)),
    ],
)
def test_a_setting_takes_calls_and_lists_too(written: str, value: Any) -> None:
    (setting,) = statement_of(f"train {{ key = {written} }}").entries
    assert same(setting.argument, given(value, "key"))


def test_a_section_holds_settings_claims_and_lines() -> None:
    names = [section.name for section in statements_of("data { }\naugment { }\ntrain { }\nrequire { }\nsweep { }")]
    assert names == ["data", "augment", "train", "require", "sweep"]
    section = statement_of("require {\n  params < 20_000; a.b >= $w\n  no Tanh\n  Rotate 10 p=0.5\n  w = 3\n}")
    assert [without_places(entry) for entry in section.entries] == [
        without_places(entry)
        for entry in (
            syntax.Claim("params", "<", given(20_000), HERE),
            syntax.Claim("a.b", ">=", given(Variable("w")), HERE),
            syntax.Forbid("Tanh", HERE),
            Layer("Rotate", (given(10), given(0.5, "p")), HERE),
            syntax.Setting(given(3, "w")),
        )
    ]


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">=", "=="])
def test_a_claim_has_one_of_five_signs(sign: str) -> None:
    (claim,) = statement_of(f"require {{ params{sign}5 }}").entries
    assert (claim.name, claim.sign, claim.value.value) == ("params", sign, 5)


def test_the_words_of_the_language_are_names_where_nothing_else_can_stand() -> None:
    statement = statement_of("train { path = repeat; data = block; as = no }")
    assert [entry.argument.name for entry in statement.entries] == ["path", "data", "as"]
    assert [layer.name for layer in statements_of("train 3\ndata: ReLU\npaths")] == ["train", "ReLU", "paths"]


def test_bodies_hold_statements() -> None:
    block = statement_of("block Basic(ch, k=3) {\n  a: residual shortcut=auto { Conv $ch $k; ReLU }\n  ReLU\n}")
    assert (block.name, [(p.name, p.default and p.default.value) for p in block.parameters]) == (
        "Basic",
        [("ch", None), ("k", 3)],
    )
    residual, relu = block.body
    assert (residual.label, residual.arguments[0].value, len(residual.body)) == ("a", Word("auto"), 2)
    assert relu.name == "ReLU"
    repeat = statement_of("stage: repeat ($n + 1) as i { }")
    assert (repeat.label, repeat.index, repeat.body) == ("stage", "i", ())
    branch = statement_of("b: branch concat axis=1 { path { ReLU } path { }\n path { } }")
    assert (branch.label, branch.join, [len(path.body) for path in branch.paths]) == ("b", "concat", [1, 0, 0])
    assert statement_of("block Plain { ReLU }").parameters == ()


@pytest.mark.parametrize(
    "text",
    [
        "repeat 2 { Conv 4 3; ReLU }",
        "repeat 2 {\nConv 4 3\nReLU\n}",
        "repeat 2 {;;Conv 4 3;\n\n;ReLU;;}",
        "repeat 2{Conv 4 3\r\n\tReLU # }\r\n}",
        "repeat (\n2 # two\n) { Conv\t4 (3\n); ReLU}",
        "repeat 2 { # {\n  Conv 4 3 # (\n  ReLU\n\n}",
    ],
)
def test_line_ends_count_outside_brackets_only(text: str) -> None:
    assert same(statement_of(text), statement_of("repeat 2 {\n  Conv 4 3\n  ReLU\n}"))


def test_every_part_knows_its_place() -> None:
    text = '  a : branch add k = (1 + 2) { path { Conv $ch } }; include "b.txt"; block B(c, d=3) { }'
    branch, include, block = statements_of(text)
    spans = [branch.label_span, branch.span, branch.join_span, branch.arguments[0].name_span, branch.arguments[0].span]
    spans += [branch.paths[0].span, branch.paths[0].body[0].arguments[0].span, include.span, block.span]
    spans += [block.parameters[1].span, block.parameters[1].default.span, branch.arguments[0].value.span]
    found = [text[span.column - 1 : (span.end_column or 0) - 1] for span in spans]
    assert found == ["a", "branch", "add", "k", "(1 + 2)", "path", "$ch", '"b.txt"', "B", "d", "3", "+"]
    text = "train { key = [1, f(2)] }"
    (setting,) = statement_of(text).entries
    items = setting.argument.value.values
    spans = [setting.argument.name_span, setting.argument.span, items[0].span, items[1].span, items[1].value.span]
    assert [text[span.column - 1 : (span.end_column or 0) - 1] for span in spans] == ["key", "[1, f(2)]", "1", "f", "f"]


@pytest.mark.parametrize("name", ["mnist-20k", "resnet8-cifar", "vgg-cifar", "no-flatten"])
def test_the_examples_parse(name: str) -> None:
    path = Path(__file__).parents[2] / "examples" / f"{name}.txt"
    assert statements_of(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "underline"),
    [
        ("Conv (6+2)5", "5"),
        ("Conv (6)(5)", "("),
        ("Conv $w5.5", "."),
        ("Conv 6$w", "$"),
        ("Conv (6; 5)", ";"),
        ("Conv 6 @a@b", "@"),
        ("repeat 2 3 { }", "3"),
        ("let w = sgd(1)", "("),
        ("train { a = b c }", "c"),
        ("train { a = 1 < 2 }", "<"),
        ("train { a: ReLU }", ":"),
        ("residual { repeat 2 }", "}"),
        ("block B(a b) { }", "b"),
        ("Conv (1 + )", ")"),
        ("Conv ()", ")"),
        ("Conv (-$w)", "-"),
    ],
)
def test_what_cannot_stand_there_is_underlined(text: str, underline: str) -> None:
    (found,) = errors_of(text)
    assert (found.code, underlined(text, found)) == ("P001", underline)
