"""The networks that are measured: five files, and a family of plain ones that grow one way at a time."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from cnndsl.compiler import check
from cnndsl.language import Graph, Source
from cnndsl.language.graph import Shape
from cnndsl.language.source import read_source

ROOT = Path(__file__).resolve().parents[1]
SEED_FILE = ROOT / "inputdir" / "model.txt"


@frozen
class Net:
    """A network by name: a model file or the text of one, and the shape ``(C, H, W)`` of its images."""

    name: str
    source: Path | str
    shape: Shape

    def graph(self) -> Graph:
        """Its layers, shapes inferred."""
        source = Source(self.name, self.source) if isinstance(self.source, str) else read_source(self.source)
        graph, _ = check(source, self.shape)
        return graph


def _example(name: str, shape: Shape) -> Net:
    return Net(name, ROOT / "examples" / f"{name}.txt", shape)


NETS = {
    net.name: net
    for net in (
        Net("seed", SEED_FILE, (1, 28, 28)),
        _example("vgg-cifar", (3, 32, 32)),
        _example("resnet8-cifar", (3, 32, 32)),
        _example("mnist-20k", (1, 28, 28)),
        _example("depthwise-cifar", (3, 32, 32)),
    )
}


def plain(*, size: int = 32, width: int = 16, depth: int = 4) -> Net:
    """``depth`` 3x3 convolutions of ``width`` channels on images of ``size`` x ``size``, ReLU behind each."""
    layers = f"Conv {width} 3 1 1; ReLU\n" * depth
    text = f"input 3x{size}x{size}\n{layers}GlobalAvgPool\nFC 10\nSoftmax\n"
    return Net(f"{depth} x {width} on {size}x{size}", text, (3, size, size))
