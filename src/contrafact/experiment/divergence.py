"""Where and when an arm first differs from the recorded run of its pair, and what happened in each district.

Two things are told apart. Runs differ from the first full hour at which their digests do: somebody is elsewhere, or did
something else. A cell differs from the first tick at the end of which another number of people is in it: protesters,
armed persons, persons in hiding, or members of forces. Fields that reach everyone at once, such as news, make no cell
differ by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact.engine import Run
from contrafact.model.context import Context

Array: TypeAlias = NDArray[Any]

PEOPLE = ("crowd", "armed", "hidden", "force")
NEVER = -1
SUMMED = ("killed_unarmed", "harmed_unarmed", "crowd_hours", "armed_hours")
"""What is summed over a run in each cell: unarmed persons killed, and killed or injured; person hours in the street."""

UNITS = {"killed_unarmed": "persons", "harmed_unarmed": "persons", "crowd_hours": "person h", "armed_hours": "person h"}


class Sums:
    """Sums over a run in each cell, (quantity, cell), in the order of SUMMED."""

    def __init__(self, cells: int) -> None:
        self.values = np.zeros((len(SUMMED), cells), np.int64)

    def copy(self) -> Sums:
        """The sums so far, which go on by themselves."""
        other = Sums(0)
        other.values = self.values.copy()
        return other

    def add(self, c: Context) -> None:
        """Take in the tick that has just ended."""
        now = c.now
        self.values[0] += now.deaths_now
        self.values[1] += now.harmed_now
        self.values[2] += now.crowd
        self.values[3] += now.armed

    def by_district(self, c: Context) -> Array:
        """Sums over the cells of each district, (quantity, district), hours instead of ticks."""
        districts = int(c.fixed.district.max()) + 1
        scales = (1.0, 1.0, c.dt, c.dt)
        rows = zip(self.values, scales, strict=True)
        return np.stack([np.bincount(c.fixed.district, row, districts) * scale for row, scale in rows])


class People:
    """How many people were in each cell at the end of each tick of the recorded run, (tick, kind, cell) int32."""

    def __init__(self, ticks: int, cells: int) -> None:
        self.counts = np.zeros((ticks, len(PEOPLE), cells), np.int32)

    def note(self, run: Run) -> None:
        """Write the tick that has just ended."""
        for kind, name in enumerate(PEOPLE):
            self.counts[run.done - 1, kind] = getattr(run.context.now, name)

    def differs(self, run: Run) -> Array:
        """Whether another number of people is in each cell of another run at the end of the same tick, (cell,)."""
        now, then = run.context.now, self.counts[run.done - 1]
        differing = now.crowd != then[0]
        for kind, name in enumerate(PEOPLE[1:], start=1):
            differing |= getattr(now, name) != then[kind]
        return np.asarray(differing)


@dataclass(frozen=True)
class Divergence:
    """Where and when one arm first differs in one pair.

    hour   full hour, from 1, at whose end the digests first differ; None where the runs are the same
    tick   first tick, from 0, after which another number of people is in some cell; None where there is none
    cell   the cell where it is, the first of several by number; None with it
    ticks  first such tick of each cell, NEVER where there is none, (cell,) int16
    """

    hour: int | None
    tick: int | None
    cell: int | None
    ticks: Array


class Following:
    """Compares an arm, tick by tick, with the recorded run of its pair."""

    def __init__(self, people: People, cells: int) -> None:
        self.people = people
        self.ticks = np.full(cells, NEVER, np.int16)  # the longest scenario has 8,640 ticks

    def look(self, run: Run) -> None:
        """Compare the tick that has just ended."""
        self.ticks[self.people.differs(run) & (self.ticks == NEVER)] = run.done - 1

    def result(self, recorded: list[bytes], arm: list[bytes]) -> Divergence:
        """What was found; the digests after each full hour of both runs tell from which hour on they differ."""
        agree = [a == b for a, b in zip(recorded, arm, strict=True)]
        hour = agree.index(False) + 1 if False in agree else None
        found = np.flatnonzero(self.ticks != NEVER)
        if not found.size:
            return Divergence(hour, None, None, self.ticks)
        tick = int(self.ticks[found].min())
        return Divergence(hour, tick, int(np.flatnonzero(self.ticks == tick)[0]), self.ticks)
