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

from contrafact.kernels import Array, inline, kernel
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

TRIES = 6
TRIES_ANYWHERE = 32

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
def shifted(place: int, step: int, length: int) -> int:
    """Row or column after a step around the torus; a step is shorter than the lattice is long."""
    place += step
    if place < 0:
        return place + length
    return place - length if place >= length else place


@inline
def seen_from(x: int, y: int, sight: Array, j: int, n: Numbers) -> int:
    """The j-th site within sight of column x and row y."""
    return shifted(y, sight[j, 1], n.height) * n.width + shifted(x, sight[j, 0], n.width)


@inline
def count_in_view(seen: Array, site: int, by: int, view: Array, n: Numbers) -> None:
    """Add to the count of every site from which this one is seen; sight is symmetric."""
    x, y = site % n.width, site // n.width
    for j in range(view.shape[0]):
        seen[seen_from(x, y, view, j, n)] += by


@inline
def free_site_near(key: Array, what: int, tick: int, unit: int, site: int, sight: Array, occupant: Array,
                   n: Numbers) -> int:  # fmt: skip
    """A random unoccupied site within sight, all alike; -1 if there is none. A few guesses, then all are counted."""
    sites = sight.shape[0]
    x, y = site % n.width, site // n.width
    for i in range(TRIES):
        for u in uniforms(key, what, tick, unit, i):
            guess = seen_from(x, y, sight, int(u * sites), n)
            if occupant[guess] < 0:
                return guess
    free = 0
    for j in range(sites):
        free += occupant[seen_from(x, y, sight, j, n)] < 0
    left = int(uniforms(key, what, tick, unit, TRIES)[0] * free)
    for j in range(sites):
        here = seen_from(x, y, sight, j, n)
        if occupant[here] < 0:
            if left == 0:
                return here
            left -= 1
    return -1


@inline
def free_site_anywhere(key: Array, what: int, tick: int, unit: int, occupant: Array) -> int:
    """A random unoccupied site of the lattice, all alike; -1 if there is none."""
    sites = occupant.size
    for i in range(TRIES_ANYWHERE):
        for u in uniforms(key, what, tick, unit, i):
            if occupant[int(u * sites)] < 0:
                return int(u * sites)
    left = int(uniforms(key, what, tick, unit, TRIES_ANYWHERE)[0] * np.sum(occupant < 0))
    for site in range(sites):
        if occupant[site] < 0:
            if left == 0:
                return site
            left -= 1
    return -1


@inline
def matches(unit: int, group: int, state: Array, group_of: Array) -> bool:
    """Whether a site's occupant is an active agent (group -1) or a free agent of this group (0 or 1)."""
    if unit < 0 or state[unit] > ACTIVE:
        return False
    return bool(state[unit] == ACTIVE if group < 0 else group_of[unit] == group)


@inline
def pick_near(u: float, site: int, group: int, sight: Array, occupant: Array, state: Array, group_of: Array,
              n: Numbers) -> int:  # fmt: skip
    """A random one within sight of those that match, all alike, for a uniform u; -1 if there is none."""
    found = 0
    x, y = site % n.width, site // n.width
    for j in range(sight.shape[0]):
        found += matches(occupant[seen_from(x, y, sight, j, n)], group, state, group_of)
    if found == 0:
        return -1
    left = int(u * found)
    for j in range(sight.shape[0]):
        unit = int(occupant[seen_from(x, y, sight, j, n)])
        if matches(unit, group, state, group_of):
            if left == 0:
                return unit
            left -= 1
    return -1


@inline
def move(key: Array, tick: int, unit: int, sight: Array, site: Array, occupant: Array, seen: Array, by: int,
         view: Array, n: Numbers) -> None:  # fmt: skip
    """Rule M. ``seen`` counts units like this one within ``view``, to which it adds ``by``: 1, or 0 if it is quiet."""
    old = site[unit]
    new = free_site_near(key, MOVE, tick, unit, old, sight, occupant, n)
    if new < 0:
        return
    site[unit], occupant[old], occupant[new] = new, -1, unit
    if by != 0:
        count_in_view(seen, old, -by, view, n)
        count_in_view(seen, new, by, view, n)


