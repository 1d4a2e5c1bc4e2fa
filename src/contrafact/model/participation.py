"""Participation: who joins the protest and who leaves it.

    x   = H (1 - L_c) - J (1 + F_c) R min(1, P + Q_c) + E_c + eta (1 - M_c) - T
    joining rate   nu(t) (1 - compliance) / (1 + exp(-x / eps))
    leaving rate   nu_quit / (1 + exp(x / eps)) + phi(t)

H and R are a resident's hardship and risk aversion, fixed for life by a hash of seed and identity. P is the risk at the
site one has gone to, or, before joining, the mean over the sites one would go to; Q the precedent of an intervention in
another state (see alliance). J rises with the rules of engagement, and changes by the announcement of help.
nu(t) = nu exp(s cos(2 pi (t - peak) / 24 h)), phi(t) = phi exp(-s cos(...)). Nobody leaves before arriving.

Calm residents are not visited one by one. Per cell and class of H and R the rate has an upper bound lambda_k (largest
H, smallest R). The number of *rings* in a tick is Poisson(dt sum_k n_k lambda_k), by inverse distribution function of
one keyed uniform; a ring picks a class in proportion to n_k lambda_k and a resident of it; who is calm joins with
probability lambda_i / lambda_k. With rates fixed within the tick this is exactly independent joining of every resident
(thinning of a Poisson process; Lewis and Shedler 1979, doi:10.1002/nav.3800260304). Should a rate exceed its bound,
the run stops.

Leaving needs one draw per stay: a unit-exponential amount of hazard drawn at joining and used up while present, from
the moment of arrival: who arrived within the last tick has the rest of that tick counted with this one.

Order     after gathering, before movement
Reads     legitimacy, fear, exposure, network, precedent (cell,); site_weight, site_risk (site,); rules, compliance,
          announcement (); status, slots
Writes    proposals to join and to leave; spent_after (slot,)
Source    Epstein 2002, doi:10.1073/pnas.092080199, with logistic instead of sharp thresholds
Check     tests/model/test_participation.py; verification/: against the person-by-person oracle in reference/
"""

from __future__ import annotations

import math

import numpy as np

from contrafact.errors import RunError
from contrafact.kernels import Array, inline, kernel
from contrafact.model.context import Context
from contrafact.model.state import CALM, PRESENT, PROTESTING, RETURNING
from contrafact.parameters import ASSUMPTION, CONVENTION, Parameter, loguniform, uniform
from contrafact.rng import decision, poisson, uniforms

PARAMETERS = (
    Parameter("participation.legitimacy", "dimensionless", 0.94, ASSUMPTION,
              "legitimacy L of the government before the first tick", uniform(0.938, 0.942), high=1.0),
    Parameter("participation.threshold", "dimensionless", 0.15, CONVENTION,
              "threshold T of joining; collinear with legitimacy and nu, so it is held"),
    Parameter("participation.noise", "dimensionless", 0.01, CONVENTION,
              "spread eps of decisions around x = 0; it sets the scale of x, E, T and J", low=1e-3),
    Parameter("participation.nu", "1/h", 0.4, ASSUMPTION, "rate of joining of one who is certain",
              loguniform(0.36, 0.44)),
    Parameter("participation.nu_quit", "1/h", 0.6, ASSUMPTION, "rate of leaving of one who is certain not to stay",
              loguniform(0.5, 0.72)),
    Parameter("participation.phi", "1/h", 0.12, ASSUMPTION, "rate of leaving for reasons of one's own",
              loguniform(0.08, 0.18)),
    Parameter("participation.swing", "dimensionless", 0.6, ASSUMPTION, "logarithm of the swing between day and night",
              uniform(0.4, 0.8)),
    Parameter("participation.peak_hour", "h", 18.0, ASSUMPTION, "local hour at which joining is easiest",
              uniform(16.0, 20.0), high=24.0),
    Parameter("participation.severity", "dimensionless", 0.027, ASSUMPTION,
              "severity J of the response under riot control", loguniform(0.02, 0.036)),
    Parameter("participation.severity_step", "dimensionless", 0.5, ASSUMPTION,
              "share by which J rises with each step of the rules of engagement", uniform(0.2, 0.8)),
    Parameter("participation.eta", "dimensionless", 0.0, ASSUMPTION,
              "what a cut network adds to x: people go out to learn what happens, or stay in; either sign",
              uniform(-0.004, 0.004), low=-1.0, high=1.0),
)  # fmt: skip

