"""The tables of a comparison's results folder: one observation a row, with the arm in a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact.experiment.comparison import UNITS_OF_OUTCOMES, flat
from contrafact.experiment.divergence import SUMMED, UNITS
from contrafact.experiment.kept import under
from contrafact.experiment.parquet import write_table
from contrafact.experiment.result import local_time, overall_digest

if TYPE_CHECKING:
    from contrafact.experiment.comparison import Comparison

Array: TypeAlias = NDArray[Any]
Columns: TypeAlias = dict[str, Array]

SHARD = 10
"""Pairs in each file of a table: so many have their events in memory."""


def part(first: int, last: int) -> str:
    """File name that says which replications it holds."""
    return f"part-{first:06d}-{last:06d}.parquet"


def write_shards(comparison: Comparison, folder: Path, size: int = SHARD) -> None:
    """The tables with rows for each pair; events only where they have not been written before."""
    for first in range(0, comparison.replications, size):
        chosen = slice(first, first + size)
        numbers = comparison.numbers[chosen]
        facts = _facts(comparison, comparison.digests[chosen])
        _write(folder, "outcomes", outcomes(comparison, chosen), facts, UNITS_OF_OUTCOMES, numbers)
        _write(folder, "districts", districts(comparison, chosen), facts, UNITS, numbers)
        if comparison.design.switches:
            _write(folder, "switches", switches(comparison, chosen), facts, {}, numbers)
        if comparison.rows:
            _write(folder, "events", events(comparison, chosen), facts, {"hour": "h"}, numbers)


def write_means(comparison: Comparison, folder: Path) -> None:
    """The tables over all pairs."""
    facts = _facts(comparison, comparison.digests)
    _write(folder, "divergence", divergence(comparison), facts, {"hour": "h", "median_hour": "h"})
    _write(folder, "effects", effects(comparison), facts, UNITS_OF_OUTCOMES)


def events(comparison: Comparison, chosen: slice) -> Columns:
    """replication, arm, tick, time, hour, kind, subject, place, value, in the order in which they happened."""
    arms = comparison.arm_names
    counts = comparison.rows["event_count"].reshape(-1, len(arms))
    ends = np.concatenate([[0], counts.sum(axis=1).cumsum()])
    first, last, _ = chosen.indices(len(counts))
    rows = {name: values[ends[first] : ends[last]] for name, values in under(comparison.rows, "events/").items()}
    hours = rows["hour"].tolist()
    times = {hour: local_time(comparison.scenario, hour).isoformat(timespec="minutes") for hour in set(hours)}
    numbers = comparison.numbers[chosen]
    return {
        "replication": np.repeat(numbers, counts[chosen].sum(axis=1)),
        "arm": np.repeat(np.tile(np.array(arms), len(numbers)), counts[chosen].ravel()),
        "tick": rows["tick"],
        "time": np.array([times[hour] for hour in hours], dtype=np.str_),
        **{name: rows[name] for name in ("hour", "kind", "subject", "place", "value")},
    }


def outcomes(comparison: Comparison, chosen: slice) -> Columns:
    """replication, arm, outcome, value, unit; infinite: did not happen."""
    numbers, names = comparison.numbers[chosen], list(UNITS_OF_OUTCOMES)
    arms = comparison.arm_names
    values = np.stack([[comparison.outcomes[arm][name][chosen] for name in names] for arm in arms])
    each = len(arms) * len(names)
    return {
        "replication": np.repeat(numbers, each),
        "arm": np.tile(np.repeat(np.array(arms), len(names)), len(numbers)),
        "outcome": np.tile(np.array(names), len(arms) * len(numbers)),
        "value": values.transpose(2, 0, 1).astype(np.float64).ravel(),
        "unit": np.tile(np.array([UNITS_OF_OUTCOMES[name] for name in names]), len(arms) * len(numbers)),
    }


def districts(comparison: Comparison, chosen: slice) -> Columns:
    """replication, arm, district, quantity, value: sums over the run, of harm unarmed persons alone."""
    numbers, arms, places = comparison.numbers[chosen], comparison.arm_names, comparison.world.district_names
    values = comparison.districts[:, chosen].transpose(1, 0, 2, 3)
    each = len(SUMMED) * len(places)
    return {
        "replication": np.repeat(numbers, len(arms) * each),
        "arm": np.tile(np.repeat(np.array(arms), each), len(numbers)),
        "district": np.tile(np.array(places), len(numbers) * len(arms) * len(SUMMED)),
        "quantity": np.tile(np.repeat(np.array(SUMMED), len(places)), len(numbers) * len(arms)),
        "value": values.astype(np.float64).ravel(),
    }


def switches(comparison: Comparison, chosen: slice) -> Columns:
    """replication, switch, setting: under what all runs of a pair stand."""
    numbers, settings = comparison.numbers[chosen], comparison.groups.settings
    return {
        "replication": np.repeat(numbers, len(settings)),
        "switch": np.tile(np.array(list(settings)), len(numbers)),
        "setting": np.stack([stands[chosen] for stands in settings.values()], axis=1).ravel(),
    }


def divergence(comparison: Comparison) -> Columns:
    """arm, cell, share of the pairs in which it ever differs, median hour at which it first does."""
    names = np.array(comparison.world.cell_names)
    found = [comparison.reach(arm.name) for arm in comparison.arms]
    return {
        "arm": np.repeat(np.array([arm.name for arm in comparison.arms]), names.size),
        "cell": np.tile(names, len(found)),
        "share": np.concatenate([share for share, _ in found]),
        "median_hour": np.concatenate([hour for _, hour in found]),
    }


def effects(comparison: Comparison) -> Columns:
    """arm, outcome, unit, mean, low, high, median and shares, one row an arm and outcome."""
    rows = [flat(effect) for effect in comparison.effects]
    columns: Columns = {}
    for name in dict.fromkeys(key for row in rows for key in row):
        values = [row.get(name, np.nan) for row in rows]
        is_text = name in ("arm", "outcome", "unit", "decided_by")
        columns[name] = np.array(["" if v is None else v for v in values]) if is_text else np.array(values, float)
    return columns


def _facts(comparison: Comparison, digests: Sequence[str]) -> dict[str, object]:
    """What the metadata of a table say; the digest is that of the pairs in the table alone."""
    return {"scenario": comparison.scenario.name, "seed": comparison.seed, "digest": overall_digest(digests)}


def _write(
    folder: Path,
    table: str,
    columns: Columns,
    facts: Mapping[str, object],
    units: Mapping[str, str],
    numbers: Array | None = None,
) -> None:
    (folder / table).mkdir(exist_ok=True)
    name = "part-000000.parquet" if numbers is None else part(int(numbers[0]), int(numbers[-1]))
    write_table(folder / table / name, columns, {**facts, "units": dict(units)})
