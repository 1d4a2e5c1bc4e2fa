"""The tables of a city's results folder: one observation a row, units in the file's metadata."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact.experiment import shards
from contrafact.experiment.parquet import write_table
from contrafact.experiment.result import RECORDED, Result, local_time
from contrafact.experiment.shards import Columns, Shard, facts, outcomes
from contrafact.model.state import HOLDERS

Array: TypeAlias = NDArray[Any]
CityShard: TypeAlias = Shard[Result]

MEAN, FIRST = "mean over replications", "first replication"
UNITS_OF_QUANTITIES = {"network": "dimensionless", "facilities_lost": "facilities"}
"""Units of the timeline's quantities; all others count persons."""


def write_shards(result: Result, folder: Path, size: int) -> None:
    """Tables with rows for each replication, in shards of so many replications."""
    shards.write_shards(result, folder, TABLES, _units, size)


def write_means(result: Result, folder: Path) -> None:
    """The table of means over the replications, in one file."""
    if "cells" not in result.record:
        return
    (folder / "cells").mkdir()
    units = {"hour": "h", **dict.fromkeys(result.cells, "persons")}
    write_table(
        folder / "cells" / "part-000000.parquet", cells(result), {**facts(result, result.digests), "units": units}
    )


def timeline(shard: CityShard) -> Columns:
    """replication, arm, time, hour, quantity, value, at whole hours and at the end of the run."""
    result = shard.result
    keep = whole_hours(result.hours)
    hours, count = result.hours[keep], len(shard.numbers)
    names = list(result.timeline)
    block = np.stack([result.timeline[name][shard.first : shard.last, keep] for name in names], axis=2)
    repeated = np.tile(np.repeat(hours, len(names)), count)
    return {
        **shard.head(len(hours) * len(names)),
        "time": np.tile(np.repeat(_times(result, hours), len(names)), count),
        "hour": repeated,
        "quantity": np.tile(np.array(names), count * len(hours)),
        "value": block.astype(np.float64).ravel(),
    }


def holders(shard: CityShard) -> Columns:
    """replication, arm, hour, facility, holder (state, crowd or nobody) at whole hours."""
    block = shard.result.holders[shard.first : shard.last]
    count, hours, facilities = block.shape
    names = np.array(facility_names(shard.result))
    return {
        **shard.head(hours * facilities),
        "hour": np.tile(np.repeat(np.arange(1, hours + 1), facilities), count),
        "facility": np.tile(names, count * hours),
        "holder": np.array(HOLDERS)[block.ravel()],
    }


def events(shard: CityShard) -> Columns:
    """replication, arm, tick, time, hour, kind, subject, place, value, in the order in which they happened."""
    listed = shard.result.events[shard.first : shard.last]
    flat = [event for one in listed for event in one]
    hours = np.array([event.hour for event in flat], dtype=np.float64)
    return {
        "replication": np.repeat(shard.numbers, [len(one) for one in listed]),
        "arm": np.full(len(flat), RECORDED),
        "tick": np.array([event.tick for event in flat], dtype=np.int64),
        "time": _times(shard.result, hours),
        "hour": hours,
        "kind": np.array([event.kind for event in flat], dtype=np.str_),
        "subject": np.array([event.subject for event in flat], dtype=np.str_),
        "place": np.array([event.place for event in flat], dtype=np.str_),
        "value": np.array([event.value for event in flat], dtype=np.float64),
    }


def draws(shard: CityShard) -> Columns:
    """replication, arm, parameter, value, in the units in which the mechanisms take them."""
    values = shard.result.draws
    return {
        **shard.head(len(values)),
        "parameter": shard.tiled(list(values)),
        "value": shard.interleaved(values),
    }


def cells(result: Result) -> Columns:
    """arm, hour, cell (H3 index in hexadecimal, or region), quantity, statistic, value; those not listed hold zero."""
    names = np.array(result.world.cell_names)
    parts: list[tuple[Array, Array, str, str, Array]] = []
    for statistic, fields in ((MEAN, result.cells), (FIRST, result.first_cells)):
        for quantity, field in fields.items():
            hour, cell = np.nonzero(field)
            parts.append((hour + 1, names[cell], quantity, statistic, field[hour, cell].astype(np.float64)))
    sizes = [len(part[0]) for part in parts]
    empty = np.zeros(0)
    return {
        "arm": np.full(sum(sizes), RECORDED),
        "hour": np.concatenate([empty.astype(np.int64), *(part[0] for part in parts)]),
        "cell": np.concatenate([names[:0], *(part[1] for part in parts)]),
        "quantity": np.repeat(np.array([part[2] for part in parts], dtype=np.str_), sizes),
        "statistic": np.repeat(np.array([part[3] for part in parts], dtype=np.str_), sizes),
        "value": np.concatenate([empty, *(part[4] for part in parts)]),
    }


TABLES: Mapping[str, Callable[[CityShard], Columns]] = {
    "outcomes": outcomes,
    "timeline": timeline,
    "holders": holders,
    "events": events,
    "draws": draws,
}


def whole_hours(hours: Array) -> Array:
    """Positions of the whole hours, and of the last moment, among hours of shape (time,)."""
    near = np.abs(hours - np.round(hours)) < 1e-6
    near[-1] = True
    return np.flatnonzero(near)


def facility_names(result: Result) -> list[str]:
    """Facilities in the order of the columns of holders."""
    return list(result.world.place_names[: result.holders.shape[2]])


def _times(result: Result, hours: Array) -> Array:
    texts = [local_time(result.scenario, float(hour)).isoformat(timespec="minutes") for hour in hours]
    return np.array(texts, dtype=np.str_)


def _units(table: str, result: Result) -> Mapping[str, str]:
    if table == "outcomes":
        return result.units
    if table == "timeline":
        return {"hour": "h", **{name: UNITS_OF_QUANTITIES.get(name, "persons") for name in result.timeline}}
    return {"hour": "h"} if table in ("holders", "events") else {}
