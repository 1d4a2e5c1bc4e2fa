"""Small worlds: squares of a few kilometres, drawn so that what must come out can be told by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contrafact.world import Inputs, Place, World, assemble
from contrafact.world import cache as world_cache

Square = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the user's own cache."""
    monkeypatch.setattr(world_cache, "folder", lambda: tmp_path / "worlds")
    return tmp_path / "worlds"


def make_square(west: float, south: float, side: float = 0.05) -> dict[str, Any]:
    """GeoJSON square from its south-west corner, in degrees."""
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture(scope="session")
def square() -> Square:
    return make_square


@pytest.fixture(scope="session")
def two_islands() -> Inputs:
    """Districts west and east touch; island lies 0.2 degrees off. Sites in west and on the island."""
    return Inputs(
        polygons={
            "west": make_square(10.0, 50.0),
            "east": make_square(10.05, 50.0),
            "island": make_square(10.3, 50.0),
        },
        populations={"west": 3.0, "east": 2.0, "island": 1.0},
        total=10_001,
        mask=None,
        places=[
            Place("police", 50.02, 10.08),
            Place("airbase", 51.0, 12.0, offmap=True),
            Place("square", 50.03, 10.02, is_site=True),
            Place("stadium", 50.02, 10.32, is_site=True),
            Place("bridge", 50.01, 10.05),
        ],
        resolution=8,
    )


@pytest.fixture(scope="session")
def world(two_islands: Inputs) -> World:
    return assemble(two_islands, cache=False)
