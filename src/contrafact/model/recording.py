"""Recording: what is kept of a run. Nothing here can change it.

Order     last, after events are applied
Reads     everything
Writes    nothing of the state
Source    definition; the share that counts as quiet is an assumption
Check     tests/engine/test_digest.py: the digest is the same with every recorder on or off
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from contrafact.kernels import Array
from contrafact.model.context import Context
from contrafact.model.state import COUNTS, STATE
from contrafact.parameters import ASSUMPTION, Parameter, loguniform

PARAMETERS = (
    Parameter("recording.quiet_share", "dimensionless", 5e-5, ASSUMPTION,
              "share of residents armed or in cells with violence below which a day counts as quiet",
              loguniform(4e-5, 6e-5)),
)  # fmt: skip

QUIET_HOURS = 24.0


class Outcome(NamedTuple):
    """Name, unit and meaning of one outcome."""

    name: str
    unit: str
    meaning: str


GROUPS = (
    ("bystanders", "residents who took no part"),
    ("protesters", "residents who took part, unarmed"),
    ("armed_persons", "those who took part, armed"),
    ("state_forces", "police, guard and army"),
    ("contingents", "members of alliance contingents"),
)

OUTCOMES: tuple[Outcome, ...] = (
    *(Outcome(f"deaths_{group}", "persons", f"deaths among {meaning}") for group, meaning in GROUPS),
    Outcome("deaths_total", "persons", "all deaths"),
    *(Outcome(f"injured_{group}", "persons", f"injured among {meaning}") for group, meaning in GROUPS),
    Outcome("injured_total", "persons", "all injured"),
    Outcome("detained", "persons", "persons detained; a harm, and ill-treatment in custody is not simulated"),
    Outcome("offline_person_hours", "person h", "hours without communications, summed over residents"),
    Outcome("facility_hours_lost", "facility h", "hours in which the state does not hold a facility, summed"),
    Outcome("time_to_end", "h", "hours from the start until violence ends for a day; unknown where the run ends first"),
    Outcome("peak_crowd", "persons", "largest number of protesters in the street at once"),
    Outcome("peak_armed", "persons", "largest number of armed persons at once, those in hiding apart"),
)

UNSEEN = ("joined", "returned", "changed")
"""Last of COUNTS, which no timeline shows."""
SEEN = len(COUNTS) - len(UNSEEN)

RECORDERS = ("timeline", "cells", "events")


class Recorder:
    """Keeps outcomes always, and timeline, cells and events where asked.

    Timeline quantities are numbers at the end of each tick, (time,), with the protesters who have arrived at each site
    as crowd@SITE; cells is the crowd at full hours, (hour, cell);
    holders an index of HOLDERS at full hours, (hour, facility).
    """

    def __init__(self, c: Context, ticks: int, record: frozenset[str]) -> None:
        self.timeline_on, self.cells_on = "timeline" in record, "cells" in record
        self.names = [
            "crowd",
            *(f"crowd@{site}" for site in c.fixed.site_names),
            "armed",
            "hidden",
            *(name for name in COUNTS if name not in UNSEEN),
            "network",
            "facilities_lost",
        ]
        self.rows = np.zeros((ticks if self.timeline_on else 0, len(self.names)))
        hours = ticks // c.ticks_per_hour
        self.crowd = np.zeros((hours if self.cells_on else 0, c.fixed.cells), np.int32)
        self.holders = np.zeros((hours if self.cells_on else 0, len(c.fixed.facility_names)), np.int8)
        self.violence = np.zeros(ticks, np.int64)
        self.peak_crowd = 0
        self.peak_armed = 0
        self.offline = 0.0
        self.facility_hours = 0.0

    def observe(self, c: Context) -> None:
        """Look at the state at the end of tick ``c.tick``."""
        now, fixed = c.now, c.fixed
        crowd, armed = int(now.cell_start[-1]), int(now.armed_start[-1])
        online = float(now.network @ fixed.residents_share)
        lost = int(np.count_nonzero(now.holder[fixed.onmap] != STATE))
        self.peak_crowd = max(self.peak_crowd, crowd)
        self.peak_armed = max(self.peak_armed, armed)
        self.offline += (1.0 - online) * fixed.residents_total * c.dt
        self.facility_hours += lost * c.dt
        self.violence[c.tick] = int(now.violence[0]) + int(now.fighting[0]) + armed
        if self.timeline_on:
            row, sites = self.rows[c.tick], now.on_site.size
            row[0], row[1 + sites], row[2 + sites] = crowd, armed, now.hidden_start[-1]
            row[1 : 1 + sites] = now.on_site
            row[3 + sites : -2] = now.counts[:SEEN]
            row[-2], row[-1] = online, lost
        if self.cells_on and (c.tick + 1) % c.ticks_per_hour == 0:
            hour = (c.tick + 1) // c.ticks_per_hour - 1
            self.crowd[hour] = now.crowd
            self.holders[hour] = now.holder

    def timeline(self, c: Context) -> dict[str, Array]:
        """Quantities by name, (time,), with ``hour`` first: hours since the start at the end of each tick."""
        if not self.timeline_on:
            return {}
        hours = np.arange(1, self.rows.shape[0] + 1) / c.ticks_per_hour
        return {"hour": hours, **{name: self.rows[:, i].copy() for i, name in enumerate(self.names)}}

    def outcomes(self, c: Context) -> dict[str, float]:
        """Every outcome by name, in the order of OUTCOMES."""
        counts: dict[str, Any] = dict(zip(COUNTS, (float(n) for n in c.now.counts), strict=True))
        for kind in ("deaths", "injured"):
            counts[f"{kind}_total"] = sum(counts[f"{kind}_{group}"] for group, _ in GROUPS)
        counts |= {
            "offline_person_hours": self.offline,
            "facility_hours_lost": self.facility_hours,
            "time_to_end": end_of_violence(
                self.violence, c.p["recording.quiet_share"] * c.fixed.residents_total, c.ticks_per_hour
            ),
            "peak_crowd": float(self.peak_crowd),
            "peak_armed": float(self.peak_armed),
        }
        return {outcome.name: counts[outcome.name] for outcome in OUTCOMES}


def end_of_violence(violence: Array, quiet: float, ticks_per_hour: int) -> float:
    """Hours until the last violent tick, 0 if there was none, provided that a quiet day follows; infinite if none does.

    violence (time,) is the number of persons armed or in cells where someone was hurt; a tick is violent above
    ``quiet``.
    """
    violent = np.flatnonzero(violence > quiet)
    end = (int(violent[-1]) + 1) / ticks_per_hour if violent.size else 0.0
    return end if violence.size / ticks_per_hour - end >= QUIET_HOURS else math.inf
