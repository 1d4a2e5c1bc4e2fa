"""The made-up towns of tests/data, with every number that decides what happens in them stated here.

Nothing rests on the defaults of parameters: those may be fitted anew. In ``small`` a crowd gathers within hours and a
few are hurt; in ``lively`` those mechanisms have something to do that need no firearms outside the forces, and fire is
deadlier than it should be, so that short runs have deaths. ARMED adds what the others need: firearms to loot, gun
shops, units that command may use, snipers, cadres and a false report; FIGHTERS come from outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from contrafact import scenario, world
from contrafact.engine import Model, prepare
from contrafact.model import PARAMETERS, state
from contrafact.world import World
from tests.scenario.alliances import MADE_UP, value

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
    "support.window": 1.0,
    "support.violence": 0.02, "support.turning": 0.5, "support.deaths": 0.02, "support.return": 0.5,
    "support.government": 0.01,
    "recording.quiet_share": 5e-5,
    "crowd_control.gathering": 20.0, "facilities.hold": 0.5, "movement.band_speed": 8.0,
    "reports.official_delay": 0.5, "reports.network_delay": 0.25, "reports.broadcast_delay": 6.0,
    "reports.network_bias": 1.0, "reports.broadcast_bias": 0.3,
    "outside.fighters": 0.0, "outside.firearms": 0.0, "outside.interdiction": 0.0,
    "arming.base": 0.1, "arming.half": 50.0, "arming.growth": 1.0, "arming.recruits": 0.2, "arming.crowd": 150.0,
    "bands.attack": 2.0, "bands.ambush": 1.0, "bands.disperse": 1.0, "bands.escape": 0.3, "bands.cohesion": 0.0,
    "bands.emerge": 0.1, "bands.give_up": 0.05,
    "command.planning": 1.0, "command.least": 8.0, "command.guard_ratio": 1.5, "command.retake_ratio": 3.0,
    "command.freed": 1.0,
    "combat.state_fire": 0.1, "combat.armed_fire": 0.1, "combat.ambush": 2.0, "combat.open": 0.8,
    "combat.exposed": 0.1, "combat.area": 0.5, "combat.wounded_per_killed": 4.0, "combat.sniper_fire": 0.5,
    "combat.rout": 1.0, "combat.steepness": 8.0, "combat.bearable": 0.2, "combat.surrender": 0.5,
    "combat.recovery": 6.0, "combat.sweep": 0.2,
    "support.credibility": 0.7, "support.intelligence": 0.3, "support.kappa": 1.0, "support.psi": 0.5,
    "alliance.cohesion": 1.0, "alliance.precedent": 0.0, "alliance.expected": 0.5, "alliance.announcement": 0.0,
}  # fmt: skip

TASKS = ["guard", "retake", "clear", "cordon", "reserve"]


def action(kind: str, at: str, latest: str, **values: object) -> dict[str, object]:
    """An action that fires at its hour."""
    return {
        "kind": kind, "label": kind, "assumption": MADE_UP, "response": "fixed", "at": value(at, at, latest)
    } | values  # fmt: skip


ARMED: dict[str, object] = {
    "gun_shops": {
        "assumption": MADE_UP, "number": value(4, 3, 5), "firearms": value(40, 30, 50),
        "hold": value("2 h", "1 h", "3 h"),
    },
    "facilities.town_hall.firearms": value(10, 5, 15),
    "facilities.police_hq.firearms": value(10, 5, 15),
    "forces.police.tasks": TASKS, "forces.guard.tasks": TASKS, "forces.helpers.tasks": TASKS,
    "forces.guard.strength": value("160 persons", 150, 170), "forces.guard.units": 8,
    "actions.live_fire.at": value("2022-01-04T16:00", "2022-01-04T15:00", "2022-01-04T17:00"),
    "actions.cadres": action("cadres", "2022-01-05T05:00", "2022-01-05T06:00", place="market",
                             number=value("12 persons", 10, 14)),
    "actions.snipers": action("snipers", "2022-01-05T14:00", "2022-01-05T15:00", place="main_square",
                              number=value("2 persons", 1, 3), until=value("2022-01-05T18:00", "2022-01-05T17:00",
                                                                           "2022-01-05T19:00")),
    "actions.rumour": action("report", "2022-01-05T10:00", "2022-01-05T11:00", channels=["network"],
                             quantity="deaths", number=value(3, 2, 4), true=False),
}  # fmt: skip
"""Overrides that arm the lively town, so that forces and bands both win and lose, hide and leave."""

LATER: dict[int, tuple[int, ...]] = {
    state.CALM: (state.PROTESTING, state.INJURED, state.DEAD),
    state.PROTESTING: (state.RETURNING, state.ARMED, state.DETAINED, state.INJURED, state.DEAD),
    state.RETURNING: (state.CALM,),
    state.ARMED: (state.HIDING, state.LEFT, state.DETAINED, state.INJURED, state.DEAD),
    state.HIDING: (state.ARMED, state.CALM, state.DETAINED),
    state.OUTSIDE: (state.ARMED,),
}
"""Which statuses may follow each in a tick; nothing follows detention, injury, death, and leaving the area."""

FIGHTERS = {"outside.fighters": 30.0, "outside.firearms": 60.0}


@cache
def built(name: str) -> World:
    """The world of a town: none of what tests change moves a person or a cell."""
    return world.build(scenario.load(DATA / name), cache=False)


MODELS: dict[str, Model] = {}


def prepared(
    name: str, numbers: Mapping[str, float] | None = None, changes: Mapping[str, object] | None = None
) -> Model:
    """A town ready to run with NUMBERS, some of them changed, and overrides of the scenario beside them; kept."""
    asked = repr((name, numbers, changes))
    if asked not in MODELS:
        overrides: dict[str, object] = {"draw": "central", "parameters": {}, **spelled(NUMBERS | dict(numbers or {}))}
        loaded = scenario.load(DATA / name, overrides | dict(changes or {}), declared=PARAMETERS)
        MODELS[asked] = prepare(loaded, built(name))
    return MODELS[asked]


def spelled(numbers: Mapping[str, float]) -> dict[str, str]:
    """Values of parameters as overrides of a scenario."""
    return {f"parameters.{key}": f"{number!r} {unit(key)}".strip() for key, number in numbers.items()}


def unit(parameter: str) -> str:
    """Unit as it is written in a scenario."""
    declared = PARAMETERS[parameter].unit
    return "" if declared == "dimensionless" else declared
