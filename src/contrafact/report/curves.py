"""Curves over local time: median and bands of the replications, and the observations of the record beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import altair as alt
import numpy as np
from numpy.typing import NDArray

from contrafact.report import style
from contrafact.report.labels import Box, Name, leader, placed
from contrafact.translation import text

SHOWN_USES = ("fit", "input")
LABEL_SPACE = 58
PANEL_WIDTH = style.WIDTH - 2 * style.MARGIN - LABEL_SPACE
LETTER, SMALL_LETTER, MARK = 6.6, 5.0, 4.0
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
BANDS = ("p05", "p25", "p50", "p75", "p95")
Channel: TypeAlias = Callable[[str], Any]
MARKS = {"value": "circle", "at least": "triangle-up", "at most": "triangle-down", "end": "stroke"}


@dataclass(frozen=True)
class Observation:
    """What one row of the record says of one quantity.

    id           of the row, e.g. "R098"
    start, end   hours since the scenario's start
    marks        what the row gives: pairs of a number and "value", "at least", "at most" or, for a range, "end"
    use          "fit" or "input"; anything else is refused, since score rows are shown by ``contrafact score`` alone
    as_of        the day it speaks of where that is after the end of the run, e.g. "16 Jan"
    """

    id: str
    start: float
    end: float
    marks: tuple[tuple[float, str], ...]
    use: str = "fit"
    as_of: str = ""

    def __post_init__(self) -> None:
        if self.use not in SHOWN_USES:
            raise ValueError(f"{self.id}: a row with use {self.use!r} must not be drawn")

    @property
    def name(self) -> str:
        """What is written beside its mark."""
        return text("{id} as of {day}", id=self.id, day=self.as_of) if self.as_of else self.id

    @property
    def known(self) -> list[float]:
        """Every number that stands in the rows."""
        return [number for number, _ in self.marks]


@dataclass(frozen=True)
class Panel:
    """One quantity: its curves (replication, time), a title that says what is seen, a line of reading under it."""

    title: str
    reading: str
    values: NDArray[Any]
    observations: tuple[Observation, ...] = ()
    is_share: bool = False
    height: float = 110


def curves(
    start: datetime, hours: NDArray[Any], panels: Sequence[Panel], title: str, lines: Sequence[str]
) -> style.Picture:
    """Panels one under the other on one axis of local time; hours (time,) since the start."""
    rows: dict[str, style.Rows] = {}
    drawn = []
    for number, panel in enumerate(panels, start=1):
        last = float(hours[-1])
        rows[f"bands{number}"] = _bands(start, hours, panel.values)
        rows[f"spans{number}"] = _spans(start, last, panel, hours)
        rows[f"points{number}"] = _points(start, last, panel)
        drawn.append(_panel(start, last, panel, str(number), is_last=number == len(panels)))
    return style.page(alt.vconcat(*drawn, spacing=16), rows, title, lines)


def _panel(start: datetime, last: float, panel: Panel, number: str, is_last: bool) -> Any:
    scale, axis = _scale(panel), _axis(panel)

    def x(field: str) -> alt.X:
        return style.time_axis(field, start, 0.0, last, labels=is_last)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=scale, axis=axis)

    base = style.chart(f"bands{number}").encode(x=x("t"))
    layers = [
        base.mark_area(color=style.MOST).encode(y=y("p05"), y2="p95:Q"),
        base.mark_area(color=style.HALF).encode(y=y("p25"), y2="p75:Q"),
        base.mark_line(color=style.MEDIAN, strokeWidth=1.6).encode(y=y("p50")),
        *(_observed(number, x, y) if panel.observations else []),
    ]
    heading = alt.TitleParams(text=panel.title, subtitle=panel.reading, offset=6)
    return alt.layer(*layers).properties(width=PANEL_WIDTH, height=panel.height, title=heading)


def _bands(start: datetime, hours: NDArray[Any], values: NDArray[Any]) -> style.Rows:
    """Quantiles over the replications at each time, one row a time."""
    quantiles = np.quantile(np.asarray(values, dtype=float), SHARES, axis=0)
    times = [style.instant(start, float(hour)) for hour in hours]
    columns = [times, *(style.numbers(row) for row in quantiles)]
    return [dict(zip(("t", *BANDS), row, strict=True)) for row in zip(*columns, strict=True)]


def _scale(panel: Panel) -> alt.Scale:
    """From zero to the highest thing drawn, so that no bar is cut and no axis starts above zero."""
    if panel.is_share:
        return alt.Scale(domain=[0, 1])
    highest = float(np.quantile(np.asarray(panel.values, dtype=float), SHARES[-1], axis=0).max())
    seen = [number for row in panel.observations for number in row.known]
    return alt.Scale(domain=[0, max([highest, 1.0, *seen]) * 1.06], nice=False)


def _axis(panel: Panel) -> alt.Axis:
    return alt.Axis(
        title=None,
        format="%" if panel.is_share else ",d",
        tickCount=3 if panel.is_share else min(4, int(_scale(panel).to_dict()["domain"][1])),
        tickMinStep=0.5 if panel.is_share else 1,
        domain=False,
        ticks=False,
        minExtent=LABEL_SPACE,
        maxExtent=LABEL_SPACE,
        labelPadding=8,
    )


def _spans(start: datetime, last: float, panel: Panel, hours: NDArray[Any]) -> style.Rows:
    """Where each observation's bars and its name go, and the thin line to a name that has to stand apart."""
    ceiling = float(_scale(panel).to_dict()["domain"][1])
    rows = sorted(panel.observations, key=lambda row: (row.start, max(row.known)))
    names, solid = [], []
    for row in rows:
        first, final = (hour / last * PANEL_WIDTH for hour in _window(row, last))
        low, high = (number / ceiling * panel.height for number in (min(row.known), max(row.known)))
        middle, level = (first + final) / 2, (low + high) / 2
        width = LETTER * len(row.id) + SMALL_LETTER * (len(row.name) - len(row.id))
        names.append(Name(middle, low, high, width))
        solid += [Box(first, final, level - 1, level + 1), Box(middle - MARK, middle + MARK, low - MARK, high + MARK)]
    median = np.median(np.asarray(panel.values, dtype=float), axis=0)
    line = np.stack([np.asarray(hours) / last * PANEL_WIDTH, median / ceiling * panel.height], axis=1)
    frame = Box(4.0, PANEL_WIDTH - 4.0, 0.0, panel.height + 2.0)

    def when(x: float) -> float:
        return style.instant(start, x / PANEL_WIDTH * last)

    spans: style.Rows = []
    for row, name, box in zip(rows, names, placed(names, solid, line, frame), strict=True):
        first, final = _window(row, last)
        tail, tip = leader(name, box) or ((name.x, name.low), (name.x, name.low))
        spans.append(
            {
                "id": row.id,
                "name": row.name,
                "from": style.instant(start, first),
                "middle": style.instant(start, (first + final) / 2),
                "to": style.instant(start, final),
                "low": min(row.known),
                "high": max(row.known),
                "level": (min(row.known) + max(row.known)) / 2,
                "name_at": when(box.left),
                "name_height": (box.low + box.high) / 2 / panel.height * ceiling,
                "tail_at": when(tail[0]),
                "tail_height": tail[1] / panel.height * ceiling,
                "tip_at": when(tip[0]),
                "tip_height": tip[1] / panel.height * ceiling,
            }
        )
    return spans


