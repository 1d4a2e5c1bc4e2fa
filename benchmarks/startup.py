"""How soon the command line answers: help beside bare click, a run beside bare numba, and compiling from nothing."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.harness import Side, in_turns
from benchmarks.table import Row, compared

BARE_CLICK = """
import click
@click.group()
def main() -> None:
    "A group with one command."
@main.command()
def run() -> None:
    "A command."
main(["--help"])
"""
BARE_NUMBA = "import numba"
ONE_KERNEL = """
import numba
import numpy as np
@numba.njit(cache=True)
def total(values):
    result = 0.0
    for value in values:
        result += value
    return result
total(np.ones(3))
"""
SHORT = ("run", "almaty-2022", "--replications", "1", "--until", "10 min", "--threads", "1", "--no-pictures", "--quiet",
         "--overwrite", "--out")  # fmt: skip
LONGEST_COMPILE = 60.0
AS_USUAL = {"PYTHONDONTWRITEBYTECODE": ""}  # Python keeps compiled modules, as it does unless it is told otherwise


def rows(repetitions: int, quick: bool) -> list[Row]:
    """Rows of help, of a run of one tick, and of the first run ever."""
    command = str(Path(sys.executable).parent / "contrafact")
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "out")
        helped = Side("help", (command, "--help"), whole=True, env=AS_USUAL)
        click = Side("bare click", (sys.executable, "-c", BARE_CLICK), whole=True, env=AS_USUAL)
        run = Side("run", (command, *SHORT, out), whole=True, env=AS_USUAL)
        numba = Side("bare numba", (sys.executable, "-c", BARE_NUMBA), whole=True, env=AS_USUAL)
        one = Path(folder) / "one_kernel.py"  # Numba caches what stands in a file
        one.write_text(ONE_KERNEL)
        kernel = Side("one kernel", (sys.executable, str(one)), whole=True, env=AS_USUAL)
        in_turns([helped, click, run, numba, kernel], 1)
        turns = in_turns([helped, click, run, numba, kernel], repetitions)
        found = [
            compared("start of `contrafact --help`", "bare click", turns, 1, 0, ours_over_theirs=True, at_most=2.0,
                     note="Whole processes by the clock; bare click: a group with one command, `--help`."),
            compared("start of `contrafact run`, warm cache", "bare `import numba`", turns, 3, 2,
                     ours_over_theirs=True, at_most=1.5,
                     note="Whole processes by the clock: one replication of one tick of almaty-2022, "
                     "with results written."),
            compared("the same", "`import numba` and one cached kernel called", turns, 4, 2, ours_over_theirs=True,
                     note="What the start of any program costs that calls a kernel compiled by Numba before."),
        ]  # fmt: skip
        return found if quick else [*found, first_run(command, out, repetitions)]


def first_run(command: str, out: str, repetitions: int) -> Row:
    """The same run with an empty cache: every kernel is compiled and the city is built."""
    turns = []
    for _ in range(min(repetitions, 2)):
        with tempfile.TemporaryDirectory() as cache:
            cold = Side("cold", (command, *SHORT, out), whole=True, env=AS_USUAL | {"XDG_CACHE_HOME": cache})
            warm = Side("warm", (command, *SHORT, out), whole=True, env=AS_USUAL)
            turns += in_turns([cold, warm], 1)
    return compared("the first run ever, empty cache", "the same, warm cache", turns, ours_over_theirs=True,
                    note=f"Compiles the whole model and builds the city; the goal is a time, at most "
                    f"{LONGEST_COMPILE:.0f} s with a message, and not a ratio.")  # fmt: skip
