"""Milestones: how a row of the record is read off the model, and whether the two agree.

A scenario names the rows it can speak to and the reading of each (`milestones:` in its file).

quantity                    place             statistic          reading, one number per replication
crowd, network,             site, for crowd   max, min, mean,    over the ticks within the row's window
  facilities_lost             alone             last
deaths_*, injured_*,        none              last               cumulative count at the end of the row's window
  detained                                    first              hour at which the count leaves zero
seizure, recapture          facility          first              hour at which it first changes hands so
overrun                     place             first              hour at which a unit ordered there first gives way

`deaths_total` and `injured_total` are sums over all groups. Hours count from the scenario's start. A cumulative row
published after the horizon is read at the horizon. Rows whose window the run does not reach are left out.

The predicted interval runs from the 5th to the 95th percentile over replications. A row is `inside` when its observed
interval overlaps the predicted one; an open end of the observed interval agrees with everything beyond it. Readings
of hours are taken over the replications in which the thing happens, and `share` says how many those are.

Only rows with use `fit` or `input` are read here: `score` rows are shown by `contrafact score` alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from contrafact.errors import InputError
from contrafact.evidence.ledger import Ledger, Observation
from contrafact.evidence.tables import nearest

READABLE = ("input", "fit")
EVENTS = ("seizure", "recapture", "overrun")
LEVELS = {"crowd": "persons", "network": "dimensionless", "facilities_lost": "facilities"}
COUNTS = ("deaths", "injured", "detained")
LEVEL_STATISTICS = ("max", "min", "mean", "last")
COUNT_STATISTICS = ("last", "first")
EVENT_STATISTICS = ("first",)
HOURS = "h since start"
SHARE_TOLERANCE = 0.02  # a change of the network reaches the cells a tick after its hour, and sources round

Floats = NDArray[np.float64]
Interval = tuple[float | None, float | None]


class Milestone(Protocol):
    """One entry of a scenario's milestones."""

    @property
    def record(self) -> str: ...
    @property
    def quantity(self) -> str: ...
    @property
    def place(self) -> str | None: ...
    @property
    def statistic(self) -> str: ...


