"""The networks in PyTorch and JAX are those of the files: as many parameters, equal outputs from equal weights."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.nets import NETS, Net
from benchmarks.ours import images
from cnndsl.training import Settings, program_of

# Its `pad=same` with stride 2 is a pixel further than PyTorch's padding.
SHIFTED = {"resnet8-cifar"}
each_net = pytest.mark.parametrize("net", NETS.values(), ids=lambda net: net.name)
TOLERANCE = 1e-5


@each_net
def test_pytorch(net: Net) -> None:
    torch = pytest.importorskip("torch")
    from benchmarks.torch_twin import load, twin

    program = program_of(net.graph(), Settings())
    params, state = program.init(0)
    module = twin(net, softmax=True).eval()
    assert sum(parameter.numel() for parameter in module.parameters()) == program.figures.parameters
    load(module, params, state)
    x, _ = images(net, 4)
    theirs = module(torch.from_numpy(x)).detach().numpy()
    assert theirs.shape == (4, 10)
    if net.name not in SHIFTED:
        assert np.allclose(program.predict(params, state, x), theirs, atol=TOLERANCE)
    moved = program.forward(params, state, x, train=True)[1]
    first = next(iter(moved), None)  # no Dropout before it
    if first:
        module.train()(torch.from_numpy(x))
        running = next(layer for layer in module.modules() if isinstance(layer, torch.nn.BatchNorm2d))
        assert np.allclose(moved[first]["mean"], running.running_mean.numpy(), atol=TOLERANCE)


@each_net
def test_jax(net: Net) -> None:
    pytest.importorskip("jax")
    from benchmarks.jax_twin import inference_of

    program = program_of(net.graph(), Settings())
    params, state = program.init(0)
    x, _ = images(net, 4)
    theirs = np.asarray(inference_of(net)(params, state, np.moveaxis(x, 1, 3)))
    assert theirs.shape == (4, 10)
    if net.name not in SHIFTED:
        assert np.allclose(program.predict(params, state, x), theirs, atol=TOLERANCE)


@each_net
def test_a_step_in_both_has_one_loss(net: Net) -> None:
    torch, jax = pytest.importorskip("torch"), pytest.importorskip("jax")
    from benchmarks.jax_twin import step_of
    from benchmarks.torch_twin import load, twin

    params, state = program_of(net.graph(), Settings()).init(0)
    module = twin(net, softmax=False)
    load(module, params, state)
    for layer in module.modules():
        if isinstance(layer, torch.nn.Dropout):
            pytest.skip("each draws what it drops")
    x, labels = images(net, 4)
    loss = torch.nn.functional.cross_entropy(module(torch.from_numpy(x)), torch.from_numpy(labels)).item()
    tree = jax.tree.map(jax.numpy.asarray, (dict(params), dict(state)))
    *_, theirs = step_of(net)(*tree, np.moveaxis(x, 1, 3), labels, jax.random.key(0))
    assert float(theirs) == pytest.approx(loss, rel=1e-4)
