"""A port of Mesa's Epstein example to agentpy, which has none: seconds per tick, and the mean numbers of
active and jailed in the timed ticks.

Run by an interpreter that has agentpy and nothing of this project. Same rules as Mesa's example but for vision, which
is what agentpy's grid offers: the square of 15 x 15 sites around an agent.
"""

from __future__ import annotations

import json
import math
import random
import statistics
import sys
import time
from collections import Counter

import agentpy

QUIET, ACTIVE, JAILED, COP = range(4)
VISION = 7


class Unit(agentpy.Agent):
    """An agent or a cop."""

    def setup(self) -> None:
        """Everybody is quiet at first; cops are told so later."""
        self.state, self.sentence = QUIET, 0
        self.hardship, self.aversion = random.random(), random.random()

    def turn(self) -> None:
        """Act, then move."""
        if self.sentence:
            self.sentence -= 1
            return
        grid, number = self.model.grid, self.model.random
        near = list(grid.neighbors(self, VISION))
        if self.state == COP:
            found = [other for other in near if other.state == ACTIVE]
            if found:
                caught = number.choice(found)
                caught.state, caught.sentence = JAILED, number.randint(0, self.model.p.jail)
        else:
            cops = sum(other.state == COP for other in near)
            actives = 1 + sum(other.state == ACTIVE for other in near)
            risk = self.aversion * (1 - math.exp(-2.3 * round(cops / actives)))
            self.state = ACTIVE if self.hardship * (1 - self.model.p.legitimacy) - risk > 0.1 else QUIET
        width, (x, y) = self.model.p.width, grid.positions[self]
        empty = grid.empty
        around = range(-VISION, VISION + 1)
        free = [site for dx in around for dy in around if (site := ((x + dx) % width, (y + dy) % width)) in empty]
        if free:
            grid.move_to(self, number.choice(free))


class Society(agentpy.Model):
    """A torus with agents and cops, who take turns in an order that is drawn anew."""

    def setup(self) -> None:
        """Place everybody on sites of their own."""
        sites = self.p.width**2
        self.units = agentpy.AgentList(self, round(0.74 * sites), Unit)
        for unit in self.units[: round(0.04 * sites)]:
            unit.state = COP
        self.grid = agentpy.Grid(self, (self.p.width, self.p.width), torus=True, track_empty=True)
        self.grid.add_agents(self.units, random=True, empty=True)

    def step(self) -> None:
        """One tick."""
        for unit in self.units.shuffle():
            unit.turn()


def states_of(model: Society) -> Counter[int]:
    """How many there are in each state."""
    return Counter(unit.state for unit in model.units)


def main() -> None:
    """The "warm" ticks, then the timed ones."""
    asked = json.load(sys.stdin)
    random.seed(asked["seed"])
    model = Society({name: asked[name] for name in ("width", "seed", "jail", "legitimacy")})
    model.sim_setup()
    active, jailed = [], []

    def step() -> None:
        model.step()
        states = states_of(model)
        active.append(states[ACTIVE])
        jailed.append(states[JAILED])

    for _ in range(asked["warm"]):
        step()
    begun = time.perf_counter()
    for _ in range(asked["ticks"]):
        step()
    seconds = time.perf_counter() - begun
    timed = slice(asked["warm"], None)
    found = {"seconds": seconds / asked["ticks"], "active": statistics.mean(active[timed]),
             "jailed": statistics.mean(jailed[timed]), "citizens": len(model.units) - states_of(model)[COP],
             "cops": states_of(model)[COP], "version": agentpy.__version__}  # fmt: skip
    print(json.dumps(found))


if __name__ == "__main__":
    main()
