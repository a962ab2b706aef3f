"""Which images are meant, where the file and the command line name some, and what then is left to the images."""

from __future__ import annotations

import pytest

from cnndsl.language.syntax import Word
from cnndsl.settings import Settings, effective, from_option
from tests.settings.samples import error_of, settings_of

NAMED = from_option("--data", "data.name", Word("cifar10"))
OWN = from_option("--data", "data.images", "photos")


def test_ones_own_images_part_themselves_and_keep_the_shares_of_their_classes() -> None:
    data = settings_of('data { images = "photos" }').data
    assert (data.images, data.train, data.valid, data.test, data.balance) == ("photos", *["auto"] * 3, "stratified")
    data = settings_of('data { images = "photos"; train = 0.5; test = 20; balance = true }').data
    assert (data.train, data.valid, data.test, data.balance) == (0.5, "auto", 20, True)


def test_digits_part_themselves() -> None:
    data = settings_of("data { name = digits; valid = 100 }").data
    assert (data.train, data.valid, data.test, data.balance) == ("auto", 100, "auto", True)
    assert settings_of("data { name = cifar100 }").data.train == Settings().data.train == 5000


def test_the_command_line_takes_the_place_of_the_file() -> None:
    settings = settings_of('data { images = "photos" }', NAMED)
    assert (settings.data.name, settings.data.images, settings.data.train) == ("cifar10", None, 5000)
    settings = settings_of('data { name = cifar10; dir = "cifar" }', OWN)
    assert (settings.data.name, settings.data.dir, settings.data.images) == ("mnist", None, "photos")
    origins = {row.name: row.origin for row in effective(settings).rows}
    assert (origins["data.images"], origins["data.dir"]) == ("--data", "default")


@pytest.mark.parametrize("other", ["name = mnist", 'dir = "mnist"'])
def test_both_in_one_place_are_one_too_many(other: str) -> None:
    found = error_of(f'data {{ {other}\nimages = "photos" }}')
    assert (found.code, found.span.line) == ("C402", 2)
    assert f"`images` and `{other.split(maxsplit=1)[0]}` both say which images" in found.message


@pytest.mark.parametrize("text", ["6/5", "0/5", "1/1", "2 of 5", "-1/5"])
def test_a_fold_that_is_none(text: str) -> None:
    found = error_of(f'data {{ fold = "{text}" }}')
    assert found.code == "C407"
    assert f'a fold in quotes, such as "2/5" for the second of five, got {text}' in found.message


def test_folds() -> None:
    assert settings_of('data { fold = "2/5" }').data.fold == "2/5"
    assert settings_of("", from_option("--fold", "data.fold", "10/10")).data.fold == "10/10"
    assert settings_of("data { balance = Stratified }").data.balance == "stratified"
