"""A port of Mesa's Epstein example to mesa-frames, which has none: seconds per tick, and the mean
numbers of active and jailed in the timed ticks.

Run by an interpreter that has mesa-frames and nothing of this project. The rule is sequential, so everybody's turn is a
query of its own and what the package is made for, all agents in one expression, cannot be used; states are kept in
plain lists, which is kinder to it than its own frames. Vision is what its grid offers: straight ahead only.
"""

from __future__ import annotations

import json
import math
import random
import statistics
import sys
import time
from importlib.metadata import version

import polars as pl
from mesa_frames import AgentSetPolars, GridPolars, ModelDF

QUIET, ACTIVE, JAILED, COP = range(4)
VISION = 7


class Units(AgentSetPolars):
    """Agents and cops; a number is a place in the lists of the model."""

    def __init__(self, model: ModelDF, number: int) -> None:
        super().__init__(model)
        self.add(pl.DataFrame({"unique_id": range(number)}))

    def step(self) -> None:
        """Everybody's turn, in an order drawn anew."""
        order = list(range(len(self.model.state)))
        self.model.draw.shuffle(order)
        for unit in order:
            self.model.turn(unit)


class Society(ModelDF):
    """A torus with agents and cops."""

    def __init__(self, width: int, seed: int, jail: int, legitimacy: float) -> None:
        super().__init__(seed=seed)
        self.jail, self.legitimacy = jail, legitimacy
        self.draw = random.Random(seed)
        units, cops = round(0.74 * width**2), round(0.04 * width**2)
        self.state = [COP] * cops + [QUIET] * (units - cops)
        self.sentence = [0] * units
        self.hardship, self.aversion = ([self.draw.random() for _ in range(units)] for _ in range(2))
        self.space = GridPolars(self, [width, width], torus=True, capacity=1, neighborhood_type="von_neumann")
        self.agents += Units(self, units)
        self.space.place_to_empty(self.agents)

    def turn(self, unit: int) -> None:
        """Act, then move."""
        if self.sentence[unit]:
            self.sentence[unit] -= 1
            return
        near = self.space.get_neighbors(radius=VISION, agents=[unit])
        states = [self.state[other] for other in near["agent_id"].to_list()]
        if self.state[unit] == COP:
            found = [other for other in near["agent_id"].to_list() if self.state[other] == ACTIVE]
            if found:
                caught = self.draw.choice(found)
                self.state[caught], self.sentence[caught] = JAILED, self.draw.randint(0, self.jail)
        else:
            share = round(states.count(COP) / (1 + states.count(ACTIVE)))
            risk = self.aversion[unit] * (1 - math.exp(-2.3 * share))
            self.state[unit] = ACTIVE if self.hardship[unit] * (1 - self.legitimacy) - risk > 0.1 else QUIET
        seen = self.space.get_neighborhood(radius=VISION, agents=[unit])
        taken = set(near.select("dim_0", "dim_1").iter_rows())
        free = [site for site in seen.select("dim_0", "dim_1").iter_rows() if site not in taken]
        if free:
            self.space.move_agents([unit], [list(self.draw.choice(free))])


def main() -> None:
    """The "warm" ticks, then the timed ones."""
    asked = json.load(sys.stdin)
    model = Society(asked["width"], asked["seed"], asked["jail"], asked["legitimacy"])
    active, jailed = [], []

    def step() -> None:
        model.agents.step()
        active.append(model.state.count(ACTIVE))
        jailed.append(model.state.count(JAILED))

    for _ in range(asked["warm"]):
        step()
    begun = time.perf_counter()
    for _ in range(asked["ticks"]):
        step()
    seconds = time.perf_counter() - begun
    timed, cops = slice(asked["warm"], None), model.state.count(COP)
    found = {"seconds": seconds / asked["ticks"], "active": statistics.mean(active[timed]),
             "jailed": statistics.mean(jailed[timed]), "citizens": len(model.state) - cops, "cops": cops,
             "version": version("mesa_frames")}  # fmt: skip
    print(json.dumps(found))


if __name__ == "__main__":
    main()
