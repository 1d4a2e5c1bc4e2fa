"""Places: named points of a world."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A named point: its id, where it is in degrees, whether it lies outside the cells, whether crowds gather there."""

    id: str
    lat: float
    lon: float
    offmap: bool = False
    is_site: bool = False
