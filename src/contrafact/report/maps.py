"""Small maps at chosen hours: how many people are in the street in each cell, and how often places were lost."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

import altair as alt
import h3
import numpy as np
from numpy.typing import NDArray

from contrafact.report import style, wording
from contrafact.translation import localised, text, whole

Ring: TypeAlias = list[tuple[float, float]]
Channel: TypeAlias = Callable[[str], Any]

COLUMNS = 4
SPACING = 18
PANEL = (style.WIDTH - 2 * style.MARGIN - (COLUMNS - 1) * SPACING) / COLUMNS
SYMBOL = 56
TOUCHING, SEAT, CLEARANCE = 24.0, 15.0, 25.0
KM_PER_DEGREE = 111.195
STRIP = 12.0
RULERS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
CIRCLE_KM = 80.0
PER = 100_000
IN_HEXAGON = "People in the street in one hexagon (log scale; palest: fewer than one)"
OF_RESIDENTS = "People in the street per {count} residents (log scale; palest: fewer than one)"
SHAPES = {
    "government": "square",
    "broadcast": "triangle-up",
    "airport": "diamond",
    "airfield": "diamond",
    "police": "circle",
    "security": "M-.9,-.35L0,-1L.9,-.35L.55,.85L-.55,.85Z",
    "armoury": "triangle-down",
    "telecom": "triangle-right",
    "hospital": "cross",
    "other": "triangle-left",
}


@dataclass(frozen=True)
class Facility:
    """A place that can change hands: name, kind, position in degrees, and when the state does not hold it.

    lost  (hour, replication) bool
    """

    name: str
    kind: str
    lat: float
    lon: float
    lost: NDArray[Any]

    def share_lost(self, first: int, last: int) -> float:
        """Share of the replications in which the state did not hold it at some hour from first to last."""
        return float(self.lost[max(first, 0) : last + 1].any(axis=0).mean())


@dataclass(frozen=True)
class City:
    """What stays the same on every map.

    cells      (cell,) uint64, H3; of regions any number
    residents  (cell,) int
    districts  outlines in degrees, (lon, lat) pairs; may be empty
    points     (cell, 2) longitude and latitude of regions, which are drawn as circles; None for hexagons
    """

    cells: NDArray[Any]
    residents: NDArray[Any]
    districts: Sequence[Ring] = ()
    facilities: Sequence[Facility] = ()
    points: NDArray[Any] | None = None
    frame: Frame = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "frame", Frame.around([ring for _, ring in self.inhabited()]))

    @property
    def seam(self) -> float:
        """Width of the white line between cells, in dots: a small part of an edge, so that small cells stay full."""
        if self.points is not None:
            return 0.6
        edge_km: float = h3.average_hexagon_edge_length(h3.get_resolution(h3.int_to_str(int(self.cells[0]))), unit="km")
        return min(0.06 * edge_km * self.frame.dots_per_km, 0.6)

    def inhabited(self) -> list[tuple[int, Ring]]:
        """Index and outline of every cell in which someone lives."""
        lived_in = np.flatnonzero(self.residents > 0)
        if self.points is None:
            return [(int(index), hexagon(self.cells[index])) for index in lived_in]
        outlines = circles(self.points[lived_in], self.residents[lived_in])
        return list(zip(lived_in.tolist(), outlines, strict=True))


@dataclass(frozen=True)
class Frame:
    """From degrees to dots of one panel: east and north are drawn at the same scale, kilometres about the middle."""

    west: float
    north: float
    dots_per_km: float
    km_per_lon: float
    height: float

    @classmethod
    def around(cls, rings: Sequence[Ring], margin: float = 6.0) -> Frame:
        """The frame as wide as a panel that holds all the outlines."""
        points = np.array([point for ring in rings for point in ring])
        if np.ptp(points[:, 0]) > 180.0:  # across the antimeridian
            points[:, 0] %= 360.0
        (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
        km_per_lon = KM_PER_DEGREE * math.cos(math.radians((south + north) / 2))
        scale = (PANEL - 2 * margin) / ((east - west) * km_per_lon)
        height = (north - south) * KM_PER_DEGREE * scale + 2 * margin + STRIP
        west, north = west - margin / scale / km_per_lon, north + margin / scale / KM_PER_DEGREE
        return cls(float(west), float(north), float(scale), float(km_per_lon), float(height))

    def dots(self, lon: float, lat: float) -> tuple[float, float]:
        """Dots to the right of and below the panel's upper left corner."""
        east = lon - self.west
        x = (east + 360.0 if east < -180.0 else east) * self.km_per_lon * self.dots_per_km
        return round(x, 1), round((self.north - lat) * KM_PER_DEGREE * self.dots_per_km, 1)

    def ruler_km(self) -> float:
        """The longest round length that takes no more than two fifths of the panel."""
        fitting = [length for length in RULERS if length * self.dots_per_km <= 0.4 * PANEL]
        return max(fitting, default=RULERS[0])

    def shape(self, rings: Sequence[Ring], **properties: object) -> dict[str, Any]:
        """A GeoJSON feature in dots."""
        polygons = [[[self.dots(*point) for point in [*ring, ring[0]]]] for ring in rings]
        geometry = {"type": "MultiPolygon", "coordinates": polygons}
        return {"type": "Feature", "properties": properties, "geometry": geometry}


