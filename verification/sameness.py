"""Verification targets 14 and 15: what must not matter does not, to the last bit.

Target 15 asks of every mechanism that can be switched off by a neutral value whether another's draw moves. Two runs
part as soon as somebody is hurt in one of them only, so what they draw later says nothing. Therefore a run is followed,
and from its state every few ticks one tick is computed twice, as it is and with the value neutral. Every proposal (who,
what, when within the tick, where, with what traits) and every array of the next state must be the same, bit for bit,
but for what the value itself is there to change; and that must change at least once, or the check has shown nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import chain, combinations
from typing import Any, NamedTuple

import numpy as np

import contrafact as cf
from contrafact.engine import ORDER, RECORDERS, Replication, simulate
from contrafact.engine.checkpoint import copied
from contrafact.engine.setup import set_up
from contrafact.engine.stepper import apply
from contrafact.kernels import Array
from contrafact.model.context import Context
from contrafact.model.state import (
    ARMED,
    ARRAYS,
    CALM,
    DEAD,
    DETAINED,
    HIDING,
    INJURED,
    OUTSIDE,
    PROTESTING,
    RETURNING,
)
from verification.check import Check
from verification.killing import killed
from verification.town import busy, ready

SEED = 15
RUNS, UNTIL, UNTIL_H = 8, "36 h", 36.0
SIDE_BY_SIDE = (1, 2, 4, 8)
EVERY_RECORDER = frozenset(RECORDERS)
PAIRS = 6
KILLS, WORKER_KILLS = 20, 4
EVERY = 3  # ticks

DEADLY: dict[str, str] = {"crowd_control.lethality": "0.5 1/h"}
UNANNOUNCED: dict[str, object] = {"actions.live_fire.level": "without_warning"}


class Switch(NamedTuple):
    """Neutral values, and what they are there to change: arrays by name, proposals by their status."""

    name: str
    neutral: Mapping[str, float]
    arrays: frozenset[str]
    proposals: frozenset[int] = frozenset()


def switch(name: str, neutral: str, arrays: str, *proposals: int) -> Switch:
    """A switch whose neutral values are all 0."""
    return Switch(name, dict.fromkeys(neutral.split(), 0.0), frozenset(arrays.split()), frozenset(proposals))


SWITCHES = (
    switch("no damage to the network", "communications.damage", "network"),
    switch("no exposure to others", "exposure.near exposure.net exposure.media", "exposure"),
    switch("no fear", "fear.phi", "fear"),
    switch("no risk at sites", "gathering.k", "site_risk"),
    switch("no attraction by size", "gathering.recency gathering.gamma", "site_weight"),
    switch("nobody joins", "participation.nu", "", PROTESTING),
    switch("nobody leaves", "participation.nu_quit participation.phi", "spent_after", RETURNING),
    switch("no arrests", "crowd_control.arrest", "unit_busy", DETAINED),
    switch("no protester hurt by hand", "crowd_control.melee_crowd", "violence", INJURED),
    switch("no member hurt by hand", "crowd_control.melee_forces", "unit_injured unit_dead violence"),
    switch("no unit overrun", "crowd_control.overrun", "unit_recovers"),
    switch("no projectiles", "crowd_control.kinetic", "violence", INJURED, DEAD),
    switch("no fire", "crowd_control.lethality", "violence", INJURED, DEAD),
    switch("nobody arms", "arming.base arming.recruits", "", ARMED),
    switch("nobody comes out of hiding", "bands.emerge bands.give_up", "goal_after", ARMED, CALM, OUTSIDE),
    switch("no fire at armed persons", "combat.state_fire", "fighting fled", INJURED, DEAD, HIDING, DETAINED),
    switch("no fire of armed persons", "combat.armed_fire", "unit_shot unit_killed unit_routed fighting"),
    switch("no sweeps", "combat.sweep", "", DETAINED),
    switch("nobody from outside", "outside.fighters outside.firearms", "outside_next supply", ARMED),
    switch(
        "no crowd storms or threatens a facility",
        "facilities.unarmed_weight",
        "holder contest unit_goal unit_task objective objective_hop",
    ),
    switch("no loss of support", "support.violence support.deaths support.return support.government", "legitimacy"),
)


def target_14() -> list[Check]:
    """Digests by threads, processes and recorders; bytes of folders of runs that were killed and gone on with."""
    wanted = digests(threads=1)
    lively = len(set(wanted)) == RUNS
    seeds = f"seed {SEED}, replications 0 to {RUNS - 1}, {UNTIL}"
    power = "exact: a digest holds everybody in the street every hour and the whole state at the end"
    subsets = list(chain.from_iterable(combinations(sorted(RECORDERS), n) for n in range(len(RECORDERS) + 1)))
    ways: list[tuple[str, list[dict[str, Any]]]] = [
        ("again on 1 thread", [{"threads": 1}]),
        ("2, 4 and 8 threads", [{"threads": n} for n in SIDE_BY_SIDE[1:]]),
        ("1, 2, 4 and 8 processes", [{"workers": n} for n in SIDE_BY_SIDE]),
        (f"{len(subsets)} sets of recorders", [{"threads": os.cpu_count(), "record": record} for record in subsets]),
    ]
    checks = []
    for what, ways_to_run in ways:
        found = [digests(**way) for way in ways_to_run]
        same = sum(a == b for run in found for a, b in zip(run, wanted, strict=True))
        asked = RUNS * len(found)
        checks.append(
            Check(f"14 Same seed, {what}: digests as on 1 thread", f"{asked} of {asked}", f"{same} of {asked}", "exact",
                  same == asked and lively, seeds, power)
        )  # fmt: skip
    tally = killed(KILLS, WORKER_KILLS)
    return [
        *checks,
        Check("14 Same seed, after kill -9 and resume: bytes of the folder", "the same", str(tally), "exact",
              not tally.different, "seed 5, replications 0 to 22, 12 h", "exact: every file but the log is compared"),
    ]  # fmt: skip


def digests(record: tuple[str, ...] = tuple(RECORDERS), **how: Any) -> tuple[str, ...]:
    """Digests of some replications with drawn priors, run through the public API."""
    town = busy(DEADLY, UNANNOUNCED | {"draw": "priors"})
    return cf.run(town, RUNS, SEED, until=UNTIL, record=record, **how).digests


def target_15() -> list[Check]:
    """Counterfactuals that change nothing, and mechanisms that are switched off."""
    return [*nothing_changed(), *switched_off()]


def nothing_changed() -> list[Check]:
    """Arms that differ in what cannot matter, against the town as it is."""
    arms: dict[str, tuple[dict[str, str], dict[str, object]]] = {
        "another label": ({}, {"actions.live_fire.label": "Other words"}),
        "an action due after the end removed": ({}, {"actions.leave": None}),
        "a force that is not there yet faster": ({"movement.tracked": "19 km/h"}, {}),
        "a time in another unit": ({"crowd_control.recovery": "240 min"}, {}),
    }
    base = followed({}, {})
    seeds = f"seed {SEED}, replications 0 to {PAIRS - 1}, {UNTIL}"
    checks = []
    for what, (numbers, changes) in arms.items():
        worst = max(difference(a, b) for a, b in zip(followed(numbers, changes), base, strict=True))
        checks.append(
            Check(f"15 Counterfactual that changes nothing ({what}): largest difference of an outcome or a curve", "0",
                  f"{worst:g}", "exact", worst == 0.0, seeds, "exact: a single other draw changes a curve")
        )  # fmt: skip
    return checks


def followed(numbers: dict[str, str], changes: dict[str, object]) -> list[Replication]:
    """Some replications of the town with drawn priors."""
    model = ready(busy(DEADLY | numbers, UNANNOUNCED | changes | {"draw": "priors"}))
    return [simulate(model, SEED, replication, EVERY_RECORDER, UNTIL_H) for replication in range(PAIRS)]


def difference(a: Replication, b: Replication) -> float:
    """Largest difference of outcomes, curves and cells; infinite where digests differ and nothing else does."""
    apart = [0.0 if a.outcomes[name] == b.outcomes[name] else abs(a.outcomes[name] - b.outcomes[name])
             for name in a.outcomes]  # fmt: skip
    apart += [float(np.abs(a.timeline[name] - b.timeline[name]).max()) for name in a.timeline]
    apart.append(float(np.abs(a.crowd - b.crowd).max()))
    worst = max(apart)
    return float("inf") if worst == 0.0 and a.digest != b.digest else worst


def switched_off() -> list[Check]:
    """A line for each switch: how many proposals and arrays of others moved."""
    tallies = {one.name: np.zeros(4, int) for one in SWITCHES}
    for replication in range(2):
        c, _ = set_up(ready(busy(DEADLY, UNANNOUNCED)), SEED, replication)
        for tick in range(72 * c.ticks_per_hour):
            c.tick = tick
            if c.tick % EVERY == 0 and c.slots:
                base = one_tick(c, {})
                for one in SWITCHES:
                    tallies[one.name] += moved(one, base, one_tick(c, one.neutral))
            for mechanism in ORDER:
                mechanism.step(c)
            apply(c)
    checks = []
    for one in SWITCHES:
        others, arrays, own, compared = tallies[one.name]
        values = ", ".join(f"{name} = 0" for name in one.neutral)
        checks.append(
            Check(f"15 Switched off: {one.name} ({values}): proposals and arrays of others that move",
                  "0 and 0", f"{others} of {compared:,} and {arrays}; its own changed {own:,} times",
                  "exact; its own at least once" if own else "told: it had nothing to do in this town",
                  others == arrays == 0 if own else None,
                  f"seed {SEED}, replications 0 and 1, one tick from every {EVERY}rd state of 72 h",
                  "exact: a single other draw is seen")
        )  # fmt: skip
    return checks


def one_tick(c: Context, numbers: Mapping[str, float]) -> Context:
    """A copy of a run in which the mechanisms of one tick have been computed with these numbers and not applied."""
    twin = copied(c)
    twin.p, twin.by_mechanism = c.p | dict(numbers), {}
    for mechanism in ORDER:
        mechanism.step(twin)
    return twin


def moved(one: Switch, base: Context, off: Context) -> Array:
    """Of others: proposals and arrays that differ; of its own: how many differ; and how many proposals there were."""
    before, after = proposals(base), proposals(off)
    apart = before ^ after
    own = sum(row[1] in one.proposals for row in apart)
    added = sum(row[1] in one.proposals for row in after - before)
    differ = {spec.name for spec in ARRAYS if not np.array_equal(computed(base, spec.name), computed(off, spec.name))}
    mine = len(differ & one.arrays) + own
    return np.array([len(apart) - own + added, len(differ - one.arrays), mine, len(before)])


def proposals(c: Context) -> set[tuple[float, ...]]:
    """Everything proposed in the tick: resident, status, time, cell, slot or site, and traits of one who joins."""
    made, n = c.proposals, c.proposals.n
    detail = np.where(made.status[:n, None] == PROTESTING, made.detail[:n], 0.0)
    columns = (made.person[:n], made.status[:n], made.time[:n], made.cell[:n], made.payload[:n], *detail.T)
    return set(zip(*(column.tolist() for column in columns), strict=True))


def computed(c: Context, name: str) -> Array:
    """An array of the next state, as far as it is in use."""
    array = np.asarray(getattr(c.next, name))
    return array[: c.slots] if name.startswith(("slot_", "moved_", "spent_", "goal_after")) else array
