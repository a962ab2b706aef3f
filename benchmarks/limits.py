"""What the machine can do: single-precision matrix products and copies in memory, through NumPy."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.section import Case, Figures, Options
from benchmarks.timing import Pace, Rival, take_turns

Work = Callable[[int], tuple[Callable[[], object], int]]  # of so many bytes: a call, and the bytes it moves

#: (M, N, K): large, middling, and three as convolutions have them.
SHAPES = ((2048, 2048, 2048), (512, 512, 512), (64, 1024, 576), (32, 2048, 288), (16, 4096, 144))
#: Bytes of all arrays of one core together: for the second-level cache, the third, and memory behind them.
SIZES = {"L2": 1 << 18, "L3": 1 << 23, "DRAM": 1 << 28}


def cases(options: Options) -> Iterator[Case]:
    """Giga-operations of products and gigabytes of copies and sums a second, by cores: the best of the rounds."""
    cores = sorted({1, os.cpu_count() or 1})
    pace = Pace(min(3, options.pace.rounds), options.pace.seconds)
    for shape in SHAPES:
        yield "product " + "x".join(map(str, shape)), partial(_by_cores, cores, partial(_product, shape, pace))
    for level, size in SIZES.items():
        # Calls of a few microseconds wait for each other's interpreter lock: one core says what the cache does.
        at_once = cores[:1] if level == "L2" else cores
        yield f"copy {level}", partial(_by_cores, at_once, partial(_stream, _copy, size, pace))
        yield f"sum {level}", partial(_by_cores, at_once, partial(_stream, _sum, size, pace))


def _by_cores(cores: Sequence[int], rate: Callable[[int], float]) -> Figures:
    return {str(count): rate(count) for count in cores}


def _product(shape: tuple[int, int, int], pace: Pace, cores: int) -> float:
    m, n, k = shape
    a, b, c = (np.ones(each, np.float32) for each in ((m, k), (k, n), (m, n)))
    with threadpool_limits(cores, "blas"):
        seconds = _best(lambda: np.matmul(a, b, out=c), pace)
    return round(2 * m * n * k / seconds / 1e9, 1)


def _stream(work: Work, size: int, pace: Pace, cores: int) -> float:
    """Bytes read and written a second; each core has arrays of its own and goes through them several times a turn."""
    times = max(1, (1 << 26) // size)  # or handing the work to threads would be what is timed
    works = [work(size) for _ in range(cores)]

    def often(call: Callable[[], object]) -> None:
        for _ in range(times):
            call()

    with ThreadPoolExecutor(cores) as pool:
        calls = [call for call, _ in works]
        seconds = _best(lambda: list(pool.map(often, calls)), pace)
    return round(times * sum(moved for _, moved in works) / seconds / 1e9, 1)


def _copy(size: int) -> tuple[Callable[[], object], int]:
    a, b = (np.ones(size // 8, np.float32) for _ in range(2))
    return lambda: np.copyto(a, b), 2 * a.nbytes


def _sum(size: int) -> tuple[Callable[[], object], int]:
    a, b, c = (np.ones(size // 12, np.float32) for _ in range(3))
    return lambda: np.add(a, b, out=c), 3 * a.nbytes


def _best(call: Callable[[], object], pace: Pace) -> float:
    return min(take_turns({"": Rival(call)}, pace, rest=0)[""])