def hexagon(cell: int) -> Ring:
    """Outline of an H3 cell, (lon, lat) in degrees."""
    return [(lon, lat) for lat, lon in h3.cell_to_boundary(h3.int_to_str(int(cell)))]


def circles(points: NDArray[Any], residents: NDArray[Any]) -> list[Ring]:
    """Outlines of regions, in degrees: circles whose radius grows with the cube root of their residents.

    points (region, 2) longitude and latitude, residents (region,). With the square root, as areas ask for, the largest
    of very unequal states would hide the others.
    """
    south, north = points[:, 1].min(), points[:, 1].max()
    km_per_lon = KM_PER_DEGREE * math.cos(math.radians((south + north) / 2))
    turn = np.linspace(0.0, math.tau, 48, endpoint=False)
    rings = []
    for (lon, lat), radius in zip(points, CIRCLE_KM * np.cbrt(residents / np.median(residents)), strict=True):
        x, y = lon + radius / km_per_lon * np.cos(turn), lat + radius / KM_PER_DEGREE * np.sin(turn)
        rings.append(list(zip(x.tolist(), y.tolist(), strict=True)))
    return rings


def chosen_hours(start: datetime, crowd: NDArray[Any], panels: int = 12, step: int = 6) -> list[int]:
    """Marks of the clock six hours apart, the first just before the crowd reaches a twentieth of its largest.

    crowd (hour,) people in the street in the whole city. Where growth is so slow that the largest crowd would fall
    outside the panels, it stands in their middle instead.
    """
    marks = [hour for hour in range(len(crowd)) if (start.hour + hour) % step == 0]
    peak, rise = int(np.argmax(crowd)), int(np.argmax(crowd >= crowd.max() / 20))
    wanted = rise if peak <= rise + (panels - 1) * step else peak - panels * step // 2
    earlier = sum(mark <= wanted for mark in marks)
    first = min(max(earlier - 1, 0), max(len(marks) - panels, 0))
    return marks[first : first + panels]


def maps_step(hours: Sequence[int], usual: int = 6) -> int:
    """Hours from one map to the next."""
    return hours[1] - hours[0] if len(hours) > 1 else usual


