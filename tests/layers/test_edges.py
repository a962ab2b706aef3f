"""Where a rule just holds and just does not: the smallest sizes, slopes at zero, and hints that must be true."""

from __future__ import annotations

import re
from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnndsl.layers import avg_pool, concat, conv, conv_transpose, dw_conv, elu, fc, pool, selu
from cnndsl.layers._fields import spell
from cnndsl.layers._kind import LayerKind, Shape, ShapeError
from cnndsl.testing.calls import Arguments, locked, run
from tests.strategies import Case, thorough

pairs = st.tuples(st.integers(1, 5), st.integers(1, 5))
sizes = st.tuples(st.integers(1, 6), st.integers(1, 6))


@pytest.mark.parametrize(
    ("kind", "spec", "in_shape", "fans"),
    [
        (conv.KIND, conv.Conv(6, (3, 2)), (4, 8, 8), (4 * 6, 6 * 6)),
        (conv.KIND, conv.Conv(6, (3, 2), groups=2), (4, 8, 8), (2 * 6, 3 * 6)),
        (dw_conv.KIND, dw_conv.DWConv((3, 2), multiplier=5), (4, 8, 8), (6, 5 * 6)),
        (conv_transpose.KIND, conv_transpose.ConvTranspose(5, (3, 2)), (4, 8, 8), (4 * 6, 5 * 6)),
        (fc.KIND, fc.FC(7), (4, 3, 2), (24, 7)),
    ],
    ids=lambda value: value.name if isinstance(value, LayerKind) else None,
)
def test_a_unit_connects_as_many_inputs_and_outputs_as_its_initialiser_is_told(
    kind: LayerKind[Any], spec: Any, in_shape: Shape, fans: tuple[int, int]
) -> None:
    weight = kind.weights(spec, in_shape)["W"]
    assert (weight.fan_in, weight.fan_out) == fans


@thorough(60)
@given(size=sizes, kernel=pairs, stride=pairs, pad=st.tuples(st.integers(0, 6), st.integers(0, 6)))
def test_a_transposed_convolution_leaves_something_exactly_where_its_formula_is_positive(
    size: tuple[int, int], kernel: tuple[int, int], stride: tuple[int, int], pad: tuple[int, int]
) -> None:
    spec = conv_transpose.ConvTranspose(2, kernel, stride, pad)
    expected = tuple((n - 1) * s - 2 * p + k for n, s, p, k in zip(size, stride, pad, kernel, strict=True))
    if min(expected) > 0:
        assert conv_transpose.KIND.out_shape(spec, (3, *size)) == (2, *expected)
        return
    with pytest.raises(ShapeError) as caught:
        conv_transpose.KIND.out_shape(spec, (3, *size))
    assert f"would be {max(expected[0], 0)}x{max(expected[1], 0)}" in str(caught.value)
    largest = int(re.findall(r"a pad of (-?\d+) or less", caught.value.hint)[0])
    assert min(conv_transpose.KIND.out_shape(conv_transpose.ConvTranspose(2, kernel, stride, largest), (3, *size))) > 0
    with pytest.raises(ShapeError):
        conv_transpose.KIND.out_shape(conv_transpose.ConvTranspose(2, kernel, stride, largest + 1), (3, *size))


def as_size(text: str) -> Any:
    return tuple(map(int, text.split("x"))) if "x" in text else int(text)


@thorough(80)
@given(size=sizes, kernel=pairs, dilation=st.tuples(st.integers(1, 3), st.integers(1, 3)), pad=st.integers(0, 1))
def test_what_the_hint_about_a_window_offers_fits(
    size: tuple[int, int], kernel: tuple[int, int], dilation: tuple[int, int], pad: int
) -> None:
    try:
        conv.KIND.out_shape(conv.Conv(2, kernel, 1, pad, dilation=dilation), (3, *size))
    except ShapeError as error:
        given_pad, given_kernel = re.findall(r"`pad=(\S+)` makes it fit; or a kernel of (\S+) or less", error.hint)[0]
    else:
        assume(False)  # noqa: FBT003 - it fits
    wide, small = as_size(given_pad), as_size(given_kernel)
    conv.KIND.out_shape(conv.Conv(2, kernel, 1, wide, dilation=dilation), (3, *size))
    conv.KIND.out_shape(conv.Conv(2, small, 1, pad, dilation=dilation), (3, *size))
    narrower = [max(0, part - 1) for part in (wide if isinstance(wide, tuple) else (wide, wide))]
    with pytest.raises(ShapeError):
        conv.KIND.out_shape(conv.Conv(2, kernel, 1, tuple(narrower), dilation=dilation), (3, *size))


@pytest.mark.parametrize("kind", [pool.KIND, avg_pool.KIND], ids=lambda kind: kind.name)
@thorough(40)
@given(kernel=pairs, pad=st.tuples(st.integers(0, 5), st.integers(0, 5)))
def test_a_window_of_padding_alone_is_refused_and_one_with_a_pixel_is_not(
    kind: LayerKind[Any], kernel: tuple[int, int], pad: tuple[int, int]
) -> None:
    if pad[0] < kernel[0] and pad[1] < kernel[1]:
        assert prod(kind.out_shape(kind.spec(kernel, pad=pad), (1, 6, 6))) > 0
        return
    with pytest.raises(ValueError, match="pad must be smaller than the kernel"):
        kind.spec(kernel, pad=pad)


@pytest.mark.parametrize(
    ("kind", "spec", "below"),
    [(elu.KIND, elu.ELU(), 1.0), (selu.KIND, selu.SELU(), 1.0507009873554805 * 1.6732632423543772)],
    ids=lambda value: value.name if isinstance(value, LayerKind) else None,
)
def test_at_zero_an_exponential_unit_has_the_slope_of_its_negative_side(
    kind: LayerKind[Any], spec: Any, below: float
) -> None:
    given = Arguments((locked(np.array([[0.0], [-0.0]])),), {}, {}, locked(np.ones((2, 1))))
    result = run(Case(kind, spec, ((2,),), 1), given)
    np.testing.assert_allclose(result.dxs[0], [[below], [below]], rtol=1e-14)


@pytest.mark.parametrize(
    ("shapes", "told", "hint"),
    [
        (((2, 4, 5), (3, 4, 6)), " (width)", "make 4x5 pixels of path 2"),
        (((2, 4, 5), (3, 3, 6)), " (height and width)", "make 4x5 pixels of path 2"),
        (((2, 4, 5), (1, 4, 5), (7,)), " (a map and a vector)", "make 4x5 pixels of path 3"),
        (((7,), (2, 4, 5)), " (a map and a vector)", "make a vector of path 2"),
    ],
    ids=lambda value: spell(value[0]) if isinstance(value[0], tuple) else None,
)
def test_what_cannot_be_concatenated_is_told_by_its_directions(shapes: tuple[Shape, ...], told: str, hint: str) -> None:
    with pytest.raises(ShapeError) as caught:
        concat.KIND.out_shape(concat.Concat(), *shapes)
    assert str(caught.value).endswith(told)
    assert caught.value.hint == hint


@pytest.mark.parametrize(("output_pad", "fits"), [((1, 2), True), ((2, 2), False), ((1, 3), False)])
def test_rows_that_no_filter_reaches_are_refused(output_pad: tuple[int, int], *, fits: bool) -> None:
    if fits:
        conv_transpose.ConvTranspose(2, 3, (2, 3), output_pad=output_pad)
        return
    with pytest.raises(ValueError, match="output_pad must be smaller than the stride"):
        conv_transpose.ConvTranspose(2, 3, (2, 3), output_pad=output_pad)
