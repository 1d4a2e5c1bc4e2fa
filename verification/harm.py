"""Verification targets 1 and 12: the risk of arrest that people expect, and what hits come to.

Target 12 runs the whole engine in a town in which a single kind of harm is left on. The share of deaths among those hit
by kinetic projectiles and the wounded per killed are those that the package ships, whatever they are at the time.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import norm

from contrafact.engine import Replication
from contrafact.kernels import Array
from contrafact.model import PARAMETERS
from contrafact.model.gathering import look
from verification.check import Check
from verification.town import pinned, sample

SEED = 1999
TOWNS = 30
SEEDS = f"seed {SEED}, replications 0 to {TOWNS - 1}"

DEATHS, DISABLED, INJURED = 53, 300, 1984
"""Haar et al. 2017, doi:10.1136/bmjopen-2017-018154: injured by kinetic projectiles, deaths, permanent disability."""

NO_HARM = {
    "crowd_control.arrest": "0 1/h", "crowd_control.melee_forces": "0 1/h", "crowd_control.melee_crowd": "0 1/h",
    "crowd_control.kinetic": "0 1/h", "crowd_control.lethality": "0 1/h", "crowd_control.stray": "0",
    "crowd_control.of_wounds": "0", "crowd_control.delay": "0", "crowd_control.gathering": "0 persons",
    "fear.phi": "0", "support.violence": "0", "support.deaths": "0",
}  # fmt: skip
NO_FIRE = {"actions.live_fire": None, "actions.no_warning": None}
FIRE = {"actions.live_fire.level": "without_warning", "actions.no_warning": None}


def target_1() -> list[Check]:
    """P = 1 - exp(-k C / A) for as many police as protesters, by the kernel that looks at every site."""
    k = PARAMETERS["gathering.k"].default
    checks = []
    for persons, cells in ((1, 1), (500, 4)):
        risk = arrest_risk(k, persons, cells)
        expected = 0.89974
        what = f"C = A = {persons} in {cells} cell{'s' * (cells > 1)}, q = 1"
        checks.append(
            Check(f"1 Arrest probability P, k as shipped, {what}", f"{expected}", f"{risk:.5f}", "0.00001",
                  abs(risk - expected) < 1e-5, "none", "exact: a k that is off by 0.0002 is caught")
        )  # fmt: skip
    return checks


def arrest_risk(k: float, persons: int, cells: int) -> float:
    """Risk at one site that sees some cells, with as many police as protesters spread over them, and nobody else."""
    crowd = np.full(cells, persons // cells, np.int32)
    weight, risk = np.zeros(1), np.zeros(1)
    start, cell = np.array([0, cells]), np.arange(cells)
    look(start, cell, crowd, crowd.astype(np.int64), np.zeros(1), np.ones(1), 1.0, 0.0, 0.0, k, 1.0, 0.0, 1.0, weight,
         risk)  # fmt: skip
    return float(risk[0])


def target_12() -> list[Check]:
    """Deaths among those hit by kinetic projectiles; wounded for each killed under fire."""
    return [kinetic(), disability(), *(under_fire(wounded) for wounded in (2.0, 4.0, 13.0)), *as_shipped()]


def hurt(numbers: dict[str, str], changes: dict[str, object]) -> tuple[int, int]:
    """Residents killed and injured, summed over replications, where these numbers leave one kind of harm on."""

    def row(run: Replication) -> list[float]:
        o = run.outcomes
        return [o["deaths_bystanders"] + o["deaths_protesters"], o["injured_bystanders"] + o["injured_protesters"]]

    rows: Array = sample(pinned(NO_HARM | numbers, changes), SEED, range(TOWNS), row)
    killed, injured = rows.sum(axis=0)
    return int(killed), int(injured)


def kinetic() -> Check:
    """The share of deaths, with the shipped lethality, in crowds under riot control."""
    lethality = PARAMETERS["crowd_control.kinetic_lethality"].default
    numbers = {"crowd_control.kinetic": "1 1/h", "crowd_control.kinetic_lethality": repr(lethality)}
    killed, injured = hurt(numbers, dict(NO_FIRE))
    hits, expected = killed + injured, DEATHS / INJURED
    share = killed / hits
    error = math.sqrt(expected * (1 - expected) / hits)
    power = norm.cdf((0.1 * expected - 3 * error) / error)
    return Check("12 Kinetic projectiles, lethality as shipped: deaths among those hit", f"{expected:.2%}",
                 f"{share:.2%} of {hits:,}", f"3 standard errors, {3 * error:.2%}", abs(share - expected) < 3 * error,
                 SEEDS, f"a share off by a tenth of it is caught with probability {power:.2f}")  # fmt: skip


def disability() -> Check:
    return Check("12 Kinetic projectiles: permanent disability among those hit", f"{DISABLED / INJURED:.1%}",
                 "not simulated: injured persons stay injured to the end of a run", "told, not simulated", None, "none",
                 "")  # fmt: skip


def under_fire(wounded: float) -> Check:
    """Wounded for each killed where nobody dies of wounds and no hit goes astray: the parameter itself."""
    killed, injured = hurt({"crowd_control.lethality": "1 1/h", "crowd_control.wounded_per_killed": f"{wounded:g}"},
                           dict(FIRE))  # fmt: skip
    ratio = injured / killed
    error = wounded_error(wounded, killed + injured)
    power = norm.cdf((0.15 * wounded - 3 * error) / error)
    return Check(f"12 Fire, {wounded:g} wounded per killed: the same counted", f"{wounded:g}",
                 f"{ratio:.2f} of {killed + injured:,} hit", f"3 standard errors, {3 * error:.2f}",
                 abs(ratio - wounded) < 3 * error, SEEDS,
                 f"a ratio off by 15 % is caught with probability {power:.2f}")  # fmt: skip


def wounded_error(wounded: float, hits: int) -> float:
    """Standard error of the ratio of wounded to killed among so many hits."""
    killed = 1 / (1 + wounded)
    return math.sqrt(killed * (1 - killed) / hits) / killed**2


def as_shipped() -> list[Check]:
    """The same with deaths of wounds, which are among the killed, as shipped: at the listed values and priors' ends."""
    listed = {name: PARAMETERS[f"crowd_control.{name}"] for name in ("wounded_per_killed", "of_wounds")}
    name = "12 Fire, wounded (who live) for each killed (at once or of wounds), "
    checks = []
    for what, values in (
        ("values as shipped, care at hand", {key: one.default for key, one in listed.items()}),
        ("the priors' ends, 2 wounded per killed and 0.1 of them dying", dict(zip(listed, (2.0, 0.1), strict=True))),
    ):
        killed, injured = hurt(
            {f"crowd_control.{key}": repr(value) for key, value in values.items()}
            | {"crowd_control.lethality": "1 1/h"},
            dict(FIRE),
        )
        ratio = injured / killed
        error = wounded_error(ratio, killed + injured)
        checks.append(
            Check(name + what, "2 to 13", f"{ratio:.2f} of {killed + injured:,} hit", "inside, by 3 standard errors",
                  2.0 - 3 * error <= ratio <= 13.0 + 3 * error, SEEDS, f"standard error {error:.2f}")
        )  # fmt: skip
    return checks
