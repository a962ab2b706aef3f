"""``python -m tests.fuzz TARGET [FOLDER] [-max_total_time=600 ...]``: fuzz a reader until it raises what it must not.

Takes atheris (the extra ``fuzz``). FOLDER keeps what was found to reach new code; the rest is for libFuzzer.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

from tests.fuzz.targets import TARGETS


def main() -> None:
    """Fuzz the target that the command line names."""
    name, *rest = sys.argv[1:] or [""]
    if name not in TARGETS:
        sys.exit(f"{__doc__}\nTARGET is one of: {', '.join(TARGETS)}")
    target = TARGETS[name]
    seeds = target.seeds()
    with atheris.instrument_imports(include=["cnndsl"]):
        for seed in seeds:  # imports all that it needs
            target(seed)
    folders = [one for one in rest if not one.startswith("-")]
    folder = Path(folders[0] if folders else tempfile.mkdtemp(prefix=f"cnndsl-fuzz-{name}-"))
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (folder / f"seed-{number}").write_bytes(seed)
    options = [one for one in rest if one.startswith("-")]
    atheris.Setup([sys.argv[0], str(folder), "-timeout=120", "-rss_limit_mb=4096", *options], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