@inline
def term(u: float, n: Numbers) -> int:
    """Turns that an arrested agent misses, for a uniform u."""
    if n.longest_jail == FOR_EVER:
        return FOR_EVER
    return n.shortest_jail + int(u * (n.longest_jail - n.shortest_jail + 1))


@inline
def leave(s: Society, unit: int, state: int, view: Array, n: Numbers) -> None:
    """An agent goes to jail or dies; the number of a dead one may be given to a child."""
    site = s.site[unit]
    if s.state[unit] == ACTIVE:
        count_in_view(s.actives_seen, site, -1, view, n)
    s.state[unit] = state
    if site >= 0 and not (state == JAILED and n.in_place):
        s.site[unit], s.occupant[site] = -1, -1
    if state == NOBODY:
        s.unused[s.unused_count[0]] = unit
        s.unused_count[0] += 1


@inline
def cop_turn(key: Array, tick: int, unit: int, view: Array, sight: Array, s: Society, n: Numbers) -> None:
    """Rules M and C of one cop, whose sight may differ from the view of agents."""
    if not n.act_first:
        move(key, tick, unit, sight, s.site, s.occupant, s.cops_seen, 1, view, n)
    who, length = uniforms(key, ARREST, tick, unit, 0)
    caught = pick_near(who, s.site[unit], -1, sight, s.occupant, s.state, s.group, n)
    if caught >= 0:
        leave(s, caught, JAILED, view, n)
        s.sentence[caught] = term(length, n)
        s.flows[ARRESTS] += 1
    if n.act_first:
        move(key, tick, unit, sight, s.site, s.occupant, s.cops_seen, 1, view, n)


@inline
def released(key: Array, tick: int, unit: int, site: Array, state: Array, sentence: Array, occupant: Array) -> bool:
    """Whether a jailed agent has this turn, back on the lattice; else one turn of its sentence is over."""
    if sentence[unit] > 0:
        sentence[unit] -= 1
        return False
    if site[unit] < 0:
        back = free_site_anywhere(key, RETURN, tick, unit, occupant)
        if back < 0:
            return False
        site[unit], occupant[back] = back, unit
    state[unit] = QUIET
    return True


@inline
def take_turns(key: Array, tick: int, units: int, legitimacy: float, view: Array, cop_view: Array, s: Society,
               n: Numbers) -> None:  # fmt: skip
    """Every unit's turn, in the order that was drawn: rules M and A of agents, M and C of cops."""
    order, site, state, group, occupant, sentence = s.order, s.site, s.state, s.group, s.occupant, s.sentence
    cops_seen, actives_seen, hardship, aversion = s.cops_seen, s.actives_seen, s.hardship, s.aversion
    for i in range(units):
        unit = order[i]
        if state[unit] == COP:
            cop_turn(key, tick, unit, view, cop_view, s, n)
        if state[unit] > JAILED:
            continue
        moves = n.agents_move and site[unit] >= 0
        if state[unit] == JAILED and not released(key, tick, unit, site, state, sentence, occupant):
            continue
        if moves and not n.act_first:
            move(key, tick, unit, view, site, occupant, actives_seen, int(state[unit] == ACTIVE), view, n)
        here = site[unit]
        risk = aversion[unit] * arrest_probability(cops_seen[here], actives_seen[here] + 1, n.k, n.ratio)
        active = hardship[unit] * (1.0 - legitimacy) - risk > n.threshold
        if active != (state[unit] == ACTIVE):
            state[unit] = ACTIVE if active else QUIET
            count_in_view(actives_seen, here, 1 if active else -1, view, n)
        if active and n.two_groups:
            who, _ = uniforms(key, KILL, tick, unit, 0)
            victim = pick_near(who, here, 1 - group[unit], view, occupant, state, group, n)
            if victim >= 0:
                leave(s, victim, NOBODY, view, n)
                s.flows[KILLED] += 1
        if moves and n.act_first:
            move(key, tick, unit, view, site, occupant, actives_seen, int(active), view, n)


