"""How every picture looks: type, colours, the axis of local time, and how a chart becomes a file.

Nothing is fetched: charts are drawn by vl-convert with the fonts that the machine has. Needs the extra ``report``.
"""

from __future__ import annotations

import base64
import os
import struct
import textwrap
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any, TypeAlias

import altair as alt
import vl_convert
from numpy.typing import NDArray

from contrafact.translation import ENGLISH, current, localised, text

Rows: TypeAlias = list[dict[str, Any]]

FONT = "Helvetica Neue, Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif"
MARKED = "Noto Sans, DejaVu Sans, Helvetica Neue, Helvetica, Arial, sans-serif"
"""For languages whose letters carry marks that Liberation Sans lacks: fonts that have them all come first."""

LINE, MARKED_LINE = 190, 145
"""Letters in a line under the headline, in either font."""

WIDTH = 1200
MARGIN = 24
DOTS_PER_UNIT = 1.5  # a picture 1200 wide is saved with 1800 dots

INK = "#23292e"
QUIET = "#656e75"
RULE = "#dfe3e5"
PAPER = "#ffffff"

# One hue, light to dark, so that more people always means more ink.
CROWD_RAMP = ("#d0e2e6", "#a9ccd3", "#7bb0bc", "#4d90a4", "#2b6f8b", "#174f70", "#0d2f50")
NOBODY_THERE = "#f1f2f0"
BORDER = "#a9b1b5"
MEDIAN = "#1b4f6b"
HALF = "#8db9c4"
MOST = "#d3e4e8"

# How often a place was lost, from never to always: two hues that colour-blind readers tell apart, pale between them.
LOST_RAMP = ("#6a55a0", "#a99bc8", "#f4efe6", "#ecc67a", "#dc9a1c")

STEPS = ((6, 1), (24, 3), (48, 6), (72, 12))
"""For windows of at most so many hours: hours from tick to tick."""

