"""Mesa's bundled Epstein example, as it is: seconds per tick after the first, and mean numbers of active and jailed.

Run by an interpreter that has Mesa and nothing of this project. Its tables of every agent in every step are not kept.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections import Counter

import mesa
from mesa.examples.advanced.epstein_civil_violence.model import EpsteinCivilViolence


def main() -> None:
    """The "warm" ticks, in which the grid finds out its neighbourhoods, then the timed ones."""
    asked = json.load(sys.stdin)
    width = asked["width"]
    collect = mesa.DataCollector.collect
    mesa.DataCollector.collect = lambda self, model: None
    model = EpsteinCivilViolence(width=width, height=width, citizen_density=0.7, cop_density=0.04,
                                 legitimacy=asked["legitimacy"], max_jail_term=asked["jail"],
                                 max_iters=10**9, seed=asked["seed"])  # fmt: skip
    kinds = Counter(type(agent).__name__ for agent in model.agents)
    active, jailed = [], []

    def step() -> None:
        model.step()
        active.append(model.ACTIVE)
        jailed.append(model.ARRESTED)

    for _ in range(asked["warm"]):
        step()
    begun = time.perf_counter()
    for _ in range(asked["ticks"]):
        step()
    seconds = time.perf_counter() - begun
    mesa.DataCollector.collect = collect
    timed = slice(asked["warm"], None)
    found = {"seconds": seconds / asked["ticks"], "active": statistics.mean(active[timed]),
             "jailed": statistics.mean(jailed[timed]), "citizens": kinds["Citizen"], "cops": kinds["Cop"],
             "version": mesa.__version__}  # fmt: skip
    print(json.dumps(found))


if __name__ == "__main__":
    main()
