"""Mesa's bundled Epstein example, as it is: seconds per tick after the first ticks, and the mean number of active.

Run by an interpreter that has Mesa and nothing of this project. Its tables of every agent in every step are not kept.
"""

from __future__ import annotations

import json
import sys
import time

import mesa
from mesa.examples.advanced.epstein_civil_violence.model import EpsteinCivilViolence


def main() -> None:
    """The "warm" ticks, in which the grid finds out its neighbourhoods, then the timed ones."""
    asked = json.load(sys.stdin)
    width = asked["width"]
    collect = mesa.DataCollector.collect
    mesa.DataCollector.collect = lambda self, model: None
    model = EpsteinCivilViolence(width=width, height=width, citizen_density=0.7, cop_density=0.04,
                                 max_iters=10**9, seed=asked["seed"])  # fmt: skip
    active = []

    def step() -> None:
        model.step()
        active.append(model.ACTIVE)

    for _ in range(asked["warm"]):
        step()
    begun = time.perf_counter()
    for _ in range(asked["ticks"]):
        step()
    seconds = time.perf_counter() - begun
    mesa.DataCollector.collect = collect
    found = {"seconds": seconds / asked["ticks"], "active": [sum(active) / len(active)], "version": mesa.__version__}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