BOXES = 16
CLASSES = BOXES * BOXES
LARGEST = 345.0  # beyond exp(345) numbers are cut, so that products of two are finite
FULL = -(2**31)
OTHERS = 8  # proposals that other mechanisms can make for one slot: leaving, arrest, arming, and kinds of harm

OUTSIDERS = 4096  # persons who may enter from outside in one tick, and bystanders who may be hit

RINGS = decision("participation.rings")
RING_WHO = decision("participation.ring.who")
RING_ACCEPT = decision("participation.ring.accept")
SITE = decision("participation.site_and_patience")
TRAITS = decision("participation.traits")


@inline
def cut_exp(y: float) -> float:
    """exp(y), at most exp(345): infinity times 0 would leave a bound that bounds nothing."""
    return math.exp(min(LARGEST, y))


@kernel
def expected_risk(pull: Array, weight: Array, risk: Array, precedent: Array, out: Array) -> None:
    """Mean risk over the sites one would choose and that of a precedent, (cell,), at most 1.

    pull (site, cell), weight and risk (site,), precedent (cell,).
    """
    sites, cells = pull.shape
    total = np.zeros(cells)
    out[:] = 0.0
    for s in range(sites):
        for c in range(cells):  # side by side in memory
            w = pull[s, c] * weight[s]
            total[c] += w
            out[c] += w * risk[s]
    for c in range(cells):
        out[c] = min(1.0, (out[c] / total[c] if total[c] > 0.0 else 0.0) + precedent[c])


@inline
def choose_site(pull: Array, weight: Array, c: int, u: float) -> int:
    """Index of the site that a resident of cell c chooses for a uniform u."""
    sites = weight.size
    total = 0.0
    for s in range(sites):
        total += pull[s, c] * weight[s]
    left = u * total
    for s in range(sites):
        left -= pull[s, c] * weight[s]
        if left < 0.0:
            return s
    return sites - 1


@inline
def trait(edges: Array, district: int, box: int, u: float) -> float:
    """Value within a box of the distribution, taken as flat inside the box: edges has shape (district, box + 1)."""
    low: float = edges[district, box]
    return low + float(edges[district, box + 1] - low) * u


@inline
def box_bounds(c: int, district: int, gain: float, dread: float, push: float, noise: float, rate: float,
               class_count: Array, hardship: Array, aversion: Array, over_h: Array, over_r: Array,
               rows: Array) -> float:  # fmt: skip
    """Upper bound of the cell's joining rate: sum over classes of n_k lambda_k; per-row sums are left in rows (16,)."""
    base = cut_exp(-push / noise)
    for a in range(BOXES):
        over_h[a] = base * cut_exp(-gain * hardship[district, a + 1] / noise)
        over_r[a] = cut_exp(dread * aversion[district, a] / noise)
        rows[a] = 0.0
    for a in range(BOXES):
        for b in range(BOXES):
            rows[b] += class_count[c, a * BOXES + b] / (1.0 + over_h[a] * over_r[b])
    total = 0.0
    for b in range(BOXES):
        rows[b] *= rate
        total += rows[b]
    return total


@inline
def pick_class(c: int, left: float, rate: float, class_count: Array, over_h: Array, over_r: Array,
               rows: Array) -> tuple[int, int, float]:  # fmt: skip
    """Boxes of hardship and aversion where the running sum of n_k lambda_k passes ``left``, and lambda_k there.

    Rounding may carry the sum past the last class of a row; then that class is taken, and -1 where the row is empty.
    """
    b = 0
    while b < BOXES - 1 and left >= rows[b]:
        left -= rows[b]
        b += 1
    last, bound = -1, 0.0
    for a in range(BOXES):
        n = class_count[c, a * BOXES + b]
        if n > 0:
            last, bound = a, rate / (1.0 + over_h[a] * over_r[b])
            left -= n * bound
            if left < 0.0:
                break
    return last, b, bound


