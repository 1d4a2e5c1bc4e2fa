"""Epstein's lattice model of civil violence: rebellion against a central authority, and violence between two groups.

    G = H (1 - L)    P = 1 - exp(-k C/A)    N = R P    rule A: active if G - N > T, else quiet

Hardship H and risk aversion R are uniform on 0 to 1 and fixed; C are the cops within an agent's vision, A the active
agents within it and the agent itself. Rule M: move to a random unoccupied site within vision. Rule C: inspect all sites
within vision and arrest a random active agent, for a term drawn from U(0, J_max). In each tick every agent and cop has
one turn, in an order that is drawn anew; what one does the next one sees. Jail changes nobody (no deterrence).
In Model II L is the legitimacy that each of two groups grants the other; an agent that turns active kills a random
agent of the other group within its vision; agents have children with probability p per tick on unoccupied neighbouring
sites, who inherit group and hardship; age at death is drawn from U(0, max age); cops arrest the active of both groups.

What the paper leaves open, and the choice made here (those marked * have alternatives, see the rules)

    C/A *            printed as a ratio. Taken literally; but then run 2 has no outburst. NetLogo's Rebellion rounds it
                     down and Mesa's example rounds it, each saying that the paper's dynamics need it.
    vision *         told as positions "north, south, east, and west", tabled as 1.7 and 7. A radius of 1.7 has only a
                     straight-line meaning (the 8 sites around), so: all sites within straight distance; own site out
    order *          one clause says "selected at random", the next "once per period, random order": the latter, and in
                     a turn first move, then act; an arrested or killed agent loses its turn if still to come
    no free site     a unit that sees no unoccupied site stays
    term *           real or whole is not said: whole ticks, 1 to J_max alike; an agent misses that many turns
    jail *           not said where: off the lattice; when back, on a random unoccupied site of the whole lattice, where
                     it decides at once without moving; with none free it waits
    A in Model II    active agents of both groups
    victims          any free agent of the other group, active or quiet; gone at once
    groups at start  each agent blue or green by a fair coin; everyone is of age 0 and quiet
    children         at the end of a tick, in the order of the turns, each free agent: on one of the 8 sites around; a
                     new R and age at death; the first turn is in the next tick. No site, no child
    death by age     at the end of the tick in which it is reached, after children, also in jail
    changing cops    the first added are the last to leave, which is a random choice; new ones come to random free sites

Order     turns; children; deaths by age; recording
Source    Epstein 2002, doi:10.1073/pnas.092080199, rules as quoted by the re-implementation named in its scenario.yaml;
          Wilensky 2004, NetLogo Rebellion; Mesa, Epstein Civil Violence
Check     verification/epstein.py; tests/lattice; reference/epstein.py is the same model, slow and plain
"""

from __future__ import annotations

import math

import numpy as np

from contrafact.kernels import Array, inline, kernel, prefetch
from contrafact.lattice.planes import count, flip, nth, wrapped
from contrafact.lattice.society import (
    ACTIVE,
    ARRESTS,
    BLUE,
    BORN,
    COP,
    COPS,
    DIED,
    FOR_EVER,
    GREEN,
    JAILED,
    KILLED,
    NOBODY,
    QUIET,
    Numbers,
    Society,
)
from contrafact.rng import decision, uniforms

TRIES = 32
AHEAD = 24  # turns after which what is asked for now is there

ORDER = decision("lattice.order")
MOVE = decision("lattice.move")
ARREST = decision("lattice.arrest")
RETURN = decision("lattice.return")
KILL = decision("lattice.kill")
CHILD = decision("lattice.child")
CHILD_SITE = decision("lattice.child.site")
TRAITS = decision("lattice.traits")
PLACE = decision("lattice.place")


@inline
def arrest_probability(cops: int, actives: int, k: float, ratio: int) -> float:
    """Estimated chance of arrest; ratio 0: C/A as it is, 1: rounded down, 2: rounded, halves to the even number."""
    share = cops / actives
    if ratio == 1:
        share = math.floor(share)
    elif ratio == 2:
        share = np.rint(share)
    return 1.0 - math.exp(-k * share)


@inline
def spot(site: int, n: Numbers) -> tuple[int, int]:
    """Column and row of a site."""
    return site % n.width, site // n.width


