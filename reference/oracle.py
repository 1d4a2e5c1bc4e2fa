"""The simulation once more, slow and plain: every resident is visited every tick, in NumPy.

It is written from the equations in the docstrings of ``contrafact.model``, draws its own random numbers, and shares no
mechanism and no kernel with the engine. What it takes over is told in ``reference.city``. Every function is named after
a mechanism and reads the state as the tick began; what it changes is seen by nobody before the next tick.

Deliberately different from the engine:

    joining     no rings, classes or bounds: every resident draws a time to joining, calm or not
    leaving     a fresh time to leaving in every tick, not one amount of patience for the whole stay
    exposure    a dense matrix in floating point, not increments in fixed point
    fields      integrated by Runge and Kutta's method, not solved
    victims     drawn without replacement by ``Generator.choice``, not by the smallest hash
    residents   hardship and risk aversion drawn anew, inside the boxes where the world counts each resident
    routes      looked up for all residents at once, not along a roster

Where the docstrings leave a choice the engine's is taken: those who are arrested keep the first free teams of the cell
busy, also when somebody got away in time; a hit that goes astray on a resident who is out hits nobody.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from contrafact.kernels import Array
from contrafact.model.state import (
    CALM,
    CROWD,
    DEAD,
    DETAINED,
    HOMEBOUND,
    INJURED,
    MARCHING,
    NOBODY,
    OUTBOUND,
    PRESENT,
    PROTESTING,
    RETURNING,
    STATE,
)
from reference.city import EPS, LEVELS, RIOT_CONTROL, Agenda, City, policy
from reference.clashes import crowd_control
from reference.state import (
    GROUPS,
    Proposal,
    State,
    at_site,
    by_cell,
    counts_by_cause,
    crowd_by_cell,
    fit,
    in_crowd,
    in_street,
    share_lost,
)

STEPS = 2  # of the Runge-Kutta method in a tick


class Run(NamedTuple):
    """Outcomes by name, and the number of protesters at the end of each tick, (time,)."""

    outcomes: dict[str, float]
    crowd: Array


def simulate(city: City, seed: int) -> Run:
    """One replication. Outcomes are the engine's without the end of violence and what is nought throughout."""
    rng = np.random.default_rng(seed)
    s = begin(city, rng)
    crowd = np.zeros(city.ticks, int)
    facility_ticks, offline = 0, 0.0
    for tick in range(city.ticks):
        s = advance(city, s, rng, tick)
        crowd[tick] = np.count_nonzero(in_crowd(s))
        facility_ticks += int(np.count_nonzero(s.holder != STATE))
        offline += float((1 - s.network) @ city.residents)
    outcomes = {name: float(count) for name, count in s.counts.items()}
    for kind in ("deaths", "injured"):
        outcomes[f"{kind}_total"] = sum(outcomes[f"{kind}_{group}"] for group in GROUPS)
    outcomes["offline_person_hours"] = offline * city.dt
    outcomes["facility_hours_lost"] = facility_ticks * city.dt
    outcomes["peak_crowd"] = float(crowd.max())
    return Run(outcomes, crowd)


