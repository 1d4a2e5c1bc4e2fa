"""How every picture looks: type, colours, the axis of local time, and how a chart becomes a file.

Nothing is fetched: charts are drawn by vl-convert with the fonts that the machine has. Needs the extra ``report``.
"""

from __future__ import annotations

import base64
import os
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any, TypeAlias

import altair as alt
import vl_convert
from numpy.typing import NDArray

Rows: TypeAlias = list[dict[str, Any]]

FONT = "Helvetica Neue, Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif"
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
    "font": FONT,
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


@dataclass(frozen=True, repr=False)
class Picture:
    """A chart and the rows it draws, by the name under which the chart asks for them.

    Rows stay outside the chart while it is built, since Altair checks every number of a chart against its schema.
    """

    chart: Any
    rows: Mapping[str, Rows]

    def spec(self) -> dict[str, Any]:
        """The Vega-Lite document, complete with its look and its rows."""
        document: dict[str, Any] = self.chart.to_dict()
        return {**document, "config": _CONFIG, "datasets": dict(self.rows)}

    def svg(self) -> str:
        """The picture as SVG text."""
        return str(vl_convert.vegalite_to_svg(self.spec(), allowed_base_urls=[]))

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
    """Give a chart its headline and the lines under it."""
    heading = alt.TitleParams(
        text=title,
        subtitle=list(lines),
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


def time_axis(field: str, start: datetime, first_hour: float, last_hour: float, labels: bool = True) -> alt.X:
    """Horizontal axis of local time; the field holds Vega's milliseconds.

    A tick at every midnight with the day's name; at hours between them where the window is no more than three days.
    """
    ticks = marks(start, first_hour, last_hour)
    day, hour = "utcFormat(datum.value, '%a %-d %b')", "utcFormat(datum.value, '%H:%M')"
    is_midnight = "utchours(datum.value) + utcminutes(datum.value) == 0"
    first = f"datum.value == {ticks[0] if ticks else 0:.0f} ? utcFormat(datum.value, '%a %-d %b, %H:%M')"
    return alt.X(
        f"{field}:T",
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


def local(start: datetime, hour: float) -> datetime:
    """Local civil time so many hours after the start, to the minute."""
    return datetime.fromtimestamp(round(instant(start, hour) / 60_000) * 60, tz=UTC).replace(tzinfo=None)


def numbers(values: NDArray[Any], digits: int = 4) -> list[float]:
    """Plain numbers for a chart, rounded to so many decimals, so that files stay small."""
    return [round(float(value), digits) for value in values]
