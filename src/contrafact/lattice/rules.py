"""The rules of the lattice model as data: every number of Epstein 2002, and every choice that the paper leaves open."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

import numpy as np

from contrafact.errors import InputError
from contrafact.kernels import Array

Ratio: TypeAlias = Literal["literal", "floor", "round"]
Neighbourhood: TypeAlias = Literal["euclidean", "moore", "von_neumann", "cross"]
Order: TypeAlias = Literal["move_first", "act_first"]
Jailed: TypeAlias = Literal["away", "in_place"]
Quantity: TypeAlias = Literal["legitimacy", "cops"]

RATIOS: tuple[str, ...] = get_args(Ratio)
CHOICES: dict[str, tuple[str, ...]] = {
    "ratio": RATIOS,
    "neighbourhood": get_args(Neighbourhood),
    "order": get_args(Order),
    "jailed": get_args(Jailed),
}
QUANTITIES: tuple[str, ...] = get_args(Quantity)


class Declared(NamedTuple):
    """A rule: its name, its unit, whether the paper gives it or leaves it open, and its meaning in one sentence."""

    name: str
    unit: str
    is_open: bool
    meaning: str


SHARE, TICKS, SITES = "share of sites", "ticks", "sites"
DECLARED = (
    Declared("groups", "", False, "1: rebellion against a central authority (Model I); 2: two groups (Model II)"),
    Declared("width", SITES, False, "columns of the torus"),
    Declared("height", SITES, False, "rows of the torus"),
    Declared("agents", SHARE, False, "density of agents at the start"),
    Declared("cops", SHARE, False, "density of cops at the start"),
    Declared("vision", SITES, False, "v, how far an agent sees and moves"),
    Declared("cop_vision", SITES, False, "v*, how far a cop sees and moves"),
    Declared("legitimacy", "0 to 1", False, "L, of the central authority; in Model II of the other group"),
    Declared("threshold", "0 to 1", False, "T, an agent is active if G - N > T"),
    Declared("k", "", False, "constant of the arrest probability; 2.3 gives P = 0.9 at C = A = 1"),
    Declared("longest_jail", TICKS, False, "J_max, the longest term in jail; endless: a term never ends"),
    Declared("agents_move", "", False, "false: agents stay where they are and only cops move"),
    Declared("clone", "per tick", False, "p, chance that a free agent has a child (Model II)"),
    Declared("longest_life", TICKS, False, "an agent's age at death is uniform between 0 and this (Model II)"),
    Declared("ratio", "", True, "C/A in the arrest probability as it is, rounded down, or rounded, halves to even"),
    Declared("neighbourhood", "", True, "sites within vision by straight distance, by row and column, by steps, or "
             "only straight ahead in the four directions"),
    Declared("order", "", True, "in its turn a unit moves and then acts, or acts and then moves"),
    Declared("jailed", "", True, "an agent in jail leaves the lattice and returns to a random empty site, or keeps its "
             "site"),
    Declared("shortest_jail", TICKS, True, "terms are whole numbers from this to longest_jail, all alike"),
)  # fmt: skip
"""Every rule: those that the paper gives, then those that it leaves open."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """One society; ``DECLARED`` says what each rule means. Where the paper leaves one open, the reading that is taken
    by default is the first of its choices. ``longest_jail`` is None where a term never ends.
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
        for fault in faults(self.as_dict()):
            raise fault

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
        if self.quantity not in QUANTITIES:
            raise refused("quantity", self.quantity, ", ".join(QUANTITIES))
        if self.start > self.end:
            raise refused("end", self.end, f"{self.start} or later")
        if not 0.0 <= self.to <= 1.0:
            raise refused("to", self.to, "0 to 1")


def faults(rules: Mapping[str, Any]) -> Iterator[InputError]:
    """What is not allowed in a full set of rules, one error for each rule that is wrong."""
    shares, vision = ("agents", "legitimacy", "threshold", "clone"), ("vision", "cop_vision")
    reach = (min(rules["width"], rules["height"]) - 1) // 2
    rest = 1.0 - min(max(rules["agents"], 0.0), 1.0)
    most_cops = f"0 to {rest:g}: the rest are agents"
    seen = f"1 to {reach}, so that no site is seen twice around the torus"
    shortest, longest = rules["shortest_jail"], rules["longest_jail"]
    checks = (
        ("groups", rules["groups"] in (1, 2), "1 or 2"),
        ("width", rules["width"] >= 3, "3 or more"),
        ("height", rules["height"] >= 3, "3 or more"),
        *((name, 0.0 <= rules[name] <= 1.0, "0 to 1") for name in shares),
        *((name, rules[name] in allowed, ", ".join(allowed)) for name, allowed in CHOICES.items()),
        ("cops", rules["cops"] >= 0.0 and rules["agents"] + rules["cops"] <= 1.0, most_cops),
        ("k", rules["k"] > 0.0, "above 0"),
        ("longest_life", rules["longest_life"] > 0.0, "above 0"),
        ("shortest_jail", shortest >= 0, "0 or more"),
        ("longest_jail", longest is None or shortest < 0 or longest >= shortest, f"{shortest} or more"),
        *((name, reach < 1 or 1.0 <= rules[name] < reach + 1, seen) for name in vision),
    )
    for name, holds, allowed in checks:
        if not holds:
            yield refused(name, rules[name], allowed)


def refused(name: str, found: object, allowed: str) -> InputError:
    """The error about a value that is not allowed."""
    return InputError(f"found {found}, expected {allowed}", key=name, found=str(found), allowed=allowed)


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
