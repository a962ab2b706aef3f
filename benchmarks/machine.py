"""What the figures were measured on, and the environment that they are measured in."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

#: They choose OpenBLAS's kernels and how it cuts matrices: figures are of what the library itself would choose.
_UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def without_choices_of_blas() -> None:
    """Begin again without the variables that choose for OpenBLAS, if one of them is set."""
    if any(name in os.environ for name in _UNSET):
        environment = {name: value for name, value in os.environ.items() if name not in _UNSET}
        command = [sys.executable, "-m", "benchmarks", *sys.argv[1:]]
        sys.exit(subprocess.run(command, env=environment, check=False).returncode)


def about() -> dict[str, str]:
    """Processor, libraries and the BLAS kernel that runs, as text."""
    names = {"NumPy": "numpy", "PyTorch": "torch", "JAX": "jax"}
    libraries = {shown: found for shown, name in names.items() if (found := _version(name))}
    return {"processor": _processor(), "cores": str(os.cpu_count()), "BLAS": _blas(), "Python": _python(), **libraries}


def today() -> str:
    """The day in UTC, 2026-11-23."""
    return datetime.now(UTC).strftime("%Y-%m-%d")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    fields = dict(line.replace("\t", "").split(": ", 1) for line in lines if ": " in line)
    flags = set(fields.get("flags", "").split())
    known = [name for flag, name in (("avx2", "AVX2"), ("avx512f", "AVX-512")) if flag in flags]
    return ", ".join([fields.get("model name", platform.machine()), *known])


def _blas() -> str:
    import numpy as np
    from threadpoolctl import threadpool_info

    np.ones((2, 2)) @ np.ones((2, 2))
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas" and "numpy" in pool["filepath"]]
    pools = pools or [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return "; ".join(f"{pool['internal_api']} {pool['version']}, kernel {_kernel(pool)}" for pool in pools[:1])


def _kernel(pool: dict[str, str]) -> str:
    return pool.get("architecture", "unknown")


def _python() -> str:
    return f"{platform.python_implementation()} {platform.python_version()}"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
