"""The lattice model of Epstein 2002 once more, slow and plain: objects, dictionaries and ``random.Random``.

It is written from the docstring of ``contrafact.lattice.epstein`` and from ``Rules``, and shares no code or random
number with it: nothing is counted in advance, every look around goes over every site within vision.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from contrafact.lattice.rules import Rules

Site = tuple[int, int]


@dataclass(eq=False)
class Unit:
    """An agent or a cop; site is None off the lattice."""

    is_cop: bool
    site: Site | None
    blue: bool = True
    hardship: float = 0.0
    aversion: float = 0.0
    dies: float = math.inf
    active: bool = False
    jailed: bool = False
    sentence: float = 0


class PlainLattice:
    """A society that is stepped tick by tick."""

    def __init__(self, rules: Rules, seed: int) -> None:
        self.rules = rules
        self.random = random.Random(seed)
        self.tick = 0
        self.here: dict[Site, Unit] = {}
        self.units: list[Unit] = []
        self.legitimacy = rules.legitimacy
        self.flows = dict.fromkeys(("arrests", "killed", "died", "born"), 0)
        for is_cop, density in ((True, rules.cops), (False, rules.agents)):
            for _ in range(rules.count(density)):
                unit = Unit(is_cop, None)
                if not is_cop:
                    unit.hardship, unit.aversion = self.random.random(), self.random.random()
                    if rules.groups == 2:
                        unit.blue = self.random.random() < 0.5
                        unit.dies = self.random.uniform(0, rules.longest_life)
                self.units.append(unit)
                self.place(unit, self.random.choice(self.free(self.all_sites())))

    def all_sites(self) -> list[Site]:
        """Every site."""
        return [(x, y) for x in range(self.rules.width) for y in range(self.rules.height)]

    def free(self, sites: list[Site]) -> list[Site]:
        """Those that nobody is on."""
        return [site for site in sites if site not in self.here]

    def around(self, site: Site, vision: float, neighbourhood: str) -> list[Site]:
        """Every other site within vision, on the torus."""
        reach = range(-math.floor(vision), math.floor(vision) + 1)
        found = []
        for x in reach:
            for y in reach:
                far = {
                    "euclidean": math.hypot(x, y),
                    "moore": max(abs(x), abs(y)),
                    "von_neumann": abs(x) + abs(y),
                    "cross": abs(x) + abs(y) if 0 in (x, y) else math.inf,
                }[neighbourhood]
                if 0 < far <= vision:
                    found.append(((site[0] + x) % self.rules.width, (site[1] + y) % self.rules.height))
        return found

    def within_vision(self, unit: Unit) -> list[Site]:
        """Every other site that a unit sees."""
        assert unit.site is not None
        vision = self.rules.cop_vision if unit.is_cop else self.rules.vision
        return self.around(unit.site, vision, self.rules.neighbourhood)

    def in_view(self, unit: Unit) -> list[Unit]:
        """Every other unit that a unit sees, the jailed left out."""
        seen = [self.here[site] for site in self.within_vision(unit) if site in self.here]
        return [other for other in seen if not other.jailed]

    def place(self, unit: Unit, site: Site) -> None:
        """Put a unit on a site."""
        self.lift(unit)
        unit.site = site
        self.here[site] = unit

    def lift(self, unit: Unit) -> None:
        """Take a unit off the lattice."""
        if unit.site is not None:
            del self.here[unit.site]
        unit.site = None

    def move(self, unit: Unit) -> None:
        """Rule M."""
        free = self.free(self.within_vision(unit))
        if free and (unit.is_cop or self.rules.agents_move):
            self.place(unit, self.random.choice(free))

    def decide(self, unit: Unit) -> None:
        """Rule A, and the killing of Model II."""
        others = self.in_view(unit)
        cops = sum(other.is_cop for other in others)
        actives = 1 + sum(other.active for other in others)
        share: float = cops / actives
        if self.rules.ratio == "floor":
            share = cops // actives
        elif self.rules.ratio == "round":
            share = round(cops / actives)
        probability = 1 - math.exp(-self.rules.k * share)
        grievance = unit.hardship * (1 - self.legitimacy)
        unit.active = grievance - unit.aversion * probability > self.rules.threshold
        victims = [other for other in others if not other.is_cop and other.blue != unit.blue]
        if unit.active and victims:
            self.die(self.random.choice(victims))
            self.flows["killed"] += 1

    def arrest(self, cop: Unit) -> None:
        """Rule C."""
        actives = [other for other in self.in_view(cop) if other.active]
        if not actives:
            return
        caught = self.random.choice(actives)
        caught.active, caught.jailed = False, True
        longest = self.rules.longest_jail
        caught.sentence = math.inf if longest is None else self.random.randint(self.rules.shortest_jail, longest)
        self.flows["arrests"] += 1
        if self.rules.jailed == "away":
            self.lift(caught)

    def die(self, unit: Unit) -> None:
        """Leave the society."""
        self.lift(unit)
        self.units.remove(unit)

    def turn(self, unit: Unit) -> None:
        """One unit's turn."""
        moves = True
        if unit.jailed:
            if unit.sentence > 0:
                unit.sentence -= 1
                return
            if unit.site is None:
                free = self.free(self.all_sites())
                if not free:
                    return
                self.place(unit, self.random.choice(free))
                moves = False
            unit.jailed = False
        if moves and self.rules.order == "move_first":
            self.move(unit)
        if unit.is_cop:
            self.arrest(unit)
        else:
            self.decide(unit)
        if moves and self.rules.order == "act_first":
            self.move(unit)

    def renew(self, order: list[Unit]) -> None:
        """Children, then deaths by age."""
        for parent in order:
            if parent not in self.units or parent.is_cop or parent.jailed or self.random.random() >= self.rules.clone:
                continue
            assert parent.site is not None
            free = self.free(self.around(parent.site, 1, "moore"))
            if free:
                child = Unit(False, None, parent.blue, parent.hardship, self.random.random())
                child.dies = self.tick + self.random.uniform(0, self.rules.longest_life)
                self.units.append(child)
                self.place(child, self.random.choice(free))
                self.flows["born"] += 1
        for unit in list(self.units):
            if unit.dies <= self.tick:
                self.die(unit)
                self.flows["died"] += 1

    def step(self) -> dict[str, int]:
        """One tick; what is counted at its end, by the names of ``contrafact.lattice.society.RECORDED``."""
        self.tick += 1
        self.flows = dict.fromkeys(self.flows, 0)
        order = list(self.units)
        self.random.shuffle(order)
        for unit in order:
            if unit in self.units:
                self.turn(unit)
        if self.rules.groups == 2:
            self.renew(order)
        agents = [unit for unit in self.units if not unit.is_cop]
        return {
            "quiet": sum(not unit.active and not unit.jailed for unit in agents),
            "active": sum(unit.active for unit in agents),
            "jailed": sum(unit.jailed for unit in agents),
            **self.flows,
            "blue": sum(unit.blue for unit in agents),
            "green": sum(not unit.blue for unit in agents),
            "cops": len(self.units) - len(agents),
        }
