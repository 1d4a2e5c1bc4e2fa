"""The same work in other hands: a tick's kernels in C, and the whole model with everybody visited in every tick."""

from __future__ import annotations

import math
import shutil
import statistics
import subprocess
from typing import Any

from benchmarks.harness import Measured, SideFailed, in_turns, ours
from benchmarks.table import Row, compared

HOURS, QUICK_HOURS = 72.0, 24.0
COMPARED = ("deaths_total", "injured_total", "detained", "peak_crowd", "peak_armed")
ALONE = ["draw=central"]  # numbers at their central values, so that outcomes differ by chance alone


def rows(repetitions: int, quick: bool) -> list[Row]:
    """A row for C, and one for each way to visit everybody."""
    return [in_c(repetitions, quick), *person_by_person(repetitions, quick)]


def in_c(repetitions: int, quick: bool) -> Row:
    """Ten kernels of a tick that visit persons or their cells one by one, beside C on the same arrays."""
    work = "ten person-by-person kernels of a tick, same algorithms"
    beside = "C, gcc -O3 -march=native -fopenmp -ffp-contract=off"
    if shutil.which("gcc") is None:
        return Row(work, beside, at_least=0.9, note="There is no gcc here.")
    gcc = subprocess.run(["gcc", "-dumpfullversion"], check=True, capture_output=True, text=True).stdout.strip()
    hours = QUICK_HOURS if quick else HOURS
    try:
        turns = in_turns([ours("tick_in_c.py", hours=hours)], repetitions)
    except SideFailed as failed:
        return Row(work, beside, at_least=0.9, note=f"Not measured: {failed}")
    found = [one.found for (one,) in turns]
    if differs := [one["differs"] for one in found if one["differs"]]:
        return Row(work, beside, at_least=0.9, unequal=True, note=f"C gives something else: {differs[0]}.")
    pairs = [[one, Measured(one.found["c"], one.megabytes, {})] for (one,) in turns]
    return compared(work, f"{beside}, gcc {gcc}", pairs, at_least=0.9, note=told_of_c(found))


def told_of_c(found: list[dict[str, Any]]) -> str:
    """What was compared, the ratio of every kernel, and what calling them from Python costs."""
    by_kernel = []
    for name in found[0]["kernels"]:
        ours_of, theirs_of = (sum(one["kernels"][name][side] for one in found) for side in ("ours", "c"))
        by_kernel.append(f"`{name}` {theirs_of / ours_of:.2f}" if ours_of > 0.0 else f"`{name}` not called")
    ticks = found[0]["ticks"]
    both = statistics.median(one["c"] / (one["seconds"] + one["calling"]) for one in found)
    return (
        f"Every call in the first {ticks} ticks, in one process on the same arrays, in turns which comes first; what "
        "is written and returned is compared bit by bit in every call, and is the same. One thread on both sides. "
        "What it costs to be called from Python is taken off on both; left on ours and off C's the ratio is "
        f"{both:.2f}. By kernel: {', '.join(by_kernel)}."
    )


def person_by_person(repetitions: int, quick: bool) -> list[Row]:
    """A whole replay beside the model in which everybody is visited."""
    settings = ALONE + (["population.total=100000 persons"] if quick else [])
    sides = [ours("replay.py", million=0.0, resolution=8, replays=5, settings=settings)]
    sides += [ours("person_by_person.py", settings=settings, screened=screened) for screened in (False, True)]
    turns = in_turns(sides, repetitions)
    work = "a whole replay, all residents, ten days, full model"
    ways = ("the same, everybody visited in every tick, Numba", "the same, drawing first and screening, Numba")
    return [
        compared(work, beside, turns, side, at_least=60.0, note=told(turns, side))
        for side, beside in enumerate(ways, 1)
    ]  # fmt: skip


def told(turns: list[list[Measured]], side: int) -> str:
    """What is visited, and how far apart mean outcomes are."""
    text = "Joining visits every resident; the other mechanisms are the engine's own, which visit those in the street. "
    if side == 2:
        text += "A draw above what the largest rate allows is not looked at further. "
    apart = []
    for name in COMPARED:
        mine = [one[name] for one in turns[0][0].found["outcomes"]]  # the same replications in every turn
        theirs = [one[name] for turn in turns for one in turn[side].found["outcomes"]]
        if len(mine) > 1 and len(theirs) > 1:
            error = math.sqrt(statistics.variance(mine) / len(mine) + statistics.variance(theirs) / len(theirs))
            difference = abs(statistics.mean(mine) - statistics.mean(theirs))
            apart.append(f"{name} {difference / error:.1f}" if error else f"{name} {difference:g} without spread")
    return text + f"Means of outcomes apart, in standard errors: {', '.join(apart)}."
