"""A repair that is offered mends the file, stands where the text is, and is found for nearly every small mistake."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from cnndsl.compiler import check
from cnndsl.errors import Diagnostic
from cnndsl.language import Source
from cnndsl.language.edit import apply_edits
from tests.compiler.breakages import broken_files
from tests.language.drafts import Lines, retyped
from tests.strategies import thorough

SHAPES = {"S201", "S202", "S204", "S207", "S209"}


def errors_in(text: str) -> list[Diagnostic]:
    return [found for found in check(Source("m", text))[1] if found.severity == "error"]


def offers_for(text: str) -> dict[str, str]:
    """What is offered for the one error of a file, by title, and the file after it."""
    (error,) = errors_in(text)
    return {repair.title: apply_edits(text, repair.edits) for repair in error.repairs}


@thorough(60)
@given(broken_files(), st.data())
def test_what_is_offered_mends_the_file_however_it_is_typed(lines: Lines, data: st.DataObject) -> None:
    text = data.draw(retyped(lines, comments=True))
    errors = errors_in(text)
    for error in errors:
        event(f"{error.code}, {'mended' if error.repairs else 'no repair'}")
        for repair in error.repairs:
            after = errors_in(apply_edits(text, repair.edits))
            if error.code in SHAPES:
                assert not after, repair
            else:
                assert error.span.line not in {other.span.line for other in after}


def test_nearly_every_mistake_about_shapes_has_a_repair() -> None:
    found: Counter[bool] = Counter()

    @thorough(100)
    @given(broken_files())
    def count(lines: Lines) -> None:
        found.update(bool(error.repairs) for error in errors_in("\n".join(lines)) if error.code in SHAPES)

    count()
    assert found[True] >= 9 * found[False]


@thorough(40)
@given(broken_files())
def test_there_are_three_at_most_of_different_sorts_the_nearest_first(lines: Lines) -> None:
    for error in errors_in("\n".join(lines)):
        assert len(error.repairs) <= 3
        assert len({repair.title for repair in error.repairs}) == len(error.repairs)
        assert not error.repairs or error.repairs[0].title.strip("`") in "".join(error.hints)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "input 1x8x8\nConv 6 5 1 2\nReLU\nPool 2 2\nConv 12 5 1 0\nReLU\nFlatten\nFC 10\n",
            ["`pad=1`", "`kernel=3`", "remove the Pool on line 4"],
        ),
        ("input 3x2x2\nConvTranspose 4 2 1 pad=2\n", ["`pad=1`", "`kernel=5`", "`stride=3`"]),
        ("input 16x8x8\nConv 8 3 groups=3\n", ["`groups=2`"]),
        (
            "input 3x8x8\nresidual {\n  Conv 4 3 1 1\n}\nReLU\n",
            ["`shortcut=auto`", "`out=3` in the Conv on line 3", "remove the Conv on line 3"],
        ),
        (
            "input 3x8x8\nresidual shortcut=identity { Conv 4 3 1 1 }\nReLU\n",
            ["`shortcut=auto`", "`out=3` in the Conv on line 2", "remove the Conv on line 2"],
        ),
        (
            "input 1x9x9\nConv 6 5\nFlatten\nConv 12 5\nReLU\nFC 10\n",
            ["move the Flatten on line 3 below line 4", "remove the Flatten on line 3"],
        ),
        (
            "input 1x9x9\nbranch concat {\n  path { Conv 4 3 }\n  path { FC 3 }\n}\nFC 10\n",
            ["`Flatten` below line 3"],
        ),
        # In a block the change is made where the text is, for all calls; a variable is left to say what it says.
        ("input 1x3x3\nblock B(k) {\n  Conv 2 $k\n  ReLU\n}\nB 3\nB 2\n", ["`pad=1`", "remove the Conv on line 3"]),
        # What comes behind a fitting shortcut is not known before it, and is seen to all the same.
        (
            "input 3x9x9\nPool 10\nresidual shortcut=auto { Conv 5 3 2 pad=same }\nConv 5 3\n",
            ["remove the Pool on line 2", "`kernel=1`"],
        ),
        ("input 1x8x8\nCnv 6 5\nFC 3\n", ["`Conv`"]),
        ("input 1x8x8\nstem: ReLU\nConcat @stm\n", ["`@stem`"]),
        ("input 1x8x8\nlet wide = 3\nFC $wid\n", ["`$wide`"]),
        ("input 1x8x8\nDropout 50\n", ["`0.5`"]),
        ("input 1x8x8\nFC 10.0\n", ["`10`"]),
        ('input 1x8x8\nFC "10"\n', ["`10`"]),
        ("input 1x8x8\nConv 2 3 strid=2\n", ["`stride`"]),
    ],
)
def test_what_is_offered(text: str, expected: list[str]) -> None:
    assert list(offers_for(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "input 1x8x8\nCnv 6 9\nFC 3\n",  # as a Conv it would not fit
        "input 1x8x8\nlet wide = 3\nFC ($wid + 1)\n",  # the place is that of the sum
        "input 1x4x4\nConv 2 5\nrequire { params < 3 }\n",  # whatever is done, the claim fails
        "input 1x4x4\nbranch add { path { Conv 2 1 }; path { Conv 3 1; Concat @input } }\n" * 2,
    ],
)
def test_what_does_not_mend_is_not_offered(text: str) -> None:
    assert all(not error.repairs for error in errors_in(text) if error.code in {"N010", "N015", "S201"})


def test_the_hint_says_what_comes_out_and_that_the_rest_fits() -> None:
    (error,) = errors_in("input 1x8x8\nConv 6 5 1 2\nReLU\nPool 2 2\nConv 12 5 1 0\nReLU\nFlatten\nFC 10\n")
    assert error.hints == (
        "`pad=1` gives 12x2x2 and keeps the rest of the file legal; or `kernel=3`; or remove the Pool on line 4",
    )


def test_the_text_is_changed_at_the_place_and_nowhere_else() -> None:
    text = "input 1x8x8 \r\n\tConv 6\t5 1  2 # first\r\nPool 2; Pool 2 ; Conv 12 5 1 0# last\r\nFC 10"
    after = offers_for(text)
    assert after["`pad=2`"] == text.replace("5 1 0#", "5 1 2#")
    assert after["`kernel=1`"] == text.replace("12 5 1 0#", "12 1 1 0#")
    assert after["remove the Conv on line 3"] == text.replace("; Conv 12 5 1 0", "")


def test_an_included_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "blocks.txt").write_text("block B {\n  Conv 4 9\n}\n")
    text = 'input 1x8x8\ninclude "blocks.txt"\nPool 2\nB\nFC 3\n'
    errors = [found for found in check(Source("m", text, tmp_path))[1] if found.severity == "error"]
    assert [error.span.file for error in errors] == [str(tmp_path / "blocks.txt")]
    spans = [edit.span.file for error in errors for repair in error.repairs for edit in repair.edits]
    assert set(spans) <= {"m"}


def test_what_a_data_set_that_is_named_asks_of_the_last_layer() -> None:
    text = "input 1x28x28\ndata { name = mnist }\nFlatten\nFC 7\nSoftmax\n"
    (error,) = errors_in(text)
    assert (error.code, error.span.line) == ("D501", 4)
    assert offers_for(text) == {"`FC 10`": text.replace("FC 7", "FC 10")}
