"""What every kind promises, alone and with others, drawn over the whole registry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl import augment as package
from cnndsl.augment import REGISTRY, kind_of
from cnndsl.augment._kind import Changing, Kind
from cnndsl.augment.epoch import augment, augmented, draw, label_parts
from cnndsl.labels import classes_of, is_mixture
from cnndsl.settings._fields import changed as with_fields
from cnndsl.settings._fields import fields_of
from cnndsl.settings.augment import AUGMENTATIONS
from tests.augment.samples import after, applicable, images, labels, light, parts, sizes_small
from tests.strategies import thorough

SOMETIMES = [kind for kind in REGISTRY if "p" in fields_of(kind.spec)]
CASES = applicable()
ALONE = applicable(mixing=False)


def named(kind: Kind) -> str:
    return kind.spec.__name__


def test_every_operation_of_the_language_has_a_kind_and_every_file_is_one() -> None:
    assert tuple(kind.spec for kind in REGISTRY) == AUGMENTATIONS.classes
    files = {path.stem for path in Path(package.__file__).parent.glob("[a-z]*.py")} - {"epoch", "preview"}
    assert files == {
        (kind.change if isinstance(kind, Changing) else kind.mix).__module__.split(".")[-1] for kind in REGISTRY
    }


@given(CASES, st.integers(1, 9), st.sampled_from((np.float32, np.float64)))
@thorough(150)
def test_shapes_are_as_declared_and_the_precision_stays(case: Any, count: int, dtype: Any) -> None:
    operations, shape = case
    out = shape
    for operation in operations:
        out = kind_of(operation).out_shape(operation, out)
    x, found = after(operations, images(count, shape, dtype=dtype))  # read-only: what is written to raises
    assert (x.shape, x.dtype) == ((count, *out), dtype)
    assert found.shape == (count,)
    assert np.isfinite(x).all()


@given(CASES, st.integers(0, 2**40))
@thorough(60)
def test_equal_keys_give_equal_bits(case: Any, key: int) -> None:
    operations, shape = case
    x = images(5, shape)
    first, second = after(operations, x, key), after(operations, x, key)
    assert [array.tobytes() for array in first] == [array.tobytes() for array in second]


@given(ALONE, st.integers(1, 12), st.integers(1, 12))
@thorough(80)
def test_what_becomes_of_an_image_does_not_depend_on_the_others_nor_on_the_cut(
    case: Any, size: int, other: int
) -> None:
    operations, shape = case
    x = images(12, shape)
    drawn = draw(operations, shape, 12, "epoch")
    whole, _ = augment(operations, drawn, x, labels(12), light(shape[0]))
    cut = [(x[first : first + size], labels(12)[first : first + size]) for first in range(0, 12, size)]
    pieces = augmented(cut, operations, light(shape[0]), images=12, shape=shape, key="epoch")
    np.testing.assert_array_equal(np.concatenate([part for part, _ in pieces]), whole)
    foreign = np.concatenate([x[:other], images(12 - other, shape, seed=9)])
    again, _ = augment(operations, drawn, foreign, labels(12), light(shape[0]))
    np.testing.assert_array_equal(again[:other], whole[:other])


@pytest.mark.parametrize("kind", [kind for kind in REGISTRY if not isinstance(kind, Changing)], ids=named)
@given(st.data(), st.integers(0, 7))
@thorough(20)
def test_a_mixed_image_depends_on_itself_and_the_one_before(kind: Kind, data: st.DataObject, at: int) -> None:
    operations = (data.draw(sizes_small(kind.spec)),)
    x = images(8, (3, 5, 4))
    drawn = draw(operations, (3, 5, 4), 8, 0)
    before, _ = augment(operations, drawn, x, labels(8), light(3))
    x = x.copy()
    x[at] = images(1, (3, 5, 4), seed=9)[0]
    now, _ = augment(operations, drawn, x, labels(8), light(3))
    others = [place for place in range(8) if place not in {at, (at + 1) % 8}]
    np.testing.assert_array_equal(now[others], before[others])


@given(CASES, st.integers(1, 9))
@thorough(100)
def test_the_weights_of_labels_sum_to_one_and_belong_to_the_images_before(case: Any, count: int) -> None:
    operations, shape = case
    _, found = after(operations, images(count, shape))
    if label_parts(operations) == 1:
        np.testing.assert_array_equal(found, labels(count))
        return
    assert is_mixture(found)
    assert found["weights"].min() >= 0
    np.testing.assert_allclose(found["weights"].sum(axis=1), 1, rtol=1e-12)
    for back, classes in enumerate(classes_of(found).T):
        np.testing.assert_array_equal(classes, np.roll(labels(count), back))


@pytest.mark.parametrize("kind", SOMETIMES, ids=named)
@given(st.data())
@thorough(10)
def test_with_probability_zero_nothing_is_done(kind: Kind, data: st.DataObject) -> None:
    operation = with_fields(data.draw(sizes_small(kind.spec)), p=0.0)
    x, found = after((operation,), images(6, (3, 7, 5)))
    np.testing.assert_array_equal(x, images(6, (3, 7, 5)))
    if is_mixture(found):
        np.testing.assert_array_equal(found["weights"], [[1, 0]] * 6)


@pytest.mark.parametrize("kind", SOMETIMES, ids=named)
def test_p_is_the_share_of_images(kind: Kind) -> None:
    required = {name: 0.5 for name in ("by", "std") if name in fields_of(kind.spec)}
    required |= {name: 4 for name in ("pixels", "size", "degrees") if name in fields_of(kind.spec)}
    operation = kind.spec(**required, p=0.3)
    (drawn,) = draw((operation,), (1, 8, 8), 4000, 0)
    assert abs(drawn.chosen.mean() - 0.3) < 0.04
    x = images(50, (1, 8, 8))
    out, _ = augment((operation,), parts((drawn,), 0, 50), x, labels(50), light())
    np.testing.assert_array_equal(out[~drawn.chosen[:50]], x[~drawn.chosen[:50]])
    assert np.any(out[drawn.chosen[:50]] != x[drawn.chosen[:50]], axis=(1, 2, 3)).mean() > 0.5


@given(CASES)
@thorough(40)
def test_lines_are_applied_one_after_the_other_in_their_order(case: Any) -> None:
    operations, shape = case
    x = step = images(4, shape)
    drawn = draw(operations, shape, 4, 0)
    for operation, own in zip(operations, drawn, strict=True):
        step, _ = augment((operation,), (own,), step, labels(4), light(shape[0]))
    np.testing.assert_array_equal(augment(operations, drawn, x, labels(4), light(shape[0]))[0], step)


@given(CASES, CASES)
@thorough(30)
def test_a_line_more_at_the_end_changes_nothing_before_it(case: Any, other: Any) -> None:
    operations, shape = case
    longer = (*operations, *(operation for operation in other[0] if "p" in fields_of(type(operation))))
    for mine, theirs in zip(draw(operations, shape, 5, 0), draw(longer, shape, 5, 0), strict=False):
        np.testing.assert_array_equal(mine.chosen, theirs.chosen)
        np.testing.assert_array_equal(mine.table, theirs.table)
