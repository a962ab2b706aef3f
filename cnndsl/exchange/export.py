"""A network as an ONNX model: one fold over the graph that knows no layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import evolve

from cnndsl import __version__
from cnndsl.errors import CnndslError
from cnndsl.exchange.calls import Site, call
from cnndsl.exchange.library import onnx_library
from cnndsl.exchange.naming import Named
from cnndsl.exchange.notes import Notes, write_notes
from cnndsl.exchange.translate import translate
from cnndsl.language.fingerprint import canonical_hash
from cnndsl.language.graph import INPUT, Graph
from cnndsl.language.render import render
from cnndsl.layers._kind import Array, Shape, Tree

#: The version of the operators, of 2024: the first whose GroupNormalization has a scale per channel.
OPSET = 21
#: What the images are called, which no layer can be.
IMAGES = "input"
_IR = 10  # the version of the file format that came with it
_LARGEST = 2_000_000_000  # bytes of weights: a protobuf message ends at 2 GiB


def export_onnx(graph: Graph, params: Tree, state: Tree, notes: Notes, *, with_preprocessing: bool = False) -> bytes:
    """The bytes of an ONNX file for a graph with shapes.

    The model takes ``input``, float32 ``(N, C, H, W)`` with any batch ``N``, and gives what the last layer gives, in
    inference mode. An initialiser is called ``layer path/name`` as the parameter is, a node as its layer. Metadata hold
    the network as a model file, its fingerprint and the ``notes``. With preprocessing the model standardises by itself:
    its input are pixels from 0 to 255.

    Raises
    ------
    CnndslError
        A layer has no form in ONNX, preprocessing is asked for and not known, or the weights are too large (X903).
    SettingsError
        The package ``onnx`` is missing (X902).
    """
    network = evolve(graph, sections=())
    weights = _weights(params, state)
    named = _named(network, weights, notes if with_preprocessing else None)
    arrays = weights | named.constants
    size = sum(array.nbytes for array in arrays.values())
    if size > _LARGEST:
        message = f"{size:,} bytes of weights; an ONNX file holds {_LARGEST:,} at most"
        raise CnndslError(message, code="X903", hint="make the network smaller")
    said = write_notes(notes, render(network), canonical_hash(network))
    return _written(network, named, arrays, said)


def _weights(params: Tree, state: Tree) -> dict[str, Array]:
    """Every weight by its name in the model."""
    return {
        f"{path}/{name}": np.ascontiguousarray(array, np.float32)
        for tree in (params, state)
        for path, own in tree.items()
        for name, array in own.items()
    }


def _named(graph: Graph, weights: Mapping[str, Array], scale: Notes | None) -> Named:
    """The operators of every layer, in file order."""
    named = Named()
    values = {INPUT: IMAGES}
    if scale:
        values[INPUT] = _standardised(named, scale)
    for node in graph.nodes:
        own = {name.removeprefix(f"{node.path}/"): name for name in weights if name.startswith(f"{node.path}/")}
        site = Site(tuple(values[path] for path in node.inputs), own, node.in_shapes, node.out_shape)
        # A label may look like the name of a weight; values and weights share one space of names.
        values[node.path] = f"{node.path}:value" if node.path in weights else node.path
        try:
            named.add(translate(node.spec, site), node.path, values[node.path])
        except TypeError as error:
            raise CnndslError(str(error), code="X903", hint="say what it is with `translate.register`") from None
    return named


def _standardised(named: Named, scale: Notes) -> str:
    """The images, pixels from 0 to 255, as the network takes them."""
    if not scale.mean:
        message = "nothing says how the images were standardised"
        raise CnndslError(message, code="X903", hint="export a run, or leave --with-preprocessing out")
    mean, std = (255 * np.array(values, np.float32)[:, None, None] for values in (scale.mean, scale.std))
    output = f"{IMAGES}:standardised"
    named.add(call("Div", call("Sub", IMAGES, mean), std), IMAGES, output)
    return output


def _written(graph: Graph, named: Named, arrays: Mapping[str, Array], said: Mapping[str, str]) -> bytes:
    onnx = onnx_library()
    helper = onnx.helper

    def described(name: str, shape: Shape) -> Any:
        return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["N", *shape])

    model = helper.make_model(
        helper.make_graph(
            [helper.make_node(op.kind, op.inputs, op.outputs, op.name, **op.attributes) for op in named.operators],
            "network",
            [described(IMAGES, graph.input_shape)],
            [described(named.operators[-1].output, graph.nodes[-1].out_shape)],
            [onnx.numpy_helper.from_array(array, name) for name, array in arrays.items()],
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=_IR,
        producer_name="cnndsl",
        producer_version=__version__,
    )
    helper.set_model_props(model, said)
    data: bytes = model.SerializeToString(deterministic=True)
    return data
