"""The simulation once more, slow and plain: every person is visited every tick, in NumPy.

It is written from the equations in the docstrings of ``contrafact.model``, draws its own random numbers, and shares no
mechanism and no kernel with the engine. What it takes over is told in ``reference.city``. Every function is named after
a mechanism and reads the state as the tick began; what it changes is seen by nobody before the next tick. Mechanisms
stand in ``policy``, ``telling``, ``fields``, ``moving``, ``armed``, ``orders``, ``clashes`` and ``fighting``; here are
joining and leaving, the loop, and what becomes of proposals. The alliance is left out: contingents have no mandate.

Deliberately different from the engine:

    joining     no rings, classes or bounds: every resident draws a time to joining, calm or not
    leaving     a fresh time to leaving in every tick, not one amount of patience for the whole stay
    exposure    a dense matrix in floating point, not increments in fixed point
    fields      integrated by Runge and Kutta's method, not solved
    victims     drawn without replacement by ``Generator.choice``, not by the smallest hash
    hiding      two times, to coming back and to giving up, not one time and a choice
    ways        found round by round, not by a queue; units and targets ranked by sorting
    reports     looked up in the whole history, not in a ring
    residents   hardship and risk aversion drawn anew, inside the boxes where the world counts each resident
    routes      looked up for all residents at once, not along a roster

Where the docstrings leave a choice the engine's is taken: those who are arrested keep the first free teams of the cell
busy, also when somebody got away in time; a hit that goes astray on a resident who is out hits nobody; who takes up
arms, hides or comes back is where he or she was as the tick began.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from scipy.special import expit

from contrafact.kernels import Array
from contrafact.model.state import (
    ARMED,
    BAND,
    CALM,
    CHANNELS,
    DEAD,
    DETAINED,
    GROUPS,
    HIDDEN,
    HIDING,
    HOMEBOUND,
    INJURED,
    LEFT,
    NOWHERE,
    OBJECTIVES,
    OUTBOUND,
    OUTSIDE,
    PRESENT,
    PROTESTING,
    RETURNING,
    STATE,
    TOLD,
)
from reference.armed import arming, bands, looting, outside
from reference.city import EPS, LEVELS, RIOT_CONTROL, City
from reference.clashes import crowd_control
from reference.fields import communications, exposure, facilities, fear, felt, gathering, intelligence, support
from reference.fighting import combat
from reference.moving import driving, roaming, walking
from reference.orders import command
from reference.policy import Agenda, policy
from reference.state import COUNTED, Proposal, State, at_site, in_crowd, in_street
from reference.telling import counts_by_cause, reports


class Run(NamedTuple):
    """Outcomes by name, and at the end of each tick, (time,), the number of protesters and of armed persons."""

    outcomes: dict[str, float]
    crowd: Array
    armed: Array


def simulate(city: City, seed: int) -> Run:
    """One replication. Outcomes are the engine's."""
    rng = np.random.default_rng(seed)
    s = begin(city, rng)
    crowd, armed, violence = (np.zeros(city.ticks, int) for _ in range(3))
    facility_ticks, offline = 0, 0.0
    for tick in range(city.ticks):
        s = advance(city, s, rng, tick)
        crowd[tick] = np.count_nonzero(in_crowd(s))
        armed[tick] = np.count_nonzero(s.status == ARMED)
        violence[tick] = s.violence + s.fighting + armed[tick]
        facility_ticks += int(np.count_nonzero(s.holder != STATE))
        offline += float((1 - s.network) @ city.residents)
    outcomes = {name: float(number) for name, number in s.counts.items()}
    for kind in ("deaths", "injured"):
        outcomes[f"{kind}_total"] = sum(outcomes[f"{kind}_{group}"] for group in GROUPS)
    outcomes["offline_person_hours"] = offline * city.dt
    outcomes["facility_hours_lost"] = facility_ticks * city.dt
    outcomes["time_to_end"] = end_of_violence(city, violence)
    outcomes["peak_crowd"] = float(crowd.max())
    outcomes["peak_armed"] = float(armed.max())
    return Run(outcomes, crowd, armed)


def end_of_violence(city: City, violence: Array) -> float:
    """Hour at which a day without violence begins that lasts to the end; infinite if there is none."""
    quiet = violence <= city.p["recording.quiet_share"] * city.persons
    for tick in range(city.ticks + 1):
        if quiet[tick:].all():
            return tick * city.dt if (city.ticks - tick) * city.dt >= 24 - EPS else math.inf
    return math.inf


