"""States and scale: the state of each cell, how far what is told reaches, how many residents a person stands for.

Mechanisms are those of a city. What is one number in a city (news, the share of residents in the street, deaths heard
of) is that of the home state; ``reach`` says how strongly each cell feels it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from contrafact.kernels import Array
from contrafact.scenario.place import RegionPlace
from contrafact.scenario.schema import Scenario
from contrafact.world import World

COUNTED = {
    "gathering.floor": -1, "gathering.recency": 1, "crowd_control.in_sight": -1, "crowd_control.gathering": -1,
    "arming.crowd": -1, "arming.half": -1, "command.least": -1,
}  # fmt: skip
"""Parameters that count residents, or act per resident, and the power of the scale that turns them to persons.

Arrest teams are not among them: that a team of four arrests one at a time is a ratio.
"""


def home_state(scenario: Scenario, world: World) -> int:
    """Index of the state of which the scenario tells, and which asks an alliance for help; of a city its only one."""
    home = scenario.place.regions.home if isinstance(scenario.place, RegionPlace) else world.state_names[0]
    return world.state_names.index(home)


def state_arrays(scenario: Scenario, world: World) -> dict[str, Any]:
    """State of each cell, (cell,), which cells the home state governs, and who is counted: its residents.

    residents_total and residents_share (cell,) are of the home state, of which the scenario tells; in a city that is
    everyone.
    """
    governed = world.state == home_state(scenario, world)
    total = int(world.residents[governed].sum())
    return {
        "state_names": world.state_names,
        "cell_state": world.state.astype(np.int64),
        "governed": governed,
        "residents_total": total,
        "residents_share": np.where(governed, world.residents, 0) / max(1, total),
    }


def reach(scenario: Scenario, world: World, governed: Array, drawn: Mapping[str, float]) -> Array:
    """How strongly each cell feels what is told of the home state, (cell,): 1 unless the scenario says otherwise."""
    felt = np.ones(world.cells)
    if isinstance(scenario.place, RegionPlace):
        felt[~governed] = drawn["place.abroad"]
        for name in scenario.place.reach:
            felt[world.district_names.index(name)] *= drawn[f"place.reach.{name}"]
    return felt


def turn_to_persons(parameters: dict[str, float], scale: int) -> None:
    """Turn parameters that count residents to synthetic persons, in place."""
    for name, power in COUNTED.items():
        parameters[name] *= float(scale) ** power
