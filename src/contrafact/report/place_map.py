"""A map of who lives where, with districts, facilities, main roads and rivers: how a place that was imported looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import altair as alt

from contrafact.report import style
from contrafact.report.figures import SYNTHETIC, ground, named
from contrafact.report.maps import PANEL, City
from contrafact.scenario import Scenario
from contrafact.translation import text, whole
from contrafact.world import World

if TYPE_CHECKING:
    from contrafact.importers.osm import Line

COLOURS = {"road": "#8c510a", "river": "#3b6fb5"}
TIMES = 2.0
"""Width of the map in panels of the other maps."""


def save_place(scenario: Scenario, world: World, stem: Path, lines: Iterable[Line] = ()) -> list[Path]:
    """Draw the map as STEM.png and STEM.svg; returns the two paths."""
    return place_map(scenario, world, lines).save(stem)


def place_map(scenario: Scenario, world: World, lines: Iterable[Line] = ()) -> style.Picture:
    """Residents by hexagon, on a scale of colours, with borders of districts and points for facilities on the map.

    lines  main roads and rivers, drawn as far as they lie on the map
    """
    city = ground(scenario, world)
    most = max(int(world.residents.max()), 1)
    rows: dict[str, style.Rows] = {
        "cells": [city.frame.shape([ring], residents=int(world.residents[i])) for i, ring in city.inhabited()],
        "borders": [city.frame.shape([ring]) for ring in city.districts],
        "places": [
            dict(zip(("x", "y"), city.frame.dots(one.lon, one.lat), strict=True), name=one.name)
            for one in scenario.facilities.values()
            if not one.offmap
        ],
        "lines": list(_on_map(city, lines)),
    }
    size = text(
        "{residents} residents in {cells} hexagons of H3 resolution {resolution}; at most {most} in one.",
        residents=whole(world.persons),
        cells=whole(world.cells),
        resolution=world.resolution,
        most=whole(most),
    )
    marks = [text("Lines: borders of districts. Dots: facilities.")]
    if rows["lines"]:
        marks.append(text("Brown: main roads, blue: rivers; no run reads them."))
    told = [f"{size} {text(SYNTHETIC)}", " ".join(marks)]
    title = text("{scenario}: who lives where", scenario=named(scenario))
    return style.page(_drawn(city, most), rows, title, told)


def _on_map(city: City, lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
    """Corners in dots, with the number of their piece; a line that leaves the map goes on as another piece."""
    piece = 0
    for line in lines:
        piece += 1
        for step, corner in enumerate(line.corners):
            x, y = city.frame.dots(*corner)
            if 0 <= x <= PANEL and 0 <= y <= city.frame.height:
                yield {"piece": piece, "step": step, "kind": line.kind, "x": x, "y": y}
            else:
                piece += 1


def _drawn(city: City, most: int) -> Any:
    legend = alt.Legend(
        title=text("Residents of a hexagon"),
        orient="bottom",
        direction="horizontal",
        format=",d",
        gradientLength=400,
        tickCount=4,
    )
    scale = alt.Scale(domain=[0, most], range=list(style.CROWD_RAMP))
    cells = style.chart("cells").mark_geoshape(stroke=style.PAPER, strokeWidth=city.seam, aria=False)
    cells = cells.encode(color=alt.Color("properties.residents:Q", scale=scale, legend=legend))
    borders = style.chart("borders").mark_geoshape(filled=False, stroke=style.BORDER, strokeWidth=0.9, aria=False)
    shapes = [layer.project(type="identity", scale=TIMES, translate=[0, 0]) for layer in (cells, borders)]
    across = alt.Scale(domain=[0, PANEL], nice=False, zero=False)
    down = alt.Scale(domain=[city.frame.height, 0], nice=False, zero=False)
    where = {"x": alt.X("x:Q", scale=across, axis=None), "y": alt.Y("y:Q", scale=down, axis=None)}
    places = style.chart("places").mark_circle(color=style.INK, size=30, opacity=1).encode(**where)
    colour = alt.Color("kind:N", scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())), legend=None)
    ways = (
        style.chart("lines").mark_line(strokeWidth=1.0).encode(**where, color=colour, detail="piece:N", order="step:Q")
    )
    return alt.layer(*shapes, ways, places).properties(width=TIMES * PANEL, height=TIMES * city.frame.height)
