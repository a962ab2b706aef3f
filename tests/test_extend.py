"""A layer of one's own: known wherever layers are, and refused where it would hide something."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest

from cnndsl import compile_model
from cnndsl.diagnostics.document import as_text
from cnndsl.diagnostics.layer_page import layer_page, layer_table
from cnndsl.diagnostics.line import explain_file
from cnndsl.extend import LayerKind, Real, layer_spec, of_input, real, register
from cnndsl.gradcheck.network import Settings, check_network
from cnndsl.language import Source
from cnndsl.language.format import format_source
from cnndsl.layers import aliases_of, find_kind, kind_of, known_names, public_kinds
from cnndsl.testing import check_laws
from tests.cli.inside import inside
from tests.compiler.networks import graph_of

pytest_plugins = ["tests.own"]
pytestmark = pytest.mark.usefixtures("registry")

FILE = "input 1x6x6\nConv 2 3\ncube 0.5\nFlatten\nFC 3\n"


def cube(name: str = "Cube", factor: float = 3.0) -> LayerKind[Any]:
    """x cubed times a number, with the derivative that ``factor`` says."""

    class Cubed:
        """The cube of each value; the shape stays."""

        by: float = real("a factor", Real(0, 2), 1.0, named_only=False)

    Cubed.__name__ = name
    Cubed.__qualname__ = f"one.{name}"
    spec: Any = layer_spec(Cubed)
    return of_input(spec, lambda own, x, _: own.by * x**3, lambda own, x, dy, _: factor * own.by * x**2 * dy)


def test_a_registered_kind_is_a_layer_like_any_other() -> None:
    kind = cube()
    register(kind, "Third")
    assert find_kind("CUBE") is find_kind("third") is kind
    assert kind_of(kind.spec()) is kind
    assert known_names()[-2:] == ("Cube", "Third")
    assert public_kinds()[-1] is kind
    assert aliases_of(kind) == ("Third",)


def test_files_with_it_are_compiled_and_computed() -> None:
    register(cube())
    program = compile_model(FILE)
    params, state = program.init(0, np.float64)
    x = np.random.default_rng(0).standard_normal((2, 1, 6, 6))
    loss, grads, _ = program.loss_and_grads(params, state, x, np.array([0, 2]))
    assert np.isfinite(loss)
    assert grads["Conv.0"]["W"].any()


def test_formatter_explain_and_layers_know_it() -> None:
    register(cube())
    source = Source("model.txt", FILE)
    assert "Cube 0.5" in format_source(source).text
    assert "Cube.0: The cube of each value; the shape stays." in explain_file(source, {})
    assert "Cube" in [row[0] for row in layer_table().rows]
    kind = find_kind("cube")
    assert kind is not None
    assert "a factor" in as_text(layer_page(kind))
    assert "The cube of each value" in inside("layers", "Cube").out


def test_a_name_near_it_is_answered_with_it() -> None:
    register(cube())
    assert "Did you mean 'Cube'?" in inside("layers", "Cubee").err


def test_right_ones_keep_the_laws_and_wrong_ones_do_not() -> None:
    register(cube())
    check_laws(cube(), examples=8)
    with pytest.raises(AssertionError, match="the gradient is not the slope"):
        check_laws(cube(factor=3.01), examples=8)


def test_a_wrong_one_is_found_in_a_network() -> None:
    register(cube(factor=3.01))
    wrong = [row for row in check_network(graph_of(FILE), Settings()) if not row.comparison.is_right(1e-5)]
    assert (wrong[0].path, wrong[0].comparison.part) == ("Cube.0", "input")


def test_to_register_again_changes_nothing_and_a_class_written_anew_replaces_the_old() -> None:
    first, second = cube(), cube()
    register(first, "Third")
    register(first, "Third")
    assert public_kinds().count(first) == 1
    old = compile_model(FILE)
    register(second)
    assert find_kind("Cube") is second
    assert find_kind("Third") is None
    assert [kind.name for kind in public_kinds()].count("Cube") == 1
    assert old.figures == compile_model(FILE).figures


@pytest.mark.parametrize(
    ("kind", "error", "message"),
    [
        (cube("ReLU"), ValueError, "`ReLU` already means the layer ReLU of cnndsl.layers.relu"),
        (cube("relu"), ValueError, "`relu` already means the layer ReLU"),
        (cube("Repeat"), ValueError, "`Repeat` is a word of the language"),
        (cube("Würfel"), ValueError, "cannot be written in a file"),
        (attrs.evolve(cube(), internal=True), TypeError, "Cube is internal"),
        ("Cube", TypeError, "takes a LayerKind, got str"),
        (attrs.evolve(cube(), spec=int), TypeError, "put @layer_spec above the class"),
    ],
)
def test_what_cannot_be_registered_is_refused_and_leaves_nothing(kind: Any, error: type, message: str) -> None:
    before = known_names()
    with pytest.raises(error, match=message):
        register(kind)
    assert known_names() == before


@pytest.mark.parametrize("alias", ["dense", "cube x", "path", "MaxPool"])
def test_an_alias_is_a_name_like_any_other(alias: str) -> None:
    with pytest.raises(ValueError, match=alias):
        register(cube(), alias)
    assert find_kind("Cube") is None


def test_two_kinds_of_ones_own_cannot_share_a_name() -> None:
    register(cube(), "Third")
    with pytest.raises(ValueError, match="`Third` already means the layer Cube"):
        register(cube("Third"))


def test_a_field_that_does_not_say_what_it_takes_is_refused() -> None:
    @attrs.frozen
    class Plain:
        by: float = 1.0

    with pytest.raises(TypeError, match="by does not say which values it takes"):
        register(attrs.evolve(cube(), spec=Plain))


def test_the_kind_of_a_class_that_nobody_registered_is_told_by_its_name() -> None:
    with pytest.raises(KeyError, match="Cube is the spec of no layer"):
        kind_of(cube().spec())