@inline
def pick_rank(c: int, a: int, b: int, u: float, class_count: Array, by_hardship: Array) -> int:
    """Number, counted within the cell, of the resident of class (a, b) that a uniform u picks."""
    before, among = 0, int(class_count[c, a * BOXES + b])
    for row in range(a):
        before += int(by_hardship[c, row])
    for column in range(b):
        before += int(class_count[c, a * BOXES + column])
    return before + min(int(u * among), among - 1)


@kernel
def join(key: Array, tick: int, dt: float, rate: float, noise: float, threshold: float, eta: float, severity: float,
         legitimacy: Array, fear: Array, exposure: Array, network: Array, risk: Array, class_count: Array,
         by_hardship: Array, first_resident: Array, district: Array, hardship: Array, aversion: Array, status: Array,
         pull: Array, weight: Array, person: Array, new: Array, time: Array, where: Array, payload: Array,
         detail: Array, n: int, room: int) -> int:  # fmt: skip
    """Propose joining; returns the new number of proposals, or -1 - cell where a rate exceeds its bound, or FULL.

    Arrays by cell: legitimacy, fear, exposure, network, risk, first_resident (cell + 1,), district, class_count
    (cell, 256) and its sums by_hardship (cell, 16); hardship and aversion are the values at the edges of the boxes,
    (district, 17); rates per hour, dt in hours. Proposals are appended to person, new, time, where, payload and detail
    (n, 3) from index n.
    """
    over_h, over_r, rows = np.empty(BOXES), np.empty(BOXES), np.empty(BOXES)
    for c in range(legitimacy.size):
        residents = first_resident[c + 1] - first_resident[c]
        if residents == 0:
            continue
        d = district[c]
        gain = 1.0 - legitimacy[c]
        dread = severity * (1.0 + fear[c]) * risk[c]
        push = exposure[c] + eta * (1.0 - network[c]) - threshold
        u, _ = uniforms(key, RINGS, tick, c, 0)
        rare = -math.log(u) / (rate * dt) / (1.0 + 1e-9)
        least = dread * aversion[d, 0] - push
        if rare >= residents / (1.0 + cut_exp((least - gain * hardship[d, BOXES]) / noise)):
            continue  # no ring: u is below even the smallest chance of none
        at_most = 0.0
        for a in range(BOXES):
            at_most += by_hardship[c, a] / (1.0 + cut_exp((least - gain * hardship[d, a + 1]) / noise))
        if rare >= at_most:
            continue
        total = box_bounds(c, d, gain, dread, push, noise, rate, class_count, hardship, aversion, over_h, over_r, rows)
        for ring in range(poisson(total * dt, u)):
            u_class, u_person = uniforms(key, RING_WHO, tick, c, ring)
            a, b, bound = pick_class(c, u_class * total, rate, class_count, over_h, over_r, rows)
            if a < 0:
                continue
            i = first_resident[c] + pick_rank(c, a, b, u_person, class_count, by_hardship)
            if status[i] != CALM:
                continue
            u_h, u_r = uniforms(key, TRAITS, 0, i, 0)
            h, r = trait(hardship, d, a, u_h), trait(aversion, d, b, u_r)
            x = gain * h - dread * r + push
            own = rate / (1.0 + math.exp(-x / noise))
            if own > bound * (1.0 + 1e-9):
                return -1 - c
            u_accept, u_time = uniforms(key, RING_ACCEPT, tick, c, ring)
            if n >= room:
                return FULL
            if u_accept * bound < own:
                u_site, u_patience = uniforms(key, SITE, tick, i, 0)
                person[n], new[n], time[n] = i, PROTESTING, u_time * dt
                where[n], payload[n] = c, choose_site(pull, weight, c, u_site)
                detail[n, 0], detail[n, 1], detail[n, 2] = h, r, -math.log(u_patience)
                n += 1
    return n


