"""What a lattice society is made of: the numbers that are fixed, and flat arrays of what changes."""

from __future__ import annotations

from typing import NamedTuple

from contrafact.kernels import Array

QUIET, ACTIVE, JAILED, COP, NOBODY = 0, 1, 2, 3, 4
RECORDED = ("quiet", "active", "jailed", "arrests", "killed", "died", "born", "blue", "green", "cops")
"""What is counted at the end of every tick: agents by state (its number is the column), what happened in the tick,
agents by group, free or jailed (in Model I all are blue), and cops."""
ARRESTS, KILLED, DIED, BORN, BLUE, GREEN, COPS = range(3, len(RECORDED))
FOR_EVER = 2**31 - 1


class Numbers(NamedTuple):
    """What is fixed: the rules as a kernel takes them. Units below ``first_cop`` are agents.

    margin  sites by which planes go on beyond every edge: as many as anybody sees
    """

    width: int
    height: int
    margin: int
    two_groups: bool
    threshold: float
    k: float
    ratio: int
    act_first: bool
    in_place: bool
    agents_move: bool
    shortest_jail: int
    longest_jail: int
    clone: float
    longest_life: float
    first_cop: int


class Society(NamedTuple):
    """What changes. A unit is an agent, free or jailed, or a cop; its number is the key of its draws.

    site (unit,)               -1 off the lattice
    state (unit,)              QUIET, ACTIVE, JAILED, COP or NOBODY
    group (unit,)              0 blue, 1 green
    hardship, aversion (unit,) H and R, 0 to 1
    sentence (unit,)           turns that a jailed agent still misses
    dies (unit,)               tick of death by age
    occupant (site,)           unit, or -1
    free, cops, actives        planes of the sites that nobody is on, and of those of cops and of active agents
    order (unit,)              the turns of a tick
    unused (agent,)            numbers that no agent has; the first unused_count[0] entries
    flows (quantity,)          what happened in a tick, as in RECORDED
    """

    site: Array
    state: Array
    group: Array
    hardship: Array
    aversion: Array
    sentence: Array
    dies: Array
    occupant: Array
    free: Array
    cops: Array
    actives: Array
    order: Array
    unused: Array
    unused_count: Array
    flows: Array
