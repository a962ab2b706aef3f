"""PyTorch as a referee, where it is installed: the same outputs and the same gradients."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnndsl.layers import REGISTRY
from cnndsl.layers._fields import Pair
from cnndsl.layers._kind import Array, Shape, ShapeError
from cnndsl.testing.calls import Arguments, arguments, run
from tests.layers.formulas import Call
from tests.layers.references import frame, inner, outer
from tests.strategies import Case, Kind, cases, thorough

torch = pytest.importorskip("torch")
F = torch.nn.functional

Tensor = Any
Tensors = dict[str, Any]
Rival = Callable[[Call], Tensor]


def framed(spec: Any, x: Tensor, value: float) -> Tensor:
    """``x`` with its padding, which PyTorch only knows equal on both sides."""
    (top, bottom, _), (left, right, _) = (frame(spec, length, axis) for axis, length in enumerate(x.shape[2:]))
    return F.pad(x, (left, right, top, bottom), value=value)


def conv(call: Call) -> Tensor:
    spec, weight = call.spec, call.params["W"]
    groups, dilation = call.x.shape[1] // weight.shape[1], getattr(spec, "dilation", (1, 1))
    return F.conv2d(framed(spec, call.x, 0), weight, call.params.get("b"), spec.stride, 0, dilation, groups)


def conv_transpose(call: Call) -> Tensor:
    spec, params = call.spec, call.params
    return F.conv_transpose2d(call.x, params["W"], params.get("b"), spec.stride, spec.pad, spec.output_pad)


def max_pool(call: Call) -> Tensor:
    return F.max_pool2d(framed(call.spec, call.x, -torch.inf), call.spec.kernel, call.spec.stride)


def avg_pool(call: Call) -> Tensor:
    """Sums of the framed map and of ones in its place."""
    spec = call.spec
    both = (call.x, torch.ones_like(call.x))
    sums, counts = (F.avg_pool2d(framed(spec, each, 0), spec.kernel, spec.stride) for each in both)
    return sums / counts


def batch_norm(call: Call) -> Tensor:
    spec, params, state = call.spec, call.params, call.state
    mean, var = state["mean"].clone(), state["var"].clone()
    scale, bias = params.get("scale"), params.get("bias")
    return F.batch_norm(call.x, mean, var, scale, bias, call.train, 1 - spec.momentum, spec.eps)


def layer_norm(call: Call) -> Tensor:
    scale, bias = call.params.get("scale"), call.params.get("bias")
    return F.layer_norm(call.x, call.x.shape[1:], scale, bias, call.spec.eps)


def group_norm(call: Call) -> Tensor:
    scale, bias = call.params.get("scale"), call.params.get("bias")
    return F.group_norm(call.x, call.spec.groups, scale, bias, call.spec.eps)


def multiply(call: Call) -> Tensor:
    rank = max(x.ndim for x in call.xs)
    return prod(x if x.ndim == rank else x[:, :, None, None] for x in call.xs)


def upsample(call: Call) -> Tensor:
    return F.interpolate(call.x, scale_factor=tuple(map(float, call.spec.factor)), mode=call.spec.mode)


def pad(call: Call) -> Tensor:
    (ph, pw) = call.spec.pad
    return F.pad(call.x, (pw, pw, ph, ph))


RIVALS: dict[str, Rival] = {
    "Conv": conv,
    "DWConv": conv,
    "ConvTranspose": conv_transpose,
    "FC": lambda call: F.linear(call.x.flatten(1), call.params["W"], call.params.get("b")),
    "Pool": lambda call: max_pool(call) if call.spec.mode == "max" else avg_pool(call),
    "AvgPool": avg_pool,
    "GlobalAvgPool": lambda call: F.adaptive_avg_pool2d(call.x, 1).flatten(1),
    "GlobalMaxPool": lambda call: F.adaptive_max_pool2d(call.x, 1).flatten(1),
    "ReLU": lambda call: F.relu(call.x),
    "LeakyReLU": lambda call: F.leaky_relu(call.x, call.spec.slope),
    "ELU": lambda call: F.elu(call.x),
    "SELU": lambda call: F.selu(call.x),
    "GELU": lambda call: F.gelu(call.x, approximate=call.spec.approximate),
    "SiLU": lambda call: F.silu(call.x),
    "Sigmoid": lambda call: torch.sigmoid(call.x),
    "Tanh": lambda call: torch.tanh(call.x),
    "HardSwish": lambda call: F.hardswish(call.x),
    "Mish": lambda call: F.mish(call.x),
    "Softplus": lambda call: F.softplus(call.x, threshold=1000),
    "BatchNorm": batch_norm,
    "LayerNorm": layer_norm,
    "GroupNorm": group_norm,
    "Flatten": lambda call: call.x.flatten(1),
    "Upsample": upsample,
    "Pad": pad,
    "ChannelShuffle": lambda call: F.channel_shuffle(call.x, call.spec.groups),
    "Add": lambda call: sum(call.xs),
    "Multiply": multiply,
    "Concat": lambda call: torch.cat(call.xs, 1),
    "Softmax": lambda call: F.softmax(call.x, 1),
    "LogSoftmax": lambda call: F.log_softmax(call.x, 1),
}


def tensor(array: Array) -> Tensor:
    return torch.tensor(np.ascontiguousarray(array))


def referee(case: Case, given: Arguments) -> tuple[Tensor, tuple[Tensor, ...], Tensors]:
    """``y``, ``dxs`` and ``grads``, all in the outer layout."""
    xs = tuple(tensor(outer(x)).requires_grad_() for x in given.xs)
    params = {name: tensor(array).requires_grad_() for name, array in given.params.items()}
    state = {name: tensor(array) for name, array in given.state.items()}
    y = RIVALS[case.kind.name](Call(case.spec, params, state, xs, case.train))
    gradients = torch.autograd.grad(y, [*xs, *params.values()], tensor(outer(given.dy)))
    return y, gradients[: len(xs)], dict(zip(params, gradients[len(xs) :], strict=True))


def difference(own: Array, other: Tensor, given: Arguments) -> float:
    """The largest difference, relative to the largest value, here or in the cotangent: most of it may cancel."""
    other = other.detach().numpy()
    assert own.shape == other.shape
    return float(abs(own - other).max(initial=0) / max(abs(other).max(initial=0), abs(given.dy).max(initial=0)))


@pytest.mark.parametrize("name", RIVALS)
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 3e-5), (np.float64, 1e-12)])
@thorough(30)
@given(data=st.data())
def test_pytorch_says_the_same(name: str, dtype: type, tolerance: float, data: st.DataObject) -> None:
    kind: Kind = next(kind for kind in REGISTRY if kind.name == name)
    case = data.draw(cases(kind))
    assume(
        "Norm" not in name or _values_of_a_statistic(case) > 1
    )  # PyTorch refuses one, or gives what is left of rounding
    given = arguments(case, dtype)
    assert_agree(case, given, tolerance)


def _values_of_a_statistic(case: Case) -> int:
    (shape, *_) = case.in_shapes
    if case.kind.name == "BatchNorm":
        return case.images * prod(shape[1:])
    return prod(shape) // case.spec.groups if case.kind.name == "GroupNorm" else prod(shape)


def assert_agree(case: Case, given: Arguments, tolerance: float) -> None:
    result = run(case, given)
    y, dxs, grads = referee(case, given)
    pairs = {
        "y": (outer(result.y), y),
        **{f"x{index}": (outer(own), other) for index, (own, other) in enumerate(zip(result.dxs, dxs, strict=True))},
        **{name: (own, grads[name]) for name, own in result.grads.items()},
    }
    differences = {name: difference(own, other, given) for name, (own, other) in pairs.items()}
    assert max(differences.values()) <= tolerance, differences


def test_running_statistics_move_as_in_pytorch_but_for_the_variance_of_the_population() -> None:
    kind = next(kind for kind in REGISTRY if kind.name == "BatchNorm")
    case = Case(kind, kind.spec(momentum=0.7), ((3, 4, 5),), images=6)
    given = arguments(case)
    x = tensor(outer(given.xs[0]))
    mean, var = tensor(given.state["mean"]), tensor(given.state["var"])
    F.batch_norm(x, mean, var, training=True, momentum=1 - 0.7)
    count = x.numel() // 3
    state = run(case, given).state
    np.testing.assert_allclose(state["mean"], mean.numpy(), rtol=1e-12)
    # PyTorch's own running variance divides by one less.
    stays = 0.7 * given.state["var"]
    np.testing.assert_allclose((state["var"] - stays) * count / (count - 1) + stays, var.numpy(), rtol=1e-12)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("size", [(7, 7), (8, 5)])
@pytest.mark.parametrize("kernel", [(3, 3), (2, 3), (5, 4)])
@pytest.mark.parametrize("dilation", [(1, 1), (2, 1), (1, 3), (3, 2)])
def test_same_padding_is_pytorchs(size: Pair, kernel: Pair, dilation: Pair) -> None:
    """PyTorch has it for stride 1 alone."""
    kind = next(kind for kind in REGISTRY if kind.name == "Conv")
    shape: Shape = (2, *size)
    case = Case(kind, kind.spec(3, kernel, pad="same", dilation=dilation), (shape,))
    given = arguments(case)
    expected = F.conv2d(
        tensor(outer(given.xs[0])),
        tensor(given.params["W"]),
        tensor(given.params["b"]),
        padding="same",
        dilation=dilation,
    )
    np.testing.assert_allclose(run(case, given).y, inner(expected.numpy()), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("length", range(1, 14))
@pytest.mark.parametrize("kernel", [1, 2, 3])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_the_sizes_of_rounded_up_pooling_are_pytorchs(length: int, kernel: int, stride: int) -> None:
    kind = next(kind for kind in REGISTRY if kind.name == "Pool")
    for pad in range(kernel // 2 + 1):
        spec = kind.spec(kernel, stride, pad=pad, ceil=True)
        try:
            expected = F.max_pool2d(torch.zeros(1, 1, length, length), kernel, stride, pad, ceil_mode=True)
        except RuntimeError:
            with pytest.raises(ShapeError):
                kind.out_shape(spec, (1, length, length))
        else:
            assert kind.out_shape(spec, (1, length, length)) == tuple(expected.shape[1:])


def test_averages_of_rounded_up_pooling_are_pytorchs() -> None:
    kind = next(kind for kind in REGISTRY if kind.name == "AvgPool")
    case = Case(kind, kind.spec(3, 2, pad=1, ceil=True), ((2, 8, 7),))
    given = arguments(case)
    expected = F.avg_pool2d(tensor(outer(given.xs[0])), 3, 2, 1, ceil_mode=True, count_include_pad=False)
    np.testing.assert_allclose(outer(run(case, given).y), expected, rtol=1e-12)


def test_the_referee_would_notice() -> None:
    kind = next(kind for kind in REGISTRY if kind.name == "Tanh")
    case = Case(attrs.evolve(kind, backward=lambda _s, _p, y, dy, _c: ((dy * (1 - y),), {})), kind.spec(), ((4,),))
    with pytest.raises(AssertionError):
        assert_agree(case, arguments(case), 1e-3)
