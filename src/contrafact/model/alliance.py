"""Alliance and airlift: from a request for help to members of contingents in the city.

    decision     at request + consultation x cohesion^n, n deployments completed; granted with probability ``granted``
    flight       one way = distance / block speed; a cycle is loading + flight + ground time + flight
    field        MOG aircraft at a time; a spot is taken for ground time / efficiency, first come first served, so
                 arrivals per hour <= MOG x efficiency / ground time
    closed       a field that the state does not hold takes none: flights hold, then divert to the alternate, from where
                 a road march takes distance / road speed; with no alternate they turn back with their load
    arrival      landing + ground time (+ road march); a unit is there once as many of its member have arrived as it and
                 the units before it have members

A load fills at most one aircraft: sum over cargo of number x fill <= 1, fill the larger share of seats or of payload.
Each takes persons and vehicles in proportion to what waits, then the heaviest that still fits. While the field is
closed and no alternate is open, nobody takes off. A wait for a spot, or at the alternate, has no limit: it stands for
landing slots, for which real flights would wait at home. Once landed, an aircraft is unloaded whatever becomes of the
field. A member may also come by road. Persons and vehicles are whole and are never lost: packed = waiting + in the
air + unloading + on the road + arrived (``whereabouts``). Aircraft and their cargo are counted one to one whatever the
population's scale; units, contingents and landings in persons of ``scale`` residents each.

From a granted decision on the mandate holds (0 none, 1 guard, 2 clear), perceived severity changes by ``announcement``,
and in cells of other states perceived risk rises by precedent x expected, also after withdrawal. These effects and
cohesion are hypotheses, off by default. A withdrawal ends the deployment at once: units go off the map, aircraft stand
at home, and a new request can be made. How contingents travel home is not represented; nor are origins that cannot
load all their aircraft at once, weather, refusals of overflight, or losses on the way.

All times are hours on a continuous clock, so that only the hour at which a field changes hands depends on the tick.

Order     after facilities, before support
Reads     alliance_request, alliance_withdrawal, mandate_order (); holder (facility,)
Writes    alliance_*, mandate, contingents, announcement (); precedent (cell,); field_lost, field_open
          (field,); stock (member, cargo); plane_* (plane,); spot_free (spot,); load_* (load,); unit_arrives,
          unit_entry (unit,)
Source    MOG, queueing efficiency and cycle: AFPAM 10-1403; cohesion, precedent and announcement: assumption
Check     tests/model/test_alliance.py, verification/airlift.py
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from contrafact.kernels import Array, inline, kernel
from contrafact.model.context import Context
from contrafact.model.state import STATE
from contrafact.parameters import ASSUMPTION, CONVENTION, Parameter, uniform
from contrafact.rng import decision, draw

PARAMETERS = (
    Parameter("alliance.cohesion", "dimensionless", 1.0, CONVENTION,
              "factor by which each completed deployment shortens the next consultation; 1 switches it off", low=0.01,
              high=1.0),
    Parameter("alliance.precedent", "dimensionless", 0.0, CONVENTION,
              "rise of perceived risk in other member states were an intervention certain; 0 switches it off",
              high=1.0),
    Parameter("alliance.expected", "dimensionless", 0.5, ASSUMPTION,
              "probability of an intervention in their own state that people in other member states see",
              uniform(0.0, 1.0), high=1.0),
    Parameter("alliance.announcement", "dimensionless", 0.0, CONVENTION,
              "change of perceived severity once help is granted; 0 switches it off", low=-10.0, high=10.0),
)  # fmt: skip

QUIET, CONSULTING, REFUSED, DEPLOYED = range(4)
CARGO = ("persons", "wheeled", "tracked", "platforms", "kilograms")
HEAVIEST_FIRST = np.array([3, 2, 1, 0, 4])
HOME, OUT, DIVERTED, BACK, UNLOADING, EMPTY = range(6)
STAGES = ("at the origin", "to the field", "to the alternate", "back with its load", "unloading", "home, empty")
FIELD, ALTERNATE, ROAD = range(3)
NEVER = math.inf
GRANT = decision("alliance.grant")


@dataclass(frozen=True)
class Pact:
    """The alliance of one replication. A plane is one aircraft with the member whose package it lifts.

    consultation, granted, mandate      h; probability; an index of MANDATES
    members                             names
    packed (member, cargo) int64        what comes to this place, an index of CARGO
    ready, road (member,)               h from the decision until ready; then h by road, infinite for those who fly
    road_entry (member,) int64          place where those who come by road enter, -1 for those who fly
    plane_member (plane,) int64
    fill (plane, cargo)                 share of the aircraft that one person, vehicle or kilogram takes
    out, across (plane,)                h of flight to the field; from there to the alternate
    loading, ground (plane,)            h at the origin before each flight; h at a field
    facility, field_entry (field,) int64  facility, and place where units come onto the map; -1 where there is none
    march (field,)                      h by road from there into the city
    spots (field + 1,) int64            spots of each field are spots[f] to spots[f + 1]
    holding, efficiency                 h; share of a spot's time that can be used
    unit_member, unit_need (unit,)      member, -1 for none; residents of the member who must have arrived
    loads                               room for loads
    host                                index of the state that asks, as in cell_state
    scale                               residents that one person of units stands for; packed counts residents
    """

    consultation: float
    granted: float
    mandate: int
    members: tuple[str, ...]
    packed: Array
    ready: Array
    road: Array
    road_entry: Array
    plane_member: Array
    fill: Array
    out: Array
    across: Array
    loading: Array
    ground: Array
    facility: Array
    field_entry: Array
    march: Array
    spots: Array
    holding: float
    efficiency: float
    unit_member: Array
    unit_need: Array
    loads: int
    host: int = 0
    scale: int = 1


@inline
def pack(stock: Array, fill: Array, cargo: Array, order: Array) -> int:
    """Load an aircraft from stock (cargo,), which shrinks; writes cargo (cargo,); returns whether anything is aboard.

    fill (cargo,) is the share of the aircraft that one of each takes; what takes more than all of it stays behind.
    """
    need = 0.0
    for k in range(cargo.size):
        cargo[k] = 0
        if fill[k] <= 1.0:
            need += stock[k] * fill[k]
    room = 1.0
    for k in range(cargo.size):
        if fill[k] <= 1.0:
            cargo[k] = stock[k] if need <= 1.0 else math.floor(stock[k] / need + 1e-9)
            room -= cargo[k] * fill[k]
    aboard = 0
    for k in order:
        if fill[k] <= 1.0:
            more = min(stock[k] - cargo[k], max(0, math.floor(room / fill[k] + 1e-9)))
            cargo[k] += more
            room -= more * fill[k]
            stock[k] -= cargo[k]
            aboard += cargo[k]
    return aboard


@inline
def free_spot(spot_free: Array, first: int, last: int) -> int:
    """The spot among first to last - 1 that is free earliest, ties to the first."""
    best = first
    for k in range(first + 1, last):
        if spot_free[k] < spot_free[best]:
            best = k
    return best


@inline
def due(stage: int, when: float, waits: bool, go: float, free: Array, held: Array, lost: Array, opened: Array,
        holding: float) -> float:  # fmt: skip
    """Hour of an aircraft's next event.

    waits tells whether its member has anything to lift, go since when aircraft may take off; by field, free tells when
    the next spot is, held whether it is open, opened since when, and lost since when it is not.
    """
    hour = when
    if stage == HOME:
        hour = max(when, go) if waits else NEVER
    elif stage == OUT:
        hour = max(when, opened[0], free[0]) if held[0] else max(when, lost[0]) + holding
    elif stage == DIVERTED:
        hour = max(when, opened[1], free[1]) if held[1] else NEVER
    return hour


@inline
def take_off(m: int, stock: Array, fill: Array, order: Array, load_member: Array, load_cargo: Array,
             load_arrives: Array, load_field: Array) -> int:  # fmt: skip
    """Load an aircraft with what waits of member m; returns the load, -1 if nothing that waits can be lifted."""
    load = 0
    while load < load_member.size and load_member[load] >= 0:
        load += 1
    if load == load_member.size or pack(stock[m], fill, load_cargo[load], order) == 0:
        return -1
    load_member[load], load_arrives[load], load_field[load] = m, NEVER, -1
    return load


@inline
def bring_back(i: int, at: float, stock: Array, plane_member: Array, stage: Array, when: Array, aboard: Array,
               load_member: Array, load_cargo: Array) -> None:  # fmt: skip
    """Put what aircraft i holds back where it waits; those at home that found nothing to lift find it from then on."""
    m, load = plane_member[i], aboard[i]
    for j in range(plane_member.size):
        if stage[j] == HOME and plane_member[j] == m and when[j] < at:
            when[j] = at
    for cargo in range(stock.shape[1]):
        stock[m, cargo] += load_cargo[load, cargo]
        load_cargo[load, cargo] = 0
    load_member[load], aboard[i] = -1, -1


@kernel
def fly(end: float, held: Array, lost: Array, opened: Array, holding: float, efficiency: float, march: Array,
        spots: Array, plane_member: Array, fill: Array, out: Array, across: Array, loading: Array, ground: Array,
        order: Array, stock: Array, stage: Array, when: Array, aboard: Array, load_member: Array, load_cargo: Array,
        load_arrives: Array, load_field: Array, spot_free: Array) -> int:  # fmt: skip
    """Let everything happen that is due before end, in order of time; returns how many aircraft landed.

    held (field,) tells which fields are open, opened (field,) since when, lost (field,) since when the others are not.
    The next event is the one with the smallest (time, arrival, index), so an aircraft that waits for a spot lands as
    soon as there is one. Arrays by plane: stage, when (hour of arrival, or of the stage's end), aboard (load or -1).
    """
    landed, go = 0, min(opened[0] if held[0] else NEVER, opened[1] if held[1] else NEVER)
    free = np.zeros(2)
    while True:
        for f in range(2):
            free[f] = spot_free[free_spot(spot_free, spots[f], spots[f + 1])] if held[f] else NEVER
        i, at = -1, end
        for j in range(plane_member.size):
            waits = stage[j] == HOME and when[j] < at and stock[plane_member[j]].any()
            t = due(stage[j], when[j], waits, go, free, held, lost, opened, holding)
            if t < at or (t == at and i >= 0 and when[j] < when[i]):
                i, at = j, t
        if i < 0:
            return landed
        if stage[i] == HOME:
            aboard[i] = take_off(plane_member[i], stock, fill[i], order, load_member, load_cargo, load_arrives,
                                 load_field)  # fmt: skip
            stage[i], when[i] = (OUT, at + out[i]) if aboard[i] >= 0 else (HOME, NEVER)
        elif stage[i] == DIVERTED or (stage[i] == OUT and held[0]):
            f = 1 if stage[i] == DIVERTED else 0
            spot_free[free_spot(spot_free, spots[f], spots[f + 1])] = at + ground[i] / efficiency
            stage[i], when[i] = UNLOADING, at + ground[i]
            load_arrives[aboard[i]], load_field[aboard[i]] = when[i] + march[f], f
            landed += 1
        elif stage[i] == OUT:
            stage[i], when[i] = (DIVERTED, at + across[i]) if held[1] else (BACK, at + out[i])
        elif stage[i] == UNLOADING:
            stage[i], when[i], aboard[i] = EMPTY, at + out[i], -1
        else:
            if stage[i] == BACK:
                bring_back(i, at, stock, plane_member, stage, when, aboard, load_member, load_cargo)
            stage[i], when[i] = HOME, at + loading[i]


def step(c: Context) -> None:
    """Answer requests, fly, and let members arrive."""
    pact: Pact | None = c.fixed.alliance
    if pact is None:
        return
    now, following, end = c.now, c.next, c.hour + c.dt
    consult(c, pact)
    if following.alliance_phase[0] == CONSULTING and following.alliance_decision[0] < end - 1e-9:
        decide(c, pact)
    if following.alliance_phase[0] != DEPLOYED:
        return
    order = int(now.mandate_order[0])
    following.mandate[0] = pact.mandate if order < 0 else order
    landed = fly(
        end - 1e-9, watch(c, pact), following.field_lost, following.field_open, pact.holding, pact.efficiency,
        pact.march, pact.spots, pact.plane_member, pact.fill, pact.out, pact.across, pact.loading, pact.ground,
        HEAVIEST_FIRST, following.stock, following.plane_stage, following.plane_time, following.plane_load,
        following.load_member, following.load_cargo, following.load_arrives, following.load_field, following.spot_free,
    )  # fmt: skip
    if landed:
        settle(c, pact)
        note_landings(c, pact)
    there = (following.load_member >= 0) & (following.load_arrives <= end + 1e-9)
    following.contingents[0] = following.load_cargo[there, 0].sum() // pact.scale


def watch(c: Context, pact: Pact) -> Array:
    """Which fields the state holds, (field,), since when, and since when not."""
    held = np.zeros(pact.facility.size, bool)
    for f, facility in enumerate(pact.facility):
        held[f] = facility >= 0 and c.now.holder[facility] == STATE
        was_lost = c.now.field_lost[f] >= 0
        if held[f] and was_lost:
            c.next.field_lost[f], c.next.field_open[f] = -1.0, c.hour
        elif not held[f] and not was_lost:
            c.next.field_lost[f] = c.hour
    return held


def consult(c: Context, pact: Pact) -> None:
    """Take up a withdrawal or a new request. A request during a consultation or a deployment is not answered."""
    now, following = c.now, c.next
    phase, asked = now.alliance_phase[0], float(now.alliance_request[0])
    if now.alliance_withdrawal[0] >= now.alliance_answered[0] >= 0 and phase in (CONSULTING, DEPLOYED):
        following.alliance_deployments[0] += phase == DEPLOYED
        send_home(c, pact)
        phase = QUIET
    if asked > now.alliance_answered[0]:
        following.alliance_answered[0] = asked
        if phase in (QUIET, REFUSED):
            shorter = c.p["alliance.cohesion"] ** int(following.alliance_deployments[0])
            following.alliance_phase[0] = CONSULTING
            following.alliance_requests[0] += 1
            following.alliance_decision[0] = asked + pact.consultation * shorter


def send_home(c: Context, pact: Pact) -> None:
    """End a deployment or a consultation: nothing is packed, aboard or on the map."""
    following = c.next
    lifted = pact.unit_member >= 0
    following.alliance_phase[0] = QUIET
    following.unit_arrives[lifted] = NEVER
    following.unit_entry[lifted] = -1
    following.load_member[:] = -1
    for name in ("stock", "load_cargo", "contingents", "mandate", "announcement", "spot_free", "plane_stage"):
        getattr(following, name)[:] = 0
    following.plane_time[:] = -1.0
    following.plane_load[:] = -1


def decide(c: Context, pact: Pact) -> None:
    """Grant or refuse help; once granted, packages are made ready and those who come by road set out."""
    following, hour = c.next, float(c.next.alliance_decision[0])
    granted = draw(c.key, GRANT, 0, int(following.alliance_requests[0]), 0)[0] < pact.granted
    c.note("decision", "alliance", "granted" if granted else "refused", float(granted), hour=hour)
    following.alliance_phase[0] = DEPLOYED if granted else REFUSED
    if not granted:
        return
    following.announcement[0] = c.p["alliance.announcement"]
    elsewhere = c.fixed.cell_state != pact.host
    following.precedent[elsewhere] = c.p["alliance.precedent"] * c.p["alliance.expected"]
    following.load_member[:] = -1
    following.stock[:] = pact.packed
    following.plane_load[:] = -1
    following.plane_stage[:] = HOME
    following.plane_time[: pact.plane_member.size] = hour + pact.ready[pact.plane_member] + pact.loading
    by_road = np.flatnonzero(np.isfinite(pact.road))
    for load, m in enumerate(by_road):
        following.load_member[load], following.load_field[load] = m, ROAD
        following.load_cargo[load], following.stock[m] = pact.packed[m], 0
        following.load_arrives[load] = hour + pact.ready[m] + pact.road[m]
    if by_road.size:
        settle(c, pact)


def settle(c: Context, pact: Pact) -> None:
    """Tell each lifted unit when and where it comes onto the map, from the loads whose hour of arrival is known."""
    following = c.next
    for m in range(len(pact.members)):
        units = np.flatnonzero(pact.unit_member == m)
        known = (following.load_member == m) & (following.load_arrives < NEVER) & (following.load_cargo[:, 0] > 0)
        loads = np.flatnonzero(known)
        loads = loads[np.argsort(following.load_arrives[loads], kind="stable")]
        last = np.searchsorted(np.cumsum(following.load_cargo[loads, 0]), np.maximum(1, pact.unit_need[units]))
        units, last = units[last < loads.size], loads[last[last < loads.size]]
        following.unit_arrives[units] = following.load_arrives[last]
        by_road = following.load_field[last] == ROAD
        following.unit_entry[units] = np.where(
            by_road, pact.road_entry[m], pact.field_entry[following.load_field[last] % 2]
        )


def note_landings(c: Context, pact: Pact) -> None:
    """Write down who landed where in this tick, with the number of persons aboard."""
    following = c.next
    landed = (following.plane_stage == UNLOADING) & (c.now.plane_stage != UNLOADING)
    for i in np.flatnonzero(landed):
        load = following.plane_load[i]
        facility = c.fixed.facility_names[pact.facility[following.load_field[load]]]
        persons = int(following.load_cargo[load, 0]) / pact.scale
        hour = float(following.plane_time[i] - pact.ground[i])
        c.note("landing", pact.members[pact.plane_member[i]], facility, persons, hour=hour)


def whereabouts(c: Context) -> dict[str, Array]:
    """What was packed, by where it is now: (member, cargo) of each, which add up to what was packed."""
    now, loads = c.now, c.now.load_member >= 0
    landed, there = now.load_arrives < NEVER, now.load_arrives <= c.hour + 1e-9
    unloading = np.zeros(loads.size, bool)
    unloading[now.plane_load[now.plane_stage == UNLOADING]] = True
    parts = {
        "in the air": loads & ~landed,
        "unloading": loads & landed & unloading & ~there,
        "on the road": loads & landed & ~unloading & ~there,
        "arrived": loads & there,
    }
    result = {"waiting": now.stock.copy()}
    for name, which in parts.items():
        result[name] = np.zeros_like(now.stock)
        np.add.at(result[name], now.load_member[which], now.load_cargo[which])
    return result
