"""Each law rejects a kind that breaks it and nothing else, and says so."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import attrs
import numpy as np
import pytest

from cnndsl.layers import fc, relu
from cnndsl.layers._kind import Array, Context, LayerKind, Params
from cnndsl.testing import LAWS, Case, check_laws
from cnndsl.testing import laws as module

RELU = Case(relu.KIND, relu.ReLU(), ((2, 4, 3),))
DENSE = Case(fc.KIND, fc.FC(4), ((2, 3, 3),))
_calls: Iterator[int] = count()
Forward = Callable[[Array, Context], Array]


def with_output(change: Forward, case: Case = RELU) -> Case:
    """The case with an output that went through ``change(y, ctx)``."""
    kind = case.kind

    def forward(spec: Any, params: Params, state: Params, xs: tuple[Array, ...], ctx: Context) -> Any:
        y, new_state, residual = kind.forward(spec, params, state, xs, ctx)
        return change(y, ctx), new_state, residual

    return attrs.evolve(case, kind=attrs.evolve(kind, forward=forward))


def with_backward(change: Callable[..., Any], case: Case = RELU) -> Case:
    """The case with gradients that went through ``change(dxs, grads, residual, ctx)``."""
    kind = case.kind

    def backward(spec: Any, params: Params, residual: Any, dy: Array, ctx: Context) -> Any:
        return change(*kind.backward(spec, params, residual, dy, ctx), residual, ctx)

    return attrs.evolve(case, kind=attrs.evolve(kind, backward=backward))


def writing(case: Case = RELU) -> Case:
    def forward(_spec: Any, _params: Params, state: Params, xs: tuple[Array, ...], _ctx: Context) -> Any:
        (x,) = xs
        if x.flags.writeable:
            x[...] = 0
        return x.copy(), state, None

    return attrs.evolve(case, kind=attrs.evolve(case.kind, forward=forward, backward=lambda *given: ((given[3],), {})))


def seeing_gaps() -> Case:
    def forward(_spec: Any, _params: Params, state: Params, xs: tuple[Array, ...], _ctx: Context) -> Any:
        (x,) = xs
        return x * (1 if x.flags.c_contiguous else 2), state, None

    return attrs.evolve(RELU, kind=attrs.evolve(RELU.kind, forward=forward, backward=lambda *given: ((given[3],), {})))


BROKEN = {
    "results_are_as_declared": with_output(lambda y, _: y.astype(np.float64)),
    "gradient_is_the_slope": with_backward(lambda dxs, grads, *_: (tuple(dx * 1.0001 for dx in dxs), grads)),
    "arguments_stay_unwritten": writing(),
    "shared_memory_is_read_only": with_backward(lambda _, grads, y, __: ((y,), grads)),
    "residual_is_an_argument": with_backward(lambda dxs, grads, *_: ((dxs[0] + next(_calls),), grads)),
    "equal_calls_give_equal_bits": with_output(lambda y, _: y + next(_calls)),
    "images_do_not_see_each_other": with_output(lambda y, _: y - y.mean(axis=-1, keepdims=True)),
    "calls_can_be_made_again": with_output(lambda y, _: y + 0),
    "scratch_memory_does_not_matter": with_output(lambda y, ctx: y + 0 * ctx.like(y)),
    "gradients_do_not_depend_on_wants_dx": with_backward(
        lambda dxs, grads, _, ctx: (dxs, {name: grad * ctx.wants_dx for name, grad in grads.items()}), DENSE
    ),
    "gaps_in_memory_do_not_matter": seeing_gaps(),
}


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", [RELU, DENSE], ids=["ReLU", "FC"])
def test_a_sound_kind_keeps_the_law(law: Callable[[Case], None], case: Case) -> None:
    law(case)


@pytest.mark.parametrize("name", BROKEN)
def test_a_law_rejects_what_breaks_it(name: str) -> None:
    with pytest.raises(AssertionError):
        getattr(module, name)(BROKEN[name])


def test_text_that_is_read_as_another_spec_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "render_spec", lambda _: "Tanh")
    with pytest.raises(AssertionError, match="the spec that is read: Tanh"):
        module.text_is_read_back(RELU)


def test_every_law_has_a_kind_that_breaks_it() -> None:
    assert {law.__name__ for law in LAWS} == {*BROKEN, "text_is_read_back"}
    assert all(law.__doc__ for law in LAWS)


def test_a_broken_law_is_told_with_the_case_that_breaks_it() -> None:
    kind: LayerKind[Any] = BROKEN["gradient_is_the_slope"].kind
    with pytest.raises(AssertionError, match="the gradient is not the slope") as caught:
        check_laws(kind, examples=5)
    assert "Case(kind=ReLU, spec=ReLU()" in "".join(caught.value.__notes__)


def test_without_hypothesis_the_import_says_what_to_install() -> None:
    script = "import sys\nsys.modules['hypothesis'] = None\nimport cnndsl.testing"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr.strip().endswith("cnndsl.testing needs Hypothesis: pip install 'cnndsl[test]'")
