"""Sides of a comparison, each run in a process of its own, in turns.

A side is a program that reads a JSON object from standard input and writes one to standard output with at least
"seconds": what its measured part took, without imports, compilation and setting up. Sides take turns, so that a machine
that slows down slows all of them, and a ratio is taken within a turn. Peak memory is that of the side's process as the
system counts it; to keep that true, what runs the sides imports nothing heavy.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SIDES = Path(__file__).parent / "sides"
THREADS = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")


class SideFailed(Exception):
    """A side ended with an error; the message is the end of what it wrote to standard error."""


@dataclass(frozen=True)
class Side:
    """A program to measure.

    asked    what it reads, to which the harness adds "seed": 1 in the first turn, 2 in the second, ...
    whole    the whole process is timed by the clock and its output is not read
    threads  how many it may use
    env      environment variables that it gets besides
    """

    name: str
    command: tuple[str, ...]
    asked: dict[str, Any] = field(default_factory=dict)
    whole: bool = False
    threads: int = 1
    env: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """What one run of a side took: seconds, peak memory in megabytes, and all that it wrote."""

    seconds: float
    megabytes: float
    found: dict[str, Any]


def ours(script: str, **asked: Any) -> Side:
    """A side of this project's: a script of benchmarks/sides/ under this interpreter."""
    return Side("contrafact", (sys.executable, str(SIDES / script)), asked)


def measure(side: Side, turn: int) -> Measured:
    """Run a side once; raises SideFailed."""
    path = os.pathsep.join((str(ROOT), str(ROOT / "src")))
    env = os.environ | dict.fromkeys(THREADS, str(side.threads)) | {"PYTHONPATH": path} | side.env
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as wrong:
        given.write(json.dumps(side.asked | {"seed": turn + 1}).encode())
        given.seek(0)
        begun = time.perf_counter()
        process = subprocess.Popen(side.command, stdin=given, stdout=out, stderr=wrong, env=env)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            wrong.seek(0)
            last = wrong.read().decode(errors="replace").strip().splitlines()[-1:] or [f"status {process.returncode}"]
            raise SideFailed(f"{side.name}: {last[0]}")
        megabytes = used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
        if side.whole:
            return Measured(seconds, megabytes, {})
        out.seek(0)
        found = json.loads(out.read().decode().splitlines()[-1])
        return Measured(found["seconds"], megabytes, found)


def in_turns(sides: Sequence[Side], repetitions: int) -> list[list[Measured]]:
    """Every side once in every turn: [turn][side]. Every second turn goes backwards: no side is always first."""
    turns = []
    for turn in range(repetitions):
        order = range(len(sides)) if turn % 2 == 0 else reversed(range(len(sides)))
        measured = {number: measure(sides[number], turn) for number in order}
        turns.append([measured[number] for number in range(len(sides))])
        print(".", end="", file=sys.stderr, flush=True)
    return turns


def column(turns: list[list[Measured]], side: int, value: Callable[[Measured], float]) -> list[float]:
    """One number of one side in every turn."""
    return [value(turn[side]) for turn in turns]
