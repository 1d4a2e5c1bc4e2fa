"""What is wrong with a use of the record, what of it is never used, and what its rows lack.

Wrong: an id that does not exist, a row kept for scoring that something rests on, a value outside its source's range.
Told, and not wrong: rows never used, cells that the record lacks, words that look like a name and that nobody has
looked at, corrections, and facts on which rows contradict each other, which stay side by side. Rows kept for scoring
are compared with none: what they say is not told before a run is scored.

A value and a row are compared where both measure the same: persons with persons, hours or days with hours, a share
with a number without a unit, a time with the window of the row. A value of several rows must agree with one of them;
what the quote itself states agrees too, since the window of a row may be that of another part of its sentence.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from contrafact.evidence.bundle import Evidence
from contrafact.evidence.errata import Erratum
from contrafact.evidence.ledger import USES, Observation, moment
from contrafact.evidence.milestones import overlaps
from contrafact.evidence.names import Unlisted, unlisted
from contrafact.evidence.reporting.operators import Interval

GAPS = ("quote", "publisher", "url", "published", "reliability")
SCALES = {
    ("persons", "persons"): 1.0,
    ("hours", "h"): 1.0,
    ("days", "h"): 24.0,
    ("share", "dimensionless"): 1.0,
}
"""How many of the value's unit one unit of the record is, by both; other pairs are not compared."""


@dataclass(frozen=True)
class Audit:
    """What a record tells of itself once it is known what uses it.

    unused     ids of rows that nothing uses, by what they may be used for
    gaps       ids of the rows that lack a cell, by its column
    names      words in quotes that look like a name and are not listed
    errata     corrections by date
    contested  ids of the rows of each fact on whose number they differ
    """

    evidence: Evidence
    unused: Mapping[str, tuple[str, ...]]
    gaps: Mapping[str, tuple[str, ...]]
    names: tuple[Unlisted, ...]
    errata: tuple[Erratum, ...]
    contested: Mapping[str, tuple[str, ...]]


def audit(evidence: Evidence, used: Iterable[str]) -> Audit:
    """A record whose rows with these ids are used."""
    rows = evidence.ledger.rows
    taken = set(used)
    unused = {use: tuple(row.id for row in rows if row.use == use and row.id not in taken) for use in USES}
    gaps = {column: tuple(row.id for row in rows if not getattr(row, column).strip()) for column in GAPS}
    facts = evidence.ledger.facts().items()
    open_to_all = {fact: [row for row in same if row.use != "score"] for fact, same in facts}
    contested = {fact: tuple(row.id for row in same) for fact, same in open_to_all.items() if _differ(same)}
    return Audit(evidence, unused, gaps, unlisted(rows, evidence.names), evidence.errata, contested)


def outside(number: float, unit: str, rows: Sequence[Observation]) -> str | None:
    """The range of the rows that measure the same, where a number lies in none of them; None where it agrees."""
    ranges = []
    for row in rows:
        scale = SCALES.get((row.unit, unit))
        low, high = row.interval
        if scale is None or (low is None and high is None):
            continue
        ends = (None if low is None else low * scale, None if high is None else high * scale)
        if (ends[0] is None or number >= ends[0]) and (ends[1] is None or number <= ends[1]):
            return None
        ranges.append(f"{row.id}: {_span(*ends)} {unit}")
    return "; ".join(ranges) or None


def outside_window(time: datetime, rows: Sequence[Observation]) -> str | None:
    """The windows of the rows that have one, where a local time lies in none and no quote states it; else None."""
    windows = []
    for row in rows:
        begins = row.begins
        ends = row.ends if row.time_end else moment(row.time_start, end=True)
        if ends is None:
            continue
        stated = any(f"{time:%H}{mark}{time:%M}" in row.quote for mark in ":.")
        if stated or ((begins is None or begins <= time) and time <= ends):
            return None
        windows.append(f"{row.id}: {' to '.join(part for part in (row.time_start, row.time_end) if part)}")
    return "; ".join(windows) or None


def _differ(rows: Sequence[Observation]) -> bool:
    """Whether two rows on one quantity in one unit give ranges without a point in common."""
    ranges: dict[tuple[str, str], list[Interval]] = {}
    for row in rows:
        ranges.setdefault((row.quantity, row.unit), []).append(row.interval)
    return any(not overlaps(one, other) for same in ranges.values() for one, other in itertools.combinations(same, 2))


def _span(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"at most {high:g}" if low is None else f"at least {low:g}"
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
