"""What other frameworks write gets its counterpart here as a hint, and nothing of it is accepted."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.language import Source
from cnndsl.language.dialects import calls, counterpart, translate_argument, translate_call, translate_section
from cnndsl.language.parse import parse
from cnndsl.layers import find_kind

CALLS = {
    "nn.Conv2d(3, 6, 5)": ("Conv 6 5",),
    "self.conv1 = torch.nn.Conv2d(3, 16, kernel_size=3, padding=1, bias=False),": ("conv1: Conv 16 3 1 1 bias=false",),
    "Conv2d(8, 8, (3, 5), stride=2, padding=(1, 2), groups=8)": ("Conv 8 3x5 2 1x2 groups=8",),
    "nn.Linear(16*5*5, 120)": ("FC 120",),
    "nn.MaxPool2d(3, 2, ceil_mode=True)": ("Pool 3 2 ceil=true",),
    "nn.ReLU(inplace=True)": ("ReLU",),
    "nn.Dropout(p=0.25)": ("Dropout 0.25",),
    "nn.GroupNorm(4, 16)": ("GroupNorm 4",),
    "Conv2D(32, 3, activation='relu')": ("Conv 32 3", "ReLU"),
    "model.add(layers.Conv2D(32, (3, 3), padding='same', input_shape=(28, 28, 1)))": (
        "input 1x28x28",
        "Conv 32 3 1 same",
    ),
    "x = Dense(10, activation='softmax')(x)": ("FC 10", "Softmax"),
    "MaxPooling2D()": ("Pool 2",),
    "MaxPooling2D((2, 2), strides=2, padding='valid')": ("Pool 2",),
    "Activation('leaky_relu')": ("LeakyReLU",),
    "Input(shape=(32, 32, 3))": ("input 3x32x32",),
    "Input(28, 28, 1)": ("input 1x28x28",),
    "UpSampling2D(2, interpolation='bilinear')": ("Upsample mode=bilinear",),
    "Dense(10, activation='linear')": ("FC 10",),
    "Dropout(0.5)": ("Dropout",),
}


@pytest.mark.parametrize("line", CALLS)
def test_a_call_is_told_what_it_is_here(line: str) -> None:
    found = translate_call(line)
    assert found is not None
    assert found.lines == CALLS[line]


@pytest.mark.parametrize("line", CALLS)
def test_what_is_proposed_is_right_and_what_was_written_is_not(line: str) -> None:
    assert parse(Source("", "\n".join([*CALLS[line], ""])))[1] == ()
    _, (error, *_) = parse(Source("", f"{line}\n"))
    assert error.code == "P001"
    assert all(f"`{proposed}`" in error.hints[0] for proposed in CALLS[line])


@pytest.mark.parametrize(
    "line",
    [
        "nn.Conv2d(3)",  # no number of filters
        "nn.Conv2d(3, n, 5)",  # a variable, of which nothing is known
        "Dropout(50)",  # not a share
        "nn.Transformer(512)",
        "Activation('linear')",  # does nothing, and needs no line
        "Dense(10, activation='nonsense')",
        "x = F.relu(self.conv1(x))",
        "Conv 6 5 1 2",
        "Conv2D(" + "(" * 200,
        "Conv2D(" + "9," * 200 + ")",
        "nn.Conv2d(3, 6, 5, 1, 0, 1, 1, True, 'zeros', 4)",
        "Conv2D(*sizes)",
        "",
    ],
)
def test_what_is_not_understood_gets_no_guess(line: str) -> None:
    assert translate_call(line) is None


@given(st.text("abConv2dDense(),='\"*[]{}.:0123 \\\n", max_size=60))
def test_any_line_is_looked_at_without_harm(line: str) -> None:
    translate_call(line)
    translate_section([line, line], 1)


@pytest.mark.parametrize("name", calls._CALLEES)
def test_the_dictionary_names_layers_and_fields_that_there_are(name: str) -> None:
    callee = calls._CALLEES[name]
    if callee.kind in {"", "input"}:
        return
    kind = find_kind(callee.kind)
    assert kind is not None
    assert kind.name == callee.kind == counterpart(f"nn.{name}")
    fields = {field.name for field in attrs.fields(kind.spec)}
    assert {ours for ours in callee.arguments.values() if ours} <= fields


def test_arguments_of_others_are_known() -> None:
    conv = ("out", "kernel", "stride", "pad", "bias")
    assert translate_argument("filters", conv) == "did you mean `out=`?"
    assert translate_argument("padding", conv) == "did you mean `pad=`?"
    assert "inferred" in (translate_argument("in_channels", conv) or "")
    assert "layer of its own" in (translate_argument("activation", conv) or "")
    assert translate_argument("filters", ("p",)) is None
    assert translate_argument("nonsense", conv) is None


SECTION = ["", "[convolutional]", "batch_normalize=1", "filters=32  # many", "", "size=3", "pad=1", "activation=leaky"]


def test_a_section_of_darknet_is_told_what_it_is_here() -> None:
    found = translate_section([*SECTION, "[maxpool]"], 2)
    assert found is not None
    translation, last = found
    assert translation.lines == ("Conv 32 3 1 1 bias=false", "BatchNorm", "LeakyReLU 0.1")
    assert last == len(SECTION)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["[net]", "width=32", "height=24", "channels=3"], ("input 3x24x32",)),
        (["[maxpool]", "size=3", "stride=2"], ("Pool 3 2",)),
        (["[connected]", "output=10", "activation=linear"], ("FC 10",)),
        (["[connected]", "output=10"], ("FC 10", "Sigmoid")),
        (["[avgpool]"], ("GlobalAvgPool",)),
        (["[dropout]", "probability=.25"], ("Dropout 0.25",)),
        (["[upsample]", "stride=2"], ("Upsample",)),
        (["[softmax]", "groups=1"], ("Softmax",)),
        (["[shortcut]", "from=-3"], ("Add @name",)),
        (["[route]", "layers=-1,8"], ("Concat @name",)),
        (["[yolo]", "classes=80"], None),
        (["[net]", "batch=64"], None),
        (["[convolutional]", "filters=many"], None),
        (["[a b]"], None),
    ],
)
def test_sections_of_darknet(lines: list[str], expected: tuple[str, ...] | None) -> None:
    found = translate_section(lines, 1)
    assert (found[0].lines if found else None) == expected


def test_a_section_is_one_error_and_what_follows_is_read() -> None:
    _, found = parse(Source("", "\n".join([*SECTION, "[maxpool]", "size=2", "stride=2", "Conv 6, 5", ""])))
    assert [error.span.line for error in found] == [2, 9, 12]