@inline
def free_near(u: float, x: int, y: int, windows: Array, free: Array, n: Numbers) -> tuple[int, int]:
    """A random unoccupied site within sight, all alike, for a uniform u; -1, -1 if there is none."""
    return nth(free, x, y, int(u * count(free, x, y, windows)), windows, n)


@inline
def free_site_anywhere(key: Array, what: int, tick: int, unit: int, occupant: Array) -> int:
    """A random unoccupied site of the lattice, all alike; -1 if there is none."""
    sites = occupant.size
    for i in range(TRIES):
        for u in uniforms(key, what, tick, unit, i):
            if occupant[int(u * sites)] < 0:
                return int(u * sites)
    free = 0
    for site in range(sites):
        free += occupant[site] < 0
    left = int(uniforms(key, what, tick, unit, TRIES)[0] * free)
    for site in range(sites):
        if occupant[site] < 0:
            if left == 0:
                return site
            left -= 1
    return -1


@inline
def matches(unit: int, group: int, state: Array, group_of: Array) -> bool:
    """Whether a site's occupant is a free agent of this group."""
    return bool(unit >= 0 and state[unit] <= ACTIVE and group_of[unit] == group)


@inline
def active_near(u: float, site: int, windows: Array, actives: Array, occupant: Array, n: Numbers) -> int:
    """A random active agent within sight, all alike, for a uniform u; -1 if there is none."""
    x, y = spot(site, n)
    x, y = nth(actives, x, y, int(u * count(actives, x, y, windows)), windows, n)
    return int(occupant[y * n.width + x]) if x >= 0 else -1


@inline
def seen_from(x: int, y: int, steps: Array, j: int, n: Numbers) -> int:
    """The j-th site within sight of column x and row y."""
    return wrapped(y + steps[j, 1], n.height) * n.width + wrapped(x + steps[j, 0], n.width)


@inline
def victim_near(u: float, site: int, group: int, steps: Array, occupant: Array, state: Array, group_of: Array,
                n: Numbers) -> int:  # fmt: skip
    """A random free agent of this group within sight, all alike, for a uniform u; -1 if there is none."""
    found = 0
    x, y = spot(site, n)
    for j in range(steps.shape[0]):
        found += matches(occupant[seen_from(x, y, steps, j, n)], group, state, group_of)
    if found == 0:
        return -1
    left = int(u * found)
    for j in range(steps.shape[0]):
        unit = int(occupant[seen_from(x, y, steps, j, n)])
        if matches(unit, group, state, group_of):
            if left == 0:
                return unit
            left -= 1
    return -1


@inline
def put(unit: int, here: int, site: Array, occupant: Array, free: Array, n: Numbers) -> None:
    """Place a unit that is off the lattice on a free site."""
    site[unit], occupant[here] = here, unit
    flip(free, *spot(here, n), n)


@inline
def lift(unit: int, site: Array, occupant: Array, free: Array, n: Numbers) -> None:
    """Take a unit off the lattice."""
    here = site[unit]
    site[unit], occupant[here] = -1, -1
    flip(free, *spot(here, n), n)


@inline
def move(key: Array, tick: int, unit: int, windows: Array, site: Array, occupant: Array, free: Array, like: Array,
         marked: bool, n: Numbers) -> None:  # fmt: skip
    """Rule M. ``like`` is the plane of units like this one, on which it is or is not marked."""
    old = site[unit]
    old_x, old_y = spot(old, n)
    x, y = free_near(uniforms(key, MOVE, tick, unit, 0)[0], old_x, old_y, windows, free, n)
    if x < 0:
        return
    new = y * n.width + x
    occupant[old], occupant[new], site[unit] = -1, unit, new
    flip(free, old_x, old_y, n)
    flip(free, x, y, n)
    if marked:
        flip(like, old_x, old_y, n)
        flip(like, x, y, n)


@inline
def term(u: float, n: Numbers) -> int:
    """Turns that an arrested agent misses, for a uniform u."""
    if n.longest_jail == FOR_EVER:
        return FOR_EVER
    return n.shortest_jail + int(u * (n.longest_jail - n.shortest_jail + 1))


@inline
def leave(s: Society, unit: int, state: int, n: Numbers) -> None:
    """An agent goes to jail or dies; the number of a dead one may be given to a child."""
    site = s.site[unit]
    if s.state[unit] == ACTIVE:
        flip(s.actives, *spot(site, n), n)
    s.state[unit] = state
    if site >= 0 and not (state == JAILED and n.in_place):
        lift(unit, s.site, s.occupant, s.free, n)
    if state == NOBODY:
        s.unused[s.unused_count[0]] = unit
        s.unused_count[0] += 1