def maps(
    start: datetime, city: City, crowd: NDArray[Any], hours: Sequence[int], title: str, lines: Sequence[str]
) -> style.Picture:
    """One map for each chosen hour; crowd (hour, cell) is the mean number of people in the street.

    Hexagons are coloured by that number, regions by its share of their residents, since these are very unequal.
    """
    shown = crowd if city.points is None else crowd * PER / np.maximum(1, city.residents)
    highest = max(float(shown[list(hours)].max()), 10.0)
    seats = set_apart([city.frame.dots(place.lon, place.lat) for place in city.facilities])
    rows = {"cells": _cells(city, shown, hours), "borders": [city.frame.shape([ring]) for ring in city.districts]}
    length = city.frame.ruler_km()
    ruler = {"x": PANEL - length * city.frame.dots_per_km, "x2": PANEL, "y": city.frame.height - STRIP / 2}
    rows["ruler"] = [{**ruler, "text": f"{localised(f'{length:g}')} km"}]
    drawn = []
    for number, hour in enumerate(hours):
        rows[f"places{number}"] = _places(city, seats, hour - maps_step(hours) + 1, hour)
        layers = [*_ground(city, highest, number), *_facilities(city, number), *(_ruler(city) if number == 0 else [])]
        heading = alt.TitleParams(
            text=wording.clock(start, hour, weekday=True),
            subtitle=text("{people} in the street", people=whole(float(crowd[hour].sum()))),
            offset=4,
        )
        drawn.append(alt.layer(*layers).properties(width=PANEL, height=city.frame.height, title=heading))
    chart = alt.concat(*drawn, columns=COLUMNS, spacing=SPACING)
    return style.page(chart.resolve_scale(color="shared", shape="shared", fill="shared"), rows, title, lines)


def _cells(city: City, shown: NDArray[Any], hours: Sequence[int]) -> style.Rows:
    """Outlines of the inhabited cells, once for all panels, with one number for each panel."""
    rows = []
    for index, ring in city.inhabited():
        means = {f"hour{number}": round(float(shown[hour, index]), 2) for number, hour in enumerate(hours)}
        rows.append(city.frame.shape([ring], **means))
    return rows


def _ground(city: City, highest: float, number: int) -> list[alt.Chart]:
    """The hexagons, filled by the number of people in them, and the borders of the districts."""
    value = f"properties.hour{number}"
    scale = alt.Scale(type="log", domain=[1, highest], range=list(style.CROWD_RAMP), clamp=True)
    legend = _crowd_legend(highest, text(IN_HEXAGON) if city.points is None else text(OF_RESIDENTS, count=whole(PER)))
    fill = alt.Color(f"{value}:Q", scale=scale, legend=legend)
    cells = (
        style.chart("cells")
        .mark_geoshape(stroke=style.PAPER, strokeWidth=city.seam, aria=False)
        .encode(color=alt.condition(f"datum.{value} >= 1", fill, alt.value(style.NOBODY_THERE)))
    )
    borders = style.chart("borders").mark_geoshape(
        filled=False, stroke=style.BORDER, strokeWidth=0.7, clip=True, aria=False
    )
    layers = [cells, borders] if city.districts else [cells]
    return [layer.project(type="identity", scale=1, translate=[0, 0]) for layer in layers]


def _crowd_legend(highest: float, title: str) -> alt.Legend:
    return alt.Legend(
        title=title,
        orient="bottom",
        direction="horizontal",
        gradientLength=400,
        gradientThickness=12,
        format=",d",
        values=[10**power for power in range(7) if 10**power <= highest],
    )


