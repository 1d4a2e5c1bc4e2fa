"""Read a city's results folder back into the result that was written, its curves at whole hours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact import world
from contrafact.errors import InputError
from contrafact.experiment import shards
from contrafact.experiment.manifest import MILESTONES, Manifest
from contrafact.experiment.parquet import read_tables
from contrafact.experiment.result import Result
from contrafact.experiment.tables import FIRST, MEAN
from contrafact.model.context import Event
from contrafact.model.state import HOLDERS
from contrafact.scenario import Scenario

Array: TypeAlias = NDArray[Any]


def read(folder: Path, record: Manifest, scenario: Scenario) -> Result:
    """Result of a run of this city with this manifest; InputError where a table is missing, torn or edited."""
    built = world.build(scenario)
    numbers = np.array([finished.number for finished in record.replications], dtype=np.int64)
    try:
        parts = _read_parts(folder, numbers, built.cell_names, record.record)
    except (KeyError, ValueError, IndexError) as error:
        raise InputError(f"holds tables that do not belong to its manifest ({error!r})", file=str(folder)) from error
    return Result(
        scenario=scenario,
        world=built,
        seed=record.seed,
        until_hours=record.length,
        record=frozenset(record.record),
        requested=record.requested,
        elapsed_s=record.elapsed_s,
        numbers=numbers,
        digests=tuple(finished.digest for finished in record.replications),
        milestones=_milestones(folder),
        folder=folder,
        **parts,
    )


def _milestones(folder: Path) -> tuple[dict[str, Any], ...]:
    try:
        return tuple(json.loads((folder / MILESTONES).read_text(encoding="utf-8"))["milestones"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"is not readable ({error!r})", file=str(folder / MILESTONES)) from error


def _read_parts(folder: Path, numbers: Array, cell_names: Sequence[str], record: list[str]) -> dict[str, Any]:
    """The fields of a result that stand in tables."""
    hours = np.zeros(0)
    curves: dict[str, Array] = {}
    if "timeline" in record:
        hours, curves = shards.curves(read_tables(folder / "timeline"), numbers, "hour")
    held = _holders(read_tables(folder / "holders"), len(numbers))
    fields: dict[str, dict[str, Array]] = {}
    if "cells" in record:
        fields = _fields(read_tables(folder / "cells"), cell_names, held.shape[1])
    return {
        "outcomes": shards.columns(read_tables(folder / "outcomes"), "outcome", len(numbers)),
        "draws": shards.columns(read_tables(folder / "draws"), "parameter", len(numbers)),
        "hours": hours,
        "timeline": curves,
        "cells": fields.get(MEAN, {}),
        "first_cells": fields.get(FIRST, {}),
        "holders": held,
        "events": _events(read_tables(folder / "events"), numbers),
    }


def _holders(table: dict[str, Array], count: int) -> Array:
    """Index of HOLDERS, (replication, hour, facility)."""
    hours = int(table["hour"].max(initial=0))
    code = {name: position for position, name in enumerate(HOLDERS)}
    held = np.array([code[name] for name in table["holder"]], dtype=np.int8)
    return held.reshape(count, hours, -1 if hours else 0)


def _events(table: dict[str, Array], numbers: Array) -> tuple[tuple[Event, ...], ...]:
    found: dict[int, list[Event]] = {int(number): [] for number in numbers}
    keys = ("replication", "tick", "hour", "kind", "subject", "place", "value")
    for number, tick, hour, kind, subject, place, value in zip(*(table[key].tolist() for key in keys), strict=True):
        found[number].append(Event(tick, hour, kind, subject, place, value))
    return tuple(tuple(listed) for listed in found.values())


def _fields(table: dict[str, Array], cell_names: Sequence[str], hour_count: int) -> dict[str, dict[str, Array]]:
    position = {name: index for index, name in enumerate(cell_names)}
    fields: dict[str, dict[str, Array]] = {}
    for statistic in dict.fromkeys(table["statistic"]):
        for quantity in dict.fromkeys(table["quantity"]):
            chosen = (table["statistic"] == statistic) & (table["quantity"] == quantity)
            field = np.zeros((hour_count, len(cell_names)))
            columns = [position[name] for name in table["cell"][chosen]]
            field[table["hour"][chosen] - 1, columns] = table["value"][chosen]
            fields.setdefault(str(statistic), {})[str(quantity)] = field
    return fields
