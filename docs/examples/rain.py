"""Rain sends people home: whoever stands in the street leaves at a rate while it rains.

    P(leaves within dt) = 1 - exp(-rain.rate * dt), between rain.begins and rain.ends, hours since the start

Order     after participation, which proposes who joins and who leaves
Reads     now: slot_phase, slot_person
Writes    proposals of RETURNING; memory: rain.left, how many it sent home
Source    an example; a study would cite its own
"""

import numpy as np

from contrafact import rng
from contrafact.model.context import Context
from contrafact.model.state import PRESENT, RETURNING
from contrafact.parameters import ASSUMPTION, Parameter, uniform

AFTER = "participation"

PARAMETERS = (
    Parameter("rain.rate", "1/h", 0.5, ASSUMPTION, "rate at which rain sends people home; 0 switches it off",
              uniform(0.0, 1.0)),
    Parameter("rain.begins", "h", 36.0, ASSUMPTION, "hours from the start until it begins", uniform(34.0, 38.0)),
    Parameter("rain.ends", "h", 40.0, ASSUMPTION, "hours from the start until it ends", uniform(39.0, 42.0)),
)  # fmt: skip

LEAVES = rng.decision("rain.leaves")


def step(c: Context) -> None:
    """Propose that some of those in the street go home in this tick."""
    p = c.of("rain")
    left = c.memory.setdefault("rain.left", np.zeros(1, np.int64))
    if p["rate"] == 0 or not p["begins"] <= c.hour < p["ends"]:
        return
    present = np.flatnonzero(c.now.slot_phase[: c.slots] == PRESENT)
    persons = c.now.slot_person[present]
    u = np.array([rng.draw(c.key, LEAVES, c.tick, int(person), 0)[0] for person in persons])
    waits = -np.log1p(-u) / p["rate"]  # exponential, in hours
    leaves = waits < c.dt
    c.propose(present[leaves], RETURNING, waits[leaves])
    left += np.count_nonzero(leaves)
