"""The made-up towns of tests/data, with every number that decides what happens in them stated here.

Nothing rests on the defaults of parameters: those may be fitted anew. In ``small`` a crowd gathers within hours and a
few are hurt; in ``lively`` every mechanism has something to do, and fire is deadlier than it should be, so that short
runs have deaths.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from contrafact import scenario, world
from contrafact.engine import Model, prepare
from contrafact.model import PARAMETERS
from contrafact.world import World

DATA = Path(__file__).parents[1] / "data"

NUMBERS = {
    "communications.damage": 0.5,
    "exposure.omega": 3.0, "exposure.maximum": 0.07, "exposure.near": 1.0, "exposure.range": 1.5, "exposure.net": 2.0,
    "exposure.media": 0.0005,
    "fear.omega": 0.7, "fear.phi": 5.0,
    "gathering.alpha": 1.0, "gathering.beta": 0.15, "gathering.gamma": 0.3, "gathering.recency": 0.1,
    "gathering.vision": 0.7, "gathering.k": 2.3, "gathering.q": 1.5, "gathering.floor": 50.0, "gathering.counted": 1.0,
    "participation.legitimacy": 0.89, "participation.threshold": 0.15, "participation.noise": 0.015,
    "participation.nu": 0.3, "participation.nu_quit": 0.5, "participation.phi": 0.12, "participation.swing": 0.6,
    "participation.peak_hour": 18.0, "participation.severity": 0.08, "participation.severity_step": 0.5,
    "participation.eta": 0.002,
    "movement.speed": 10.0, "movement.march_speed": 4.0, "movement.foot": 5.0, "movement.wheeled": 25.0,
    "movement.tracked": 15.0,
    "crowd_control.team": 4.0, "crowd_control.arrest": 0.2, "crowd_control.booking": 1.0,
    "crowd_control.melee_forces": 0.06, "crowd_control.melee_crowd": 0.2, "crowd_control.melee_lethality": 0.05,
    "crowd_control.overrun": 2.0, "crowd_control.overrun_ratio": 10.0, "crowd_control.recovery": 5.0,
    "crowd_control.kinetic": 0.05, "crowd_control.kinetic_lethality": 0.0267, "crowd_control.lethality": 0.5,
    "crowd_control.in_sight": 200.0, "crowd_control.wounded_per_killed": 4.0, "crowd_control.stray": 0.1,
    "crowd_control.of_wounds": 0.05, "crowd_control.delay": 1.0,
    "facilities.unarmed_weight": 0.04, "facilities.reach": 0.7, "facilities.retake_ratio": 3.0,
    "facilities.retake_hold": 1.0,
    "support.violence": 0.02, "support.turning": 0.5, "support.deaths": 0.02, "support.return": 0.5,
    "support.government": 0.01,
    "recording.quiet_share": 5e-5,
}  # fmt: skip


@cache
def built(name: str) -> World:
    """The world of a town: none of what tests change moves a person or a cell."""
    return world.build(scenario.load(DATA / name), cache=False)


def prepared(
    name: str, numbers: Mapping[str, float] | None = None, changes: Mapping[str, object] | None = None
) -> Model:
    """A town ready to run with NUMBERS, some of them changed, and overrides of the scenario beside them."""
    return _prepared(name, tuple((numbers or {}).items()), tuple((changes or {}).items()))


@cache
def _prepared(name: str, numbers: tuple[tuple[str, float], ...], changes: tuple[tuple[str, object], ...]) -> Model:
    values = NUMBERS | dict(numbers)
    overrides: dict[str, object] = {"draw": "central", "parameters": {}}
    overrides |= {f"parameters.{key}": f"{value!r} {unit(key)}".strip() for key, value in values.items()}
    return prepare(scenario.load(DATA / name, overrides | dict(changes), declared=PARAMETERS), built(name))


def unit(parameter: str) -> str:
    """Unit as it is written in a scenario."""
    declared = PARAMETERS[parameter].unit
    return "" if declared == "dimensionless" else declared
