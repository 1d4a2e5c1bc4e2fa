"""Milestones: what the record says and what the replays did, one under the other, each in its own unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import altair as alt

from contrafact.report import style, wording
from contrafact.report.curves import SHOWN_USES
from contrafact.translation import text

ID_SPACE = 48
WHAT_SPACE = 320
WHEN_SPACE = 160
LABEL_SPACE = ID_SPACE + WHAT_SPACE + WHEN_SPACE
VERDICT_SPACE = 130
PANEL_WIDTH = style.WIDTH - 2 * style.MARGIN - LABEL_SPACE - VERDICT_SPACE
ROW_HEIGHT = 30
OFFSET = 0.18
TITLES = {
    "persons": "Persons (log scale)",
    wording.HOURS: "Local time",
    "dimensionless": "Share of residents",
    "facilities": "Facilities",
}


@dataclass(frozen=True)
class Milestone:
    """One row of the record and its reading in the replays.

    label, when  what it is about, and the hours it speaks of
    observed     lowest and highest number that agree with the source; None is an open end
    predicted    5th, 50th and 95th percentile over the replications; None where it happened in none
    verdict      whether the two agree, in words
    use          "fit" or "input"; anything else is refused
    """

    id: str
    label: str
    when: str
    unit: str
    observed: tuple[float | None, float | None]
    predicted: tuple[float, float, float] | None
    verdict: str
    use: str = "fit"

    def __post_init__(self) -> None:
        if self.use not in SHOWN_USES:
            raise ValueError(f"{self.id}: a row with use {self.use!r} must not be drawn")


def milestones(start: datetime, entries: Sequence[Milestone], title: str, lines: Sequence[str]) -> style.Picture:
    """One panel a unit, one line a milestone: the record above in ink, the replays below in colour."""
    rows: dict[str, style.Rows] = {}
    panels: list[Any] = []
    for unit in dict.fromkeys(entry.unit for entry in entries):
        group = [entry for entry in entries if entry.unit == unit]
        name, bounds = f"unit{len(panels) + 1}", _bounds(group, unit)
        rows[name] = [_row(start, number, entry, bounds) for number, entry in enumerate(group)]
        panels.append(_panel(start, len(group), unit, bounds, name))
    return style.page(alt.vconcat(*panels, spacing=28), rows, title, lines)


def _bounds(group: Sequence[Milestone], unit: str) -> tuple[float, float]:
    """Ends of the axis: from zero for counts and shares, around all that is known for hours."""
    known = [number for entry in group for number in (*entry.observed, *(entry.predicted or ())) if number is not None]
    if unit == wording.HOURS:
        return min(known, default=0.0) - 6.0, max(known, default=24.0) + 6.0
    return 0.0, 1.0 if unit == "dimensionless" else max(known, default=1.0) * (1.6 if unit == "persons" else 1.1)


def _row(start: datetime, number: int, entry: Milestone, bounds: tuple[float, float]) -> dict[str, Any]:
    """Everything that one line draws; hours become Vega's milliseconds, an open end reaches the end of the axis."""

    def placed(value: float | None, otherwise: float) -> float:
        level = otherwise if value is None else value
        return style.instant(start, level) if entry.unit == wording.HOURS else level

    low, high = entry.observed
    row = {
        "id": entry.id,
        "label": entry.label,
        "when": entry.when,
        "verdict": entry.verdict,
        "above": number + 0.5 - OFFSET,
        "middle": number + 0.5,
        "below": number + 0.5 + OFFSET,
        "seen_low": placed(low, bounds[0]),
        "seen_high": placed(high, bounds[1]),
        "low_known": low is not None,
        "high_known": high is not None,
        "happened": entry.predicted is not None,
    }
    for name, value in zip(("run_low", "run_median", "run_high"), entry.predicted or (), strict=False):
        row[name] = placed(value, value)
    return row


def _panel(start: datetime, lines: int, unit: str, bounds: tuple[float, float], name: str) -> Any:
    down = alt.Scale(domain=[lines, 0], nice=False)
    base = style.chart(name)
    run = base.transform_filter("datum.happened")

    def x(field: str) -> alt.X:
        return _axis(field, start, unit, bounds)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=down, axis=None)

    def ends(test: str, field: str, shape: str) -> Any:
        point = base.transform_filter(test).mark_point(filled=True, color=style.INK, size=44, opacity=1, shape=shape)
        return point.encode(x=x(field), y=y("above"))

    def words(field: str, at: float, colour: str) -> Any:
        written = base.mark_text(align="left", baseline="middle", fontSize=12, color=colour)
        return written.encode(x=alt.value(at), y=y("middle"), text=f"{field}:N")

    layers = [
        run.mark_rule(color=style.HALF, strokeWidth=9).encode(x=x("run_low"), x2="run_high", y=y("below")),
        run.mark_tick(color=style.MEDIAN, orient="vertical", thickness=2.5, size=13).encode(
            x=x("run_median"), y=y("below")
        ),
        base.mark_rule(color=style.INK, strokeWidth=1.4).encode(x=x("seen_low"), x2="seen_high", y=y("above")),
        ends("datum.low_known", "seen_low", "circle"),
        ends("datum.high_known", "seen_high", "circle"),
        ends("!datum.high_known", "seen_high", "triangle-right"),
        ends("!datum.low_known", "seen_low", "triangle-left"),
        words("id", -LABEL_SPACE, style.QUIET),
        words("label", ID_SPACE - LABEL_SPACE, style.INK),
        words("when", ID_SPACE + WHAT_SPACE - LABEL_SPACE, style.QUIET),
        words("verdict", PANEL_WIDTH + 14, style.QUIET),
    ]
    heading = alt.TitleParams(text=text(TITLES.get(unit, unit)), offset=8)
    return alt.layer(*layers).properties(width=PANEL_WIDTH, height=ROW_HEIGHT * lines, title=heading)


def _axis(field: str, start: datetime, unit: str, bounds: tuple[float, float]) -> alt.X:
    if unit == wording.HOURS:
        return style.time_axis(field, start, *bounds)
    if unit == "persons":
        scale = alt.Scale(type="symlog", domain=list(bounds), nice=False)
        axis = alt.Axis(
            values=[0, *(10**power for power in range(8))], format=",d", labelFlush=False, title=None, domain=False
        )
    else:
        scale = alt.Scale(domain=list(bounds), nice=False)
        is_share = unit == "dimensionless"
        axis = alt.Axis(
            format="%" if is_share else ",d",
            tickMinStep=0.25 if is_share else 1,
            labelFlush=False,
            title=None,
            domain=False,
        )
    return alt.X(f"{field}:Q", scale=scale, axis=axis)
