"""Domains of fields: what they take, how they keep it, and what they say of the rest."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.layers import REGISTRY, aliases_of, find_kind
from cnndsl.layers._fields import Paddings, RangeError, Real, Starts, Words, domain_of, spell
from cnndsl.layers._kind import ShapeError
from cnndsl.layers.batch_norm import BatchNorm
from cnndsl.layers.conv import Conv
from cnndsl.layers.conv_transpose import ConvTranspose
from cnndsl.layers.dropout import Dropout
from cnndsl.layers.leaky_relu import LeakyReLU
from cnndsl.layers.pool import Pool
from tests.strategies import VALUES

SHARE = Real(0, 1, open_high=True)


class Spelt:
    """What the syntax tree has for a bare word."""

    def __str__(self) -> str:
        return "same"


@pytest.mark.parametrize(
    ("domain", "value", "kept"),
    [
        (Paddings(), "same", "same"),
        (Paddings(), "SAME", "same"),
        (Paddings(), Spelt(), "same"),
        (Paddings(), "valid", (0, 0)),
        (Paddings(), 2, (2, 2)),
        (Paddings(), (0, 3), (0, 3)),
        (SHARE, 0, 0.0),
        (SHARE, 0.999, 0.999),
        (Real(0, 1), 1, 1.0),
        (Words(("max", "avg")), "AVG", "avg"),
        (Starts(("max", "avg")), "AVG", "avg"),
        (Starts(("max", "avg")), 2, 2.0),
        (Starts(("max", "avg")), -0.5, -0.5),
    ],
)
def test_a_value_is_kept_in_one_form(domain: Any, value: object, kept: object) -> None:
    found = domain.coerce("field", value)
    assert found == kept
    assert type(found) is type(kept)


@pytest.mark.parametrize(
    ("domain", "value", "message"),
    [
        (Paddings(), "all", "pad takes same, valid, a whole number or HxW, 0 or more, got all"),
        (Paddings(), 1.5, "pad takes same, valid, a whole number or HxW, 0 or more, got 1.5"),
        (Paddings(), True, "pad takes same, valid, a whole number or HxW, 0 or more, got true"),
        (SHARE, "half", r"pad takes a number in \[0, 1\), got half"),
        (SHARE, False, r"pad takes a number in \[0, 1\), got false"),
        (Words(("max", "avg")), "mean", "pad takes max or avg, got mean"),
        (Words(("max", "avg")), 2, "pad takes max or avg, got 2"),
        (Starts(("max", "avg")), "mean", "pad takes max, avg, or a number, got mean"),
        (Starts(("max", "avg")), True, "pad takes max, avg, or a number, got true"),
    ],
)
def test_a_value_of_the_wrong_sort_is_told_what_to_be(domain: Any, value: object, message: str) -> None:
    with pytest.raises(TypeError, match=f"^{message}$"):
        domain.coerce("pad", value)


@pytest.mark.parametrize(
    ("value", "hint"), [(50, "did you mean 0.5?"), (1, ""), (-0.1, ""), (1.0, ""), (200, ""), (float("nan"), "")]
)
def test_a_share_out_of_range_may_have_been_a_per_cent(value: float, hint: str) -> None:
    with pytest.raises(RangeError, match=r"p = .* is not in \[0, 1\)") as caught:
        Dropout(value)
    assert (caught.value.code, caught.value.hint) == ("A107", hint)


def test_a_negative_padding_is_out_of_range() -> None:
    with pytest.raises(ValueError, match="pad must be 0 or more, got -1"):
        Paddings().coerce("pad", -1)


@given(low=st.floats(-9, 9), size=st.floats(0.5, 9), share=st.floats(-0.5, 1.5))
def test_a_range_holds_what_lies_between_its_ends(low: float, size: float, share: float) -> None:
    domain, value = Real(low, low + size), low + share * size
    if low <= value <= low + size:
        assert domain.coerce("x", value) == value
    else:
        with pytest.raises(RangeError):
            domain.coerce("x", value)


@pytest.mark.parametrize(
    ("value", "text"), [(1e-5, "1e-5"), (0.5, "0.5"), (1e-12, "1e-12"), (2.0, "2.0"), ((3, 4), "3x4"), (True, "true")]
)
def test_values_are_spelt_as_the_language_writes_them(value: object, text: str) -> None:
    assert spell(value) == text
    if isinstance(value, float):
        assert float(text) == value


@pytest.mark.parametrize("kind", REGISTRY, ids=lambda kind: kind.name)
def test_every_field_has_a_domain_that_tests_draw_from_a_meaning_and_a_default_in_it(kind: Any) -> None:
    for field in attrs.fields(kind.spec):
        domain = domain_of(field)
        assert type(domain) in VALUES
        assert domain.expected
        assert field.metadata["doc"]
        if field.default is not attrs.NOTHING and not hasattr(field.default, "factory"):
            assert domain.coerce(field.name, field.default) == field.default


TABLE = {
    "Conv": ("out kernel stride=1x1 pad=0x0", "dilation=1x1 groups=1 bias=true init=auto", {"Conv2d"}),
    "DWConv": ("kernel stride=1x1 pad=0x0", "multiplier=1 bias=true init=auto", set()),
    "ConvTranspose": ("out kernel stride=1x1 pad=0x0 output_pad=0x0", "bias=true init=auto", set()),
    "Pool": ("kernel stride=3x3", "pad=0x0 mode=max ceil=false", {"MaxPool", "max_pool"}),
    "AvgPool": ("kernel stride=3x3", "pad=0x0 ceil=false", set()),
    "FC": ("out", "bias=true init=auto", {"Dense", "Linear"}),
    "LeakyReLU": ("slope=0.01", "", set()),
    "GELU": ("", "approximate=none", set()),
    "BatchNorm": ("", "momentum=0.9 eps=1e-5 affine=true", {"BN"}),
    "LayerNorm": ("", "eps=1e-5 affine=true", set()),
    "GroupNorm": ("groups", "eps=1e-5 affine=true", set()),
    "Dropout": ("p=0.5", "", set()),
    "Dropout2d": ("p=0.5", "", set()),
    "Upsample": ("factor=2x2", "mode=nearest", set()),
    "Pad": ("pad", "", set()),
    "ChannelShuffle": ("groups", "", set()),
    **dict.fromkeys(("GlobalAvgPool", "GlobalMaxPool", "ReLU", "ELU", "SELU", "SiLU", "Sigmoid"), ("", "", set())),
    **dict.fromkeys(("Tanh", "HardSwish", "Mish", "Softplus", "Scale", "Flatten", "Identity"), ("", "", set())),
    **dict.fromkeys(("Add", "Multiply", "Concat", "Softmax", "LogSoftmax"), ("", "", set())),
}


@pytest.mark.parametrize(("name", "positional", "named", "aliases"), [(name, *row) for name, row in TABLE.items()])
def test_names_orders_and_defaults_are_those_of_the_language(
    name: str, positional: str, named: str, aliases: set[str]
) -> None:
    kind = find_kind(name)
    assert kind is not None
    assert kind.name == name
    spec = kind.spec(**{field: 3 for field in ("out", "kernel", "groups", "pad") if field in positional.split()})
    fields = attrs.fields(kind.spec)
    assert " ".join(_told(spec, field) for field in fields if not field.kw_only) == positional
    assert " ".join(_told(spec, field) for field in fields if field.kw_only) == named
    assert set(aliases_of(kind)) == aliases


def _told(spec: Any, field: attrs.Attribute[Any]) -> str:
    return field.name if field.default is attrs.NOTHING else f"{field.name}={spell(getattr(spec, field.name))}"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Conv(0, 3), "out must be 1 or more, got 0"),
        (lambda: Conv(4, 3, 0), "stride must be 1 or more, got 0"),
        (lambda: Conv(4, 3, groups=0), "groups must be 1 or more, got 0"),
        (lambda: Pool(2, pad=2), "pad must be smaller than the kernel: a window of padding alone has no maximum"),
        (lambda: Pool(2, pad=2, mode="avg"), "a window of padding alone has no average"),
        (lambda: ConvTranspose(4, 3, 2, output_pad=2), "output_pad must be smaller than the stride"),
        (lambda: LeakyReLU(-1), r"slope = -1 is not in \[0, 1\)"),
        (lambda: BatchNorm(eps=0), r"eps = 0 is not in \[1e-12, 1\]"),
    ],
)
def test_a_spec_that_makes_no_sense_cannot_be_made(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


MAP, VECTOR = (16, 8, 8), (20,)
SHAPES = [
    ("Conv 4 3 groups=3", (MAP,), "S209", "Conv groups=3 does not divide 16 channels", "use 1, 2, 4"),
    ("Conv 12 3 groups=8", (MAP,), "S209", "Conv groups=8 does not divide 12 filters", "use 1, 2, 4"),
    ("GroupNorm 3", (MAP,), "S209", "GroupNorm groups=3 does not divide 16 channels", "use 1, 2, 4, 8, 16"),
    ("GroupNorm 3", (VECTOR,), "S209", "GroupNorm groups=3 does not divide 20 units", "use 1, 2, 4, 5, 10, 20"),
    ("ChannelShuffle 5", (MAP,), "S209", "ChannelShuffle groups=5 does not divide 16 channels", "use 1, 2, 4, 8, 16"),
    (
        "Conv 4 5 dilation=2",
        (MAP,),
        "S201",
        "Conv kernel 5x5, dilated to 9x9, does not fit its 8x8 input",
        "`pad=1` makes it fit; or a kernel of 4 or less",
    ),
    ("AvgPool 9", (MAP,), "S201", "AvgPool kernel 9x9 does not fit its 8x8 input", "or a kernel of 8 or less"),
    ("DWConv 9x1", (MAP,), "S201", "DWConv kernel 9x1 does not fit its 8x8 input", "`pad=1x0` makes it fit"),
    (
        "ConvTranspose 4 2 1 5",
        (MAP,),
        "S202",
        "the output of ConvTranspose would be 0x0",
        "a pad of 4 or less leaves something",
    ),
    ("Dropout2d", (VECTOR,), "S207", "Dropout2d needs a map", "move Dropout2d above Flatten and FC"),
    ("Upsample", (VECTOR,), "S207", "Upsample needs a map", "above Flatten"),
    (
        "Add",
        ((32, 16, 16), (16, 16, 16)),
        "S204",
        r"branches of Add differ: path 1 gives 32x16x16, path 2 16x16x16 \(channels\)",
        "give path 2 the shape 32x16x16, or write `residual shortcut=auto`",
    ),
    ("Add", (MAP, MAP, VECTOR), "S204", r"path 1 gives 16x8x8, path 3 20 \(a map and a vector\)", "path 3"),
    ("Add", ((3,), (4,)), "S204", "path 1 gives 3, path 2 4$", "path 2"),
    ("Multiply", (MAP, (16, 8, 7)), "S204", r"path 2 16x8x7 \(width\)", "make 16x8x8 of it"),
    ("Multiply", ((15,), MAP), "S204", r"path 1 gives 15, path 2 16x8x8", "16 factors for the channels"),
    ("Concat", (MAP, (3, 8, 7)), "S204", r"path 2 3x8x7 \(width\)", "make 8x8 pixels of path 2"),
    ("Concat", (VECTOR, MAP), "S204", r"\(a map and a vector\)", "make a vector of path 2"),
]


@pytest.mark.parametrize(("line", "shapes", "code", "message", "hint"), SHAPES, ids=lambda given: str(given)[:40])
def test_what_does_not_fit_says_why_and_what_would(
    line: str, shapes: tuple[Any, ...], code: str, message: str, hint: str
) -> None:
    name, *values = line.split()
    kind = next(kind for kind in REGISTRY if kind.name == name)
    spec = kind.spec(*map(_parsed, (value for value in values if "=" not in value)), **_named(values))
    with pytest.raises(ShapeError, match=message) as caught:
        kind.out_shape(spec, *shapes)
    assert caught.value.code == code
    assert caught.value.needs
    assert hint in caught.value.hint


def _named(values: list[str]) -> dict[str, Any]:
    return {name: _parsed(value) for name, _, value in (value.partition("=") for value in values) if value}


def _parsed(text: str) -> Any:
    parts = tuple(map(int, text.split("x")))
    return parts if len(parts) > 1 else parts[0]


@pytest.mark.parametrize(
    ("line", "repair"),
    [("Conv 4 5 dilation=2", {"pad": 1}), ("DWConv 9x1", {"pad": (1, 0)}), ("Conv 4 9x10", {"pad": 1})],
)
def test_the_repair_that_is_offered_repairs(line: str, repair: dict[str, Any]) -> None:
    name, *values = line.split()
    kind = next(kind for kind in REGISTRY if kind.name == name)
    positional = [_parsed(value) for value in values if "=" not in value]
    with pytest.raises(ShapeError):
        kind.out_shape(kind.spec(*positional, **_named(values)), MAP)
    assert min(kind.out_shape(kind.spec(*positional, **_named(values), **repair), MAP)) >= 1
