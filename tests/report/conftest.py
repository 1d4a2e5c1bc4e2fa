"""A result made by hand: three replications of two days, seven hexagons, a city hall on a square, a remote tower."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import h3
import numpy as np
import pytest

from contrafact.experiment.result import Result
from contrafact.model.recording import OUTCOMES

START = datetime(2022, 1, 4)
HOURS = 48
SQUARE = (43.2383, 76.9453)


@dataclass(frozen=True)
class Row:
    """An entry of a scenario's milestones."""

    record: str
    quantity: str
    place: str | None = None
    statistic: str = "max"


ASKED = (
    Row("R012", "crowd"),
    Row("R037", "crowd", "square", "mean"),
    Row("R098", "deaths_total", None, "last"),
    Row("R129", "detained", None, "last"),
    Row("R040", "seizure", "hall"),
)


def read(row: Row, unit: str, observed: tuple[Any, Any], predicted: Any, inside: bool, **more: Any) -> dict[str, Any]:
    """A milestone as a result holds it; predicted is low, median, high."""
    low, median, high = predicted
    return {
        "id": row.record,
        "quantity": row.quantity,
        "use": "fit",
        "observed": {"low": observed[0], "high": observed[1], "unit": unit, "source": "a newspaper"},
        "predicted": {"low": low, "median": median, "high": high},
        "inside": inside,
        **more,
    }


MILESTONES = (
    read(ASKED[0], "persons", (2000.0, 2000.0), (800.0, 1500.0, 2500.0), True),
    read(ASKED[1], "persons", (250.0, 300.0), (0.0, 10.0, 20.0), False),
    read(ASKED[2], "persons", (149.0, None), (100.0, 160.0, 200.0), True),
    read(ASKED[3], "persons", (852.0, 852.0), (852.0, 852.0, 852.0), True),
    read(ASKED[4], "h since start", (37.0, 40.2), (36.0, 38.5, 44.0), True, share=2 / 3),
)


def scenario() -> Any:
    """What the report reads of a scenario."""
    place = {"lat": SQUARE[0], "lon": SQUARE[1]}
    ring = [[76.9, 43.2], [77.0, 43.2], [77.0, 43.3], [76.9, 43.3], [76.9, 43.2]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    return SimpleNamespace(
        name="almaty-2022",
        source="square.yaml",
        title="A square",
        start=START,
        hours=HOURS,
        timezone="Asia/Almaty",
        draw="priors",
        population=SimpleNamespace(scale=1),
        posterior=None,
        tick=1 / 6,
        milestones=ASKED,
        facilities={
            "hall": SimpleNamespace(name="City hall", kind="government", site="square", **place),
            "tower": SimpleNamespace(name="Tower", kind="broadcast", site=None, lat=43.25, lon=76.96),
        },
        sites={"square": SimpleNamespace(name="Republic Square", **place)},
        posts={},
        place=SimpleNamespace(districts=SimpleNamespace(file="d.geojson", evidence=("osm",))),
        files={"d.geojson": json.dumps({"type": "FeatureCollection", "features": [feature]})},
    )


@pytest.fixture
def result() -> Result:
    return made()


def made() -> Result:
    cells = sorted(h3.str_to_int(cell) for cell in h3.grid_disk(h3.latlng_to_cell(*SQUARE, 8), 1))
    hours = np.arange(1, HOURS * 6 + 1) / 6
    level = np.array([[0.5], [1.0], [2.0]], dtype=np.float32)
    crowd = level * np.where((hours > 30) & (hours <= 40), 1000, 0).astype(np.float32)
    grows = level * (hours / HOURS * 100).astype(np.float32)
    holders = np.zeros((3, HOURS, 2), np.int8)
    holders[:2, 38:, 0] = 1
    outcomes = {outcome.name: np.array([1.0, 2.0, 3.0]) for outcome in OUTCOMES}
    outcomes["time_to_end"] = np.array([30.0, 40.0, np.inf])
    world = SimpleNamespace(
        cell_ids=np.array(cells, dtype=np.uint64),
        residents=np.array([0, *[500] * 6]),
        place_names=("hall", "tower", "square"),
        persons=3000,
        cells=7,
    )
    timeline = {
        "crowd": crowd,
        "crowd@square": crowd / 2,
        "deaths_bystanders": grows,
        "deaths_state_forces": grows,
        "injured_protesters": grows * 10,
        "detained": grows,
        "network": np.where(hours > 40, 0.05, 1.0) * np.ones((3, 1)),
    }
    return Result(
        scenario=scenario(),
        world=world,
        seed=1,
        until_hours=float(HOURS),
        record=frozenset({"timeline", "cells", "events"}),
        requested=3,
        elapsed_s=1.0,
        numbers=np.arange(3),
        digests=("00", "11", "22"),
        outcomes=outcomes,
        hours=hours,
        timeline=timeline,
        cells={"crowd": np.outer(np.where(np.arange(HOURS) == 35, 700.0, 7.0), np.full(7, 1 / 7))},
        first_cells={},
        holders=holders,
        events=((), (), ()),
        draws={},
        milestones=MILESTONES,
    )
