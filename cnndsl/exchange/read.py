"""ONNX files as plain values: bounded, whole, and without anything that lies in another file."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

from cnndsl.data.files import corrupt, open_content, wrong_format
from cnndsl.errors import InputError, clip
from cnndsl.exchange.library import onnx_library
from cnndsl.exchange.model import Model, Operator, with_what_is_needed
from cnndsl.exchange.notes import read_notes
from cnndsl.layers._kind import Array, Shape

#: The versions of the operators that are understood: the oldest of 2018, the newest that these readers know.
OLDEST, NEWEST = 9, 28
_LARGEST = 1 << 31  # bytes, of any protobuf message
_MOST_OPERATORS = 50_000
_LARGEST_SIDE = 1_000_000
_STANDARD = {"", "ai.onnx"}
_NUMBERS = {1, 10, 11}  # single, half and double precision


def read_onnx(path: Path, shape: Shape | None = None) -> Model:
    """The model in a file; ``shape`` is that of the images, ``(C, H, W)``, where the file leaves it open.

    Raises
    ------
    InputError
        The file is missing, too large, damaged, not ONNX, keeps weights elsewhere, or does not take images.
    SettingsError
        The package ``onnx`` is missing.
    """
    onnx = onnx_library()
    with open_content(path) as content:
        data = content.stream.read(_LARGEST)
    if len(data) == _LARGEST:
        raise wrong_format(path, f"is of {_LARGEST:,} bytes or more; no ONNX file is")
    try:
        model = onnx.load_model_from_string(data)
        return _decoded(path, model, shape)
    except InputError:
        raise
    except Exception:  # noqa: BLE001 - what a parser of foreign bytes may raise is not to be known
        raise corrupt(path, "is not a whole ONNX file") from None


def _decoded(path: Path, model: Any, shape: Shape | None) -> Model:
    graph = model.graph
    opset = next((each.version for each in model.opset_import if each.domain in _STANDARD), 0)
    if not graph.node and not opset:
        raise wrong_format(path, "is not an ONNX file: it holds no operators")
    if not OLDEST <= opset <= NEWEST:
        message = f"is written for version {opset} of the operators, this reads {OLDEST} to {NEWEST}"
        raise wrong_format(path, message, "export it for one of these (`opset_version=`)")
    if len(graph.node) > _MOST_OPERATORS:
        raise wrong_format(path, f"has {len(graph.node):,} operators; {_MOST_OPERATORS:,} are allowed")
    if graph.sparse_initializer:
        raise wrong_format(path, "has sparse weights", "export it with dense ones")
    constants = {tensor.name: _array(path, tensor) for tensor in graph.initializer}
    operators = tuple(_operator(path, node) for node in graph.node)
    images, batch, known = _images(path, [each for each in graph.input if each.name not in constants], shape)
    said = {entry.key: entry.value for entry in model.metadata_props}
    decoded = Model(
        operators=operators,
        constants=constants,
        images=images,
        input_shape=known,
        output=_only(path, [each.name for each in graph.output], "output"),
        opset=opset,
        batch=batch,
        is_ours=model.producer_name == "cnndsl",
        notes=read_notes(said, known[0]),
    )
    return _in_order(path, decoded)


def _images(path: Path, inputs: list[Any], shape: Shape | None) -> tuple[str, int | None, Shape]:
    """Name, number and shape of the images."""
    hint = "a model file takes images N x channels x height x width"
    name = _only(path, [each.name for each in inputs], "input")
    tensor = inputs[0].type.tensor_type
    if tensor.elem_type not in _NUMBERS:
        raise wrong_format(path, f"its input {name} is not of floating-point numbers", hint)
    batch, *sizes = ([dim.dim_value or None for dim in tensor.shape.dim]) or [None]
    if len(sizes) != 3:
        shown = " x ".join(str(size or "?") for size in (batch, *sizes))
        raise wrong_format(path, f"its input {name} is {shown}", hint)
    filled = [size or given for size, given in zip(sizes, shape or (None,) * 3, strict=True)]
    if not all(filled):
        shown = " x ".join(str(size or "?") for size in sizes)
        raise wrong_format(path, f"its input {name} leaves the size of images open ({shown})", "give --input CxHxW")
    known = tuple(int(size) for size in filled if size)
    if shape and known != shape:
        shown = " x ".join(map(str, known))
        raise wrong_format(path, f"its input {name} is {shown}", "leave --input out")
    if not all(1 <= size <= _LARGEST_SIDE for size in known):
        raise wrong_format(path, f"its input {name} has a side of {max(known, key=abs):,}", hint)
    return name, batch, known


def _only(path: Path, names: list[str], what: str) -> str:
    if len(names) != 1:
        listed = f": {clip(', '.join(names), 100)}" if names else ""
        raise wrong_format(path, f"has {len(names)} {what}s{listed}", f"a model file has one {what}")
    return names[0]


def _operator(path: Path, node: Any) -> Operator:
    kind = node.op_type if node.domain in _STANDARD else f"{node.domain}.{node.op_type}"
    attributes = {each.name: _attribute(path, each) for each in node.attribute}
    return Operator(kind, node.name, tuple(node.input), tuple(node.output), attributes)


def _attribute(path: Path, attribute: Any) -> Any:
    onnx = onnx_library()
    value = onnx.helper.get_attribute_value(attribute)
    match value:
        case bytes():
            return value.decode("utf-8", "replace")
        case onnx.TensorProto():
            return _array(path, value)
        case int() | float():
            return value
    return list(value) if attribute.type in {attribute.INTS, attribute.FLOATS} else value


def _array(path: Path, tensor: Any) -> Array:
    onnx = onnx_library()
    name = clip(tensor.name)
    if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
        hint = "save it as one file: `onnx.save(model, path, save_as_external_data=False)`"
        raise wrong_format(path, f"keeps {name} in another file, which is not opened", hint)
    sizes = tuple(tensor.dims)
    if min(sizes, default=0) < 0 or prod(sizes) > _LARGEST:
        raise corrupt(path, f"{name} is said to be {clip('x'.join(map(str, sizes)))}")
    try:
        array: Array = onnx.numpy_helper.to_array(tensor)
    except (ValueError, TypeError, KeyError):
        raise corrupt(path, f"{name} does not hold {clip('x'.join(map(str, sizes)))} numbers") from None
    return array


def _in_order(path: Path, model: Model) -> Model:
    """The model with what its output depends on; each name is given once, above its users."""
    given = {model.images, "", *model.constants}
    for operator in model.operators:
        missing = [name for name in operator.inputs if name not in given]
        again = [name for name in operator.outputs if name and name in given]
        if missing:
            raise corrupt(path, f"{operator.kind} takes {clip(missing[0])}, which nothing above it gives")
        if again or not any(operator.outputs[:1]):
            raise corrupt(path, f"{operator.kind} gives {clip(again[0]) if again else 'nothing'}: a name is given once")
        given.update(operator.outputs)
    if model.output not in given:
        raise corrupt(path, f"nothing gives its output {clip(model.output)}")
    return with_what_is_needed(model)
