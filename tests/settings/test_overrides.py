"""The command line: it beats the file, which beats the default, and the table says which it was."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.language.syntax import Word
from cnndsl.settings import Settings, effective, from_option
from cnndsl.settings._names import keys
from cnndsl.settings.optimizers import Adam, Sgd
from cnndsl.settings.overrides import read_override
from cnndsl.settings.sections import KEYED, SECTIONS
from cnndsl.settings.text import write_setting
from tests.settings.samples import change, error_of, read, settings_of, underlined, values
from tests.strategies import thorough

KEYS = {target.name: target for section in KEYED for target in keys(section).values()}
del KEYS["data.images"]  # takes the place of other keys: see test_origin.py


@st.composite
def assignments(draw: st.DrawFn) -> dict[str, tuple[Any, str]]:
    """Some keys, each with a value and its text."""
    names = draw(st.lists(st.sampled_from(sorted(KEYS)), unique=True, max_size=6))
    drawn = {name: draw(values(KEYS[name].domain)) for name in names}
    return {name: (value, write_setting(KEYS[name].domain, value)) for name, value in drawn.items()}


@given(assignments(), assignments())
@thorough(60)
def test_the_command_line_beats_the_file_and_the_file_the_default(
    file: dict[str, tuple[Any, str]], line: dict[str, tuple[Any, str]]
) -> None:
    text = "\n".join(
        f"{section} {{\n"
        + "".join(f"  {KEYS[name].key} = {text}\n" for name, (_, text) in file.items() if name.startswith(section))
        + "}"
        for section in KEYED
    )
    settings, _ = read(text, *(change(f"{name}={text}") for name, (_, text) in line.items()))
    rows = {row.name: row for row in effective(settings).rows}
    for name, target in KEYS.items():
        value = getattr(getattr(settings, target.section), target.key)
        if name in line:
            assert (value, rows[name].origin) == (line[name][0], f"--set {name}={line[name][1]}")
        elif name in file:
            assert value == file[name][0]
            assert rows[name].origin.startswith("m:")
        elif name != "train.seed":  # drawn, where there is a train section
            in_parts = settings.data.name != "digits" or target.key not in {"train", "valid", "test"}
            assert value == (getattr(getattr(Settings(), target.section), target.key) if in_parts else "auto")
            assert rows[name].origin == "default"
        assert rows[name].value == write_setting(target.domain, value)


def test_the_table_lists_every_key_once_in_the_order_of_the_language() -> None:
    text = "require { params < 20_000; no Softmax }\nsweep { w = [4, 8] }\naugment { FlipX }\ntrain { seed = 1 }"
    rows = effective(settings_of(text, variables=("w",))).rows
    names = [row.name for row in rows]
    assert [name for name in names if name in KEYS] == list(KEYS)
    assert [row.section for row in rows] == sorted((row.section for row in rows), key=SECTIONS.index)
    assert [(row.name, row.value, row.origin) for row in rows if row.section not in KEYED] == [
        ("augment", "FlipX p=0.5", "m:3"),
        ("require", "params < 20_000", "m:1"),
        ("require", "no Softmax", "m:1"),
        ("sweep.w", "[4, 8]", "m:2"),
    ]


def test_an_argument_of_a_value_can_be_set_alone() -> None:
    text = "train { optimizer = sgd(lr=0.5, momentum=0.9); seed = 1 }"
    settings = settings_of(text, change("train.optimizer.lr=0.1"))
    assert settings.train.optimizer == Sgd(0.1, 0.9)
    (row,) = (row for row in effective(settings).rows if row.name == "train.optimizer")
    assert row.origin == "m:1, --set train.optimizer.lr=0.1"
    both = settings_of(text, change("Train.Optimiser=adam"), change("train.optimizer.beta1=0.5"))
    assert both.train.optimizer == Adam(beta1=0.5)


def test_options_are_changes_too() -> None:
    settings = settings_of(
        "train { epochs = 3; seed = 1 }",
        from_option("--epochs", "train.epochs", 7),
        from_option("--optimizer", "train.optimizer", Word("sgd")),
        from_option("--lr", "train.optimizer.lr", 1e30),
    )
    assert (settings.train.epochs, settings.train.optimizer) == (7, Sgd(1e30))
    origins = {row.name: row.origin for row in effective(settings).rows}
    assert (origins["train.epochs"], origins["train.optimizer"]) == ("--epochs", "--optimizer, --lr")


def test_a_seed_on_the_command_line_is_a_seed() -> None:
    assert read("train { epochs = 3 }", change("train.seed=1"))[1] == ()


def test_a_short_run_of_a_file_that_is_right_by_itself_is_a_warning() -> None:
    text = "train { epochs = 10; schedule = step(every=4); seed = 1 }"
    (warning,) = read(text, change("train.epochs=1"))[1]
    assert (warning.code, warning.severity) == ("C404", "warning")
    assert error_of(text, change("train.schedule=step(every=40)")).severity == "error"


@pytest.mark.parametrize(
    ("text", "code", "place", "words"),
    [
        ("train.bacth=3", "C401", "train.bacth", "did you mean `train.batch`?"),
        ("batch=3", "C401", "batch", "did you mean `train.batch`?"),
        ("learning_rate=3", "C401", "learning_rate", "did you mean `train.optimizer.lr`?"),
        ("w=[3]", "A106", "[3]", "variable w takes a number, a size or a word, got `[3]`"),
        ("v=3", "C401", "v", "there is no variable or setting `v`"),
        ("require.params=3", "C401", "require.params", "`cnndsl config` lists them"),
        ("train.schedule.every=3", "C401", "train.schedule.every", "there is no setting"),
        ("train.batch=0", "C407", "0", "train.batch must be 1 or more, got 0"),
        ('train.batch="3"', "A105", '"3"', "remove the quotes"),
        ("train.clip=norm(0)", "C407", "0", "norm largest = 0 is not in (0, inf)"),
        ("train.clip=nrm(1)", "C401", "nrm", "did you mean `norm`?"),
    ],
)
def test_what_cannot_be_set_is_told_with_the_text_as_it_was_typed(text: str, code: str, place: str, words: str) -> None:
    diagnostic = error_of("", change(text), variables=("w",))
    assert (diagnostic.code, underlined(diagnostic)) == (code, place)
    assert str(diagnostic).startswith("--set:1:")
    assert f"1 | {text}" in str(diagnostic)
    assert words in str(diagnostic)


def test_a_name_that_is_set_twice_is_told_with_both() -> None:
    diagnostic = error_of("", change("train.batch=3"), from_option("--batch", "train.batch", 4))
    assert diagnostic.code == "C402"
    assert "`--set train.batch=3` and by `--batch`" in diagnostic.message
    assert error_of("", change("w=3"), change("w=4"), variables=("w",)).code == "C402"


@pytest.mark.parametrize(
    "text", ["", "w", "w=", "=3", "w=3\nv=4", "w=3; v=4", "w = 3 }", "w=3 } train { batch=2", "w==3", "w 3", "no w"]
)
def test_what_is_no_name_and_value_is_refused_as_a_whole(text: str) -> None:
    override, (diagnostic,) = read_override(text)
    assert override is None
    assert diagnostic.code == "P001"
    assert diagnostic.span.line == 1
    assert "is not name=value" in diagnostic.message


@pytest.mark.parametrize("text", ["w=32", "w = 32", " w=32 ", "w=32 # more", "w=3_2"])
def test_the_value_is_written_as_in_a_file(text: str) -> None:
    override = change(text)
    assert (override.name, override.argument.value) == ("w", 32)
    assert override.argument.span.line == 1