def set_apart(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Where symbols stand, in dots: places near each other get seats on a circle around them, by their bearing.

    So the ground between them, often the fullest of the map, stays visible; a thin line leads from seat to place.
    """
    seats = list(places)
    for group in _groups(places):
        if len(group) == 1:
            continue
        middle_x = sum(places[one][0] for one in group) / len(group)
        middle_y = sum(places[one][1] for one in group) / len(group)
        bearings = {one: math.atan2(places[one][1] - middle_y, places[one][0] - middle_x) for one in group}
        order = sorted(group, key=lambda one: (bearings[one], one))
        step = math.tau / len(group)
        turn = cmath.phase(sum(cmath.rect(1, bearings[one] - rank * step) for rank, one in enumerate(order)))
        radius = max(CLEARANCE, len(group) * SEAT / math.tau)
        for rank, one in enumerate(order):
            angle = turn + rank * step
            seats[one] = (middle_x + radius * math.cos(angle), middle_y + radius * math.sin(angle))
    return [(round(x, 1), round(y, 1)) for x, y in seats]


def _groups(places: Sequence[tuple[float, float]]) -> list[list[int]]:
    """Places whose symbols would overlap, directly or through others between them."""
    groups: list[list[int]] = []
    for number, place in enumerate(places):
        near = [group for group in groups if any(math.dist(place, places[one]) < TOUCHING for one in group)]
        joined = [*(one for group in near for one in group), number]
        groups = [*(group for group in groups if group not in near), joined]
    return groups


def _places(city: City, seats: Sequence[tuple[float, float]], first: int, last: int) -> style.Rows:
    """One row a contested place: seat and place in dots, kind, and how often it was lost from first to last hour."""
    rows: style.Rows = []
    for (x, y), place in zip(seats, city.facilities, strict=True):
        x0, y0 = city.frame.dots(place.lon, place.lat)
        share = round(place.share_lost(first, last), 4)
        rows.append({"name": place.name, "kind": text(place.kind), "lost": share, "x": x, "y": y, "x0": x0, "y0": y0})
    return rows


def _facilities(city: City, number: int) -> list[alt.Chart]:
    """Symbols of the contested places: shape by kind, fill by how often the state lost them."""
    if not city.facilities:
        return []
    kinds = [kind for kind in SHAPES if kind in {place.kind for place in city.facilities}]
    x, y = _dots(city)
    base = style.chart(f"places{number}")
    line = base.encode(x=x("x0"), y=y("y0"), x2="x:Q", y2="y:Q")
    legend: dict[str, Any] = {
        "orient": "bottom",
        "direction": "horizontal",
        "symbolStrokeColor": style.INK,
        "symbolSize": 90,
    }
    symbol = base.mark_point(filled=True, stroke=style.INK, strokeWidth=0.8, size=SYMBOL, opacity=1).encode(
        x=x("x"),
        y=y("y"),
        shape=alt.Shape(
            "kind:N",
            scale=alt.Scale(domain=[text(kind) for kind in kinds], range=[SHAPES[kind] for kind in kinds]),
            legend=alt.Legend(title=text("Places that crowds can contest"), symbolFillColor=style.PAPER, **legend),
        ),
        fill=alt.Fill(
            "lost:Q",
            scale=alt.Scale(domain=[0, 0.25, 0.5, 0.75, 1], range=list(style.LOST_RAMP), interpolate="rgb"),
            legend=alt.Legend(
                title=text("Not held by the state, share of replays"),
                orient="bottom",
                direction="horizontal",
                gradientLength=200,
                gradientThickness=12,
                format="%",
                values=[0, 0.5, 1],
            ),
        ),
    )
    spot = base.mark_circle(color=style.INK, size=7, opacity=1).encode(x=x("x0"), y=y("y0"))
    return [line.mark_rule(color=style.INK, strokeWidth=0.6), spot, symbol]


def _ruler(city: City) -> list[Any]:
    """A bar of a round number of kilometres in the strip below the map, at its right."""
    x, y = _dots(city)
    bar = style.chart("ruler")
    halo: dict[str, Any] = {"stroke": style.PAPER, "strokeWidth": 3}
    words = [
        bar.mark_text(align="right", dx=-5, fontSize=11, **look).encode(x=x("x"), y=y("y"), text="text:N")
        for look in (halo, {"color": style.QUIET})
    ]
    return [bar.mark_rule(color=style.QUIET, strokeWidth=1.2).encode(x=x("x"), x2="x2:Q", y=y("y")), *words]


def _dots(city: City) -> tuple[Channel, Channel]:
    """Channels for points given in the dots of a panel."""
    across = alt.Scale(domain=[0, PANEL], nice=False, zero=False)
    down = alt.Scale(domain=[city.frame.height, 0], nice=False, zero=False)
    return (
        lambda field: alt.X(f"{field}:Q", scale=across, axis=None),
        lambda field: alt.Y(f"{field}:Q", scale=down, axis=None),
    )
