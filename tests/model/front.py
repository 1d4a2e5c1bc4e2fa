"""A front: many cells alike, each with a band, a crowd and a force, where nothing happens unless a test says so."""

from __future__ import annotations

import math
from typing import Any

from scipy import stats

from contrafact.model.combat import LIVE_FIRE
from contrafact.model.context import Context
from contrafact.model.state import BAND, HIDDEN, PRESENT
from tests.model.town import populate, start, town

OFF = {f"combat.{name}": 0.0 for name in ("state_fire", "armed_fire", "sniper_fire", "rout", "sweep", "exposed")} | {
    "combat.open": 1.0, "combat.ambush": 2.0, "combat.area": 0.5, "combat.wounded_per_killed": 4.0,
    "combat.steepness": 8.0, "combat.bearable": 0.2, "combat.surrender": 0.5, "combat.recovery": 6.0,
    "crowd_control.of_wounds": 0.0, "crowd_control.delay": 1.0,
}  # fmt: skip
CELLS = 400
HOSPITALS = ({"kind": "hospital"}, {"kind": "hospital"})


def front(cells: int = CELLS, *, armed: int = 20, crowd: int = 0, force: int = 30, firearms: bool = True,
          units: int = 1, posture: int = 0, mu: float = 0.0, rules: int = LIVE_FIRE, hidden: int = 0,
          ticks_per_hour: int = 6, **numbers: float) -> Context:  # fmt: skip
    """Cells alike, each with a band, a crowd and a force, and 100 residents on its km2; nothing happens by default."""
    each = [{"cell": cell, "strength": force // units, "firearms": firearms} for cell in range(cells) if force]
    given = OFF | {name if "." in name else f"combat.{name}": value for name, value in numbers.items()}
    c = town([100] * cells, units=each * units, facilities=HOSPITALS, numbers=given, ticks_per_hour=ticks_per_hour,
             room=max(4096, cells * (armed + crowd + hidden)))  # fmt: skip
    populate(c, armed, BAND)
    populate(c, crowd, PRESENT, skip=armed)
    populate(c, hidden, HIDDEN, skip=armed + crowd)
    for name, value in (("posture", posture), ("intelligence", mu), ("rules", rules)):
        start(c, name, value)
    return c


def assert_poisson(counts: Any, mean: float) -> None:
    """Counts by cell have this mean, within four standard errors, and the variance of a Poisson count."""
    assert abs(counts.mean() - mean) < 4 * math.sqrt(mean / counts.size)
    assert 1e-3 < stats.chi2(counts.size).sf(((counts - mean) ** 2 / mean).sum()) < 1 - 1e-3


def assert_share(hits: int, trials: int, share: float) -> None:
    """So many hits are within four standard errors of a share of so many trials."""
    assert abs(hits - trials * share) < 4 * math.sqrt(trials * share * (1 - share))
