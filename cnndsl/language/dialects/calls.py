"""Layers as Keras and PyTorch write them: calls in Python."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from typing import Any

from attrs import frozen

from cnndsl.language.dialects.translation import Translation, activation_lines, layer_line

_LONGEST = 300  # characters of a line that is worth a look
_INFERRED = ("in_", "num_features", "input_")  # how arguments begin that say what reaches a layer
_ADDERS = {"add", "append"}  # as in `model.add(Dense(10))`


@frozen
class _Callee:
    """A layer elsewhere: its name here, and its arguments there, in order, each with its name here after a ``=``.

    An argument without a name here is inferred, or has no meaning for the shape.
    """

    framework: str
    kind: str
    written: str = ""

    @property
    def arguments(self) -> dict[str, str]:
        """Their names to ours, in their order."""
        return {name: ours for name, _, ours in (word.partition("=") for word in self.written.split())}


def _keras(kind: str, written: str = "") -> _Callee:
    return _Callee("Keras", kind, written)


def _torch(kind: str, written: str = "") -> _Callee:
    return _Callee("PyTorch", kind, written)


def _both(kind: str, written: str = "") -> _Callee:
    return _Callee("Python", kind, written)


_WINDOW = "kernel_size=kernel stride=stride padding=pad"
_KERAS_WINDOW = "pool_size=kernel strides=stride padding=pad"
_CALLEES = {
    "Conv2D": _keras(
        "Conv",
        "filters=out kernel_size=kernel strides=stride padding=pad data_format dilation_rate=dilation groups=groups "
        "activation use_bias=bias input_shape",
    ),
    "Conv2DTranspose": _keras(
        "ConvTranspose", "filters=out kernel_size=kernel strides=stride padding=pad output_padding=output_pad"
    ),
    "DepthwiseConv2D": _keras(
        "DWConv", "kernel_size=kernel strides=stride padding=pad depth_multiplier=multiplier activation use_bias=bias"
    ),
    "MaxPooling2D": _keras("Pool", _KERAS_WINDOW),
    "MaxPool2D": _keras("Pool", _KERAS_WINDOW),
    "AveragePooling2D": _keras("AvgPool", _KERAS_WINDOW),
    "GlobalAveragePooling2D": _keras("GlobalAvgPool"),
    "GlobalMaxPooling2D": _keras("GlobalMaxPool"),
    "Dense": _keras("FC", "units=out activation use_bias=bias input_shape"),
    "BatchNormalization": _keras("BatchNorm", "axis momentum epsilon"),
    "LayerNormalization": _keras("LayerNorm", "axis epsilon"),
    "Activation": _keras("", "activation"),
    "SpatialDropout2D": _keras("Dropout2d", "rate=p"),
    "UpSampling2D": _keras("Upsample", "size=factor data_format interpolation=mode"),
    "ZeroPadding2D": _keras("Pad", "padding=pad"),
    "Input": _keras("input", "shape"),
    "InputLayer": _keras("input", "shape input_shape"),
    "Conv2d": _torch(
        "Conv", f"in_channels out_channels=out {_WINDOW} dilation=dilation groups=groups bias=bias padding_mode"
    ),
    "ConvTranspose2d": _torch(
        "ConvTranspose", f"in_channels out_channels=out {_WINDOW} output_padding=output_pad groups bias=bias"
    ),
    "MaxPool2d": _torch("Pool", f"{_WINDOW} dilation return_indices ceil_mode=ceil"),
    "AvgPool2d": _torch("AvgPool", f"{_WINDOW} ceil_mode=ceil count_include_pad"),
    "Linear": _torch("FC", "in_features out_features=out bias=bias"),
    "LazyLinear": _torch("FC", "out_features=out bias=bias"),
    "BatchNorm2d": _torch("BatchNorm", "num_features eps=eps momentum affine=affine"),
    "BatchNorm1d": _torch("BatchNorm", "num_features eps=eps momentum affine=affine"),
    "GroupNorm": _torch("GroupNorm", "num_groups=groups num_channels eps=eps affine=affine"),
    "LayerNorm": _torch("LayerNorm", "normalized_shape eps=eps"),
    "Dropout": _both("Dropout", "p=p inplace rate=p"),
    "Dropout2d": _torch("Dropout2d", "p=p inplace"),
    "ReLU": _both("ReLU", "inplace"),
    "LeakyReLU": _both("LeakyReLU", "negative_slope=slope inplace alpha=slope"),
    "Softmax": _both("Softmax", "dim axis"),
    "LogSoftmax": _torch("LogSoftmax", "dim"),
    "Flatten": _both("Flatten", "start_dim end_dim"),
    "Hardswish": _torch("HardSwish", "inplace"),
    "Upsample": _torch("Upsample", "size scale_factor=factor mode=mode align_corners"),
    "ZeroPad2d": _torch("Pad", "padding=pad"),
    **{name: _both(name, "inplace") for name in ("ELU", "SELU", "SiLU", "Sigmoid", "Tanh", "Softplus", "GELU")},
}
_NAMES = {name.lower(): callee.kind for name, callee in _CALLEES.items() if callee.kind} | {"leaky": "LeakyReLU"}
_ARGUMENTS = {
    **{name: ours for callee in _CALLEES.values() for name, ours in callee.arguments.items()},
    "num_output": "out",
    "size": "kernel",
    "ksize": "kernel",
    "filter": "out",
    "probability": "p",
}


def counterpart(name: str) -> str | None:
    """What a layer of another framework is called here."""
    return _NAMES.get(name.rpartition(".")[2].lower())


def translate_argument(name: str, known: tuple[str, ...]) -> str | None:
    """What to do about an argument that another framework has, of a layer with the ``known`` ones here."""
    ours = _ARGUMENTS.get(name.lower())
    if ours in known:
        return f"did you mean `{ours}=`?"
    if name.lower() == "activation":
        return "an activation is a layer of its own, on the next line;"
    return "leave it out: it is inferred;" if ours == "" and name.startswith(_INFERRED) else None


def translate_call(code: str) -> Translation | None:
    """The lines for a line that is a layer in Python, if it is one that has a counterpart."""
    found = _call_in(code)
    callee = _CALLEES.get(_name_of(found[1].func)) if found else None
    if found is None or callee is None:
        return None
    label, call = found
    try:
        first, *others = _lines(callee, _arguments(call, tuple(callee.arguments)))
    except (ValueError, TypeError):  # values that mean nothing here, or none where one is needed
        return None
    return Translation(callee.framework, (f"{label}{first}", *others), _remark(call, callee))


def _remark(call: ast.Call, callee: _Callee) -> str:
    inferred = call.args and next(iter(callee.arguments), "").startswith(_INFERRED)
    return "what comes in is inferred" if inferred else ""


def _call_in(code: str) -> tuple[str, ast.Call] | None:
    """The call that makes a layer, and the label that the line gives it."""
    if len(code) > _LONGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what Python thinks about the text
            (statement,) = ast.parse(code.strip().rstrip(",")).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    label = ""
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Attribute):  # self.conv1 = ...
        label = f"{statement.targets[0].attr}: "
    call = getattr(statement, "value", None)
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Call):  # Conv2D(...)(x)
        call = call.func
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in _ADDERS:
        call = call.args[0] if call.args else None
    return (label, call) if isinstance(call, ast.Call) else None


def _name_of(function: ast.expr) -> str:
    """``Conv2d`` of ``torch.nn.Conv2d``."""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _arguments(call: ast.Call, names: tuple[str, ...]) -> dict[str, ast.expr]:
    if names == ("shape",) and len(call.args) > 1:  # Input(28, 28, 1), which people write
        return {"shape": ast.Tuple(call.args)}
    given = dict(zip(names, call.args, strict=False))
    given.update({keyword.arg: keyword.value for keyword in call.keywords if keyword.arg in names})
    if len(call.args) > len(names):
        raise ValueError(len(call.args))
    return given


def _lines(callee: _Callee, given: dict[str, ast.expr]) -> Iterator[str]:
    shape = given.get("shape") or given.get("input_shape")
    if shape is not None:
        yield _input_line(ast.literal_eval(shape))
    if callee.kind == "input":
        return
    if callee.kind:
        ours = ((callee.arguments[name], value) for name, value in given.items())
        yield layer_line(callee.kind, _defaults(callee.kind) | {name: _value(value) for name, value in ours if name})
    if "activation" in given:
        yield from activation_lines(ast.literal_eval(given["activation"]))


def _defaults(kind: str) -> dict[str, object]:
    """What can be left out there and not here: Keras's pools are 2x2."""
    return {"kernel": 2} if kind in {"Pool", "AvgPool"} else {}


def _value(node: ast.expr) -> Any:
    value = ast.literal_eval(node)
    return 0 if value == "valid" else value


def _input_line(shape: Any) -> str:
    """Keras writes channels last."""
    height, width, channels = shape
    return f"input {channels:d}x{height:d}x{width:d}"
