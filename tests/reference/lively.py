"""The embattled town: the scenario in ``tests/data/embattled`` with every parameter that a mechanism declares set here.

20,000 residents, three days; what follows are means of 24 runs. Crowds reach 1,350 (1,200 to 1,500); 420 persons are
detained, 590 protesters hurt or killed. Three gun shops and the police headquarters are looted; 470 take up arms, 30
come from outside, 185 are armed at once; 360 of them are hit, 17 bands and 57 units break, a hundred hide at once, 80
are found in hiding, 25 leave. Of five contested facilities the town hall and the headquarters fall three times, the
exchange nearly twice, the hospital in seven runs of eight, and the studio in three of eight; most are retaken.
Nothing is taken from the defaults, so that tuning those changes nothing here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from contrafact import scenario, world
from contrafact.engine import Model, prepare
from contrafact.engine.draws import Draws
from contrafact.kernels import Array
from reference.city import City

FOLDER = Path(__file__).parents[1] / "data" / "embattled"

PARAMETERS: dict[str, str] = {
    "reports.official_delay": "0.7 h",
    "reports.network_delay": "0.4 h",
    "reports.broadcast_delay": "5 h",
    "reports.network_bias": "1.2",
    "reports.broadcast_bias": "0.3",
    "communications.damage": "0.4",
    "exposure.omega": "6 1/day",
    "exposure.maximum": "0.05",
    "exposure.near": "0.06 1/h",
    "exposure.range": "1.5 km",
    "exposure.net": "0.06 1/h",
    "exposure.media": "0.0003 1/h",
    "fear.omega": "0.8 1/day",
    "fear.phi": "0.5",
    "gathering.alpha": "1.1",
    "gathering.beta": "0.15 1/km",
    "gathering.gamma": "0.3",
    "gathering.recency": "0.3",
    "gathering.vision": "0.7 km",
    "gathering.k": "2.3",
    "gathering.q": "1.5",
    "gathering.floor": "50 persons",
    "gathering.counted": "0.8",
    "participation.legitimacy": "0.9",
    "participation.threshold": "0.1",
    "participation.noise": "0.015",
    "participation.nu": "0.1 1/h",
    "participation.nu_quit": "0.4 1/h",
    "participation.phi": "0.3 1/h",
    "participation.swing": "0.4",
    "participation.peak_hour": "18 h",
    "participation.severity": "0.02",
    "participation.severity_step": "0.3",
    "participation.eta": "0.002",
    "movement.speed": "10 km/h",
    "movement.march_speed": "4 km/h",
    "movement.band_speed": "6 km/h",
    "movement.foot": "5 km/h",
    "movement.wheeled": "25 km/h",
    "movement.tracked": "15 km/h",
    "outside.fighters": "9 1/day",
    "outside.firearms": "30 1/day",
    "outside.interdiction": "0.3",
    "arming.base": "0.05 1/h",
    "arming.half": "100",
    "arming.growth": "0.8",
    "arming.recruits": "0.3",
    "arming.crowd": "700 persons",
    "bands.attack": "1",
    "bands.ambush": "0.7",
    "bands.disperse": "0.4",
    "bands.escape": "0.25",
    "bands.cohesion": "0.3",
    "bands.emerge": "0.2 1/h",
    "bands.give_up": "0.04 1/h",
    "command.planning": "2 h",
    "command.least": "6 persons",
    "command.guard_ratio": "1.2",
    "command.retake_ratio": "1.5",
    "command.freed": "1",
    "crowd_control.team": "4 persons",
    "crowd_control.arrest": "0.8 1/h",
    "crowd_control.booking": "0.7 h",
    "crowd_control.melee_forces": "0.05 1/h",
    "crowd_control.melee_crowd": "0.15 1/h",
    "crowd_control.melee_lethality": "0.05",
    "crowd_control.overrun": "0.2 1/h",
    "crowd_control.overrun_ratio": "16",
    "crowd_control.recovery": "4 h",
    "crowd_control.kinetic": "0.05 1/h",
    "crowd_control.kinetic_lethality": "0.05",
    "crowd_control.lethality": "0.1 1/h",
    "crowd_control.in_sight": "200 persons",
    "crowd_control.gathering": "30 persons",
    "crowd_control.wounded_per_killed": "3",
    "crowd_control.stray": "0.4",
    "crowd_control.of_wounds": "0.1",
    "crowd_control.delay": "1",
    "combat.state_fire": "0.5 1/h",
    "combat.armed_fire": "0.02 1/h",
    "combat.ambush": "2",
    "combat.open": "0.6",
    "combat.exposed": "0.04",
    "combat.area": "0.5 km^2",
    "combat.wounded_per_killed": "3",
    "combat.sniper_fire": "0.4 1/h",
    "combat.rout": "1 1/h",
    "combat.steepness": "6",
    "combat.bearable": "0.3 1/h",
    "combat.surrender": "0.7",
    "combat.recovery": "3 h",
    "combat.sweep": "1 1/h",
    "facilities.unarmed_weight": "0.03",
    "facilities.hold": "0.9 h",
    "facilities.reach": "0.7 km",
    "facilities.retake_ratio": "1.5",
    "facilities.retake_hold": "0.8 h",
    "support.violence": "0.003",
    "support.turning": "0.5 1/h",
    "support.window": "1 h",
    "support.deaths": "0.002",
    "support.return": "0.5 1/day",
    "support.government": "0.01",
    "support.credibility": "0.6",
    "support.intelligence": "0.4",
    "support.kappa": "1.5",
    "support.psi": "0.4",
    "recording.quiet_share": "5e-5",
}

OUTCOMES = (
    "peak_crowd",
    "peak_armed",
    "detained",
    "injured_protesters",
    "injured_bystanders",
    "injured_armed_persons",
    "injured_state_forces",
    "injured_contingents",
    "deaths_armed_persons",
    "deaths_total",
    "facility_hours_lost",
)
HOURS = (14, 24, 34, 36, 42, 48, 58, 70)


def town(**changed: str) -> Model:
    """The town, ready for the engine; ``changed`` are parameters with a dot written as two underscores."""
    values = PARAMETERS | {name.replace("__", "."): value for name, value in changed.items()}
    read = scenario.load(FOLDER, {f"parameters.{name}": value for name, value in values.items()})
    return prepare(read, world.build(read, cache=False))


def city(model: Model) -> City:
    """The same town for the oracle. Its scenario draws nothing, so the key is of no consequence."""
    return City(model, Draws(model.scenario, np.zeros(2, np.uint64)))


def vector(outcomes: dict[str, float], crowd: Array) -> list[float]:
    """What two replications are compared by: OUTCOMES, then the crowd at the end of HOURS."""
    per_hour = len(crowd) // 72
    return [*(outcomes[name] for name in OUTCOMES), *(float(crowd[hour * per_hour - 1]) for hour in HOURS)]
