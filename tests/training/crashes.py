"""Runs that are killed again and again, and go on each time: `python -m tests.training.crashes KILL=300`.

One process imports everything once; each attempt is a fork of it, so that it begins in milliseconds. After a random
time it is killed, told to stop, or finds the disk full, and another one goes on from what it left. In the end every
file must be, byte for byte, that of a run that nobody disturbed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from attrs import evolve

from cnndsl.cli.stop import Terminated, put_off
from cnndsl.compiler import Program, check
from cnndsl.data import Splits
from cnndsl.errors import OutputError
from cnndsl.language.source import Source
from cnndsl.settings.augment import MixUp, Rotate, Shift
from cnndsl.settings.losses import CrossEntropy
from cnndsl.settings.rules import Norm, Patience
from cnndsl.settings.schedules import Cosine, Plateau
from cnndsl.training import Settings, compile_and_train, program_of, run
from cnndsl.training.checkpoint import newest
from cnndsl.training.files import _PREFIX
from tests.training.conftest import MODEL, halves_splits

DRAWING = MODEL.replace("ReLU", "BatchNorm\nReLU").replace("Flatten", "Flatten\nDropout 0.2")
_SMALL = Settings(train=80, valid=24, test=24, batch=8, epochs=4, lr=0.02, processes=1)

#: What is trained: together, everything that a checkpoint has to remember.
RUNS: dict[str, tuple[str, Settings]] = {
    "averaged": (
        DRAWING,
        evolve(
            _SMALL,
            optimizer="adamw",
            ema=0.9,
            schedule=Cosine(warmup=1),
            accumulate=2,
            clip=Norm(1),
            augment=(Rotate(5, p=0.5), MixUp(0.4, p=0.5)),
            loss=CrossEntropy(label_smoothing=0.1),
        ),
    ),
    "plateau": (
        DRAWING,
        evolve(
            _SMALL,
            optimizer="nesterov",
            schedule=Plateau(metric="valid.loss", factor=0.5, patience=1),
            stop=Patience("valid.loss", epochs=2),
            augment=(Shift(1),),
            epochs=6,
        ),
    ),
    "plain": (MODEL, _SMALL),
}
SECONDS: dict[str, float] = {}  # that each takes when nobody disturbs it
_DISTURBED = {130, 143, 5, -signal.SIGTERM}  # told to stop, perhaps before it listens, and the disk full


def prepared(name: str) -> tuple[Program, Splits, Settings]:
    text, settings = RUNS[name]
    return program_of(check(Source("net.txt", text))[0], settings), halves_splits(), settings


def attempt(program: Program, splits: Splits, settings: Settings, folder: Path) -> int:
    """Begin, or go on; the exit code that the command would have."""
    try:
        checkpoint, _ = newest(folder)
        compile_and_train(program, splits, settings, folder, resume=checkpoint, save_every=0, hold=put_off)
    except KeyboardInterrupt:
        return 130
    except Terminated:
        return 143
    except OutputError:
        return 5
    return 0


def forked(program: Program, splits: Splits, settings: Settings, folder: Path) -> int:
    """The number of a process that makes an attempt."""
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        code = attempt(program, splits, settings, folder)
    except KeyboardInterrupt:  # the second
        code = 130
    except BaseException:  # noqa: BLE001 - the parent is told by the code, whoever reads by the text
        print(traceback.format_exc(), flush=True)
    finally:
        os._exit(code)


def disturb(child: int, how: str, rng: random.Random) -> None:
    if how == "full":
        import resource

        resource.prlimit(child, resource.RLIMIT_FSIZE, (rng.choice([0, 100, 1000, 10_000]),) * 2)
    elif how == "KILL":
        os.kill(child, signal.SIGKILL)
    else:
        number = signal.Signals[f"SIG{how}"]
        os.kill(child, number)
        if rng.random() < 0.3:
            time.sleep(rng.random() * 0.002)
            os.kill(child, number)


def outcome(folder: Path) -> dict[str, bytes]:
    """Every file of a run, but for what holds times."""
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    found.pop("events.jsonl")
    said = json.loads(found["manifest.json"])
    said.pop("times")
    return {**found, "manifest.json": json.dumps(said).encode()}


def survives(name: str, how: str, ends: int, seed: int, folder: Path) -> list[str]:
    """Disturb a run so often, then let it come to its end; the names of the files that are otherwise."""
    program, splits, settings = prepared(name)
    rng = random.Random(seed)
    whole, broken = folder / f"whole-{name}", folder / f"broken-{name}-{how}"
    began = time.perf_counter()
    if not whole.exists():
        _, status = os.waitpid(forked(program, splits, settings, whole), 0)
        assert status == 0, status
        SECONDS[name] = time.perf_counter() - began
    met, again, gone_on = 0, 0, 0
    while met < ends:
        gone_on += newest(broken)[0] is not None
        child = forked(program, splits, settings, broken)
        time.sleep(rng.random() * SECONDS[name] * 0.7)  # a busy machine is slow for all of them
        disturb(child, how, rng)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        assert code in {0, -signal.SIGKILL, *_DISTURBED}, code
        met += code != 0
        if code == 0:  # it was quicker: once more from the start
            again += 1
            assert not differing(whole, broken)
            shutil.rmtree(broken)
    child = forked(program, splits, settings, broken)
    _, status = os.waitpid(child, 0)
    assert status == 0, status
    print(f"{name}: {met} times {how}, in {again + 1} runs, which went on {gone_on} times")
    return differing(whole, broken)


def differing(whole: Path, broken: Path) -> list[str]:
    left, right = outcome(whole), outcome(broken)
    assert not [path for path in right if Path(path).name.startswith(_PREFIX)]
    return sorted(path for path in left.keys() | right.keys() if left.get(path) != right.get(path))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ends", nargs="+", metavar="HOW=TIMES", help="KILL, INT, TERM or full, and how often in all")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    run.plots = Plots()  # type: ignore[attr-defined]  # a second each time, and nothing that could be lost
    with tempfile.TemporaryDirectory() as folder:
        for how, _, times in (ends.partition("=") for ends in given.ends):
            for name in RUNS:
                found = survives(name, how, int(times) // len(RUNS), given.seed, Path(folder))
                if found:
                    sys.exit(f"{name}: other bytes in {', '.join(found)}")
            print(f"{times} times {how}: every file the same")


class Plots:
    """In the place of those of a run."""

    def __getattr__(self, name: str) -> Callable[..., bytes]:
        return lambda *_arguments: name.encode()


if __name__ == "__main__":
    main()
