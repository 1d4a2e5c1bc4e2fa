"""Tables by shards of replications, and what tables of every model have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from contrafact.experiment.parquet import write_table
from contrafact.experiment.result import RECORDED, AnyResult, overall_digest

Array: TypeAlias = NDArray[Any]
Columns: TypeAlias = dict[str, Array]
R = TypeVar("R", bound=AnyResult)

SHARD = 50


@dataclass(frozen=True)
class Shard(Generic[R]):
    """Some replications of a result: positions first..last, the last one excluded."""

    result: R
    first: int
    last: int

    @property
    def numbers(self) -> Array:
        """Numbers of these replications, shape (replication,)."""
        return np.asarray(self.result.numbers[self.first : self.last])

    @property
    def name(self) -> str:
        """File name that says which replications it holds."""
        return f"part-{self.numbers[0]:06d}-{self.numbers[-1]:06d}.parquet"

    def head(self, rows_each: int) -> Columns:
        """replication and arm, for so many rows of each replication."""
        numbers = np.repeat(self.numbers, rows_each)
        return {"replication": numbers, "arm": np.full(len(numbers), RECORDED)}

    def tiled(self, names: list[str]) -> Array:
        """A column that repeats these names for each replication."""
        return np.tile(np.array(names, dtype=np.str_), len(self.numbers))

    def interleaved(self, values: Mapping[str, Array]) -> Array:
        """A column of numbers, name after name for each replication, from name -> (replication,) of the result."""
        if not values:
            return np.zeros(0)
        chosen = [np.asarray(column, dtype=np.float64)[self.first : self.last] for column in values.values()]
        return np.stack(chosen, axis=1).ravel()


def write_shards(
    result: R,
    folder: Path,
    tables: Mapping[str, Callable[[Shard[R]], Columns]],
    units_of: Callable[[str, R], Mapping[str, str]],
    size: int = SHARD,
) -> None:
    """Every table in shards of at most so many replications; a timeline only where one was recorded."""
    for shard in _shards(result, size):
        for table, columns_of in tables.items():
            if table == "timeline" and table not in result.record:
                continue
            units = {name: unit for name, unit in units_of(table, result).items() if unit}
            (folder / table).mkdir(exist_ok=True)
            told = facts(result, result.digests[shard.first : shard.last])
            write_table(folder / table / shard.name, columns_of(shard), {**told, "units": units})


def facts(result: AnyResult, digests: Sequence[str]) -> dict[str, object]:
    """What the metadata of every table say; the digest is that of the replications in the table alone."""
    return {"scenario": result.scenario.name, "seed": result.seed, "digest": overall_digest(digests)}


def outcomes(shard: Shard[Any]) -> Columns:
    """replication, arm, outcome, value, unit; infinite: did not happen, NaN: nothing to measure."""
    values, units = shard.result.outcomes, shard.result.units
    return {
        **shard.head(len(values)),
        "outcome": shard.tiled(list(values)),
        "value": shard.interleaved(values),
        "unit": shard.tiled([units[name] for name in values]),
    }


def columns(table: dict[str, Array], key: str, count: int) -> dict[str, Array]:
    """From a table read back, in which ``key`` names what is measured: name -> (replication,)."""
    if not len(table[key]):
        return {}
    names = table[key].reshape(count, -1)[0]
    values = table["value"].reshape(count, -1)
    return {str(name): values[:, column] for column, name in enumerate(names)}


def curves(table: dict[str, Array], numbers: Array, key: str) -> tuple[Array, dict[str, Array]]:
    """From a timeline read back, with its column of times: times, (time,), and quantity -> (replication, time)."""
    names = list(dict.fromkeys(table["quantity"]))
    values = table["value"].reshape(len(numbers), -1, len(names)).astype(np.float32)
    times = table[key].reshape(len(numbers), -1, len(names))[0, :, 0]
    return times, {str(name): values[:, :, column] for column, name in enumerate(names)}


def _shards(result: R, size: int) -> Iterator[Shard[R]]:
    for first in range(0, result.replications, size):
        yield Shard(result, first, min(first + size, result.replications))