@inline
def cop_turn(key: Array, tick: int, unit: int, windows: Array, s: Society, n: Numbers) -> None:
    """Rules M and C of one cop, whose sight may differ from that of agents."""
    if not n.act_first:
        move(key, tick, unit, windows, s.site, s.occupant, s.free, s.cops, True, n)
    who, length = uniforms(key, ARREST, tick, unit, 0)
    caught = active_near(who, s.site[unit], windows, s.actives, s.occupant, n)
    if caught >= 0:
        leave(s, caught, JAILED, n)
        s.sentence[caught] = term(length, n)
        s.flows[ARRESTS] += 1
    if n.act_first:
        move(key, tick, unit, windows, s.site, s.occupant, s.free, s.cops, True, n)


@inline
def released(key: Array, tick: int, unit: int, site: Array, state: Array, sentence: Array, occupant: Array,
             free: Array, n: Numbers) -> bool:  # fmt: skip
    """Whether a jailed agent has this turn, back on the lattice; else one turn of its sentence is over."""
    if sentence[unit] > 0:
        sentence[unit] -= 1
        return False
    if site[unit] < 0:
        back = free_site_anywhere(key, RETURN, tick, unit, occupant)
        if back < 0:
            return False
        put(unit, back, site, occupant, free, n)
    state[unit] = QUIET
    return True


@inline
def rebels(hardship: float, aversion: float, here: int, legitimacy: float, windows: Array, cops: Array,
           actives: Array, n: Numbers) -> bool:  # fmt: skip
    """Rule A. Who would not rebel if there were no risk need not look around."""
    grievance = hardship * (1.0 - legitimacy)
    if not grievance > n.threshold:
        return False
    x, y = spot(here, n)
    near, like = count(cops, x, y, windows), count(actives, x, y, windows) + 1
    return bool(grievance - aversion * arrest_probability(near, like, n.k, n.ratio) > n.threshold)


@inline
def take_turns(key: Array, tick: int, units: int, legitimacy: float, steps: Array, windows: Array,
               cop_windows: Array, s: Society, n: Numbers) -> None:  # fmt: skip
    """Every unit's turn, in the order that was drawn: rules M and A of agents, M and C of cops."""
    order, site, state, group, occupant, sentence = s.order, s.site, s.state, s.group, s.occupant, s.sentence
    free, cops, actives, hardship, aversion = s.free, s.cops, s.actives, s.hardship, s.aversion
    for i in range(units):
        unit, later = order[i], order[min(i + AHEAD, units - 1)]
        prefetch(state, later)
        prefetch(site, later)
        prefetch(hardship, later)
        prefetch(aversion, later)
        if state[unit] == COP:
            cop_turn(key, tick, unit, cop_windows, s, n)
        if state[unit] > JAILED:
            continue
        moves = n.agents_move and site[unit] >= 0
        if state[unit] == JAILED and not released(key, tick, unit, site, state, sentence, occupant, free, n):
            continue
        if moves and not n.act_first:
            move(key, tick, unit, windows, site, occupant, free, actives, state[unit] == ACTIVE, n)
        here = site[unit]
        active = rebels(hardship[unit], aversion[unit], here, legitimacy, windows, cops, actives, n)
        if active != (state[unit] == ACTIVE):
            state[unit] = ACTIVE if active else QUIET
            flip(actives, *spot(here, n), n)
        if active and n.two_groups:
            who, _ = uniforms(key, KILL, tick, unit, 0)
            victim = victim_near(who, here, 1 - group[unit], steps, occupant, state, group, n)
            if victim >= 0:
                leave(s, victim, NOBODY, n)
                s.flows[KILLED] += 1
        if moves and n.act_first:
            move(key, tick, unit, windows, site, occupant, free, actives, active, n)


@inline
def swap(order: Array, i: int, j: int) -> None:
    """Exchange two entries."""
    order[i], order[j] = order[j], order[i]


