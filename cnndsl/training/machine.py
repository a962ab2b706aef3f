"""What the bits of a run depend on besides its settings: the machine, and the libraries that compute on it."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache

import numpy as np


@cache
def fingerprint() -> Mapping[str, str]:
    """Equal on two machines, the same run has the same bits on both."""
    from threadpoolctl import threadpool_info

    from cnndsl import __version__

    blas = [own for own in threadpool_info() if own.get("user_api") == "blas"]
    # SciPy brings its own, which is loaded some time or never and computes nothing of a network.
    blas = [own for own in blas if "numpy" in own.get("filepath", "")] or blas
    said = [" ".join(str(own.get(key)) for key in ("internal_api", "version", "architecture")) for own in blas]
    simd = np.show_config(mode="dicts").get("SIMD Extensions", {}).get("found", [])
    return {
        "cnndsl": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas": ", ".join(sorted(set(said))),
        "simd": " ".join(simd),
        "machine": f"{platform.system()} {platform.machine()}",
        "libc": " ".join(platform.libc_ver()),
    }


def differences(there: Mapping[str, object], here: Mapping[str, object]) -> str:
    """``numpy 2.3.1 there, 2.4.0 here; ...``, empty where nothing differs."""
    names = [name for name in {**there, **here} if there.get(name) != here.get(name)]
    return "; ".join(f"{name} {there.get(name)} there, {here.get(name)} here" for name in names)