def _points(start: datetime, last: float, panel: Panel) -> style.Rows:
    """One point for every number given: a dot, a triangle for "at least" and "at most", a stroke where a range ends."""
    return [
        {"t": style.instant(start, sum(_window(row, last)) / 2), "value": value, "mark": mark}
        for row in panel.observations
        for value, mark in row.marks
    ]


def _window(row: Observation, last: float) -> tuple[float, float]:
    """The hours that an observation covers, cut to the run."""
    return min(max(row.start, 0.0), last), min(row.end, last)


def _observed(number: str, x: Channel, y: Channel) -> list[alt.Chart]:
    """A thin bar along the hours covered, another along the range, points at the numbers, and the rows' ids."""
    span = style.chart(f"spans{number}")
    rule = span.mark_rule(color=style.INK, strokeWidth=1)
    shape = alt.Shape("mark:N", scale=alt.Scale(domain=list(MARKS), range=list(MARKS.values())), legend=None)
    return [
        rule.encode(x=x("from"), x2="to:T", y=y("level")),
        rule.encode(x=x("middle"), y=y("low"), y2="high:Q"),
        style.chart(f"points{number}")
        .mark_point(filled=True, fill=style.INK, stroke=style.INK, strokeWidth=0.8, size=40, opacity=1)
        .encode(x=x("t"), y=y("value"), shape=shape),
        span.mark_rule(color=style.QUIET, strokeWidth=0.6).encode(
            x=x("tail_at"), x2="tip_at:T", y=y("tail_height"), y2="tip_height:Q"
        ),
        span.mark_text(align="left", baseline="middle", fontSize=11, color=style.INK).encode(
            x=x("name_at"), y=y("name_height"), text="name:N"
        ),
    ]
