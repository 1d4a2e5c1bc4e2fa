"""Which place of a scenario an event belongs to, by its coordinates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from contrafact.scenario.entities import Place
from contrafact.scenario.schema import Scenario
from contrafact.world.grid import distance_km


class Match(NamedTuple):
    """A place of the scenario and how far from it, in km; or a district, NaN km."""

    name: str
    km: float


class Places:
    """Facilities, sites and posts of a scenario, and the outlines of its districts."""

    def __init__(self, scenario: Scenario) -> None:
        points = {**scenario.posts, **scenario.facilities, **scenario.sites}
        self.points = {name: (one.lat, one.lon) for name, one in points.items()}
        self.districts: dict[str, list[list[list[list[float]]]]] = {}
        if isinstance(scenario.place, Place):
            collection = json.loads(scenario.files[scenario.place.districts.file])
            for feature in collection["features"]:
                self.districts[feature["properties"]["name"]] = _polygons(feature["geometry"])

    def nearest(self, lat: float, lon: float, within_km: float) -> Match | None:
        """The nearest place within a distance, sites before facilities before posts where they lie together."""
        here = np.array([lat]), np.array([lon])
        found = [Match(name, float(distance_km(*here, *point)[0])) for name, point in self.points.items()]
        best = min(reversed(found), key=lambda one: one.km, default=None)
        return best if best is not None and best.km <= within_km else None

    def district(self, lat: float, lon: float) -> str | None:
        """The district that holds a point, the first of several."""
        for name, polygons in self.districts.items():
            for outer, *holes in polygons:
                if _inside(outer, lat, lon) and not any(_inside(hole, lat, lon) for hole in holes):
                    return name
        return None


def _polygons(geometry: Mapping[str, Any]) -> list[list[list[list[float]]]]:
    coordinates = geometry["coordinates"]
    return [coordinates] if geometry["type"] == "Polygon" else list(coordinates)


def _inside(ring: list[list[float]], lat: float, lon: float) -> bool:
    """Whether a point lies in a ring of longitudes and latitudes; counted are the edges that cross its parallel.

    Longitudes are taken relative to the point, so that a ring may cross the antimeridian.
    """
    east = [(point[0] - lon + 180.0) % 360.0 - 180.0 for point in ring]
    north = [point[1] - lat for point in ring]
    crossed = 0
    for i in range(len(ring) - 1):
        if (north[i] > 0) != (north[i + 1] > 0):
            share = north[i] / (north[i] - north[i + 1])
            crossed += east[i] + share * (east[i + 1] - east[i]) > 0
    return crossed % 2 == 1
