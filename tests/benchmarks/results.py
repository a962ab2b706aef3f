"""Results as a run leaves them, of every section, made up."""

from __future__ import annotations

from typing import Any

from benchmarks.growth import WAYS


def _times(ours: float, *, torch: float = 0.004) -> dict[str, Any]:
    seconds = {
        "cnndsl": [ours, 1.1 * ours, 5 * ours],
        "PyTorch": [torch, 2 * torch, torch],
        "JAX": [0.01, 0.011, 0.012],
    }
    return {"seconds": seconds, "labels": {"PyTorch": "NCHW, 2 threads", "JAX": "NHWC"}}


def _layer(path: str, kind: str, macs: int) -> dict[str, Any]:
    moved = [4096, 8192]
    return {
        "path": path,
        "kind": kind,
        "images": 32,
        "seconds": [1e-4, 2e-4],
        "macs": [macs, 2 * macs],
        "moved": moved,
    }


RESULTS: dict[str, Any] = {
    "about": {"processor": "Abacus", "cores": "2", "NumPy": "2.0"},
    "days": {"step": "2026-01-02"},
    "step": {"seed, batch 32": _times(0.001), "vgg-cifar, batch 32": _times(0.05, torch=0.04)},
    "inference": {"seed, batch 256": _times(0.002), "vgg-cifar, batch 32": _times(0.004, torch=0.01)},
    "epoch": {"seed, 5,000 images": _times(0.3, torch=0.9)},
    "job": {"compile-and-train": {"seconds": {"cnndsl": [5.0, 6.0, 7.0]}, "labels": {}}},
    "memory": {"seed": {"cnndsl": 100.0, "PyTorch": 250.0}},
    "start": {"processes": {"seconds": {"import cnndsl": [0.02, 0.03], "import torch": [1.0, 2.0]}, "labels": {}}},
    "growth": {
        f"{way.name} {size}": {"macs": 1000 * size**2, **_times(1e-3 * size, torch=2e-3 * size)}
        for way in WAYS[:3]
        for size in way.sizes
    },
    "roofline": {
        "product 64x64x64": {"1": 50.0, "2": 90.0},
        "sum L2": {"1": 60.0},
        "sum L3": {"1": 40.0, "2": 70.0},
        "sum DRAM": {"1": 10.0, "2": 18.0},
        "layers of seed": [_layer("Conv.0", "Conv", 10_000), _layer("ReLU.0", "ReLU", 0)],
    },
}
