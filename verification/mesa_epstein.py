"""Mesa's bundled Epstein example, run for comparison by an interpreter that has Mesa and nothing of this project.

Reads a JSON object from standard input: keyword arguments of Mesa's model under "model", and "ticks", "after", "seeds".
Writes one JSON object per seed: the numbers of citizens and cops that the model drew, and the means of active and
arrested citizens over the ticks that follow the first ``after``.
"""

from __future__ import annotations

import json
import sys
from collections import Counter

from mesa.examples.advanced.epstein_civil_violence.agents import CitizenState
from mesa.examples.advanced.epstein_civil_violence.model import EpsteinCivilViolence


def main() -> None:
    """Run every seed that is asked for."""
    asked = json.load(sys.stdin)
    for seed in asked["seeds"]:
        model = EpsteinCivilViolence(**asked["model"], max_iters=10**9, seed=seed)
        model.datacollector.collect = lambda _: None  # its tables of every agent in every step are not needed here
        kinds = Counter(type(agent).__name__ for agent in model.agents)
        active, arrested = [], []
        for _ in range(asked["ticks"]):
            model.step()
            active.append(getattr(model, CitizenState.ACTIVE.name))
            arrested.append(getattr(model, CitizenState.ARRESTED.name))
        kept = asked["ticks"] - asked["after"]
        found = {
            "citizens": kinds["Citizen"],
            "cops": kinds["Cop"],
            "active": sum(active[asked["after"] :]) / kept,
            "jailed": sum(arrested[asked["after"] :]) / kept,
        }
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