_CONFIG: dict[str, Any] = {
    "background": PAPER,
    "padding": MARGIN,
    "view": {"stroke": None},
    "axis": {
        "domainColor": QUIET,
        "gridColor": RULE,
        "labelColor": QUIET,
        "labelFontSize": 12,
        "tickColor": RULE,
        "titleColor": QUIET,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
    "legend": {
        "labelColor": INK,
        "labelFontSize": 12,
        "labelLimit": 400,
        "titleColor": QUIET,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titleLimit": 600,
        "layout": {"bottom": {"margin": 36, "anchor": "start"}},
    },
    "title": {
        "anchor": "start",
        "color": INK,
        "fontSize": 14,
        "fontWeight": "bold",
        "frame": "group",
        "subtitleColor": QUIET,
        "subtitleFontSize": 12,
    },
}


WEEK = (date(2022, 1, 2) + timedelta(days=day) for day in range(7))
DAYS = tuple(f"{day:%a}" for day in WEEK)
"""From Sunday on, as Vega counts them."""

MONTHS = tuple(f"{date(2022, month, 1):%b}" for month in range(1, 13))


def notation() -> dict[str, Any]:
    """How axes and legends write numbers and dates in the language that is spoken, as vl-convert takes it."""
    marks = {"decimal": localised("."), "thousands": localised(","), "grouping": [3], "currency": ["", ""]}
    days, months = ([text(name) for name in names] for names in (DAYS, MONTHS))
    short = {"shortDays": days, "shortMonths": months, "days": days, "months": months, "periods": ["AM", "PM"]}
    whole = {"date": f"{day_format()} %Y", "time": "%H:%M", "dateTime": f"{day_format()} %Y %H:%M"}
    return {"format_locale": marks, "time_format_locale": {**short, **whole}}


def font() -> str:
    """Fonts for the language that is spoken, the one that is wanted most first."""
    return FONT if current() == ENGLISH else MARKED


def day_format() -> str:
    """Vega's format of a day, e.g. of "4 Jan"."""
    return text("{day} {month}", day="%-d", month="%b")


@dataclass(frozen=True, repr=False)
class Picture:
    """A chart and the rows it draws, by the name under which the chart asks for them.

    Rows stay outside the chart while it is built, since Altair checks every number of a chart against its schema. The
    notation and the font are those of the language in which the chart was built.
    """

    chart: Any
    rows: Mapping[str, Rows]
    notation: Mapping[str, Any] = field(default_factory=notation)
    font: str = field(default_factory=font)

    def spec(self) -> dict[str, Any]:
        """The Vega-Lite document, complete with its look and its rows."""
        document: dict[str, Any] = self.chart.to_dict()
        return {**document, "config": {**_CONFIG, "font": self.font}, "datasets": dict(self.rows)}

    def svg(self) -> str:
        """The picture as SVG text."""
        return str(vl_convert.vegalite_to_svg(self.spec(), allowed_base_urls=[], **self.notation))

    def save(self, stem: Path) -> list[Path]:
        """Write STEM.png and STEM.svg, each whole or not at all; returns the two paths."""
        svg = self.svg()
        png = vl_convert.svg_to_png(svg, scale=DOTS_PER_UNIT)
        paths = [stem.with_suffix(".png"), stem.with_suffix(".svg")]
        for path, content in zip(paths, (packed(png), svg.encode()), strict=True):
            partial = path.with_name(path.name + ".tmp")
            partial.write_bytes(content)
            os.replace(partial, path)
        return paths

    def _repr_html_(self) -> str:
        """For a notebook: as an image, which shrinks to the width there is and shares no ids with other pictures."""
        packed_svg = base64.b64encode(self.svg().encode()).decode()
        named = escape(str(self.chart.title.text))
        style = "max-width: 100%; height: auto; background: white"
        return f'<img src="data:image/svg+xml;base64,{packed_svg}" alt="{named}" style="{style}">'


def page(chart: Any, rows: Mapping[str, Rows], title: str, lines: Sequence[str]) -> Picture:
    """Give a chart its headline and the lines under it, which are broken where they are too long."""
    longest = LINE if current() == ENGLISH else MARKED_LINE
    heading = alt.TitleParams(
        text=title,
        subtitle=[part for line in lines for part in textwrap.wrap(line, longest)],
        fontSize=20,
        subtitleFontSize=13,
        subtitlePadding=6,
        subtitleLineHeight=18,
        offset=18,
        anchor="start",
        frame="bounds",
    )
    return Picture(chart.properties(title=heading), rows)


def chart(rows: str) -> alt.Chart:
    """An empty chart over the rows of that name."""
    return alt.Chart(alt.NamedData(name=rows))


def packed(png: bytes) -> bytes:
    """The same PNG packed as small as zlib can, about a third of what the renderer writes."""
    others = [(kind, body) for kind, body in _chunks(png) if kind not in (b"IDAT", b"IEND")]
    smaller = png[:8]
    for kind, body in [*others, (b"IDAT", zlib.compress(pixels(png), 9)), (b"IEND", b"")]:
        smaller += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return smaller


def pixels(png: bytes) -> bytes:
    """The filtered scan lines of a PNG, unpacked."""
    return zlib.decompress(b"".join(body for kind, body in _chunks(png) if kind == b"IDAT"))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and body of each chunk."""
    at = 8
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += size + 12


def instant(start: datetime, hour: float) -> float:
    """Milliseconds for Vega of a local civil time; drawn on a UTC scale, so that no machine's zone shifts it."""
    return start.replace(tzinfo=UTC).timestamp() * 1000 + hour * 3_600_000


def midnights(start: datetime, first_hour: float, last_hour: float, most: int = 16) -> list[float]:
    """Midnights in the window [first, last) as Vega's milliseconds, thinned to at most so many."""
    offset = (24 - start.hour - start.minute / 60) % 24
    days = [offset + 24 * day for day in range(int(last_hour // 24) + 2)]
    inside = [hour for hour in days if first_hour <= hour < last_hour]
    step = -(-len(inside) // most) if inside else 1
    return [instant(start, hour) for hour in inside[::step]]


def marks(start: datetime, first_hour: float, last_hour: float) -> list[float]:
    """Where the axis of local time has its ticks, as Vega's milliseconds: midnights, and hours in a short window."""
    step = next((step for longest, step in STEPS if last_hour - first_hour <= longest), None)
    if step is None:
        return midnights(start, first_hour, last_hour)
    offset = -(start.hour + start.minute / 60) % step
    hours = [offset + step * number for number in range(int(first_hour // step) - 1, int(last_hour // step) + 2)]
    return [instant(start, hour) for hour in hours if first_hour <= hour < last_hour]


def time_axis(name: str, start: datetime, first_hour: float, last_hour: float, labels: bool = True) -> alt.X:
    """Horizontal axis of local time; the field of that name holds Vega's milliseconds.

    A tick at every midnight with the day's name; at hours between them where the window is no more than three days.
    """
    ticks = marks(start, first_hour, last_hour)
    midnight = f"%a {day_format()}"
    day, hour = f"utcFormat(datum.value, '{midnight}')", "utcFormat(datum.value, '%H:%M')"
    is_midnight = "utchours(datum.value) + utcminutes(datum.value) == 0"
    first = f"datum.value == {ticks[0] if ticks else 0:.0f} ? utcFormat(datum.value, '{midnight}, %H:%M')"
    return alt.X(
        f"{name}:T",
        scale=alt.Scale(type="utc", domain=[instant(start, first_hour), instant(start, last_hour)], nice=False),
        axis=alt.Axis(
            values=ticks,
            labels=labels,
            labelExpr=f"{is_midnight} ? {day} : {first} : {hour}",
            labelAlign="left",
            labelOffset=4,
            labelPadding=-8,
            labelOverlap=False,
            labelFlush=False,
            ticks=labels,
            tickSize=14,
            tickColor=QUIET,
            domain=labels,
            title=None,
        ),
    )


def numbers(values: NDArray[Any], digits: int = 4) -> list[float]:
    """Plain numbers for a chart, rounded to so many decimals, so that files stay small."""
    return [round(float(value), digits) for value in values]
