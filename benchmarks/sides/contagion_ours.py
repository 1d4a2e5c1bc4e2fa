"""The model's own kernels in the limit of an SIR epidemic: seconds of all steps, and the share that ever joined.

The configuration is that of ``verification.contagion``: all in one hexagon, exposure for infection, the street for the
infected, and who has left is kept from joining again by the loop here, which is timed with the kernels.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np

from contrafact.model.context import Context
from contrafact.model.state import CALM, DETAINED
from verification.contagion import FADES, STAY, advance, begun, ground, mean_stay


def start(asked: dict[str, float], persons: int, replication: int) -> tuple[Context, float]:
    """A context before its first tick, and the rate of joining for each unit of exposure."""
    c = begun(ground(persons, "hexagon.geojson"), replication,
              {"exposure.near": FADES, "exposure.omega": FADES * 24, "participation.noise": 1e-3,
               "participation.phi": 1.0 / STAY})  # fmt: skip
    slope = asked["r0"] / mean_stay(c.dt)
    c.now.legitimacy[:] = c.next.legitimacy[:] = 0.0
    c.now.exposure[:] = asked["first"] * FADES / slope
    return c, slope


def run(c: Context, slope: float, steps: int) -> None:
    """So many ticks."""
    for _ in range(steps):
        c.p["participation.nu"] = slope * float(c.now.exposure[0])
        in_street = c.now.slot_person[: c.slots].copy()
        advance(c)
        home = in_street[c.now.status[in_street] == CALM]
        c.now.status[home] = DETAINED


def main() -> None:
    """Compile on a few, then run on all."""
    asked = json.load(sys.stdin)
    run(*start(asked, 1000, 0), 20)
    persons = asked["persons"]
    c, slope = start(asked, persons, asked["seed"])
    before = time.perf_counter()
    run(c, slope, asked["steps"])
    seconds = time.perf_counter() - before
    share = np.count_nonzero(c.now.status[:persons] != CALM) / persons
    print(json.dumps({"seconds": seconds, "steps": asked["steps"], "share": share}))


if __name__ == "__main__":
    main()
