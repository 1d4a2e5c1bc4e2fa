"""The table of ratios: a row for each goal, with its spread, its memory and whether the goal is reached."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.harness import Measured

HEAD = (
    "| work | beside | ratio: median (range) | turns | goal | reached | time: ours, theirs | peak MB: ours, theirs |\n"
    "|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Row:
    """One comparison.

    ratios     one for each turn; none if it was not measured
    at_least   a ratio of this or more reaches the goal; ``at_most`` this or less; neither: no goal
    seconds    medians of both sides, or nothing
    megabytes  medians of both sides' peaks, or nothing
    unequal    both sides were run but their results differ, so that no ratio is told
    note       what has to be known to read it; stands below the table
    """

    work: str
    beside: str
    ratios: list[float] = field(default_factory=list)
    at_least: float | None = None
    at_most: float | None = None
    seconds: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    unequal: bool = False
    note: str = ""

    @property
    def reached(self) -> str:
        """Whether the median reaches the goal."""
        if not self.ratios:
            return "not equal" if self.unequal else "not measured"
        median = statistics.median(self.ratios)
        if self.at_least is not None:
            return "yes" if median >= self.at_least else "**no**"
        if self.at_most is not None:
            return "yes" if median <= self.at_most else "**no**"
        return "no goal"

    @property
    def goal(self) -> str:
        """The goal in words."""
        if self.at_least is not None:
            return f">= {number(self.at_least)}"
        return "" if self.at_most is None else f"<= {number(self.at_most)}"

    def line(self, mark: str) -> str:
        """The row in Markdown; ``mark`` points to its note."""
        spread = "not equal" if self.unequal else "not measured"
        if self.ratios:
            spread = f"{number(statistics.median(self.ratios))} ({number(min(self.ratios))} to "
            spread += f"{number(max(self.ratios))})"
        times = ", ".join(duration(one) for one in self.seconds)
        memory = ", ".join(f"{one:,.0f}" for one in self.megabytes)
        cells = (self.work, self.beside + mark, spread, str(len(self.ratios)), self.goal, self.reached, times, memory)
        return f"| {' | '.join(cells)} |"

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def number(value: float) -> str:
    """Three figures, whole numbers above a hundred."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def duration(seconds: float) -> str:
    """Seconds in a unit in which there is something before the point."""
    for size, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def seconds(measured: Measured) -> float:
    """What was measured of one side in one turn."""
    return measured.seconds


def compared(work: str, beside: str, turns: list[list[Measured]], side: int = 1, ours: int = 0, *,
             value: Callable[[Measured], float] = seconds, ours_over_theirs: bool = False,
             **rest: Any) -> Row:  # fmt: skip
    """A row from two sides' turns: theirs over ours, how many times as fast we are, or ours over theirs."""
    pairs = [(value(turn[ours]), value(turn[side])) for turn in turns]
    ratios = [a / b if ours_over_theirs else b / a for a, b in pairs]
    medians = [statistics.median(column) for column in zip(*pairs, strict=True)]
    memory = [statistics.median(turn[which].megabytes for turn in turns) for which in (ours, side)]
    return Row(work, beside, ratios, seconds=medians, megabytes=memory, **rest)


def markdown(rows: list[Row]) -> str:
    """The table, and its notes below it."""
    lines, notes = [HEAD], []
    for row in rows:
        mark = ""
        if row.note:
            notes.append(row.note)
            mark = f" ({len(notes)})"
        lines.append(row.line(mark))
    numbered = [f"{place}. {note}" for place, note in enumerate(notes, 1)]
    return "\n".join([*lines, "", *numbered])