def begin(city: City, rng: np.random.Generator) -> State:
    """The state before the first tick: everybody calm at home, units at their posts, the state holds everything."""
    agenda, levers = policy(city, Agenda(city.orders), 0.0, dict.fromkeys(TOLD, 0.0))
    nothing = np.zeros((len(TOLD), len(CHANNELS)))
    return State(
        **people(city, rng), **places(city), **units(city, agenda), unit_odd=rng.random(city.strength.size),
        history=np.zeros((0, len(TOLD))),
        reported=nothing, told=nothing, heard=nothing, agenda=agenda, levers=levers, counts=dict.fromkeys(COUNTED, 0),
    )  # fmt: skip


def people(city: City, rng: np.random.Generator) -> dict[str, Any]:
    """Arrays by person. Those who may come from outside are hard-pressed and fear nothing."""
    u, reserve = rng.random((2, city.persons)), city.everybody - city.persons
    hardship = within(city.hardship_edges, city.district, city.boxes // LEVELS, u[0])
    aversion = within(city.aversion_edges, city.district, city.boxes % LEVELS, u[1])
    home = np.concatenate([city.home, np.zeros(reserve, int)])
    zeros: dict[str, Any] = {name: np.zeros(city.everybody, int) for name in ("phase", "site", "origin")}
    return zeros | {
        "hardship": np.concatenate([hardship, np.ones(reserve)]),
        "aversion": np.concatenate([aversion, np.zeros(reserve)]),
        "home": home, "cell": home, "progress": np.zeros(city.everybody), "late": np.zeros(city.everybody),
        "goal": np.full(city.everybody, NOWHERE),
        "status": np.concatenate([np.full(city.persons, CALM), np.full(reserve, OUTSIDE)]),
    }  # fmt: skip


def places(city: City) -> dict[str, Any]:
    """Arrays by cell, site, facility and gun shop."""
    cells, sites, facilities_ = city.cells, city.site_cell.size, city.kinds.size
    zeros: dict[str, Any] = {name: np.zeros(cells) for name in ("exposure", "fear", "deaths", "harmed")}
    return zeros | {
        "network": np.ones(cells), "legitimacy": np.full(cells, city.p["participation.legitimacy"]),
        "violence_felt": np.zeros(cells),
        "intelligence": np.full(cells, city.p["support.intelligence"]), "posture": np.zeros(cells, int),
        "reach_exit": np.ones(cells, bool), "exit_hop": np.arange(cells), "fled": np.full(cells, -1e9),
        "force_before": np.zeros(cells, int), "weight": np.ones(sites), "risk": np.zeros(sites),
        "holder": np.full(facilities_, STATE), "contest": np.zeros(facilities_),
        "emptied": np.zeros(facilities_, bool), "shop_contest": np.zeros(city.shop_hold.size),
    }  # fmt: skip


def units(city: City, agenda: Agenda) -> dict[str, Any]:
    """Arrays by unit, and of command."""
    there = (city.arrives <= 0) & (agenda.orders >= 0)
    number = city.strength.size
    zeros: dict[str, Any] = {
        f"unit_{name}": np.zeros(number, int) for name in ("injured", "dead", "busy", "shot", "killed", "task")
    }
    return zeros | {
        "unit_cell": np.where(there, city.place_cell[agenda.orders], -1), "unit_progress": np.zeros(number),
        "unit_recovers": np.full(number, -1.0), "unit_routed": np.full(number, -1.0), "unit_goal": agenda.orders.copy(),
        "objective": np.full(OBJECTIVES, -1), "objective_hop": np.zeros((OBJECTIVES, city.cells), int),
    }  # fmt: skip


def within(edges: Array, district: Array, box: Array, u: Array) -> Array:
    """Values inside boxes of a distribution that is flat inside each box."""
    low, high = edges[district, box], edges[district, box + 1]
    return np.asarray(low + (high - low) * u)


def advance(city: City, s: State, rng: np.random.Generator, tick: int) -> State:
    """The state one tick later: all read ``s``, then what they propose is settled."""
    new, proposals = propose(city, s, rng, tick)
    settle(city, s, new, proposals)
    return new


def propose(city: City, s: State, rng: np.random.Generator, tick: int) -> tuple[State, list[Proposal]]:
    """Everything but the persons' status and counts one tick later, and what is proposed to become of them."""
    new = s.copy()
    new.hour = (tick + 1) / city.ticks_per_hour
    new.agenda, new.levers = policy(city, s.agenda, new.hour, counts_by_cause(s))
    reports(city, s, new)
    new.network = communications(city, s)
    new.exposure = exposure(city, s)
    new.fear = fear(city, s)
    new.weight, new.risk = gathering(city, s)
    proposals = [joining(city, s, new, rng), leaving(city, s, rng), walking(city, s, new, rng), roaming(city, s, new)]
    driving(city, s, new)
    proposals.append(outside(city, s, new, rng))
    looting(city, s, new)
    proposals += arming(city, s, rng) + bands(city, s, new, rng)
    command(city, s, new)
    proposals += crowd_control(city, s, new, rng) + combat(city, s, new, rng)
    facilities(city, s, new)
    new.legitimacy, new.violence_felt, new.intelligence = support(city, s), felt(city, s), intelligence(city, s)
    return new, proposals


def site_shares(city: City, s: State) -> Array:
    """Probability that a resident of a cell chooses a site, (site, cell)."""
    weight = s.weight[:, None] * np.exp(-city.p["gathering.beta"] * city.distance)
    return np.asarray(weight / weight.sum(axis=0))


def swing(city: City, s: State) -> float:
    """exp(s cos(2 pi (t - peak) / 24 h)) of the local hour."""
    clock = city.start_hour + s.hour
    angle = 2 * math.pi * (clock - city.p["participation.peak_hour"]) / 24
    return math.exp(city.p["participation.swing"] * math.cos(angle))


def balance(city: City, s: State, who: Array, risk: Array) -> Array:
    """x = H (1 - L) - J (1 + F) R P + E + eta (1 - M) - T of some residents, by the fields at their homes."""
    p, home = city.p, s.home[who]
    severity = p["participation.severity"] * (1 + p["participation.severity_step"] * (s.levers.rules - RIOT_CONTROL))
    grievance = s.hardship[who] * (1 - s.legitimacy)[home]
    dread = s.aversion[who] * (severity * (1 + s.fear))[home] * risk
    push = (s.exposure + p["participation.eta"] * (1 - s.network) - p["participation.threshold"])[home]
    return np.asarray(grievance - dread + push)


def rates_of_joining(city: City, s: State) -> Array:
    """nu(t) (1 - compliance) / (1 + exp(-x / eps)) of every resident, by the mean risk over sites, 1/h, (person,)."""
    expected_risk = s.risk @ site_shares(city, s)
    x = balance(city, s, np.arange(city.persons), expected_risk[city.home])
    nu = city.p["participation.nu"] * swing(city, s) * (1 - s.levers.compliance)
    return np.asarray(nu * expit(x / city.p["participation.noise"]))


def rates_of_leaving(city: City, s: State, who: Array) -> Array:
    """nu_quit / (1 + exp(x / eps)) + phi(t) of residents who are at a site, by the risk there, 1/h."""
    x = balance(city, s, who, s.risk[s.site[who]])
    p, own = city.p, city.p["participation.phi"] / swing(city, s)
    return np.asarray(p["participation.nu_quit"] * expit(-x / p["participation.noise"]) + own)


def joining(city: City, s: State, new: State, rng: np.random.Generator) -> Proposal:
    """Every resident draws a time to joining; who is calm and draws less than a tick joins, and chooses a site."""
    with np.errstate(divide="ignore"):
        time = rng.standard_exponential(city.persons) / rates_of_joining(city, s)
    who = np.flatnonzero((s.status[: city.persons] == CALM) & (time < city.dt))
    up_to = np.cumsum(site_shares(city, s), axis=0)[:-1, city.home[who]]
    new.site[who] = (rng.random(who.size) >= up_to).sum(axis=0)
    return Proposal(who, np.full(who.size, PROTESTING), time[who], city.home[who])


def leaving(city: City, s: State, rng: np.random.Generator) -> Proposal:
    """Everyone who is at a site draws a time to leaving, from arrival on; who draws less than a tick goes home."""
    who = np.flatnonzero(at_site(s))
    time = rng.standard_exponential(who.size) / rates_of_leaving(city, s, who)
    gone = time < city.dt + s.late[who]
    when = np.maximum(0, time - s.late[who])
    return Proposal(who[gone], np.full(gone.sum(), RETURNING), when[gone], s.cell[who[gone]])


def settle(city: City, s: State, new: State, proposals: list[Proposal]) -> None:
    """Of several proposals for one person the earliest wins; apply it, count, and find where everybody is."""
    every = [np.concatenate([getattr(proposal, name) for proposal in proposals]) for name in vars(proposals[0])]
    person, status, time, cell = every
    order = np.argsort(time, kind="stable")
    first = order[np.unique(person[order], return_index=True)[1]]
    person, status, time, cell = person[first], status[first], time[first], cell[first]
    new.status[person] = status
    lose_once(city, s, new)
    change_course(city, s, new, person, status, cell)
    turned = (status == PROTESTING) | (status == RETURNING)
    new.late[person[turned]] = city.dt - time[turned]
    take_account(city, s, new, person, status, cell)

    street = np.flatnonzero(in_street(new))
    start, steps = city.ways(new.site[street], new.origin[street])
    along = np.minimum(steps, (new.progress[street] / city.hop_km + EPS).astype(int))
    where = new.home.copy()
    where[street] = city.route_cell[start + np.where(new.phase[street] == PRESENT, steps, along)]
    apart = (new.status == ARMED) | (new.status == HIDING)
    new.cell = np.where(apart, new.cell, where)


def lose_once(city: City, s: State, new: State) -> None:
    """Take back hits by fire beyond the members that a unit has left after hand-to-hand fighting, wounds first."""
    beyond = np.maximum(0, new.unit_injured + new.unit_dead + new.unit_shot + new.unit_killed - city.strength)
    wounds = np.minimum(beyond, new.unit_shot - s.unit_shot)
    new.unit_shot -= wounds
    new.unit_killed -= beyond - wounds


def change_course(city: City, s: State, new: State, person: Array, status: Array, cell: Array) -> None:
    """Where those go who join, leave, enter, take up arms, hide or come back."""
    joined, gone = person[status == PROTESTING], person[status == RETURNING]
    new.phase[joined], new.origin[joined], new.progress[joined] = OUTBOUND, s.home[joined], 0
    new.phase[gone], new.site[gone], new.origin[gone] = HOMEBOUND, s.site[gone], s.home[gone]
    new.progress[gone] = city.ways(s.site[gone], s.home[gone])[1] * city.hop_km
    apart = (status == ARMED) | (status == HIDING)
    who = person[apart]
    new.phase[who] = np.where(status[apart] == ARMED, BAND, HIDDEN)
    new.cell[who], new.goal[who], new.progress[who] = cell[apart], NOWHERE, 0
    entered = apart & (s.status[person] == OUTSIDE)
    new.home[person[entered]] = cell[entered]


def take_account(city: City, s: State, new: State, person: Array, status: Array, cell: Array) -> None:
    """Count what became of whom; deaths and harm by cell are those of unarmed persons."""
    before = s.status[person]
    armed = (before == ARMED) | (before == HIDING)
    for kind, outcome in (("injured", INJURED), ("deaths", DEAD)):
        new.counts[f"{kind}_bystanders"] += number((status == outcome) & (before == CALM))
        new.counts[f"{kind}_protesters"] += number((status == outcome) & (before != CALM) & ~armed)
        new.counts[f"{kind}_armed_persons"] += number((status == outcome) & armed)
    new.counts["detained"] += number(status == DETAINED)
    new.counts["took_arms"] += number((status == ARMED) & (before == PROTESTING))
    new.counts["entered"] += number(before == OUTSIDE)
    new.counts["left"] += number(status == LEFT)
    for kind, losses in (("injured", new.unit_injured + new.unit_shot), ("deaths", new.unit_dead + new.unit_killed)):
        new.counts[f"{kind}_contingents"] = int(losses[city.contingent].sum())
        new.counts[f"{kind}_state_forces"] = int(losses[~city.contingent].sum())
    new.deaths = np.bincount(cell[(status == DEAD) & ~armed], minlength=city.cells).astype(float)
    new.harmed = new.deaths + np.bincount(cell[(status == INJURED) & ~armed], minlength=city.cells)


def number(which: Array) -> int:
    """How many."""
    return int(np.count_nonzero(which))
