"""Every planted mistake is seen where it can be made, and said not to apply where it cannot."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given

from cnndsl.gradcheck import mutate as module
from cnndsl.gradcheck.compare import Precision
from cnndsl.gradcheck.mistakes import MISTAKES, Mistake, reward_every_tie, spoiled
from cnndsl.gradcheck.mutate import mutate
from cnndsl.gradcheck.network import Settings
from cnndsl.gradcheck.points import draw_point, sites
from tests.compiler.networks import graph_of
from tests.strategies import models, thorough

SETTINGS = Settings(3, 0, Precision(coordinates=60))
ALL = """
input 2x11x10
Conv 4 3 2 1
BatchNorm
here: ReLU
Dropout 0.2
Conv 5 3 pad=same
ReLU
Concat @here
Pool 2
FC 4
Softmax
"""
LITTLE = "input 1x1x1\nIdentity\n"


def test_each_mistake_is_seen_in_a_network_that_has_all_it_takes() -> None:
    outcomes = list(mutate(graph_of(ALL), SETTINGS))
    assert len(outcomes) == len(MISTAKES) + 2 >= 12
    assert [outcome.mistake for outcome in outcomes if not outcome.path] == []
    assert [outcome.mistake for outcome in outcomes if outcome.is_unseen] == []
    assert all(outcome.by_layer for outcome in outcomes[: len(MISTAKES)])
    assert all(outcome.by_network and not outcome.by_layer for outcome in outcomes[len(MISTAKES) :])
    assert [outcome.path for outcome in outcomes[len(MISTAKES) :]] == ["Concat.0", "Softmax.0"]


def test_mistakes_that_cannot_be_made_say_what_is_missing() -> None:
    outcomes = list(mutate(graph_of(LITTLE), SETTINGS))
    assert [outcome.path for outcome in outcomes] == [""] * len(outcomes)
    assert all(outcome.needs.startswith("no ") for outcome in outcomes)
    assert not any(outcome.is_unseen for outcome in outcomes)


def test_what_the_check_does_not_see_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "check_call", lambda *_: iter(()))
    monkeypatch.setattr(module, "check_whole", lambda *_: iter(()))
    assert all(outcome.is_unseen for outcome in mutate(graph_of(ALL), SETTINGS))


def test_a_mistake_that_changes_no_gradient_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MISTAKES", (Mistake("nothing", "anything", lambda _call, right: right),))
    first, *_ = mutate(graph_of(ALL), SETTINGS)
    assert (first.path, first.needs) == ("", "no layer with anything, where it would show")


@thorough(6)
@given(text=models())
def test_nothing_goes_unseen_in_drawn_networks_but_what_their_values_hide(text: str) -> None:
    unseen = [outcome.mistake for outcome in mutate(graph_of(text), SETTINGS) if outcome.is_unseen]
    assert not unseen, unseen


def test_a_planted_kind_computes_the_same() -> None:
    point = draw_point(graph_of(ALL), 0, 3)
    for site in sites(graph_of(ALL), point):
        kind = spoiled(site.call.kind, lambda _call, right: right)
        y, _, _ = kind.forward(site.call.spec, site.call.params, site.call.state, site.call.xs, site.call.ctx)
        np.testing.assert_array_equal(y, site.call.output())


def test_mistakes_keep_the_names_and_shapes_of_gradients() -> None:
    point = draw_point(graph_of(ALL), 0, 3)
    for site in sites(graph_of(ALL), point):
        right = site.call.gradients()
        for mistake in MISTAKES:
            made = mistake.spoil(site.call, right) or right
            assert [np.shape(dx) for dx in made[0]] == [np.shape(dx) for dx in right[0]]
            assert {name: grad.shape for name, grad in made[1].items()} == {
                name: grad.shape for name, grad in right[1].items()
            }


def test_every_tie_has_the_gradient_of_its_window() -> None:
    graph = graph_of("input 1x2x4\nPool 2\n")
    (site,) = sites(graph, draw_point(graph, 0, 1))
    x = np.array([[[[3.0], [1.0], [5.0], [5.0]]], [[[3.0], [2.0], [5.0], [0.0]]]])
    (dx,), _ = reward_every_tie(evolve(site.call, xs=(x,)), site.call.gradients())
    left, right = site.call.dy.ravel()
    np.testing.assert_array_equal(dx[:, 0, :, 0], [[left, 0, right, right], [left, 0, right, 0]])


def test_no_two_mistakes_have_one_name() -> None:
    assert len({mistake.name for mistake in MISTAKES}) == len(MISTAKES)
