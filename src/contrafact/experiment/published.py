"""What the replications of a city would have had published of each row of a record: runs as reporting operators take
them, and the reading of each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from contrafact.errors import InputError
from contrafact.evidence.ledger import Observation
from contrafact.evidence.reporting import Declared, Runs
from contrafact.experiment.result import Result
from contrafact.experiment.tables import whole_hours
from contrafact.scenario import Scenario

NEEDED = ("timeline", "events")
NO_READING = "no reading of it is declared"
NOT_REACHED = "the run does not reach its window"
NO_NUMBER = "it has neither a number nor a range"


@dataclass(frozen=True)
class Wanted:
    """A reading: that of the scenario's milestone, else the one declared beside the record."""

    record: str
    quantity: str
    place: str | None
    statistic: str


def readable(crisis: object) -> Scenario:
    """The scenario, of whose runs rows can be read; InputError where it is no city, or a person stands for many."""
    if not isinstance(crisis, Scenario):
        found, allowed = f"a {type(crisis).__name__}", "a scenario of a city, e.g. almaty-2022"
        message = f"found {found}, expected {allowed}: a record can be compared with runs of a city alone"
        raise InputError(message, key="SCENARIO", found=found, allowed=allowed)
    if crisis.population.scale != 1:
        found = str(crisis.population.scale)
        message = f"found {found}, expected 1: no casualties are read off a run in which one person stands for many"
        raise InputError(message, key="population.scale", found=found, allowed="1")
    return crisis


def runs_of(result: Result) -> Runs:
    """The replications as operators take them, curves at whole hours."""
    keep = whole_hours(result.hours)
    timeline = {name: np.asarray(curve[:, keep], dtype=np.float64) for name, curve in result.timeline.items()}
    crisis = result.scenario
    return Runs(crisis.start, crisis.hours, {**timeline, "hour": result.hours[keep]}, result.events)


def wanted(row: Observation, crisis: Scenario, declared: Mapping[str, Declared]) -> tuple[Wanted | None, str]:
    """The reading of a row, None where it has none, and the note on it."""
    own = declared.get(row.id)
    note = "" if own is None else own.note
    for milestone in crisis.milestones:
        if milestone.record == row.id:
            found = Wanted(row.id, milestone.quantity, milestone.place, milestone.statistic)
            return found, note or milestone.note or ""
    if own is None or not own.is_read:
        return None, note
    return Wanted(row.id, own.quantity, own.place, own.statistic), note


def said_of(row: Observation, declared: Mapping[str, Declared]) -> tuple[str, str]:
    """The rounding word of a row and the note on its reading."""
    return (declared[row.id].said, declared[row.id].note) if row.id in declared else ("number", "")