@inline
def draw_order(key: Array, tick: int, order: Array, state: Array) -> int:
    """Put all units in a new random order (Fisher and Yates); returns their number."""
    units = 0
    for unit in range(state.size):
        if state[unit] != NOBODY:
            order[units] = unit
            units += 1
    for i in range(units - 1, 0, -2):
        u, v = uniforms(key, ORDER, tick, i, 0)
        swap(order, i, int(u * (i + 1)))
        swap(order, i - 1, int(v * i))
    return units


@inline
def renew(key: Array, tick: int, units: int, near: Array, s: Society, n: Numbers) -> bool:
    """Children, then deaths by age; False if there are no numbers left for children."""
    for i in range(units):
        parent = s.order[i]
        if s.state[parent] > ACTIVE or uniforms(key, CHILD, tick, parent, 0)[0] >= n.clone:
            continue
        x, y = spot(s.site[parent], n)
        x, y = free_near(uniforms(key, CHILD_SITE, tick, parent, 0)[0], x, y, near, s.free, n)
        if x < 0:
            continue
        if s.unused_count[0] == 0:
            return False
        s.unused_count[0] -= 1
        child = s.unused[s.unused_count[0]]
        put(child, y * n.width + x, s.site, s.occupant, s.free, n)
        s.state[child], s.sentence[child] = QUIET, 0
        s.group[child], s.hardship[child] = s.group[parent], s.hardship[parent]
        s.aversion[child], life = uniforms(key, TRAITS, tick, child, 0)
        s.dies[child] = tick + life * n.longest_life
        s.flows[BORN] += 1
    for unit in range(n.first_cop):
        if s.state[unit] != NOBODY and s.dies[unit] <= tick:
            leave(s, unit, NOBODY, n)
            s.flows[DIED] += 1
    return True


@inline
def deploy(key: Array, tick: int, wanted: int, s: Society, n: Numbers) -> None:
    """Bring the cops to the wanted number: the last numbers leave, or new ones come to random unoccupied sites."""
    for unit in range(n.first_cop, s.state.size):
        wants = unit - n.first_cop < wanted
        if wants == (s.state[unit] == COP):
            continue
        here = free_site_anywhere(key, PLACE, tick, unit, s.occupant) if wants else s.site[unit]
        if here < 0:
            continue
        if wants:
            put(unit, here, s.site, s.occupant, s.free, n)
        else:
            lift(unit, s.site, s.occupant, s.free, n)
        s.state[unit] = COP if wants else NOBODY
        flip(s.cops, *spot(here, n), n)


@kernel
def settle(key: Array, agents: int, cops: int, s: Society, n: Numbers) -> None:
    """Cops and agents at tick 0 on random sites, from empty arrays in which everyone is NOBODY."""
    deploy(key, 0, cops, s, n)
    for unit in range(n.first_cop - 1, agents - 1, -1):
        s.unused[s.unused_count[0]] = unit
        s.unused_count[0] += 1
    for unit in range(agents):
        s.hardship[unit], s.aversion[unit] = uniforms(key, TRAITS, 0, unit, 0)
        coin, life = uniforms(key, TRAITS, 0, unit, 1)
        s.group[unit] = int(n.two_groups and coin < 0.5)
        s.dies[unit] = life * n.longest_life
        here = free_site_anywhere(key, PLACE, 0, unit, s.occupant)
        put(unit, here, s.site, s.occupant, s.free, n)
        s.state[unit] = QUIET


@kernel
def advance(key: Array, first: int, legitimacy: Array, cops: Array, steps: Array, windows: Array,
            cop_windows: Array, near: Array, s: Society, n: Numbers, record: Array) -> int:  # fmt: skip
    """Run as many ticks as legitimacy and cops (tick,) have, numbered from ``first``; fill record (tick, quantity).

    Returns the number of ticks run: fewer than asked if there were more children than numbers for them.
    """
    for t in range(legitimacy.size):
        s.flows[:] = 0
        deploy(key, first + t, cops[t], s, n)
        units = draw_order(key, first + t, s.order, s.state)
        take_turns(key, first + t, units, legitimacy[t], steps, windows, cop_windows, s, n)
        if n.two_groups and not renew(key, first + t, units, near, s, n):
            return t
        record[t] = s.flows
        for unit in range(s.state.size):
            state = s.state[unit]
            if state < COP:
                record[t, state] += 1
                record[t, BLUE if s.group[unit] == 0 else GREEN] += 1
            elif state == COP:
                record[t, COPS] += 1
    return legitimacy.size
