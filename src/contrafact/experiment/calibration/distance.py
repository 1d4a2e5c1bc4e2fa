"""How far one replication is from rows of the record, each read off it as it would have been published.

    r_i = (s(x_i) - s(y_i)) / scale_i      s: log(1 + number) of a count, hours of a time, 1 or 0 of yes or no
    d   = sqrt(mean of r_i squared)

Numbers within what the source may have meant are one (``reporting.operators.coarsened``), so a replication inside the
interval of a row is at distance 0 from it. What happens more than LATE_H after a row's window, or never, is read as
happening LATE_H after it: a day late is as wrong as never. Delay and under-count are drawn for each replication, keyed
by its number.

Source  reading and intervals as ``contrafact score`` takes them: evidence/reporting, evidence/observed.py
Check   tests/experiment/calibration/test_distance.py: worked by hand
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact.errors import InputError, InputErrors
from contrafact.evidence import observed, reporting, required_evidence
from contrafact.evidence.reporting import Runs
from contrafact.experiment.calibration.settings import Settings
from contrafact.experiment.published import Wanted, wanted
from contrafact.experiment.tables import whole_hours
from contrafact.scenario import units

if TYPE_CHECKING:
    from contrafact.engine import Replication
    from contrafact.evidence.ledger import Ledger, Observation
    from contrafact.evidence.reporting.declared import Declared
    from contrafact.experiment.calibration.settings import Target
    from contrafact.scenario import Scenario

KEY = "rows"
LATE_H = 24.0

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """A row to fit, how it is read, the word that rounds it, and its scale on the scale of its kind."""

    observation: Observation
    wanted: Wanted
    said: str
    scale: float


@dataclass(frozen=True)
class Distance:
    """The rows of a fit, and how far a run must go for all of them.

    until  hours from the start to the end of the last row's window, whole
    """

    rows: tuple[Row, ...]
    start: datetime
    horizon: float
    until: float

    def compared(self, replication: Replication, seed: int, number: int) -> Floats:
        """Residuals of one replication and, below them, what it shows of each row in units of its scale, (2, row).

        seed and number key what is drawn for its reporting.
        """
        keep = whole_hours(replication.timeline["hour"])
        curves = {name: np.asarray(curve[keep], np.float64) for name, curve in replication.timeline.items()}
        series = {name: curve if name == "hour" else curve[np.newaxis] for name, curve in curves.items()}
        runs = Runs(self.start, self.horizon, series, [replication.events])
        said = reporting.drawn(seed, [number])
        return np.array([self._compared(row, runs, said) for row in self.rows]).T

    def _compared(self, row: Row, runs: Runs, said: reporting.Reporting) -> tuple[float, float]:
        """Residual and reading of one row."""
        found = reporting.read(row.wanted, row.observation, runs, said)
        asked = observed.asked(row.observation, found, row.said)
        if asked is None:
            raise InputError("has neither a number nor a range to fit", key=KEY, found=row.observation.id)
        value = float(found.values[0])
        if asked.kind == observed.YES_OR_NO:
            return (value - 1.0) / row.scale, value / row.scale
        if asked.kind == observed.TIME:
            value = found.ends + LATE_H if math.isnan(value) else min(value, found.ends + LATE_H)
        shown = value if asked.kind == observed.TIME else math.log1p(value)
        residual = float(asked.scaled(np.array([value]))[0]) - asked.target
        return residual / row.scale, shown / row.scale


def combined(residuals: Floats) -> float:
    """The distance that residuals, (row,), come to."""
    return float(np.sqrt(np.square(residuals).mean()))


def distance_of(crisis: Scenario, settings: Settings) -> Distance:
    """The distance of a calibration file; InputErrors for rows that may not be fitted or cannot be read."""
    evidence = required_evidence(crisis)
    declared = reporting.declared_of(evidence)
    rows: list[Row] = []
    errors: list[InputError] = []
    for target in settings.rows:
        try:
            rows.append(_row(crisis, evidence.ledger, declared, target))
        except InputError as error:
            errors.append(error)
    errors += _facts_named_twice(rows)
    if errors:
        raise InputErrors(errors)
    return of_rows(tuple(rows), crisis)


def of_rows(rows: tuple[Row, ...], crisis: Scenario) -> Distance:
    """The distance from rows that were checked."""
    ends = [row.observation.ends or row.observation.begins for row in rows]
    last = max(units.hours_between(crisis.start, end) for end in ends if end is not None)
    return Distance(rows, crisis.start, crisis.hours, float(min(crisis.hours, max(1, math.ceil(last - 1e-9)))))


def _row(crisis: Scenario, ledger: Ledger, declared: Mapping[str, Declared], target: Target) -> Row:
    """One row; InputError says why it may not be fitted."""
    observation = ledger[target.record]
    if observation.use != "fit":
        message = f"{target.record} has the use {observation.use}; only rows with the use fit may be fitted"
        raise InputError(message, key=KEY, found=target.record, allowed="fit")
    reading, note = wanted(observation, crisis, declared)
    if reading is None:
        reason = f": {note}" if note else ""
        raise InputError(f"{target.record} cannot be read off a run{reason}", key=KEY, found=target.record)
    horizon = Runs(crisis.start, crisis.hours, {"hour": np.array([float(crisis.hours)])}, [])
    if not reporting.reached(observation, horizon):
        raise InputError(f"{target.record} lies outside the run", key=KEY, found=target.record)
    said = declared[target.record].said if target.record in declared else "number"
    return Row(observation, reading, said, _scale(target, reading))


def _scale(target: Target, reading: Wanted) -> float:
    """Hours for a row that asks for an hour, a plain number for any other; InputError for the wrong one."""
    of_landing = reading.quantity.startswith("landing") and reading.statistic == "last"
    unit = "h" if reading.statistic == "first" or of_landing else units.DIMENSIONLESS
    try:
        scale, _ = units.read(target.scale, unit)
    except units.UnitError as error:
        kind = "an hour" if unit == "h" else "no hour: a count is compared by its logarithm"
        message = f"{target.record} asks for {kind}; {error}"
        raise InputError(message, key=f"{KEY}.scale", found=str(target.scale)) from None
    if scale <= 0.0:
        raise InputError(f"{target.record}: expected a scale above 0", key=f"{KEY}.scale", found=str(target.scale))
    return scale


def _facts_named_twice(rows: list[Row]) -> list[InputError]:
    """An error for every row that reports a fact which another row before it reports."""
    first: dict[str, str] = {}
    errors = []
    for row in rows:
        one = row.observation
        if one.fact_id in first:
            message = f"{one.id} reports the fact {one.fact_id}, as {first[one.fact_id]} does: weigh each fact once"
            errors.append(InputError(message, key=KEY, found=one.id))
        first.setdefault(one.fact_id, one.id)
    return errors
