"""What the processors give when nothing is shared: the same arithmetic in "processes" processes at once.

Numbers stay in registers, so neither memory nor a lock is in the way. Prints seconds by the clock for one share.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from typing import Any

import numba
import numpy as np

ROUNDS, STREAMS = 100_000_000, 4


@numba.njit
def mix(rounds: int) -> Any:
    """Four independent streams of a linear congruential generator, which keep a core's units busy."""
    a = b = c = d = np.uint64(1)
    for _ in range(rounds):
        a = a * np.uint64(6364136223846793005) + np.uint64(1)
        b = b * np.uint64(6364136223846793005) + np.uint64(3)
        c = c * np.uint64(6364136223846793005) + np.uint64(5)
        d = d * np.uint64(6364136223846793005) + np.uint64(7)
    return a ^ b ^ c ^ d


def work(barrier: Any) -> None:
    """Compile, wait for the others, and do one share."""
    mix(1)
    barrier.wait()
    mix(ROUNDS)
    barrier.wait()


def main() -> None:
    """Time from when all begin to when all have ended."""
    count = json.load(sys.stdin)["processes"]
    barrier = multiprocessing.Barrier(count + 1)
    processes = [multiprocessing.Process(target=work, args=(barrier,)) for _ in range(count)]
    for process in processes:
        process.start()
    barrier.wait()
    begun = time.perf_counter()
    barrier.wait()
    seconds = time.perf_counter() - begun
    for process in processes:
        process.join()
    print(json.dumps({"seconds": seconds / count}))


if __name__ == "__main__":
    main()
