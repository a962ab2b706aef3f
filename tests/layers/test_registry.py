"""Every layer file is registered, and every name of the language means one kind."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import pytest

import cnndsl.layers
from cnndsl.layers import REGISTRY, aliases_of, find_kind, known_names
from tests.strategies import Kind

FILES = [module.name for module in iter_modules(cnndsl.layers.__path__) if not module.name.startswith("_")]


@pytest.mark.parametrize("name", FILES)
def test_a_layer_file_is_in_the_registry(name: str) -> None:
    kind = import_module(f"cnndsl.layers.{name}").KIND
    assert kind in REGISTRY
    assert kind.name.lower() == name.replace("_", "")  # by which it is found


def test_no_name_means_two_kinds() -> None:
    names = [name.lower() for name in known_names()]
    assert len(names) == len(set(names))
    assert len({kind.spec for kind in REGISTRY}) == len({kind.name.lower() for kind in REGISTRY}) == len(REGISTRY)


@pytest.mark.parametrize("kind", REGISTRY, ids=lambda kind: kind.name)
def test_a_kind_is_found_by_its_names_in_any_case_unless_it_is_internal(kind: Kind) -> None:
    expected = None if kind.internal else kind
    for name in (kind.name, *aliases_of(kind)):
        assert find_kind(name) is find_kind(name.upper()) is find_kind(name.lower()) is expected


@pytest.mark.parametrize("name", ["", "Convv", "convolution", "layer"])
def test_another_name_means_nothing(name: str) -> None:
    assert find_kind(name) is None
