"""Epstein's Model I, sequential, beside Mesa's bundled example and ports to agentpy and mesa-frames."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.equality import Agreement, all_of, of_pairs
from benchmarks.harness import SIDES, Side, SideFailed, in_turns, measure, ours
from benchmarks.table import Row, compared
from verification.rivals import PINS, interpreter


class Case(NamedTuple):
    """A rival at a size: warm ticks are not timed, and no more than ``most`` turns are taken."""

    rival: str
    width: int
    warm: int
    ticks: int
    goal: float
    most: int = 100


class Check(NamedTuple):
    """How a rival's results are held against ours: so many seeds, and the mean of so many ticks from the start."""

    seeds: int
    ticks: int


CASES = (
    Case("mesa", 40, 10, 50, 300),
    Case("mesa", 200, 1, 3, 800),
    Case("mesa", 1000, 1, 1, 600, most=1),
    Case("agentpy", 40, 2, 10, 100),
    Case("agentpy", 200, 1, 1, 100),
    Case("mesa-frames", 40, 1, 1, 100),
)
QUICK = (Case("mesa", 20, 1, 3, 300), Case("agentpy", 20, 1, 3, 100), Case("mesa-frames", 20, 1, 2, 100))
SIGHT = {"mesa": ("von_neumann", "the sites within 7 steps"), "agentpy": ("moore", "the square of 15 x 15 sites"),
         "mesa-frames": ("cross", "7 sites straight ahead in each direction")}  # fmt: skip
CHECKS = {"mesa": Check(20, 60), "agentpy": Check(12, 20), "mesa-frames": Check(5, 5)}
CHECKED = 40  # sites a side
TIMED = {"jail": 1000, "legitimacy": 0.8}  # as in Mesa's example
CHECKED_AT = {"jail": 30, "legitimacy": 0.6}  # most rebel at once: means of few societies are then precise
OURS_EACH = 20  # of ours for each society of theirs
RUNS = {20: 20, 40: 200, 200: 5, 1000: 1}  # of ours in a turn, for one of theirs
NAMES = {"mesa": "Mesa", "agentpy": "agentpy, a port", "mesa-frames": "mesa-frames, a port"}


def rows(repetitions: int, quick: bool) -> list[Row]:
    """A row for each rival and size."""
    found: list[Row] = []
    checked: dict[str, Agreement] = {}
    for case in QUICK if quick else CASES:
        work = f"Epstein Model I, {case.width} x {case.width}, a tick"
        beside = f"{NAMES[case.rival]}, {PINS[case.rival][0].replace('==', ' ')}"
        python = interpreter(case.rival)
        if python is None:
            found.append(Row(work, beside, at_least=case.goal, note=f"{beside} cannot be installed here."))
            continue
        try:
            if case.rival not in checked:
                checked[case.rival] = agreement(case.rival, python)
            found.append(row(case, work, beside, python, checked[case.rival], repetitions))
        except SideFailed as failed:
            found.append(Row(work, beside, at_least=case.goal, note=f"Not measured: {failed}"))
    return found


def agreement(rival: str, python: Path) -> Agreement:
    """Whether means of active and jailed are those of ours, society by society; raises SideFailed."""
    seeds, ticks = CHECKS[rival]
    asked = {"width": CHECKED, "warm": 0, "ticks": ticks, **CHECKED_AT}
    theirs = [measure(side(rival, python, asked), seed).found for seed in range(seeds)]
    societies = [(one["citizens"], one["cops"]) for one in theirs]
    mine = measure(our_side(rival, asked, societies, OURS_EACH), 0).found
    means = [of_pairs(f"mean {what}", mine[what], [one[what] for one in theirs]) for what in ("active", "jailed")]
    found = all_of(means)
    text = f"Results checked over the first {ticks} ticks of {seeds} societies of {CHECKED} x {CHECKED}, "
    text += (
        f"legitimacy {CHECKED_AT['legitimacy']} and terms of up to {CHECKED_AT['jail']} ticks, at which most rebel, "
    )
    text += f"ours {OURS_EACH} times with the citizens and cops of each. {found.told}"
    return Agreement(found.equal, text)


def row(case: Case, work: str, beside: str, python: Path, agreed: Agreement, repetitions: int) -> Row:
    """One rival at one size, if it does the same work; raises SideFailed."""
    note = f"Vision: {SIGHT[case.rival][1]}; {case.warm} ticks before the {case.ticks} that are timed. {agreed.told}"
    if not agreed.equal:
        return Row(work, beside, at_least=case.goal, unequal=True, note=note)
    asked = {"width": case.width, "warm": case.warm, "ticks": case.ticks, **TIMED}
    society = (round(0.7 * case.width**2), round(0.04 * case.width**2))
    # Ours takes more ticks where they are short; what is compared is the time of one.
    sides = our_side(case.rival, asked, [society], RUNS[case.width]), side(case.rival, python, asked)
    turns = in_turns(sides, min(repetitions, case.most))
    return compared(work, beside, turns, at_least=case.goal, note=note)


def side(rival: str, python: Path, asked: dict[str, Any]) -> Side:
    """A rival's program."""
    return Side(rival, (str(python), str(SIDES / f"lattice_{rival.replace('-', '_')}.py")), asked)


def our_side(rival: str, asked: dict[str, Any], societies: list[tuple[int, int]], runs: int) -> Side:
    """Our program under the rival's rules."""
    neighbourhood, _ = SIGHT[rival]
    return ours("lattice_ours.py", **asked, neighbourhood=neighbourhood, societies=societies, runs=runs)
