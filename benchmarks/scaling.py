"""What a replay costs as hexagons shrink, as the city grows while as many are active, and with a second processor."""

from __future__ import annotations

import os
import statistics

from benchmarks.harness import in_turns, ours
from benchmarks.table import Row, compared

MILLIONS = (0.2, 2.0, 20.0)
REPLICATIONS = 20


def rows(repetitions: int, quick: bool) -> list[Row]:
    """Rows of resolution, of population and of two processors."""
    return [*sizes(repetitions, quick), *side_by_side(repetitions, quick)]


def sizes(repetitions: int, quick: bool) -> list[Row]:
    """Resolution 9 beside 8, and 0.2 and 20 million beside each other and beside 2 million."""
    replays = 1 if quick else 3
    cases = [(0.0, 8), (0.0, 9), *((million, 8) for million in MILLIONS)]
    sides = [ours("replay.py", million=million, resolution=resolution, replays=replays)
             for million, resolution in cases]  # fmt: skip
    turns = in_turns(sides, repetitions)

    def cells(side: int) -> str:
        return f"{turns[0][side].found['cells']:,} cells"

    def crowd(side: int) -> str:
        return f"{statistics.median(turn[side].found['peak_crowd'] for turn in turns):,.0f}"

    equal = f"Most in the street: {', '.join(f'{crowd(i)} of {m:g} million' for i, m in enumerate(MILLIONS, 2))}."
    return [
        compared("a replay at resolution 9", "at resolution 8", turns, 0, 1, ours_over_theirs=True, at_most=4.0,
                 note=f"almaty-2022 as shipped, median of {replays} replays in a turn; {cells(1)} beside {cells(0)}."),
        compared("a replay of 20 million residents, as many active", "of 0.2 million", turns, 2, 4,
                 ours_over_theirs=True, at_most=1.5, note=equal),
        compared("a replay of 20 million residents, as many active", "of 2 million", turns, 3, 4,
                 ours_over_theirs=True, note=equal),
    ]  # fmt: skip


def side_by_side(repetitions: int, quick: bool) -> list[Row]:
    """Two threads beside one, two processes beside one thread, and what two processes can do here at all."""
    number = 4 if quick else REPLICATIONS
    work = f"{number} replications side by side on two"
    if (os.cpu_count() or 1) < 2:
        return [Row(f"{work} threads", "on one", at_least=1.85, note="This machine has one processor.")]
    sides = [
        ours("threads.py", replications=number, **where) for where in ({"threads": 2}, {"workers": 2}, {"threads": 1})
    ]
    sides += [ours("arithmetic.py", processes=count) for count in (2, 1)]
    turns = in_turns(sides, repetitions)
    note = f"{number} rather than 1,000, so that a turn ends soon; by the clock, without compilation and start."
    return [
        compared(f"{work} threads", "on one", turns, 2, 0, at_least=1.85, note=note),
        compared(f"{work} processes, as `run` does by itself", "on one thread", turns, 2, 1, at_least=1.85, note=note),
        compared("arithmetic in two processes that share nothing", "in one", turns, 4, 3,
                 note="What two processors of this machine do at most."),
    ]  # fmt: skip
