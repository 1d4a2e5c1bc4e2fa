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

SHOWN_USES = ("fit", "input")
LABEL_SPACE = 58
PANEL_WIDTH = style.WIDTH - 2 * style.MARGIN - LABEL_SPACE
LETTER, NAME_HEIGHT, NAME_GAP = 6.2, 13.0, 11.0
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
BANDS = ("p05", "p25", "p50", "p75", "p95")
Channel: TypeAlias = Callable[[str], Any]
MARKS = {"value": "circle", "at least": "triangle-up", "at most": "triangle-down", "end": "stroke"}


@dataclass(frozen=True)
class Observation:
    """What the record says of one quantity; rows of one fact stand together as one observation.

    id           rows of the record, e.g. "R098, R100"
    start, end   hours since the scenario's start
    marks        what the rows give: pairs of a number and "value", "at least", "at most" or, for a range, "end"
    use          "fit" or "input"; anything else is refused, since score rows are shown by ``contrafact score`` alone
    """

    id: str
    start: float
    end: float
    marks: tuple[tuple[float, str], ...]
    use: str = "fit"

    def __post_init__(self) -> None:
        if self.use not in SHOWN_USES:
            raise ValueError(f"{self.id}: a row with use {self.use!r} must not be drawn")

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
        rows[f"spans{number}"] = _spans(start, last, panel)
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
        tickCount=3 if panel.is_share else 4,
        tickMinStep=0.5 if panel.is_share else 1,
        domain=False,
        ticks=False,
        minExtent=LABEL_SPACE,
        maxExtent=LABEL_SPACE,
        labelPadding=8,
    )


def _spans(start: datetime, last: float, panel: Panel) -> style.Rows:
    """Where each observation's bars and its name go; names that would touch stand one above the other."""
    ceiling = float(_scale(panel).to_dict()["domain"][1])
    rows: style.Rows = []
    taken: list[tuple[float, float, float]] = []
    for row in sorted(panel.observations, key=lambda row: row.start):
        first, final = _window(row, last)
        middle, width = (first + final) / 2 / last * PANEL_WIDTH, LETTER * len(row.id)
        left = min(max(middle - width / 2, 4.0), PANEL_WIDTH - width - 4.0)
        height = max(row.known) / ceiling * panel.height + NAME_GAP
        for other_left, other_right, other_height in sorted(taken, key=lambda name: name[2]):
            if left < other_right and other_left < left + width and abs(height - other_height) < NAME_HEIGHT:
                height = other_height + NAME_HEIGHT
        taken.append((left, left + width + LETTER, height))
        rows.append(
            {
                "id": row.id,
                "from": style.instant(start, first),
                "middle": style.instant(start, (first + final) / 2),
                "to": style.instant(start, final),
                "low": min(row.known),
                "high": max(row.known),
                "level": (min(row.known) + max(row.known)) / 2,
                "name_at": style.instant(start, left / PANEL_WIDTH * last),
                "name_height": height / panel.height * ceiling,
            }
        )
    return rows


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
        *(
            span.mark_text(align="left", baseline="middle", fontSize=11, **look).encode(
                x=x("name_at"), y=y("name_height"), text="id:N"
            )
            for look in ({"stroke": style.PAPER, "strokeWidth": 3, "strokeJoin": "round"}, {"color": style.INK})
        ),
    ]