@kernel
def leave(slots: int, dt: float, quit_rate: float, phi: float, noise: float, threshold: float, eta: float,
          severity: float, legitimacy: Array, fear: Array, exposure: Array, network: Array, precedent: Array,
          site_risk: Array,
          slot_person: Array, slot_home: Array, slot_hardship: Array, slot_aversion: Array, slot_patience: Array,
          slot_spent: Array, slot_site: Array, slot_phase: Array, slot_cell: Array, slot_late: Array,
          spent_after: Array,
          person: Array, new: Array, time: Array, where: Array, payload: Array, detail: Array,
          n: int) -> int:  # fmt: skip
    """Propose leaving for those present whose patience ends within the tick; returns the new number of proposals."""
    for i in range(slots):
        if slot_phase[i] != PRESENT:
            spent_after[i] = slot_spent[i]
            continue
        h, site = np.uint32(slot_home[i]), np.uint32(slot_site[i])
        dread = severity * (1.0 + fear[h]) * min(1.0, site_risk[site] + precedent[h])
        x = (1.0 - legitimacy[h]) * slot_hardship[i] - dread * slot_aversion[i] + exposure[h] - threshold
        x += eta * (1.0 - network[h])
        rate = quit_rate / (1.0 + math.exp(x / noise)) + phi
        spent_after[i] = slot_spent[i] + rate * (dt + slot_late[i])
        if spent_after[i] >= slot_patience[i]:
            person[n], new[n] = slot_person[i], RETURNING
            time[n] = max(0.0, (slot_patience[i] - slot_spent[i]) / rate - slot_late[i])
            where[n], payload[n] = slot_cell[i], i
            n += 1
    return n


def step(c: Context) -> None:
    """Propose who joins and who leaves in this tick."""
    now, fixed, p = c.now, c.fixed, c.p
    swing = p["participation.swing"] * math.cos(2 * math.pi * (c.hour_of_day - p["participation.peak_hour"]) / 24)
    severity = p["participation.severity"] * (1.0 + p["participation.severity_step"] * (int(now.rules[0]) - 1))
    severity *= 1.0 + float(now.announcement[0])
    noise, threshold, eta = p["participation.noise"], p["participation.threshold"], p["participation.eta"]
    fields = (now.legitimacy, now.fear, now.exposure, now.network)
    proposals = c.proposals
    expected_risk(fixed.pull, now.site_weight, now.site_risk, now.precedent, fixed.risk)
    rate = p["participation.nu"] * math.exp(swing) * (1.0 - float(now.compliance[0]))
    others = OTHERS * c.slots + OUTSIDERS
    proposals.reserve(others)
    n = FULL
    while n == FULL:
        room = proposals.person.size - others
        n = join(
            c.key, c.tick, c.dt, rate, noise, threshold, eta, severity, *fields, fixed.risk, fixed.class_count,
            fixed.by_hardship, fixed.first_resident, fixed.district, fixed.hardship, fixed.aversion, now.status,
            fixed.pull, now.site_weight, *proposals.arrays(), proposals.n, room,
        )  # fmt: skip
        if n == FULL:
            proposals.reserve(2 * proposals.person.size)
    if n < 0:
        raise RunError(f"tick {c.tick}, cell {-1 - n}: a rate of joining exceeds its bound")
    proposals.n = leave(
        c.slots, c.dt, p["participation.nu_quit"], p["participation.phi"] * math.exp(-swing), noise, threshold, eta,
        severity, *fields, now.precedent, now.site_risk, now.slot_person, now.slot_home, now.slot_hardship,
        now.slot_aversion, now.slot_patience, now.slot_spent, now.slot_site, now.slot_phase, now.slot_cell,
        now.slot_late, now.spent_after, *proposals.arrays(), n,
    )  # fmt: skip