class Occurrence(Protocol):
    """One event of a replication: its hour since the start, its kind, and what and where it befell."""

    @property
    def hour(self) -> float: ...
    @property
    def kind(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def place(self) -> str: ...


@dataclass(frozen=True)
class Runs:
    """What the replications of one scenario did.

    timeline  quantity -> (replication, time); "hour" -> (time,) or the same shape, hours since the start at tick ends
    events    the events of each replication
    horizon   hours from the scenario's start to its end, whether or not the run went so far
    """

    start: datetime
    horizon: float
    timeline: Mapping[str, Floats]
    events: Sequence[Sequence[Occurrence]]

    @property
    def hour(self) -> Floats:
        """Hours since the start at the end of each tick, (time,)."""
        hour = np.asarray(self.timeline["hour"], dtype=np.float64)
        return hour if hour.ndim == 1 else hour[0]

    def hours(self, time: datetime | None) -> float | None:
        """Hours from the start to this time."""
        return None if time is None else (time - self.start) / timedelta(hours=1)

    def series(self, name: str) -> Floats:
        """A quantity of the timeline, (replication, time); InputError with the nearest spelling when there is none."""
        if name not in self.timeline:
            raise InputError(f'the model records no "{name}"{nearest(name, list(self.timeline))}', found=name)
        return np.atleast_2d(np.asarray(self.timeline[name], dtype=np.float64))


def read_milestones(
    milestones: Iterable[Milestone],
    ledger: Ledger,
    start: datetime,
    end: datetime,
    timeline: Mapping[str, Floats],
    events: Sequence[Sequence[Occurrence]],
) -> list[dict[str, object]]:
    """The milestones that the runs reach, in the order given, each as `contrafact run --json` prints it.

    start, end  local civil time of the scenario
    timeline    quantity -> (replication, time), with "hour" -> (time,)
    events      one sequence per replication

    Raises InputError for a row that may not be shown or that is not in the record, and for an unknown quantity,
    statistic or place.
    """
    runs = Runs(start, (end - start) / timedelta(hours=1), timeline, events)
    readings = []
    for milestone in milestones:
        row = _readable(milestone.record, ledger)
        reading = _read(milestone, row, runs)
        if _reached(row, runs):
            readings.append(reading)
    return readings


def overlaps(observed: Interval, predicted: Interval) -> bool:
    """Whether two intervals have a point in common; None as a lower or upper end leaves it open."""
    low = max(-math.inf if end is None else end for end in (observed[0], predicted[0]))
    high = min(math.inf if end is None else end for end in (observed[1], predicted[1]))
    return low <= high


def _readable(record: str, ledger: Ledger) -> Observation:
    """The row, if a run may be compared with it in the open."""
    row = ledger[record]
    if row.use not in READABLE:
        raise InputError(
            f"{record} is a row with use {row.use}; a milestone may show rows with use {' or '.join(READABLE)}",
            key="milestones",
            found=record,
            allowed=", ".join(READABLE),
        )
    return row


def _reached(row: Observation, runs: Runs) -> bool:
    """Whether the runs cover the row's window, as far as the scenario's horizon does."""
    begins, ends = _window(row, runs)
    begin = ends if begins is None else begins
    return begin < runs.horizon and min(ends, runs.horizon) <= float(runs.hour[-1]) + 1e-9


def _window(row: Observation, runs: Runs) -> tuple[float | None, float]:
    """Hours at which the row's window begins, None where the row only knows an end, and ends."""
    begins = runs.hours(row.begins)
    ends = runs.hours(row.ends)
    if ends is None and row.begins is not None:
        ends = runs.hours(row.begins)
    if ends is None:
        raise InputError(f"{row.id} has no time, so it cannot be read off a run", key="milestones", found=row.id)
    return begins, ends


def _read(milestone: Milestone, row: Observation, runs: Runs) -> dict[str, object]:
    """Observed and predicted side by side."""
    quantity = milestone.quantity
    observed, unit = row.interval, "persons"
    if quantity in EVENTS:
        values, unit = _first_event(milestone, runs), HOURS
    elif quantity in LEVELS:
        values, unit = _level(milestone, row, runs), LEVELS[quantity]
    elif quantity.split("_")[0] in COUNTS:
        values = _count(milestone, row, runs)
        unit = HOURS if milestone.statistic == "first" else "persons"
    else:
        known = [*LEVELS, *EVENTS, "deaths_total", "injured_total", "detained"]
        raise InputError(f'there is no reading "{quantity}"{nearest(quantity, known)}', found=quantity)
    if unit == HOURS:
        observed = _window(row, runs)
    return _compared(milestone, row, observed, unit, values)


def _compared(
    milestone: Milestone, row: Observation, observed: Interval, unit: str, values: Floats
) -> dict[str, object]:
    """One entry of the JSON document; `values` (replication,) is NaN where the thing did not happen."""
    happened = values[~np.isnan(values)]
    median, low, high = (
        (float(number) for number in np.quantile(happened, (0.5, 0.05, 0.95))) if happened.size else (None, None, None)
    )
    entry: dict[str, object] = {
        "id": row.id,
        "fact": row.fact_id,
        "quantity": milestone.quantity,
        "place": milestone.place,
        "statistic": milestone.statistic,
        "use": row.use,
        "observed": {"low": observed[0], "high": observed[1], "unit": unit, "source": row.source},
        "predicted": {"median": median, "low": low, "high": high},
        "inside": happened.size > 0 and overlaps(_loosened(observed, unit), (low, high)),
    }
    if unit == HOURS:
        entry["share"] = happened.size / max(values.size, 1)
    return entry


def _loosened(observed: Interval, unit: str) -> Interval:
    """The observed interval as it is compared: a share to within SHARE_TOLERANCE, everything else as it stands."""
    if unit != LEVELS["network"]:
        return observed
    low, high = observed
    return (None if low is None else low - SHARE_TOLERANCE, None if high is None else high + SHARE_TOLERANCE)


def _level(milestone: Milestone, row: Observation, runs: Runs) -> Floats:
    """Largest, smallest, mean or last level within the row's window, (replication,)."""
    statistic = _statistic(milestone, LEVEL_STATISTICS)
    name = milestone.quantity if milestone.place is None else f"{milestone.quantity}@{milestone.place}"
    series = runs.series(name)
    begins, ends = _window(row, runs)
    begin = ends if begins is None else begins
    inside = np.flatnonzero((runs.hour >= begin - 1e-9) & (runs.hour <= ends + 1e-9))
    if inside.size == 0:
        inside = np.array([min(int(np.searchsorted(runs.hour, begin)), runs.hour.size - 1)])
    within = series[:, inside]
    if statistic == "last":
        return np.asarray(within[:, -1])
    if statistic == "mean":
        return np.asarray(within.mean(axis=1))
    return np.asarray(within.max(axis=1) if statistic == "max" else within.min(axis=1))


def _count(milestone: Milestone, row: Observation, runs: Runs) -> Floats:
    """Cumulative count at the end of the row's window, or the hour at which it leaves zero, (replication,)."""
    statistic = _statistic(milestone, COUNT_STATISTICS)
    if milestone.place is not None:
        raise InputError(f"{milestone.record}: {milestone.quantity} is counted for the whole city", key="milestones")
    series = _summed(milestone.quantity, runs)
    if statistic == "first":
        some = series > 0
        return np.where(some.any(axis=1), runs.hour[np.argmax(some, axis=1)], np.nan)
    at = min(_window(row, runs)[1], runs.horizon)
    return np.asarray(series[:, max(int(np.searchsorted(runs.hour, at + 1e-9, side="right")) - 1, 0)])


def _summed(quantity: str, runs: Runs) -> Floats:
    """The series of one group, or the sum over all groups for a total, (replication, time)."""
    prefix, _, group = quantity.partition("_")
    if group != "total" or quantity in runs.timeline:
        return runs.series(quantity)
    names = [name for name in runs.timeline if name.startswith(f"{prefix}_")]
    if not names:
        return runs.series(quantity)
    return np.asarray(np.sum([runs.series(name) for name in names], axis=0))


def _first_event(milestone: Milestone, runs: Runs) -> Floats:
    """Hour of the first event of this kind at the place, NaN where there is none, (replication,)."""
    _statistic(milestone, EVENT_STATISTICS)
    if milestone.place is None:
        raise InputError(f"{milestone.record}: a {milestone.quantity} needs a place", key="milestones")
    first = np.full(len(runs.events), np.nan)
    for replication, events in enumerate(runs.events):
        hours = [
            event.hour for event in events if event.kind == milestone.quantity and befell(event) == milestone.place
        ]
        if hours:
            first[replication] = min(hours)
    return first


def befell(event: Occurrence) -> str:
    """What the reading of an event is about: the facility that changed hands, or the place where a unit gave way."""
    return event.place if event.kind == "overrun" else event.subject


def _statistic(milestone: Milestone, allowed: Sequence[str]) -> str:
    """The statistic asked for, one of those allowed for this quantity."""
    if milestone.statistic not in allowed:
        words = ", ".join(allowed)
        raise InputError(
            f'{milestone.record}: found the statistic "{milestone.statistic}" of {milestone.quantity}, expected one of '
            f"{words}{nearest(milestone.statistic, allowed)}",
            key="milestones",
            found=milestone.statistic,
            allowed=words,
        )
    return milestone.statistic
