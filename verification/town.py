"""The town of targets 12 and 13: 20,000 residents, three days, every number pinned here, so that no tuning matters.

Nobody arms in it: what armed persons do is the matter of targets 8 to 10. In the town of ``tests/reference/lively.py``,
on which targets 14 to 16 rest, every mechanism has something to do.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from contrafact import engine, scenario, world
from contrafact.kernels import Array
from contrafact.model import PARAMETERS as DECLARED
from contrafact.scenario import Scenario
from contrafact.world.reading import inputs_of
from tests.reference import lively

SCENARIOS = Path(__file__).parent / "scenarios"

PARAMETERS: dict[str, str] = {
    "reports.official_delay": "0.5 h", "reports.network_delay": "0.25 h", "reports.broadcast_delay": "6 h",
    "reports.network_bias": "1", "reports.broadcast_bias": "0.3",
    "communications.damage": "0.4",
    "exposure.omega": "6 1/day", "exposure.maximum": "0.05", "exposure.near": "0.06 1/h", "exposure.range": "1.5 km",
    "exposure.net": "0.06 1/h", "exposure.media": "0.0003 1/h",
    "fear.omega": "0.8 1/day", "fear.phi": "3",
    "gathering.alpha": "1.1", "gathering.beta": "0.15 1/km", "gathering.gamma": "0.3", "gathering.recency": "0.3",
    "gathering.vision": "0.7 km", "gathering.k": "2.3", "gathering.q": "1.5", "gathering.floor": "50 persons",
    "gathering.counted": "0.8",
    "participation.legitimacy": "0.9", "participation.threshold": "0.1", "participation.noise": "0.015",
    "participation.nu": "0.1 1/h", "participation.nu_quit": "0.4 1/h", "participation.phi": "0.3 1/h",
    "participation.swing": "0.4", "participation.peak_hour": "18 h", "participation.severity": "0.05",
    "participation.severity_step": "0.3", "participation.eta": "0.002",
    "movement.speed": "10 km/h", "movement.march_speed": "4 km/h", "movement.band_speed": "8 km/h",
    "movement.foot": "5 km/h", "movement.wheeled": "25 km/h", "movement.tracked": "15 km/h",
    "outside.fighters": "0 1/day", "outside.firearms": "0 1/day", "outside.interdiction": "0",
    "arming.base": "0 1/h", "arming.half": "500", "arming.growth": "1", "arming.recruits": "0",
    "arming.crowd": "3000 persons",
    "bands.attack": "2", "bands.ambush": "1", "bands.disperse": "1", "bands.escape": "0.3", "bands.cohesion": "0",
    "bands.emerge": "0.03 1/h", "bands.give_up": "0.02 1/h",
    "command.planning": "3 h", "command.least": "15 persons", "command.guard_ratio": "1.5", "command.retake_ratio": "3",
    "command.freed": "1",
    "crowd_control.team": "4 persons", "crowd_control.arrest": "0.8 1/h", "crowd_control.booking": "0.7 h",
    "crowd_control.melee_forces": "0.05 1/h", "crowd_control.melee_crowd": "0.15 1/h",
    "crowd_control.melee_lethality": "0.05", "crowd_control.overrun": "0.2 1/h", "crowd_control.overrun_ratio": "16",
    "crowd_control.recovery": "4 h", "crowd_control.kinetic": "0.05 1/h", "crowd_control.kinetic_lethality": "0.05",
    "crowd_control.lethality": "0.1 1/h", "crowd_control.in_sight": "200 persons",
    "crowd_control.gathering": "10 persons", "crowd_control.wounded_per_killed": "3", "crowd_control.stray": "0.4",
    "crowd_control.of_wounds": "0.1", "crowd_control.delay": "1",
    "combat.state_fire": "0.02 1/h", "combat.armed_fire": "0.02 1/h", "combat.ambush": "2", "combat.open": "0.8",
    "combat.exposed": "0.01", "combat.area": "0.5 km^2", "combat.wounded_per_killed": "4",
    "combat.sniper_fire": "0.5 1/h", "combat.rout": "1 1/h", "combat.steepness": "8", "combat.bearable": "0.2 1/h",
    "combat.surrender": "0.5", "combat.recovery": "6 h", "combat.sweep": "0.002 1/h",
    "facilities.unarmed_weight": "0.03", "facilities.hold": "0.5 h", "facilities.reach": "0.7 km",
    "facilities.retake_ratio": "1.5", "facilities.retake_hold": "0.8 h",
    "alliance.cohesion": "1", "alliance.precedent": "0", "alliance.expected": "0.5", "alliance.announcement": "0",
    "support.violence": "0.01", "support.window": "1 h",
    "support.turning": "0.5 1/h", "support.deaths": "0.01", "support.return": "0.5 1/day",
    "support.government": "0.01", "support.credibility": "0.7", "support.intelligence": "0.3", "support.kappa": "1",
    "support.psi": "0.5",
    "recording.quiet_share": "5e-5",
}  # fmt: skip

_worlds: dict[str, world.World] = {}


def pinned(numbers: Mapping[str, str] | None = None, changes: Mapping[str, object] | None = None) -> engine.Model:
    """The town with some parameters changed (``numbers``, with their units) and other overrides of the scenario."""
    return ready(_read(SCENARIOS / "town", PARAMETERS | dict(numbers or {}), changes))


def busy(numbers: Mapping[str, str] | None = None, changes: Mapping[str, object] | None = None) -> Scenario:
    """The town of the tests in which every mechanism has something to do, changed likewise."""
    return _read(lively.FOLDER, lively.PARAMETERS | dict(numbers or {}), changes)


def _read(folder: Path, numbers: Mapping[str, str], changes: Mapping[str, object] | None) -> Scenario:
    overrides: dict[str, object] = {f"parameters.{name}": value for name, value in numbers.items()}
    return scenario.load(folder, overrides | dict(changes or {}), declared=DECLARED)


def ready(read: Scenario) -> engine.Model:
    """A scenario ready for the engine. Worlds that differ in nothing are built once."""
    digest = inputs_of(read).digest
    if digest not in _worlds:
        _worlds[digest] = world.build(read, cache=False)
    return engine.prepare(read, _worlds[digest])


def sample(
    model: engine.Model, seed: int, numbers: Iterable[int], row: Callable[[engine.Replication], list[float]]
) -> Array:
    """A row of each replication, in order of the replications' numbers; on all cores, kernels hold no interpreter."""

    def one(number: int) -> list[float]:
        return row(engine.simulate(model, seed, number, frozenset({"timeline"})))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.array(list(pool.map(one, numbers)))