@inline
def draw_order(key: Array, tick: int, order: Array, state: Array) -> int:
    """Put all units in a new random order (Fisher and Yates); returns their number."""
    units = 0
    for unit in range(state.size):
        if state[unit] != NOBODY:
            order[units] = unit
            units += 1
    for i in range(units - 1, 0, -1):
        j = int(uniforms(key, ORDER, tick, i, 0)[0] * (i + 1))
        order[i], order[j] = order[j], order[i]
    return units


@inline
def renew(key: Array, tick: int, units: int, near: Array, view: Array, s: Society, n: Numbers) -> bool:
    """Children, then deaths by age; False if there are no numbers left for children."""
    for i in range(units):
        parent = s.order[i]
        if s.state[parent] > ACTIVE or uniforms(key, CHILD, tick, parent, 0)[0] >= n.clone:
            continue
        site = free_site_near(key, CHILD_SITE, tick, parent, s.site[parent], near, s.occupant, n)
        if site < 0:
            continue
        if s.unused_count[0] == 0:
            return False
        s.unused_count[0] -= 1
        child = s.unused[s.unused_count[0]]
        s.site[child], s.occupant[site], s.state[child], s.sentence[child] = site, child, QUIET, 0
        s.group[child], s.hardship[child] = s.group[parent], s.hardship[parent]
        s.aversion[child], life = uniforms(key, TRAITS, tick, child, 0)
        s.dies[child] = tick + life * n.longest_life
        s.flows[BORN] += 1
    for unit in range(n.first_cop):
        if s.state[unit] != NOBODY and s.dies[unit] <= tick:
            leave(s, unit, NOBODY, view, n)
            s.flows[DIED] += 1
    return True


@inline
def deploy(key: Array, tick: int, wanted: int, view: Array, site: Array, state: Array, occupant: Array,
           cops_seen: Array, n: Numbers) -> None:  # fmt: skip
    """Bring the cops to the wanted number: the last numbers leave, or new ones come to random unoccupied sites."""
    for unit in range(n.first_cop, state.size):
        wants = unit - n.first_cop < wanted
        if wants == (state[unit] == COP):
            continue
        here = free_site_anywhere(key, PLACE, tick, unit, occupant) if wants else site[unit]
        if here >= 0:
            site[unit], occupant[here], state[unit] = (here, unit, COP) if wants else (-1, -1, NOBODY)
            count_in_view(cops_seen, here, 1 if wants else -1, view, n)


@kernel
def settle(key: Array, agents: int, cops: int, view: Array, s: Society, n: Numbers) -> None:
    """Cops and agents at tick 0 on random sites, from empty arrays in which everyone is NOBODY."""
    deploy(key, 0, cops, view, s.site, s.state, s.occupant, s.cops_seen, n)
    for unit in range(n.first_cop - 1, agents - 1, -1):
        s.unused[s.unused_count[0]] = unit
        s.unused_count[0] += 1
    for unit in range(agents):
        s.hardship[unit], s.aversion[unit] = uniforms(key, TRAITS, 0, unit, 0)
        coin, life = uniforms(key, TRAITS, 0, unit, 1)
        s.group[unit] = int(n.two_groups and coin < 0.5)
        s.dies[unit] = life * n.longest_life
        site = free_site_anywhere(key, PLACE, 0, unit, s.occupant)
        s.site[unit], s.occupant[site], s.state[unit] = site, unit, QUIET


@kernel
def advance(key: Array, first: int, legitimacy: Array, cops: Array, view: Array, cop_view: Array, near: Array,
            s: Society, n: Numbers, record: Array) -> int:  # fmt: skip
    """Run as many ticks as legitimacy and cops (tick,) have, numbered from ``first``; fill record (tick, quantity).

    Returns the number of ticks run: fewer than asked if there were more children than numbers for them.
    """
    for t in range(legitimacy.size):
        s.flows[:] = 0
        deploy(key, first + t, cops[t], view, s.site, s.state, s.occupant, s.cops_seen, n)
        units = draw_order(key, first + t, s.order, s.state)
        take_turns(key, first + t, units, legitimacy[t], view, cop_view, s, n)
        if n.two_groups and not renew(key, first + t, units, near, view, s, n):
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