def begin(city: City, rng: np.random.Generator) -> State:
    """The state before the first tick: everybody calm at home, units at their posts, the state holds everything."""
    people, cells, sites = city.persons, city.cells, city.site_cell.size
    facilities, units = city.kinds.size, city.strength.size
    nothing = dict.fromkeys(("facilities_lost", "crowd", "deaths", "deaths_state", "injured", "detained"), 0.0)
    agenda, levers = policy(city, Agenda(city.orders), 0.0, nothing)
    there = (city.arrives <= 0) & (agenda.orders >= 0)
    return State(
        hardship=within(city.hardship_edges, city.district, city.boxes // LEVELS, rng.random(people)),
        aversion=within(city.aversion_edges, city.district, city.boxes % LEVELS, rng.random(people)),
        status=np.full(people, CALM), phase=np.zeros(people, int), site=np.zeros(people, int),
        origin=np.zeros(people, int), progress=np.zeros(people), cell=city.home,
        network=np.ones(cells), exposure=np.zeros(cells), fear=np.zeros(cells),
        legitimacy=np.full(cells, city.p["participation.legitimacy"]), deaths=np.zeros(cells), harmed=np.zeros(cells),
        weight=np.ones(sites), risk=np.zeros(sites),
        holder=np.full(facilities, STATE), contest=np.zeros(facilities),
        unit_cell=np.where(there, city.place_cell[agenda.orders], -1), unit_progress=np.zeros(units),
        unit_injured=np.zeros(units, int), unit_dead=np.zeros(units, int), unit_recovers=np.full(units, -1.0),
        unit_busy=np.zeros(units, int),
        agenda=agenda, levers=levers,
        counts={f"{kind}_{group}": 0 for kind in ("deaths", "injured") for group in GROUPS} | {"detained": 0},
    )  # fmt: skip


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
    """Everything but the residents' status, cell and counts one tick later, and what is proposed to become of them."""
    new = s.copy()
    new.hour = (tick + 1) / city.ticks_per_hour
    new.agenda, new.levers = policy(city, s.agenda, new.hour, counts_by_cause(s))
    new.network = communications(city, s)
    new.exposure = exposure(city, s)
    new.fear = fear(city, s)
    new.weight, new.risk = gathering(city, s)
    proposals = [joining(city, s, new, rng), leaving(city, s, rng), walking(city, s, new, rng)]
    driving(city, s, new)
    proposals += crowd_control(city, s, new, rng)
    facilities(city, s, new)
    new.legitimacy = support(city, s)
    return new, proposals


def integrate(slope: Callable[[Array], Array], y: Array, dt: float) -> Array:
    """y after dt hours of dy/dt = slope(y), by the classical Runge-Kutta method."""
    h = dt / STEPS
    for _ in range(STEPS):
        k1 = slope(y)
        k2 = slope(y + h / 2 * k1)
        k3 = slope(y + h / 2 * k2)
        k4 = slope(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


def communications(city: City, s: State) -> Array:
    """M = 1 - max(shutdown, jamming, damage)."""
    damage = city.p["communications.damage"] * share_lost(city, s, "telecom")
    return np.asarray(1 - np.maximum(s.levers.jamming, max(1 - s.levers.availability, damage)))


def exposure(city: City, s: State) -> Array:
    """dE/dt = -omega E + (1 - E / E_max) S with S = near K a + M net a_city + media B + news."""
    p = city.p
    active = np.bincount(city.home[in_crowd(s)], minlength=city.cells)
    seen = p["exposure.near"] * city.sight @ (active / np.maximum(1, city.residents))
    read = p["exposure.net"] * s.network * active.sum() / city.persons
    broadcast = 2 * share_lost(city, s, "broadcast") - 1 if (city.kinds == "broadcast").any() else 0.0
    source = seen + read + p["exposure.media"] * broadcast + s.levers.news
    omega, most = p["exposure.omega"] / 24, p["exposure.maximum"]
    return np.clip(integrate(lambda e: -omega * e + (1 - e / most) * source, s.exposure, city.dt), 0, most)


def seen_or_heard(city: City, s: State, events: Array) -> Array:
    """Events of a tick per 1,000 residents: within 1 km, plus the city's as far as the network is up, (cell,)."""
    heard = s.network * events.sum() / (city.persons / 1000)
    return np.asarray(city.around @ events / city.thousands_around + heard)


def fear(city: City, s: State) -> Array:
    """dF/dt = -omega F + phi D."""
    deaths_per_hour = seen_or_heard(city, s, s.deaths) / city.dt
    omega, phi = city.p["fear.omega"] / 24, city.p["fear.phi"]
    return integrate(lambda f: -omega * f + phi * deaths_per_hour, s.fear, city.dt)


def gathering(city: City, s: State) -> tuple[Array, Array]:
    """Weight and risk of every site, (site,)."""
    g = {name.removeprefix("gathering."): value for name, value in city.p.items()}
    protesters = city.vision @ crowd_by_cell(city, s)
    police = city.vision @ by_cell(city, s, fit(city, s))
    pull = city.attraction + s.levers.call + g["recency"] * protesters / 1000
    weight = pull ** g["alpha"] * np.exp(-g["gamma"] * police / (g["floor"] + protesters))
    risk = 1 - np.exp(-g["k"] * (police / (g["floor"] + g["counted"] * protesters)) ** g["q"])
    return weight, risk


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
    p, home = city.p, city.home[who]
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
    who = np.flatnonzero((s.status == CALM) & (time < city.dt))
    up_to = np.cumsum(site_shares(city, s), axis=0)[:-1, city.home[who]]
    new.site[who] = (rng.random(who.size) >= up_to).sum(axis=0)
    return Proposal(who, np.full(who.size, PROTESTING), time[who], city.home[who])


def leaving(city: City, s: State, rng: np.random.Generator) -> Proposal:
    """Everyone who is at a site draws a time to leaving; who draws less than a tick goes home."""
    who = np.flatnonzero(at_site(s))
    time = rng.standard_exponential(who.size) / rates_of_leaving(city, s, who)
    gone = time < city.dt
    return Proposal(who[gone], np.full(gone.sum(), RETURNING), time[gone], s.cell[who[gone]])


def walking(city: City, s: State, new: State, rng: np.random.Generator) -> Proposal:
    """Move everybody in the street by a tick along their route; propose to be calm for those who reach home."""
    speed, march_speed = city.p["movement.speed"], city.p["movement.march_speed"]
    for site, (destination, share) in s.levers.marches.items():
        go = at_site(s) & (s.site == site) & (rng.random(city.persons) < share)
        new.phase[go], new.site[go], new.origin[go], new.progress[go] = MARCHING, destination, city.site_cell[site], 0
    going = np.flatnonzero(in_street(s) & ((s.phase == OUTBOUND) | (s.phase == MARCHING)))
    step = np.where(s.phase[going] == MARCHING, march_speed, speed) * city.dt
    new.progress[going] += step
    arrived = going[s.progress[going] + step >= city.ways(s.site[going], s.origin[going])[1] * city.hop_km]
    new.phase[arrived], new.origin[arrived], new.progress[arrived] = PRESENT, city.home[arrived], 0
    back = np.flatnonzero(in_street(s) & (s.phase == HOMEBOUND))
    new.progress[back] = np.maximum(0, s.progress[back] - speed * city.dt)
    home = back[s.progress[back] <= speed * city.dt]
    return Proposal(home, np.full(home.size, CALM), s.progress[home] / speed, city.home[home])


def driving(city: City, s: State, new: State) -> None:
    """Move every unit by a tick toward its order's place, or its fallback while it recovers."""
    for u in range(city.strength.size):
        place = s.agenda.orders[u]
        if place < 0 or s.hour + city.dt + EPS < city.arrives[u]:
            new.unit_cell[u], new.unit_progress[u] = -1, 0
            continue
        if s.unit_recovers[u] > s.hour + EPS and city.fallback[u] >= 0:
            place = city.fallback[u]
        goal = city.place_cell[place]
        here = s.unit_cell[u] if s.unit_cell[u] >= 0 else goal
        way = s.unit_progress[u] + city.speed[u] * city.dt
        while here != goal and way >= city.hop_km:
            here, way = city.next_hop[place, here], way - city.hop_km
        new.unit_cell[u], new.unit_progress[u] = here, 0 if here == goal else way


def facilities(city: City, s: State, new: State) -> None:
    """Contest every facility that has a site: storm those held by the state one at a time, retake those lost."""
    force = by_cell(city, s, fit(city, s))
    present = np.bincount(s.site[at_site(s)], minlength=city.site_cell.size)
    stormed: set[int] = set()
    for f, site in enumerate(city.facility_site):
        if site < 0:
            continue
        attackers = city.p["facilities.unarmed_weight"] * present[site]
        defenders = force[city.reach[f]].sum()
        if s.holder[f] == STATE:
            superior = site not in stormed and attackers > defenders
            stormed.add(site)
            hold, taker = city.hold[f], CROWD
        else:
            superior = defenders >= 1 and defenders > city.p["facilities.retake_ratio"] * attackers
            hold, taker = city.p["facilities.retake_hold"], STATE
            new.holder[f] = CROWD if present[site] else NOBODY
        new.contest[f] = max(0, s.contest[f] + (city.dt if superior else -city.dt))
        if new.contest[f] >= hold - EPS:
            new.holder[f], new.contest[f] = taker, 0


def support(city: City, s: State) -> Array:
    """dL/dt = -b1 V exp(-V / V*) - b2 D + rho (L0 - g lost - L) + concessions; events act as the tick begins."""
    p = city.p
    violence = seen_or_heard(city, s, s.harmed) / city.dt
    backlash = p["support.violence"] * violence * np.exp(-violence / p["support.turning"]) * city.dt
    shocked = s.legitimacy - backlash - p["support.deaths"] * seen_or_heard(city, s, s.deaths) + s.levers.concession
    rest = p["participation.legitimacy"] - p["support.government"] * share_lost(city, s, "government")
    rho = p["support.return"] / 24
    return np.clip(integrate(lambda legitimacy: rho * (rest - legitimacy), shocked, city.dt), 0, 1)


def settle(city: City, s: State, new: State, proposals: list[Proposal]) -> None:
    """Of several proposals for one resident the earliest wins; apply it, count, and find where everybody is."""
    every = [np.concatenate([getattr(proposal, name) for proposal in proposals]) for name in vars(proposals[0])]
    person, status, time, cell = every
    order = np.argsort(time, kind="stable")
    first = order[np.unique(person[order], return_index=True)[1]]
    person, status, cell = person[first], status[first], cell[first]
    new.status[person] = status

    joined, gone = person[status == PROTESTING], person[status == RETURNING]
    new.phase[joined], new.origin[joined], new.progress[joined] = OUTBOUND, city.home[joined], 0
    new.phase[gone], new.site[gone], new.origin[gone] = HOMEBOUND, s.site[gone], city.home[gone]
    new.progress[gone] = city.ways(s.site[gone], city.home[gone])[1] * city.hop_km
    new.counts["detained"] += int(np.count_nonzero(status == DETAINED))
    for kind, outcome in (("injured", INJURED), ("deaths", DEAD)):
        calm = s.status[person[status == outcome]] == CALM
        new.counts[f"{kind}_bystanders"] += int(np.count_nonzero(calm))
        new.counts[f"{kind}_protesters"] += int(np.count_nonzero(~calm))
    for kind, losses in (("injured", new.unit_injured), ("deaths", new.unit_dead)):
        new.counts[f"{kind}_contingents"] = int(losses[city.contingent].sum())
        new.counts[f"{kind}_state_forces"] = int(losses[~city.contingent].sum())
    new.deaths = np.bincount(cell[status == DEAD], minlength=city.cells).astype(float)
    new.harmed = new.deaths + np.bincount(cell[status == INJURED], minlength=city.cells)

    street = np.flatnonzero(in_street(new))
    start, steps = city.ways(new.site[street], new.origin[street])
    along = np.minimum(steps, (new.progress[street] / city.hop_km + EPS).astype(int))
    new.cell = city.home.copy()
    new.cell[street] = city.route_cell[start + np.where(new.phase[street] == PRESENT, steps, along)]
