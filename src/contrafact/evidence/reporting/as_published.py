"""Per quantity, how a row of the record is read off the runs: one number per replication.

quantity                    place             statistic          reading
crowd, network,             site, for crowd   max, min, mean,    over the moments within the row's window
  facilities_lost             alone             last
crowd                       site              empty              whether fewer than FEW are there at its end
deaths_*, injured_*,        none              last               cumulative count as published
  detained                                    gain               the same, less what was before the window
                                              grows              whether anyone is added within the window
                                              first              hour at which the count leaves zero
seizure, recapture          facility          first              hour at which it first changes hands so
                                              never              whether it does not within the window
overrun                     place             first              hour at which a unit ordered there first gives way
landing_*                   airfield or none  first, last        hour of a member's first or last landing
                                              count              landings within the window
looting                     none              count, sum         gun shops looted by the window's end, firearms taken

Counts may be added up, as deaths_protesters+deaths_armed_persons, and `_total` is the sum over all groups. Hours count
from the scenario's start. A row whose window goes beyond the horizon is read at the horizon. Of ``Reporting`` only
counts of persons take delay and share: crowds are seen at once, and an event has its hour however late it is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact.errors import InputError
from contrafact.evidence.ledger import Observation
from contrafact.evidence.reporting.drawing import Reporting
from contrafact.evidence.reporting.operators import count_at, cut, inside, undercounted
from contrafact.evidence.reporting.runs import Occurrence, Runs, befell
from contrafact.evidence.tables import nearest

Floats: TypeAlias = NDArray[np.float64]

HOURS = "h since start"
YES = "yes or no"
LEVELS = {"crowd": "persons", "network": "dimensionless", "facilities_lost": "facilities"}
COUNTS = ("deaths", "injured", "detained")
AT_A_PLACE = ("seizure", "recapture", "overrun")
EVENTS = (*AT_A_PLACE, "landing", "looting")
MOMENTS: Mapping[str, Callable[[Floats], Floats]] = {
    "max": lambda within: np.asarray(within.max(axis=1)),
    "min": lambda within: np.asarray(within.min(axis=1)),
    "mean": lambda within: np.asarray(within.mean(axis=1)),
    "last": lambda within: within[:, -1],
}
LEVEL_STATISTICS = (*MOMENTS, "empty")
COUNT_STATISTICS = ("last", "gain", "grows", "first")
EVENT_STATISTICS: Mapping[str, tuple[str, ...]] = {
    "seizure": ("first", "never"),
    "recapture": ("first", "never"),
    "overrun": ("first",),
    "landing": ("first", "last", "count"),
    "looting": ("count", "sum"),
}
TALLY_UNITS = {("landing", "count"): "landings", ("looting", "count"): "shops", ("looting", "sum"): "firearms"}
FEW = 50.0
"""Persons below which a place is empty, as a group so small is left alone in crowd control."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Wanted(Protocol):
    """What to read: an entry of a scenario's milestones, or a declared reading."""

    @property
    def record(self) -> str: ...
    @property
    def quantity(self) -> str: ...
    @property
    def place(self) -> str | None: ...
    @property
    def statistic(self) -> str: ...


@dataclass(frozen=True)
class Read:
    """What the runs say of a row.

    values  (replication,), in ``unit``; NaN where a thing whose hour is asked for does not happen; of yes or no, 1 or 0
    begins  hour at which the row's window begins, None where the row knows only its end
    ends    hour at which it ends, not beyond the horizon
    """

    values: Floats = field(repr=False)
    unit: str
    begins: float | None
    ends: float

    @property
    def is_hour(self) -> bool:
        """Whether an hour is asked for."""
        return self.unit == HOURS

    @property
    def is_yes_or_no(self) -> bool:
        """Whether only the happening is asked for."""
        return self.unit == YES


def window(row: Observation, runs: Runs) -> tuple[float | None, float]:
    """Hours at which the row's window begins, None where the row only knows an end, and ends; a date is a whole day."""
    begins, ends = runs.hours(row.begins), runs.hours(row.ends)
    if ends is None and begins is not None:
        ends = begins + (24.0 if _DATE.fullmatch(row.time_start) else 0.0)
    if ends is None:
        raise InputError(f"{row.id} has no time, so it cannot be read off a run", found=row.id)
    return begins, ends


def reached(row: Observation, runs: Runs) -> bool:
    """Whether the runs cover the row's window, as far as the scenario's horizon does."""
    begins, ends = window(row, runs)
    begin = ends if begins is None else begins
    return begin < runs.horizon and min(ends, runs.horizon) <= float(runs.hour[-1]) + 1e-9


