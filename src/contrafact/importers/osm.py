"""Facilities, main roads and rivers from an OpenStreetMap extract in XML, read offline.

Of facilities only what the tags below say outright is taken, with a name; anything else is left out and counted. Main
roads and rivers are drawn on the map of the place, to see whether it lies where it should; no run reads them, since a
world's ways lead over hexagons, longer than the straight line by the scenario's `detour`. A way that is a facility lies
at the middle of its corners, a relation at the middle of its members'.

Source  OpenStreetMap, format and tags at https://wiki.openstreetmap.org/wiki/OSM_XML and /wiki/Map_features
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from contrafact.errors import InputError

KINDS: tuple[tuple[str, str, str], ...] = (
    ("aeroway", "aerodrome", "airport"),
    ("military", "airfield", "airfield"),
    ("amenity", "townhall", "government"),
    ("office", "government", "government"),
    ("building", "government", "government"),
    ("amenity", "police", "police"),
    ("amenity", "hospital", "hospital"),
    ("amenity", "studio", "broadcast"),
    ("telecom", "exchange", "telecom"),
    ("telecom", "data_center", "telecom"),
)
"""Tag, value and kind of facility; the first that fits counts."""

LINES: tuple[tuple[str, frozenset[str], str], ...] = (
    ("highway", frozenset({"motorway", "trunk", "primary"}), "road"),
    ("waterway", frozenset({"river", "canal"}), "river"),
)
"""Tag, values and kind of what is drawn as a line."""

LICENCE = "Open Database License 1.0"


@dataclass(frozen=True)
class Found:
    """A named facility: its element in OpenStreetMap, kind, name and position in degrees."""

    element: str
    kind: str
    name: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Line:
    """A main road or a river: its kind and its corners that are in the extract, (longitude, latitude) in degrees."""

    kind: str
    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Extract:
    """Facilities and lines of an extract, and how many were left out since they have no name or no position."""

    facilities: tuple[Found, ...]
    nameless: int
    placeless: int
    lines: tuple[Line, ...] = ()


def read_osm(path: Path) -> Extract:
    """Facilities and lines of an extract in the order of the file; InputError where it is not OSM XML."""
    points: dict[str, tuple[float, float]] = {}
    facilities: list[Found] = []
    lines: list[Line] = []
    nameless = placeless = 0
    try:
        for _, element in ElementTree.iterparse(path, events=("end",)):
            if element.tag not in ("node", "way", "relation"):
                continue
            own = f"{element.tag}/{element.get('id')}"
            where = _position(element, points)
            if where is not None:
                points[own] = where
            tags = {tag.get("k", ""): tag.get("v", "") for tag in element.iter("tag")}
            drawn = line_of(tags) if element.tag == "way" else None
            if drawn is not None:
                lines.append(Line(drawn, tuple((lon, lat) for lat, lon in _corners(element, points))))
            kind = kind_of(tags)
            if kind is not None:
                nameless += "name" not in tags
                placeless += "name" in tags and where is None
                if "name" in tags and where is not None:
                    facilities.append(Found(own, kind, tags["name"], *where))
            element.clear()
    except ElementTree.ParseError as error:
        line, column = error.position
        raise InputError(f"not XML: {error}", str(path), line, column + 1, allowed="OSM XML") from error
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read: {error}", str(path), allowed="OSM XML") from error
    if not points:
        raise InputError("the file has no nodes", str(path), allowed="OSM XML, not PBF")
    return Extract(tuple(facilities), nameless, placeless, tuple(line for line in lines if len(line.corners) > 1))


def kind_of(tags: Mapping[str, str]) -> str | None:
    """Kind of facility that tags stand for, None for anything else."""
    return next((kind for key, value, kind in KINDS if tags.get(key) == value), None)


def line_of(tags: Mapping[str, str]) -> str | None:
    """Kind of line that tags stand for, None for anything else."""
    return next((kind for key, values, kind in LINES if tags.get(key) in values), None)


def _corners(way: ElementTree.Element, points: Mapping[str, tuple[float, float]]) -> list[tuple[float, float]]:
    """Latitude and longitude of the corners of a way that are in the file, in their order."""
    names = (f"node/{corner.get('ref')}" for corner in way.iter("nd"))
    return [points[name] for name in names if name in points]


def _position(element: ElementTree.Element, points: Mapping[str, tuple[float, float]]) -> tuple[float, float] | None:
    """Latitude and longitude of an element, None where none of its corners is in the file."""
    if element.tag == "node":
        return float(element.get("lat", "")), float(element.get("lon", ""))
    corners = [f"node/{corner.get('ref')}" for corner in element.iter("nd")]
    corners += [f"{member.get('type')}/{member.get('ref')}" for member in element.iter("member")]
    known = [points[corner] for corner in dict.fromkeys(corners) if corner in points]
    if not known:
        return None
    middle = [lon + 360.0 if lon < 0 and max(p[1] for p in known) - lon > 180.0 else lon for _, lon in known]
    east = sum(middle) / len(middle)
    return sum(lat for lat, _ in known) / len(known), east - 360.0 if east > 180.0 else east
