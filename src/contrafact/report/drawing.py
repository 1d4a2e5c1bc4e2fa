"""Curves and maps as SVG text, for a report that is one file: nothing is fetched, and no picture library is needed.

Everything comes from the view of a result, the document that the page draws as well.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact.translation import localised, text, whole

Array: TypeAlias = NDArray[Any]
View: TypeAlias = Mapping[str, Any]

WIDTH, HEIGHT = 720, 120
LEFT, RIGHT, TOP, BOTTOM = 56, 10, 8, 18
RAMP = ("#d0e2e6", "#a9ccd3", "#7bb0bc", "#4d90a4", "#2b6f8b", "#174f70", "#0d2f50")
MAP_WIDTH = 226
CODES = 255


def array(packed: str, kind: str) -> Array:
    """Numbers of a view that were packed as base64."""
    return np.frombuffer(base64.b64decode(packed), dtype=f"<{kind}")


def moment(view: View, hour: float) -> str:
    """Local time of an hour, e.g. "5 Jan 13:00"; in Vietnamese "5/1 13:00"."""
    time = datetime.fromisoformat(view["scenario"]["start"]) + timedelta(minutes=round(hour * 60))
    month = f"{time:%b}"
    return text("{day} {month} {time}", day=time.day, month=text(month), time=f"{time:%H:%M}")


def curve(view: View, key: str, is_share: bool = False) -> str:
    """One quantity: band and median of every arm, and the record's observations."""
    arms = [arm["curves"][key] for arm in view["shown"]]
    rows = [row for row in view["observations"] if row["curve"] == key and _is_known(row)]
    tops = [*(max(arm["high"]) for arm in arms), *(_ends(row)[1] for row in rows)]
    highest = 1.0 if is_share else 1.06 * max(1.0, *tops)
    hours = view["scenario"]["hours"]
    parts = [*_axis(view, highest, hours, is_share)]
    for number, arm in enumerate(arms):
        upper, lower = (_points(arm[end], hours, highest) for end in ("high", "low"))
        parts.append(f'<polygon class="b{number}" points="{" ".join([*upper, *reversed(lower)])}"/>')
        parts.append(f'<polyline class="m{number}" points="{" ".join(_points(arm["median"], hours, highest))}"/>')
    parts += [_observation(row, hours, highest) for row in rows]
    return _svg(WIDTH, HEIGHT, parts)


def _ends(row: Mapping[str, Any]) -> tuple[float, float]:
    """Lowest and highest number of a row that has one at least; an open end is the other end."""
    low, high = row["low"], row["high"]
    return (high if low is None else low), (low if high is None else high)


def _is_known(row: Mapping[str, Any]) -> bool:
    return row["low"] is not None or row["high"] is not None


def _x(hour: float, hours: float) -> float:
    return LEFT + min(hour, hours) / hours * (WIDTH - LEFT - RIGHT)


def _y(value: float, highest: float) -> float:
    return HEIGHT - BOTTOM - value / highest * (HEIGHT - BOTTOM - TOP)


def _points(values: Sequence[float], hours: float, highest: float) -> list[str]:
    return [f"{_x(hour, hours):.1f},{_y(value, highest):.1f}" for hour, value in enumerate(values)]


