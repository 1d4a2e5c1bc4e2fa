"""The kernel of joining beside the same algorithm in C, on the same arrays in every tick of a replay.

At every tick both are called, in turns which of them first, and what they propose is compared bit by bit. Prints the
seconds of both over the first "hours", in which the streets are fullest.
"""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import contrafact as cf
from contrafact import engine, world
from contrafact.engine.running import Run
from contrafact.kernels import Array
from contrafact.model import participation
from contrafact.model.state import PROTESTING

SOURCE = Path(__file__).with_suffix(".c")
FLAGS = ("-O3", "-march=native", "-fopenmp", "-ffp-contract=off", "-shared", "-fPIC")
WORDS = np.array([participation.RINGS, participation.RING_WHO, participation.TRAITS, participation.RING_ACCEPT,
                  participation.SITE, PROTESTING], dtype=np.uint64)  # fmt: skip
DTYPES = {"key": "u8", "class_count": "i4", "by_hardship": "i8", "first_resident": "i8", "district": "i8",
          "status": "u1", "person": "i4", "new": "u1", "where": "i4", "payload": "i4"}  # fmt: skip
"""Types of the arrays that C takes, where they are not double."""
NAMES = ("legitimacy", "fear", "exposure", "network", "risk", "class_count", "by_hardship", "first_resident",
         "district", "hardship", "aversion", "status", "pull", "weight", "person", "new", "time", "where", "payload",
         "detail")  # fmt: skip

Kernel = Callable[..., int]


def library(folder: str) -> Any:
    """The C file, compiled."""
    path = Path(folder) / "participation.so"
    subprocess.run(["gcc", *FLAGS, str(SOURCE), "-o", str(path), "-lm"], check=True)
    return ctypes.CDLL(str(path))


def in_c(code: Any) -> Kernel:
    """The C function under the signature of ``participation.join``."""
    function = code.join
    function.restype = ctypes.c_int64
    words = ctypes.c_void_p(WORDS.ctypes.data)

    def join(key: Array, tick: int, *rest: Any) -> int:
        numbers, arrays, (n, room) = rest[:6], dict(zip(NAMES, rest[6:-2], strict=True)), rest[-2:]
        for name, array in {"key": key, **arrays}.items():
            assert array.dtype == np.dtype(DTYPES.get(name, "f8")), name
            assert array.flags.c_contiguous, name
        pointers = [ctypes.c_void_p(array.ctypes.data) for array in arrays.values()]
        sizes = (ctypes.c_int64(arrays["legitimacy"].size), ctypes.c_int64(arrays["weight"].size))
        call = (ctypes.c_void_p(key.ctypes.data), ctypes.c_int64(tick), *map(ctypes.c_double, numbers), *sizes, words,
                *pointers, ctypes.c_int64(n), ctypes.c_int64(room))  # fmt: skip
        begun = time.thread_time()
        last: int = function(*call)
        seconds["c"] += time.thread_time() - begun
        return last

    return join


seconds = {"ours": 0.0, "c": 0.0}


def both(kernel: Kernel, twin: Kernel) -> Kernel:
    """Call both, the first of them in turns, and compare what they append to the proposals."""

    def timed(*given: Any) -> int:
        begun = time.thread_time()
        last = kernel(*given)
        seconds["ours"] += time.thread_time() - begun
        return last

    def join(*given: Any) -> int:
        first, second = (timed, twin) if given[1] % 2 else (twin, timed)
        columns, n = given[-8:-2], given[-2]
        last = first(*given)
        kept = [column[n:last].copy() for column in columns]
        for column in columns:
            column[n:last] = 0
        assert second(*given) == last, "C proposes another number of people"
        assert all(np.array_equal(a, b[n:last]) for a, b in zip(kept, columns, strict=True)), "C differs"
        return last

    return join


def main() -> None:
    """Replay with both."""
    asked = json.load(sys.stdin)
    crisis = cf.load("almaty-2022")
    model = engine.prepare(crisis, world.build(crisis))
    engine.simulate(model, 1, 0, until_hours=1.0)
    with tempfile.TemporaryDirectory() as folder:
        participation.join = both(participation.join, in_c(library(folder)))
        run = Run(model, 1, asked["seed"], until_hours=asked["hours"])
        while run.under_way:
            run.tick()
    print(json.dumps({"seconds": seconds["ours"], "c": seconds["c"], "ticks": run.ticks}))


if __name__ == "__main__":
    main()
