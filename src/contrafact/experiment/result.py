"""What a run gives back: outcomes, curves, events and mean crowds, replications in the order of their numbers."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from contrafact.model.recording import OUTCOMES

if TYPE_CHECKING:
    from contrafact.model.context import Event
    from contrafact.scenario import Scenario
    from contrafact.world import World

Array: TypeAlias = NDArray[Any]

RECORDED = "recorded"
LOW, HIGH = 0.05, 0.95
CUSTODY_NOTE = "ill-treatment and deaths in custody are documented [R202-R204] and not simulated"
NOTES = {"detained": CUSTODY_NOTE}


@dataclass(frozen=True)
class Summary:
    """One outcome over the replications: median and the ends of the interval that holds 90 % of them.

    An infinite number means that the thing did not happen before the end of the run.
    """

    median: float
    low: float
    high: float
    unit: str

    def as_dict(self) -> dict[str, float | str | None]:
        """JSON form: an infinite number becomes null."""
        numbers = {"median": self.median, "low": self.low, "high": self.high}
        return {**{name: finite(value) for name, value in numbers.items()}, "unit": self.unit}


@dataclass(frozen=True)
class Result:
    """All that is kept of one run of a scenario.

    numbers     (replication,) int64, which replications these are, ascending
    digests     one per replication, hex
    outcomes    name -> (replication,) float64, in the order of OUTCOMES; an end that was not reached is infinite
    hours       (time,) float64, hours since the scenario's start
    timeline    quantity -> (replication, time) float32
    cells       quantity -> (hour, cell) float64, mean over the replications, at the end of each hour
    first_cells quantity -> (hour, cell), the lowest-numbered replication alone
    holders     (replication, hour, facility) int8, an index of HOLDERS at the end of each hour
    events      one tuple of events per replication
    draws       parameter -> (replication,) float64
    milestones  rows of the record beside what the runs did, as ``contrafact run --json`` prints them
    record      what was kept beside outcomes, holders and draws: any of timeline, cells, events
    requested   how many replications were asked for; more than there are after an interruption
    """

    scenario: Scenario
    world: World
    seed: int
    until_hours: float
    record: frozenset[str]
    requested: int
    elapsed_s: float
    numbers: Array
    digests: tuple[str, ...]
    outcomes: Mapping[str, Array]
    hours: Array
    timeline: Mapping[str, Array]
    cells: Mapping[str, Array]
    first_cells: Mapping[str, Array]
    holders: Array
    events: tuple[tuple[Event, ...], ...]
    draws: Mapping[str, Array]
    milestones: tuple[Mapping[str, Any], ...]
    folder: Path | None = None

    @property
    def replications(self) -> int:
        """How many replications finished."""
        return len(self.digests)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the replications' digests in the order of their numbers, hex."""
        return overall_digest(self.digests)

    @property
    def persons(self) -> int:
        """Residents simulated in each replication."""
        return self.world.persons

    @property
    def cell_count(self) -> int:
        """Hexagons of the world."""
        return self.world.cells

    @property
    def ticks(self) -> int:
        """Ticks simulated in each replication."""
        return round(self.until_hours / self.scenario.tick)

    @property
    def share_ended(self) -> float:
        """Share of the replications in which unrest ended before the run did."""
        return float(np.isfinite(self.outcomes["time_to_end"]).mean())

    @cached_property
    def summary(self) -> dict[str, Summary]:
        """Median and 90 % interval of every outcome, in the order of OUTCOMES."""
        return {name: summarise(self.outcomes[name], unit) for name, unit, _ in OUTCOMES if name in self.outcomes}

    def as_dict(self) -> dict[str, Any]:
        """What ``contrafact run --json`` prints."""
        outcomes = {name: summary.as_dict() for name, summary in self.summary.items()}
        outcomes["time_to_end"]["share_ended"] = self.share_ended
        for name, note in NOTES.items():
            outcomes[name]["note"] = note
        return {
            "scenario": self.scenario.name,
            "seed": self.seed,
            "replications": self.replications,
            "persons": self.persons,
            "residents_per_person": self.scenario.population.scale,
            "cells": self.cell_count,
            "ticks": self.ticks,
            "elapsed_s": round(self.elapsed_s, 3),
            "digest": self.digest,
            "results": None if self.folder is None else str(self.folder),
            "outcomes": outcomes,
            "milestones": [dict(milestone) for milestone in self.milestones],
        }


def summarise(values: Array, unit: str) -> Summary:
    """Quantiles over replications, shape (replication,).

    Linear between neighbouring values. Where one is infinite: the smallest value that so large a share does not exceed,
    which is how a survival curve is read.
    """
    shares = (LOW, 0.5, HIGH)
    if np.isfinite(values).all():
        low, median, high = np.quantile(values, shares)
    else:
        rank = [max(0, math.ceil(share * values.size - 1e-9) - 1) for share in shares]
        low, median, high = np.sort(values)[rank]
    return Summary(float(median), float(low), float(high), unit)


def overall_digest(digests: Iterable[str]) -> str:
    """SHA-256 of the replications' digests, one a line, hex."""
    return hashlib.sha256("".join(f"{digest}\n" for digest in digests).encode()).hexdigest()


def local_time(scenario: Scenario, hour: float) -> datetime:
    """Local civil time with its offset; hours count civil time from the start, as the scenario's own times do."""
    local = scenario.start + timedelta(seconds=round(hour * 3600))
    return local.replace(tzinfo=ZoneInfo(scenario.timezone))


def finite(value: float) -> float | None:
    """The number, or None where JSON has no word for it."""
    return value if math.isfinite(value) else None
