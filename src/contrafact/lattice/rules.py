"""The rules of the lattice model as data: every number of Epstein 2002, and every choice that the paper leaves open."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

from contrafact.errors import InputError
from contrafact.kernels import Array

RATIOS = ("literal", "floor", "round")
NEIGHBOURHOODS = ("euclidean", "moore", "von_neumann", "cross")
ORDERS = ("move_first", "act_first")
JAILS = ("away", "in_place")
CHOICES = {"ratio": RATIOS, "neighbourhood": NEIGHBOURHOODS, "order": ORDERS, "jailed": JAILS}
QUANTITIES = ("legitimacy", "cops")


@dataclass(frozen=True, kw_only=True)
class Rules:
    """One society. Densities are shares of all sites; vision is in sites; terms and ages are in ticks.

    Numbers of the paper
        groups         1: rebellion against a central authority (Model I); 2: inter-group violence (Model II)
        width, height  sites of the torus
        agents, cops   density of agents and of cops at the start
        vision         v, how far an agent sees and moves; cop_vision is v* of cops
        legitimacy     L, 0 to 1
        threshold      T: active if G - N > T
        k              constant of the arrest probability; 2.3 gives P = 0.9 at C = A = 1
        longest_jail   J_max; None: a term never ends
        agents_move    False: agents stay where they are and only cops move
        clone          chance per tick that a free agent has a child (Model II)
        longest_life   an agent's age at death is uniform between 0 and this (Model II)

    Choices that the paper leaves open, with the reading that is taken by default first
        ratio          C / A in the arrest probability as it is, rounded down, or rounded (half to even)
        neighbourhood  sites within vision by straight distance, by row and column, by steps, or only straight ahead
                       in the four directions
        order          in its turn a unit moves and then acts, or acts and then moves
        jailed         an agent in jail leaves the lattice and returns to a random empty site, or keeps its site
        shortest_jail  terms are whole numbers from this to longest_jail, all alike
    """

    cops: float
    vision: float
    cop_vision: float
    legitimacy: float
    longest_jail: int | None
    groups: int = 1
    width: int = 40
    height: int = 40
    agents: float = 0.7
    threshold: float = 0.1
    k: float = 2.3
    agents_move: bool = True
    clone: float = 0.05
    longest_life: float = 200.0
    ratio: str = "literal"
    neighbourhood: str = "euclidean"
    order: str = "move_first"
    jailed: str = "away"
    shortest_jail: int = 1

    def __post_init__(self) -> None:
        shares = ("agents", "cops", "legitimacy", "clone")
        require(self, "groups", self.groups in (1, 2), "1 or 2")
        for name in shares:
            require(self, name, 0.0 <= getattr(self, name) <= 1.0, "0 to 1")
        for name, allowed in CHOICES.items():
            require(self, name, getattr(self, name) in allowed, ", ".join(allowed))
        require(self, "cops", self.agents + self.cops <= 1.0, f"at most {1.0 - self.agents:g}: the rest are agents")
        require(self, "k", self.k > 0.0, "above 0")
        require(self, "longest_life", self.longest_life > 0.0, "above 0")
        require(self, "shortest_jail", self.shortest_jail >= 0, "0 or more")
        if self.longest_jail is not None:
            require(self, "longest_jail", self.longest_jail >= self.shortest_jail, f"{self.shortest_jail} or more")
        reach = (min(self.width, self.height) - 1) // 2
        for name in ("vision", "cop_vision"):
            allowed_vision = f"1 to {reach}, so that no site is seen twice around the torus"
            require(self, name, 1.0 <= getattr(self, name) < reach + 1, allowed_vision)

    @property
    def sites(self) -> int:
        """Number of sites."""
        return self.width * self.height

    def count(self, density: float) -> int:
        """Units that a density stands for, to the nearest whole number."""
        return math.floor(density * self.sites + 0.5)

    def as_dict(self) -> dict[str, object]:
        """Every rule by name, in the order of their declaration."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class Change:
    """The legitimacy or the density of cops moves in a straight line to a new value between two ticks.

    It leaves its old value with tick ``start`` and has the new one from tick ``end`` on; both alike: one jump.
    """

    quantity: str
    start: int
    end: int
    to: float

    def __post_init__(self) -> None:
        require(self, "quantity", self.quantity in QUANTITIES, ", ".join(QUANTITIES))
        require(self, "end", self.start <= self.end, f"{self.start} or later")
        require(self, "to", 0.0 <= self.to <= 1.0, "0 to 1")


def require(subject: object, name: str, holds: bool, allowed: str) -> None:
    """Refuse a value that is not allowed."""
    if not holds:
        found = str(getattr(subject, name))
        raise InputError(f"found {found}, expected {allowed}", key=name, found=found, allowed=allowed)


def course(quantity: str, initial: float, changes: tuple[Change, ...], ticks: int) -> Array:
    """Value in each tick, shape (tick,), tick 1 first; changes of other quantities are left out."""
    tick = np.arange(1, ticks + 1)
    value = np.full(ticks, initial)
    for change in sorted(changes, key=lambda one: one.start):
        if change.quantity != quantity or change.start > ticks:
            continue
        before = value[max(change.start - 2, 0)]
        steps = change.end - change.start + 1
        share = np.clip((tick - change.start + 1) / steps, 0.0, 1.0)
        value = np.where(tick >= change.start, before + (change.to - before) * share, value)
        value[tick >= change.end] = change.to
    return value


def sight(vision: float, neighbourhood: str) -> Array:
    """Steps (column, row) to every other site within vision, shape (site, 2) int64, row by row."""
    reach = math.floor(vision)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    distance = {
        "euclidean": np.hypot(x, y),
        "moore": np.maximum(np.abs(x), np.abs(y)),
        "von_neumann": np.abs(x) + np.abs(y),
        "cross": np.where((x == 0) | (y == 0), np.abs(x + y), np.inf),
    }[neighbourhood]
    seen = (distance > 0) & (distance <= vision)
    return np.stack([x[seen], y[seen]], axis=1).astype(np.int64)
