"""A map of who lives where, with districts and facilities: how a place that was imported looks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import altair as alt

from contrafact.report import style
from contrafact.report.figures import SYNTHETIC, ground
from contrafact.report.maps import PANEL, City
from contrafact.scenario import Scenario
from contrafact.world import World

TIMES = 2.0
"""Width of the map in panels of the other maps."""


def save_place(scenario: Scenario, world: World, stem: Path) -> list[Path]:
    """Draw the map as STEM.png and STEM.svg; returns the two paths."""
    return place_map(scenario, world).save(stem)


def place_map(scenario: Scenario, world: World) -> style.Picture:
    """Residents by hexagon, on a scale of colours, with borders of districts and points for facilities on the map."""
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
    }
    lines = [
        f"{world.persons:,} residents in {world.cells:,} hexagons of H3 resolution {world.resolution}; "
        f"at most {most:,} in one. {SYNTHETIC}",
        "Lines: borders of districts. Dots: facilities.",
    ]
    return style.page(_drawn(city, most), rows, f"{scenario.title}: who lives where", lines)


def _drawn(city: City, most: int) -> Any:
    legend = alt.Legend(title="Residents of a hexagon", orient="bottom", direction="horizontal", format=",d")
    scale = alt.Scale(domain=[0, most], range=list(style.CROWD_RAMP))
    cells = style.chart("cells").mark_geoshape(stroke=style.PAPER, strokeWidth=city.seam, aria=False)
    cells = cells.encode(color=alt.Color("properties.residents:Q", scale=scale, legend=legend))
    borders = style.chart("borders").mark_geoshape(filled=False, stroke=style.BORDER, strokeWidth=0.9, aria=False)
    shapes = [layer.project(type="identity", scale=TIMES, translate=[0, 0]) for layer in (cells, borders)]
    across = alt.Scale(domain=[0, PANEL], nice=False, zero=False)
    down = alt.Scale(domain=[city.frame.height, 0], nice=False, zero=False)
    places = (
        style.chart("places")
        .mark_circle(color=style.INK, size=30, opacity=1)
        .encode(x=alt.X("x:Q", scale=across, axis=None), y=alt.Y("y:Q", scale=down, axis=None))
    )
    return alt.layer(*shapes, places).properties(width=TIMES * PANEL, height=TIMES * city.frame.height)
