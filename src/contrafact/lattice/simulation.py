"""Running a lattice society: it is laid out, stepped and recorded."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from contrafact.errors import RunError
from contrafact.kernels import Array
from contrafact.lattice import epstein, planes
from contrafact.lattice.rules import RATIOS, Change, Rules, course, sight
from contrafact.lattice.society import FOR_EVER, NOBODY, RECORDED, Numbers, Society
from contrafact.rng import stream_key


@dataclass(frozen=True)
class LatticeRun:
    """One replication: timeline has a value per tick, shape (tick,), of each of RECORDED and of legitimacy."""

    rules: Rules
    timeline: dict[str, Array]
    digest: str


@dataclass
class Lattice:
    """A society that can be stepped: the same rules, seed and replication always live through the same ticks.

    ``most_cops`` is the largest density of cops that it will ever have, if that is not the one at the start.
    """

    rules: Rules
    seed: int
    replication: int = 0
    most_cops: float = 0.0
    tick: int = 0
    key: Array = field(init=False)
    numbers: Numbers = field(init=False)
    society: Society = field(init=False)

    def __post_init__(self) -> None:
        rules = self.rules
        agents, cops = rules.count(rules.agents), rules.count(rules.cops)
        first_cop = agents if rules.groups == 1 else 2 * rules.sites
        self.key = stream_key(self.seed, self.replication)
        self.numbers = as_numbers(rules, first_cop)
        self.society = empty(first_cop, rules.count(max(rules.cops, self.most_cops)), self.numbers)
        self._steps = sight(rules.vision, rules.neighbourhood)
        seen = (self._steps, sight(rules.cop_vision, rules.neighbourhood), sight(1.0, "moore"))
        self._windows, self._cop_windows, self._near = (planes.windows_of(steps, self.numbers.margin) for steps in seen)
        epstein.settle(self.key, agents, cops, self.society, self.numbers)

    def advance(self, ticks: int, changes: tuple[Change, ...] = ()) -> dict[str, Array]:
        """Live through more ticks; changes are dated from the first of them. Values by quantity, shape (tick,)."""
        legitimacy = course("legitimacy", self.rules.legitimacy, changes, ticks)
        density = course("cops", self.rules.cops, changes, ticks)
        cops = np.floor(density * self.rules.sites + 0.5).astype(np.int64)
        record = np.zeros((ticks, len(RECORDED)), dtype=np.int64)
        done = epstein.advance(self.key, self.tick + 1, legitimacy, cops, self._steps, self._windows,
                               self._cop_windows, self._near, self.society, self.numbers, record)  # fmt: skip
        if done < ticks:
            raise RunError(f"tick {self.tick + done + 1}: more agents than two for each site, most of them in jail")
        self.tick += ticks
        return {**{name: record[:, i] for i, name in enumerate(RECORDED)}, "legitimacy": legitimacy}


def run(rules: Rules, ticks: int, seed: int, replication: int = 0, changes: tuple[Change, ...] = ()) -> LatticeRun:
    """One replication of a society over a number of ticks, from the first."""
    densities = [change.to for change in changes if change.quantity == "cops"]
    lattice = Lattice(rules, seed, replication, most_cops=max(densities, default=0.0))
    timeline = lattice.advance(ticks, changes)
    digest = hashlib.blake2b(digest_size=16)
    for array in (*timeline.values(), *lattice.society):
        digest.update(np.ascontiguousarray(array).data)
    return LatticeRun(rules, timeline, digest.hexdigest())


def as_numbers(rules: Rules, first_cop: int) -> Numbers:
    """The rules as kernels take them."""
    return Numbers(
        width=rules.width,
        height=rules.height,
        margin=math.floor(max(rules.vision, rules.cop_vision, 1.0)),
        two_groups=rules.groups == 2,
        threshold=float(rules.threshold),
        k=float(rules.k),
        ratio=RATIOS.index(rules.ratio),
        act_first=rules.order == "act_first",
        in_place=rules.jailed == "in_place",
        agents_move=rules.agents_move,
        shortest_jail=rules.shortest_jail,
        longest_jail=FOR_EVER if rules.longest_jail is None else rules.longest_jail,
        clone=float(rules.clone),
        longest_life=float(rules.longest_life),
        first_cop=first_cop,
    )


def empty(agents: int, cops: int, n: Numbers) -> Society:
    """A lattice without anyone on it, with numbers for so many agents and cops."""
    units, sites = agents + cops, n.width * n.height
    bits = partial(planes.plane, n.width, n.height, n.margin)
    return Society(
        site=np.full(units, -1, dtype=np.int32),
        state=np.full(units, NOBODY, dtype=np.int8),
        group=np.zeros(units, dtype=np.int8),
        hardship=np.zeros(units),
        aversion=np.zeros(units),
        sentence=np.zeros(units, dtype=np.int32),
        dies=np.zeros(units),
        occupant=np.full(sites, -1, dtype=np.int32),
        free=~bits(),
        cops=bits(),
        actives=bits(),
        order=np.zeros(units, dtype=np.int32),
        unused=np.zeros(agents, dtype=np.int32),
        unused_count=np.zeros(1, dtype=np.int64),
        flows=np.zeros(len(RECORDED), dtype=np.int64),
    )
