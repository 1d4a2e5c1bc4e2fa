"""Epstein's Model I, sequential, beside Mesa's bundled example and ports to agentpy and mesa-frames."""

from __future__ import annotations

import math
import statistics
from typing import NamedTuple

from benchmarks.harness import SIDES, Measured, Side, SideFailed, in_turns, ours
from benchmarks.table import Row, compared
from verification.rivals import PINS, interpreter


class Case(NamedTuple):
    """A rival at a size: warm ticks are not timed, and no more than ``most`` turns are taken."""

    rival: str
    width: int
    warm: int
    ticks: int
    goal: float
    neighbourhood: str
    most: int = 100


CASES = (
    Case("mesa", 40, 10, 50, 300, "von_neumann"),
    Case("mesa", 200, 1, 3, 800, "von_neumann"),
    Case("mesa", 1000, 1, 1, 600, "von_neumann", most=1),
    Case("agentpy", 40, 2, 10, 100, "moore"),
    Case("agentpy", 200, 1, 1, 100, "moore"),
    Case("mesa-frames", 40, 1, 3, 100, "cross"),
)
QUICK = (Case("mesa", 20, 1, 3, 300, "von_neumann"), Case("agentpy", 20, 1, 3, 100, "moore"),
         Case("mesa-frames", 20, 1, 2, 100, "cross"))  # fmt: skip
SIGHT = {"von_neumann": "the sites within 7 steps", "moore": "the square of 15 x 15 sites",
         "cross": "7 sites straight ahead in each direction"}  # fmt: skip
RUNS = {20: 20, 40: 200, 200: 5, 1000: 1}  # of ours, for each of theirs
NAMES = {"mesa": "Mesa", "agentpy": "agentpy, a port", "mesa-frames": "mesa-frames, a port"}


def rows(repetitions: int, quick: bool) -> list[Row]:
    """A row for each rival and size."""
    return [row(case, repetitions) for case in (QUICK if quick else CASES)]


def row(case: Case, repetitions: int) -> Row:
    """One rival at one size; not measured where it cannot be installed or does not end."""
    work = f"Epstein Model I, {case.width} x {case.width}, a tick"
    beside = f"{NAMES[case.rival]}, {PINS[case.rival][0].replace('==', ' ')}"
    python = interpreter(case.rival)
    if python is None:
        return Row(work, beside, at_least=case.goal, note=f"{beside} cannot be installed here.")
    asked = {"width": case.width, "warm": case.warm, "ticks": case.ticks}
    script = SIDES / f"lattice_{case.rival.replace('-', '_')}.py"
    # Ours takes more ticks where they are short; what is compared is the time of one.
    mine = ours("lattice_ours.py", **asked, neighbourhood=case.neighbourhood, runs=RUNS[case.width])
    try:
        turns = in_turns((mine, Side(case.rival, (str(python), str(script)), asked)), min(repetitions, case.most))
    except SideFailed as failed:
        return Row(work, beside, at_least=case.goal, note=f"Not measured: {failed}")
    return compared(work, beside, turns, at_least=case.goal, note=told(case, turns))


def told(case: Case, turns: list[list[Measured]]) -> str:
    """What was run, and whether the mean number of active is the same within its error."""
    mine, theirs = ([one for turn in turns for one in turn[side].found["active"]] for side in (0, 1))
    text = f"Vision: {SIGHT[case.neighbourhood]}; {case.warm} ticks before the {case.ticks} that are timed. Mean active"
    text += f" over them: ours {statistics.mean(mine):,.2f} ({len(mine)} runs), theirs {statistics.mean(theirs):,.2f}"
    text += f" ({len(theirs)} runs)"
    if len(theirs) < 3:
        return text + "."
    spread = statistics.stdev(mine + theirs)
    error = spread * math.sqrt(1 / len(mine) + 1 / len(theirs))
    apart = abs(statistics.mean(mine) - statistics.mean(theirs))
    return f"{text}, {apart / error:.1f} standard errors apart." if error > 0 else f"{text}."
