"""What stays the same on every map: outlines of cells and districts, and places, in kilometres of one plane.

x grows to the east and y to the north; a city is small enough for an equirectangular plane around its middle.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import h3
import numpy as np
from numpy.typing import NDArray

from contrafact.app.packing import packed
from contrafact.scenario.place import RegionPlace
from contrafact.scenario.schema import Scenario
from contrafact.world import World

Array: TypeAlias = NDArray[Any]
Point: TypeAlias = tuple[float, float]

KM_PER_DEGREE = 111.195
CIRCLE_KM = 80.0
CORNERS = 24
FULL = 65_535
OSM = "© OpenStreetMap contributors, ODbL 1.0"


@dataclass(frozen=True)
class Plane:
    """From degrees to kilometres: the south-western corner of the map, its size and its middle latitude."""

    west: float
    south: float
    width: float
    height: float
    narrowing: float

    @classmethod
    def around(cls, points: Array) -> Plane:
        """The plane whose frame holds points of (lon, lat) in degrees, shape (point, 2)."""
        west, south = points.min(axis=0)
        east, north = points.max(axis=0)
        narrowing = math.cos(math.radians((south + north) / 2))
        width, height = (east - west) * KM_PER_DEGREE * narrowing, (north - south) * KM_PER_DEGREE
        return cls(float(west), float(south), float(width), float(height), narrowing)

    def at(self, lon: float, lat: float) -> list[float]:
        """Kilometres from the corner, to metres."""
        x = (lon - self.west) * KM_PER_DEGREE * self.narrowing
        return [round(x, 3), round((lat - self.south) * KM_PER_DEGREE, 3)]

    def codes(self, points: Array) -> Array:
        """Points of (lon, lat), (point, 2), as numbers from 0 to FULL across the frame."""
        scale = KM_PER_DEGREE * FULL
        across = (points[:, 0] - self.west) * self.narrowing * scale / max(self.width, 1e-9)
        up = (points[:, 1] - self.south) * scale / max(self.height, 1e-9)
        return np.clip(np.rint(np.stack([across, up], axis=1)), 0, FULL)


def ground(crisis: Scenario, built: World) -> dict[str, object]:
    """The map of a scenario as the page draws it.

    rings      corners of all cells one after the other, (corner, 2) u2, 0 to 65,535 across the frame
    ring_ends  (cell,) u4, where each cell's corners end
    districts  name and outlines in km, and (cell,) u1 which district each cell is of
    """
    rings = _cells(crisis, built)
    corners = np.array([point for ring in rings for point in ring])
    plane = Plane.around(corners)
    ends = np.cumsum([len(ring) for ring in rings])
    return {
        "width_km": round(plane.width, 3),
        "height_km": round(plane.height, 3),
        "resolution": built.resolution,
        "cells": built.cells,
        "rings": packed(plane.codes(corners), "u2"),
        "ring_ends": packed(ends, "u4"),
        "residents": packed(built.residents, "u4"),
        "district_names": list(built.district_names),
        "district_of": packed(built.district, "u2"),
        "outlines": [[plane.at(*point) for point in ring] for ring in _outlines(crisis)],
        "facilities": [
            {
                "id": name,
                "name": place.name,
                "kind": place.kind,
                "at": None if place.offmap else plane.at(place.lon, place.lat),
                "contested": place.site is not None,
                "precision_km": place.precision,
                "evidence": list(place.evidence),
            }
            for name, place in crisis.facilities.items()
        ],
        "sites": [
            {"id": name, "name": site.name, "at": plane.at(site.lon, site.lat)} for name, site in crisis.sites.items()
        ],
        "attribution": OSM if _is_osm(crisis) else None,
        "posts": [
            {"id": name, "name": post.name or name.replace("_", " ").title(), "at": plane.at(post.lon, post.lat)}
            for name, post in crisis.posts.items()
        ],
    }


def _is_osm(crisis: Scenario) -> bool:
    return not isinstance(crisis.place, RegionPlace) and "osm" in crisis.place.districts.evidence


def _cells(crisis: Scenario, built: World) -> list[list[Point]]:
    """Outline of every cell in degrees; a circle for a region, whose area grows with its residents."""
    if not isinstance(crisis.place, RegionPlace):
        outlines = (h3.cell_to_boundary(h3.int_to_str(int(cell))) for cell in built.cell_ids)
        return [[(lon, lat) for lat, lon in ring] for ring in outlines]
    middle = math.cos(math.radians(float(built.lat.mean())))
    turn = np.linspace(0.0, math.tau, CORNERS, endpoint=False)
    rings = []
    for lon, lat, residents in zip(built.lon, built.lat, built.residents, strict=True):
        radius = CIRCLE_KM * float(np.cbrt(residents / np.median(built.residents))) / KM_PER_DEGREE
        rings.append([(float(lon + radius / middle * math.cos(a)), float(lat + radius * math.sin(a))) for a in turn])
    return rings


def _outlines(crisis: Scenario) -> Iterator[list[Point]]:
    """Every outline of the districts in degrees, thinned to what a screen can show."""
    if isinstance(crisis.place, RegionPlace):
        return
    document: Mapping[str, Any] = json.loads(crisis.files[crisis.place.districts.file])
    for feature in document["features"]:
        shape = feature["geometry"]
        for polygon in [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]:
            for ring in polygon:
                yield thinned([(float(point[0]), float(point[1])) for point in ring])


def thinned(ring: list[Point], tolerance: float = 2e-4) -> list[Point]:
    """A closed outline without the corners that lie within a tolerance, in degrees, of the last one kept."""
    kept = [ring[0]]
    for point in ring[1:-1]:
        if math.dist(point, kept[-1]) > tolerance:
            kept.append(point)
    return [*kept, ring[-1]]
