"""``cnndsl layers``: the reference at the command line."""

from __future__ import annotations

from cnndsl.layers import public_kinds
from tests.cli.command import cnndsl
from tests.cli.test_explain import completed


def test_every_layer_has_a_row() -> None:
    done = cnndsl("layers")
    assert (done.code, done.err) == (0, "")
    begun = [line.split()[0] for line in done.out.splitlines() if not line.startswith(" ")]
    assert begun == ["layer", *(kind.name for kind in public_kinds())]


def test_a_layer_has_a_page_by_any_of_its_names() -> None:
    done = cnndsl("layers", "conv2d")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Conv\n\n")
    assert "Also written `Conv2d`." in done.out
    assert "floor((H + 2*pad" in done.out
    assert cnndsl("layers", "Conv").out == done.out


def test_several_layers_have_several_pages() -> None:
    done = cnndsl("layers", "ReLU", "FC")
    assert done.out.startswith("ReLU\n\n")
    assert "\n\nFC\n\n" in done.out


def test_an_unknown_layer_gets_a_suggestion() -> None:
    done = cnndsl("layers", "Cnv")
    assert (done.code, done.out) == (2, "")
    assert "No layer is called 'Cnv'. Did you mean 'Conv'?" in done.err
    assert "`cnndsl layers` lists all." in cnndsl("layers", "zzzzzz").err


def test_names_are_completed() -> None:
    assert completed("cnndsl layers softm", 2) == ["plain,Softmax"]