def _axis(view: View, highest: float, hours: float, is_share: bool) -> list[str]:
    parts = []
    for value in (0.0, highest / 1.06) if not is_share else (0.0, 1.0):
        label = localised(f"{value * 100:.0f} %") if is_share else whole(value)
        y = _y(value, highest)
        parts.append(f'<line class="r" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    for hour in range(0, int(hours), 24):
        label = moment(view, hour).rpartition(" ")[0]
        parts.append(f'<text x="{_x(hour, hours):.1f}" y="{HEIGHT - 4}">{escape(label)}</text>')
    return parts


def _observation(row: Mapping[str, Any], hours: float, highest: float) -> str:
    low, high = _ends(row)
    x0, x1 = _x(row["begins"], hours), _x(row["ends"], hours)
    y0, y1 = _y(high, highest), _y(low, highest)
    middle = (x0 + x1) / 2
    name = f"<title>{escape(row['id'])}: {escape(row['quote'])} ({escape(row['source'])})</title>"
    span = f'<line x1="{x0:.1f}" x2="{x1:.1f}" y1="{(y0 + y1) / 2:.1f}" y2="{(y0 + y1) / 2:.1f}"/>'
    bar = f'<line x1="{middle:.1f}" x2="{middle:.1f}" y1="{y0:.1f}" y2="{y1:.1f}"/>'
    if row["low"] is None or row["high"] is None:
        turn = -5 if row["high"] is None else 5
        mark = f'<path d="M{middle - 5:.1f},{y0:.1f} h10 l-5,{turn} z"/>'
    else:
        mark = f'<circle cx="{middle:.1f}" cy="{(y0 + y1) / 2:.1f}" r="3"/>'
    place = f'x="{middle - 6:.1f}" text-anchor="end"' if middle > WIDTH - 50 else f'x="{middle + 6:.1f}"'
    label = f'<text {place} y="{y0 - 4:.1f}">{escape(row["id"])}</text>'
    return f'<g class="o">{name}{span}{bar}{mark}{label}</g>'


def chosen_hours(view: View, count: int = 9) -> list[int]:
    """Hours of the maps: evenly spread over the time in which a fiftieth of the largest crowd or more is out."""
    crowd = np.array(view["shown"][0]["curves"]["crowd"]["median"], dtype=float)
    busy = np.flatnonzero(crowd >= crowd.max() / 50) if crowd.max() > 0 else np.array([0, crowd.size - 1])
    return sorted({round(hour) for hour in np.linspace(busy[0], busy[-1], count).tolist()})


def maps(view: View, hours: Sequence[int]) -> str:
    """Small maps of every arm at some hours; arms stand under each other."""
    outline = _Outline(view)
    highest = max(arm["crowd"]["highest"] for arm in view["shown"])
    figures = []
    for arm in view["shown"]:
        codes = array(arm["crowd"]["bytes"], "u1").reshape(-1, view["ground"]["cells"])
        people = np.expm1(codes / CODES * np.log1p(arm["crowd"]["highest"]))
        lost = array(arm["lost"], "u1").reshape(len(people), -1) / CODES
        panes = "".join(
            f"<figure><figcaption>{escape(moment(view, hour))}</figcaption>"
            f"{outline.map(people[hour], highest, lost[hour])}</figure>"
            for hour in hours
        )
        heading = f"<h3>{escape(arm['title'])}</h3>" if len(view["shown"]) > 1 and arm["title"] else ""
        figures.append(f'{heading}<div class="maps">{panes}</div>')
    return outline.shared() + "".join(figures)


class _Outline:
    """Outlines of cells and districts in dots, kept once and referred to by every map."""

    def __init__(self, view: View) -> None:
        ground = view["ground"]
        self.scale = MAP_WIDTH / ground["width_km"]
        self.height = ground["height_km"] * self.scale
        corners = array(ground["rings"], "u2").reshape(-1, 2) / 65_535
        dots = corners * (MAP_WIDTH, -self.height) + (0.0, self.height)
        self.rings = np.split(np.round(dots, 1), array(ground["ring_ends"], "u4")[:-1])
        self.inhabited = array(ground["residents"], "u4") > 0
        self.contested = [
            (index, place["name"], place["at"])
            for index, place in enumerate(ground["facilities"])
            if place["contested"] and place["at"]
        ]
        self.districts = "".join(
            self._path([(x * self.scale, self.height - y * self.scale) for x, y in ring]) for ring in ground["outlines"]
        )

    @staticmethod
    def _path(points: Sequence[Any] | Array) -> str:
        return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points) + "Z"

    def shared(self) -> str:
        """What every map refers to."""
        cells = "".join(self._path(ring) for ring, lived in zip(self.rings, self.inhabited, strict=True) if lived)
        defs = f'<g id="city"><path class="e" d="{cells}"/></g><path id="borders" class="d" d="{self.districts}"/>'
        return f'<svg width="0" height="0" aria-hidden="true"><defs>{defs}</defs></svg>'

    def map(self, people: Array, highest: float, lost: Array) -> str:
        """One map; people (cell,), and the share of replays in which each facility is lost, (facility,)."""
        level = np.floor(np.log1p(people) / max(np.log1p(highest), 1e-9) * len(RAMP)).astype(int)
        parts = ['<use href="#city"/>']
        for step, colour in enumerate(RAMP):
            cells = np.flatnonzero((np.minimum(level, len(RAMP) - 1) == step) & (people >= 0.8))
            if cells.size:
                parts.append(f'<path fill="{colour}" d="{"".join(self._path(self.rings[cell]) for cell in cells)}"/>')
        return _svg(MAP_WIDTH, self.height, [*parts, '<use href="#borders"/>', *self._places(lost)])

    def _places(self, lost: Array) -> list[str]:
        """A circle for every contested place, filled where most replays have lost it."""
        return [
            f'<circle class="{"l" if lost[index] > 0.5 else "h"}" cx="{x * self.scale:.1f}" '
            f'cy="{self.height - y * self.scale:.1f}" r="2.6"><title>{escape(text(name))}</title></circle>'
            for index, name, (x, y) in self.contested
        ]


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img">{"".join(parts)}</svg>'
