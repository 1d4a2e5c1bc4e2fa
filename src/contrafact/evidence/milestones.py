"""Milestones: rows of the record beside what the runs did, and whether the two agree.

A scenario names the rows it can speak to and the reading of each (`milestones:` in its file); how a row is read is in
`reporting/as_published.py`. Milestones show what happened in the runs: sources are taken to count everything at once.
What they would have published is asked by `contrafact score` alone.

The predicted interval runs from the 5th to the 95th percentile over replications. A row is `inside` when its observed
interval overlaps the predicted one; an open end of the observed interval agrees with everything beyond it. Readings
of hours are taken over the replications in which the thing happens, and `share` says how many those are.

Only rows with use `fit` or `input` are read here: `score` rows are shown by `contrafact score` alone. Rows whose window
the run does not reach are left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from contrafact.errors import InputError
from contrafact.evidence.ledger import Ledger, Observation
from contrafact.evidence.reporting.as_published import LEVELS, Read, Wanted, reached, read, window
from contrafact.evidence.reporting.drawing import exact
from contrafact.evidence.reporting.operators import Interval
from contrafact.evidence.reporting.runs import Occurrence, Runs

READABLE = ("input", "fit")
SHARE_TOLERANCE = 0.02  # a change of the network reaches the cells a tick after its hour, and sources round

Floats = NDArray[np.float64]


def read_milestones(
    milestones: Iterable[Wanted],
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
    all_at_once = exact(runs.count)
    readings = []
    for milestone in milestones:
        row = _readable(milestone.record, ledger)
        found = read(milestone, row, runs, all_at_once)
        if reached(row, runs):
            observed = window(row, runs) if found.is_hour else row.interval
            readings.append(_compared(milestone, row, observed, found))
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


def _compared(milestone: Wanted, row: Observation, observed: Interval, found: Read) -> dict[str, object]:
    """One entry of the JSON document; values are NaN where the thing did not happen."""
    happened = found.values[~np.isnan(found.values)]
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
        "observed": {"low": observed[0], "high": observed[1], "unit": found.unit, "source": row.source},
        "predicted": {"median": median, "low": low, "high": high},
        "inside": happened.size > 0 and overlaps(_loosened(observed, found.unit), (low, high)),
    }
    if found.is_hour:
        entry["share"] = happened.size / max(found.values.size, 1)
    return entry


def _loosened(observed: Interval, unit: str) -> Interval:
    """The observed interval as it is compared: a share to within SHARE_TOLERANCE, everything else as it stands."""
    if unit != LEVELS["network"]:
        return observed
    low, high = observed
    return (None if low is None else low - SHARE_TOLERANCE, None if high is None else high + SHARE_TOLERANCE)