def published_by(text: str, runs: Runs) -> float:
    """The last hour of the day, month or year of publication; infinite where none is given."""
    parts = [int(part) for part in text.split("-") if part.isdigit()]
    if not parts:
        return float("inf")
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    if len(parts) > 2:
        end = datetime(year, month, parts[2]) + timedelta(days=1)
    else:
        end = datetime(year + month // 12, month % 12 + 1, 1)
    return (end - runs.start) / timedelta(hours=1)


def read(wanted: Wanted, row: Observation, runs: Runs, reporting: Reporting) -> Read:
    """The row read off the runs as published; InputError for a quantity, statistic or place that cannot be read."""
    quantity = wanted.quantity
    kind = quantity.partition("_")[0]
    begins, ends = window(row, runs)
    ends = min(ends, runs.horizon)
    if quantity in LEVELS:
        values, unit = _level(wanted, runs, begins, ends)
    elif kind in EVENTS:
        values, unit = _event(wanted, runs, begins, ends)
    elif kind in COUNTS:
        values, unit = _count(wanted, row, runs, reporting, (begins, ends))
    else:
        known = [*LEVELS, *EVENTS, "deaths_total", "injured_total", "detained"]
        raise InputError(f'there is no reading "{quantity}"{nearest(quantity, known)}', found=quantity)
    return Read(values, unit, begins, ends)


def _level(wanted: Wanted, runs: Runs, begins: float | None, ends: float) -> tuple[Floats, str]:
    """Largest, smallest, mean or last level within the window, or whether hardly anyone is there at its end."""
    statistic = _statistic(wanted, LEVEL_STATISTICS)
    name = wanted.quantity if wanted.place is None else f"{wanted.quantity}@{wanted.place}"
    at = inside(runs.hour, ends if begins is None else begins, ends)
    within = runs.series(name)[:, at]
    if statistic == "empty":
        return (within[:, -1] < FEW).astype(np.float64), YES
    return MOMENTS[statistic](within), LEVELS[wanted.quantity]


def _count(
    wanted: Wanted, row: Observation, runs: Runs, reporting: Reporting, span: tuple[float | None, float]
) -> tuple[Floats, str]:
    """Cumulative count as published, its growth within the window, or the hour at which it leaves zero."""
    statistic = _statistic(wanted, COUNT_STATISTICS)
    if wanted.place is not None:
        raise InputError(f"{wanted.record}: {wanted.quantity} is counted for the whole city", key="milestones")
    begins, ends = span
    series = runs.summed(wanted.quantity)
    if statistic == "first":
        some = series > 0
        return np.where(some.any(axis=1), runs.hour[np.argmax(some, axis=1)], np.nan), HOURS
    before = np.zeros(len(series))
    if statistic in ("gain", "grows"):
        if begins is None:
            raise InputError(f"{wanted.record}: {statistic} needs a window with a beginning", found=wanted.record)
        before = count_at(series, runs.hour, np.full(len(series), begins))
    if statistic == "grows":
        return (count_at(series, runs.hour, np.full(len(series), ends)) > before).astype(np.float64), YES
    counted = count_at(series, runs.hour, cut(ends, published_by(row.published, runs), reporting.delay))
    return undercounted(np.maximum(counted - before, 0.0), reporting.share(wanted.quantity)), "persons"


def _event(wanted: Wanted, runs: Runs, begins: float | None, ends: float) -> tuple[Floats, str]:
    """Hour of the first or last event of a kind, their number or their sum, or whether there is none."""
    kind, _, subject = wanted.quantity.partition("_")
    statistic = _statistic(wanted, EVENT_STATISTICS[kind])
    if wanted.place is None and kind in AT_A_PLACE:
        raise InputError(f"{wanted.record}: a {kind} needs a place", key="milestones")

    def meant(event: Occurrence) -> bool:
        return (
            event.kind == kind
            and (wanted.place is None or befell(event) == wanted.place)
            and (subject in ("", "total") or event.subject == subject)
        )

    begin = -np.inf if begins is None or kind == "looting" else begins
    found = [[event for event in events if meant(event)] for events in runs.events]
    within = [[event for event in events if begin <= event.hour <= ends] for events in found]
    if statistic in ("first", "last"):
        return _hours(found, min if statistic == "first" else max), HOURS
    if statistic == "never":
        return np.array([float(not events) for events in within]), YES
    if statistic == "count":
        numbers = [float(len(events)) for events in within]
    else:
        numbers = [float(sum(event.value for event in events)) for events in within]
    return np.array(numbers), TALLY_UNITS[kind, statistic]


def _hours(found: Sequence[Sequence[Occurrence]], choose: Callable[[list[float]], float]) -> Floats:
    """The chosen hour of each replication's events, NaN where there is none, (replication,)."""
    return np.array([choose([event.hour for event in events]) if events else np.nan for events in found])


def _statistic(wanted: Wanted, allowed: Sequence[str]) -> str:
    """The statistic asked for, one of those allowed for this quantity."""
    if wanted.statistic not in allowed:
        words = ", ".join(allowed)
        raise InputError(
            f'{wanted.record}: found the statistic "{wanted.statistic}" of {wanted.quantity}, expected one of '
            f"{words}{nearest(wanted.statistic, allowed)}",
            key="milestones",
            found=wanted.statistic,
            allowed=words,
        )
    return wanted.statistic
