"""The engine against the person-by-person oracle, in a town where every mechanism has something to do.

From the same state: at every tick of an engine run the oracle is handed the engine's state. What is not left to chance
(orders, tasks and goals of units, ways, who gets where, what is told, heard, known, feared, who holds what) must come
out equal to 1e-9. What is left to chance is counted on both sides and summed over two runs; every count must agree
within Z standard errors. Where N are counted on either side, an error of sqrt(56 / N) is seen four times in five: 4 %
of the 35,000 who join; 25 % of the 1,000 who take up arms, of the 1,100 protesters and 700 armed persons who are hit,
and of the 700 arrested; 40 % of the 400 who come back from hiding; 60 % of the 170 in hiding who are found and of the
120 units that break; 100 % of the 40 bands that break. Surrenders, escapes and deaths of members are fewer. An error of
60 % in the fire of state forces is planted, and seen in one run by those whom fire hurts.

From beginning to end one run of the oracle must lie where runs of the engine do; that whole samples of both cannot be
told apart is target 16 of ``verification/``. Seeds are fixed, so the answer changes only with the code.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from lively import city, town, vector

from contrafact import rng
from contrafact.engine import ORDER, Model, simulate
from contrafact.engine.setup import set_up
from contrafact.engine.stepper import apply
from contrafact.kernels import Array
from contrafact.model.context import Context
from contrafact.model.crowd_control import TEAMS
from contrafact.model.participation import TRAITS
from contrafact.model.recording import end_of_violence
from contrafact.model.state import (
    ARMED,
    CALM,
    COUNTS,
    DEAD,
    DETAINED,
    EXIT,
    HIDING,
    INJURED,
    LEFT,
    MARCHING,
    OUTSIDE,
    PRESENT,
    PROTESTING,
    RETURNING,
    STATUSES,
)
from reference import oracle
from reference.city import LEVELS, City
from reference.state import (
    Proposal,
    State,
    armed_by_cell,
    at_site,
    crowd_by_cell,
    firearms_by_cell,
    force_by_cell,
    hidden_by_cell,
    in_crowd,
)

BESIDE, BESIDE_PLANTED = 2, 1
ENGINE = 8
ENGINE_SEED, ORACLE_SEED = 1, 1000
Z = 4.5
BY_CELL = {"crowd": crowd_by_cell, "armed": armed_by_cell, "hidden": hidden_by_cell, "force": force_by_cell,
           "armed_force": firearms_by_cell}  # fmt: skip
SURE = (
    "network", "exposure", "fear", "legitimacy", "violence_felt", "intelligence",
    "reported", "told", "heard", "holder", "contest",
    "emptied", "shop_contest", "reach_exit", "exit_hop", "force_before", "unit_cell", "unit_progress", "unit_goal",
    "unit_task", "objective", "objective_hop",
)  # fmt: skip
COPIED = (*SURE, "posture", "fled", *(f"unit_{name}" for name in (
    "injured", "dead", "recovers", "busy", "shot", "killed", "routed",
)))  # fmt: skip


@pytest.fixture(scope="module")
def model() -> Model:
    return town()


@pytest.fixture(scope="module")
def plain(model: Model) -> City:
    return city(model)


@dataclass
class SideBySide:
    """Largest difference of what is not left to chance, and of what is, by name, counts and squares of differences."""

    worst: dict[str, float] = field(default_factory=dict)
    counts: dict[str, Array] = field(default_factory=dict)
    squares: dict[str, Array] = field(default_factory=dict)

    def equal(self, name: str, engine: object, plain: object) -> None:
        engine, plain = np.atleast_1d(np.asarray(engine, float)), np.atleast_1d(np.asarray(plain, float))
        apart = float(np.abs(engine - plain).max(initial=0.0)) if engine.shape == plain.shape else np.inf
        self.worst[name] = max(self.worst.get(name, 0.0), apart)

    def tally(self, name: str, engine: object, plain: object) -> None:
        both = np.stack([np.asarray(engine, float), np.asarray(plain, float)])
        self.counts[name] = self.counts.get(name, 0.0) + both
        self.squares[name] = self.squares.get(name, 0.0) + (both[0] - both[1]) ** 2

    def z(self, name: str) -> Array:
        """Sums of differences over the root of the sum of their squares.

        From the same state both draw from the same distribution, if nothing is wrong, so each tick's difference is as
        likely as its opposite, however clumped the events are; then |z| exceeds x with chance 2 exp(-x^2 / 2) at most.
        """
        engine, plain = self.counts[name]
        return np.asarray((engine - plain) / np.sqrt(np.maximum(1.0, self.squares[name])))


def run_side_by_side(model: Model, plain: City, replications: int) -> SideBySide:
    """Runs of the engine with the oracle beside them, handed the engine's state at every tick."""
    seen = SideBySide()
    generator = np.random.default_rng(ORACLE_SEED)
    for replication in range(replications):
        c, _ = set_up(model, ENGINE_SEED, replication)
        s = oracle.begin(plain, generator)
        s.hardship[: plain.persons], s.aversion[: plain.persons] = traits_in_engine(c, plain)
        s.unit_odd[:] = [rng.draw(c.key, TEAMS, 0, unit, 0)[0] for unit in range(plain.strength.size)]
        for c.tick in range(plain.ticks):
            copy_state(c, plain, s)
            new, proposals = oracle.propose(plain, s, generator, c.tick)
            for mechanism in ORDER:
                mechanism.step(c)
            look_at_fields(seen, c, plain, s, new)
            look_at_policy(seen, c, plain, new)
            look_at_movement(seen, c, s, new, proposals)
            look_at_bands(seen, c, plain, s, new)
            look_at_units(seen, c, new)
            look_at_proposals(seen, c, plain, s, new, proposals)
            s.agenda, s.levers, s.history = new.agenda, new.levers, new.history
            before = c.now.counts.copy()
            apply(c)
            oracle.settle(plain, s, new, proposals)
            for name, engine in zip(COUNTS, c.now.counts - before, strict=True):
                if name in s.counts:
                    seen.tally(f"settled {name}", engine, new.counts[name] - s.counts[name])
    return seen


@pytest.fixture(scope="module")
def side_by_side(model: Model, plain: City) -> SideBySide:
    return run_side_by_side(model, plain, BESIDE)


def traits_in_engine(c: Context, plain: City) -> tuple[Array, Array]:
    """Hardship and risk aversion of all residents as the engine's hash gives them."""
    u = np.array([rng.draw(c.key, TRAITS, 0, person, 0) for person in range(plain.persons)])
    return (
        oracle.within(plain.hardship_edges, plain.district, plain.boxes // LEVELS, u[:, 0]),
        oracle.within(plain.aversion_edges, plain.district, plain.boxes % LEVELS, u[:, 1]),
    )


def copy_state(c: Context, plain: City, s: State) -> None:
    """Bring the oracle's state to where the engine is; agenda, levers and history stay the oracle's own."""
    now, person = c.now, c.now.slot_person[: c.slots]
    s.status = now.status[: plain.everybody].astype(int)
    s.cell = s.home.copy()
    for name in ("home", "phase", "site", "origin", "progress", "late", "goal", "cell"):
        getattr(s, name)[person] = getattr(now, f"slot_{name}")[: c.slots]
    for name in COPIED:
        setattr(s, name, getattr(now, name).copy())
    s.deaths, s.harmed = now.deaths_now.astype(float), now.harmed_now.astype(float)
    s.weight, s.risk = now.site_weight.copy(), now.site_risk.copy()
    s.looted, s.supply = int(now.looted[0]), int(now.supply[0])
    s.counts = {name: int(n) for name, n in zip(COUNTS, now.counts, strict=True) if name in s.counts}
    s.hour = c.hour


def look_at_fields(seen: SideBySide, c: Context, plain: City, s: State, new: State) -> None:
    """What is counted as the tick begins, and what becomes of all but persons."""
    now, following, person = c.now, c.next, c.now.slot_person[: c.slots]
    for name, count in BY_CELL.items():
        seen.equal(name, getattr(now, name), count(plain, s))
    seen.equal("on_site", now.on_site, np.bincount(s.site[at_site(s)], minlength=2))
    seen.equal("hardship", now.slot_hardship[: c.slots], s.hardship[person])
    seen.equal("aversion", now.slot_aversion[: c.slots], s.aversion[person])
    for name in SURE:
        seen.equal(name, getattr(following, name), getattr(new, name))
    seen.equal("site_weight", following.site_weight, new.weight)
    seen.equal("site_risk", following.site_risk, new.risk)
    seen.equal("looted", following.looted[0], new.looted)


def look_at_policy(seen: SideBySide, c: Context, plain: City, new: State) -> None:
    following = c.next
    seen.equal("unit_order", following.unit_order, new.agenda.orders)
    for name in ("availability", "compliance", "rules", "news", "concession", "call", "jamming", "snipers", "injected"):
        seen.equal(name, getattr(following, name), getattr(new.levers, name))
    seen.equal("under_curfew", following.under_curfew, new.levers.curfew)
    seen.equal("unit_scripted", following.unit_scripted, new.levers.scripted)
    marches = [new.levers.marches.get(site, (-1, 0.0))[0] for site in range(plain.site_cell.size)]
    seen.equal("march_to", following.march_to, marches)


def look_at_movement(seen: SideBySide, c: Context, s: State, new: State, made: list[Proposal]) -> None:
    """Where people get to, and who leaves the area; who marches is left to chance."""
    now, person = c.now, c.now.slot_person[: c.slots]
    may_march = (s.phase[person] == PRESENT) & np.isin(s.site[person], list(s.levers.marches))
    apart = np.isin(s.status[person], (ARMED, HIDING))
    sure = np.flatnonzero(~may_march & ~apart)
    stays = (now.slot_phase[: c.slots] == PRESENT) & (now.moved_phase[: c.slots] == PRESENT)
    moves = np.flatnonzero(~may_march & ~apart & ~stays)
    for names, which in ((("late", "phase"), sure), (("site", "origin", "progress"), moves)):
        for name in names:
            seen.equal(f"moved {name}", getattr(now, f"moved_{name}")[which], getattr(new, name)[person[which]])
    for name, place in (("cell", "cell"), ("progress", "progress"), ("phase", "phase")):
        roamed = getattr(now, f"moved_{name}")[: c.slots][apart]
        seen.equal(f"roamed {place}", roamed, getattr(new, place)[person[apart]])
    left = person[may_march]
    marched = now.moved_phase[: c.slots][may_march] == MARCHING
    seen.tally("marchers", marched.sum(), (new.phase[left] == MARCHING).sum())
    n, p = c.proposals.n, c.proposals
    gone = [(p.person[:n], p.status[:n], p.time[:n]), *((x.person, x.status, x.time) for x in made)]
    who, becomes, time = (np.concatenate(column) for column in zip(*gone[1:], strict=True))
    engine = sorted(zip(gone[0][0][gone[0][1] == LEFT], gone[0][2][gone[0][1] == LEFT], strict=True))
    seen.equal("leave the area", engine, sorted(zip(who[becomes == LEFT], time[becomes == LEFT], strict=True)))


def look_at_bands(seen: SideBySide, c: Context, plain: City, s: State, new: State) -> None:
    """Bands by what they choose at full hours, and facilities to which any goes; else goals stay."""
    armed = np.flatnonzero(s.status[c.now.slot_person[: c.slots]] == ARMED)
    person = c.now.slot_person[armed]
    goals = c.now.goal_after[armed], new.goal[person]
    if c.tick % c.ticks_per_hour:
        seen.equal("goal between full hours", *goals)
        seen.equal("posture between full hours", c.next.posture, new.posture)
        return
    one = np.unique(s.cell[person], return_index=True)[1]
    for name, chosen in (("attack", lambda goal: goal >= 0), ("escape", lambda goal: goal == EXIT)):
        seen.tally(f"bands that {name}", *(chosen(goal[one]).sum() for goal in goals))
    seen.tally("bands in ambush", c.next.posture.sum(), new.posture.sum())
    seen.tally("facilities to which a band goes", *(np.isin(plain.facility_place, goal) for goal in goals))


def look_at_units(seen: SideBySide, c: Context, new: State) -> None:
    """What befalls units and bands: losses, those overrun or broken, teams that are done."""
    now, following = c.now, c.next
    for name in ("injured", "dead", "shot", "killed"):
        lost = [getattr(state, f"unit_{name}") - getattr(now, f"unit_{name}") for state in (following, new)]
        seen.tally(f"members {name}", *lost)
        seen.tally(f"all members {name}", *(losses.sum() for losses in lost))
    for name, array in (("overrun", "unit_recovers"), ("units broken", "unit_routed"), ("bands broken", "fled")):
        seen.tally(name, *((getattr(state, array) > getattr(now, array)).sum() for state in (following, new)))
    busy = (np.maximum(0, now.unit_busy - state.unit_busy).sum() for state in (following, new))
    seen.tally("teams done", *busy)
    for name in ("violence", "fighting", "supply"):
        seen.tally(name, getattr(following, name)[0], getattr(new, name))


def look_at_proposals(seen: SideBySide, c: Context, plain: City, s: State, new: State, made: list[Proposal]) -> None:
    """How many of each status are proposed to have each other; joining also by class and site, harm by cell."""
    n = c.proposals.n
    who, becomes, site = c.proposals.person[:n], c.proposals.status[:n], c.proposals.payload[:n]
    person = np.concatenate([proposal.person for proposal in made])
    status = np.concatenate([proposal.status for proposal in made])
    seen.tally("change", changes(s, who, becomes), changes(s, person, status))
    joined, first = np.unique(who[becomes == PROTESTING], return_index=True)
    joins = person[status == PROTESTING]
    for name, group, size in (
        ("joining by hardship", plain.boxes // LEVELS, LEVELS),
        ("joining by aversion", plain.boxes % LEVELS, LEVELS),
        ("joining by cell", plain.home, plain.cells),
    ):
        seen.tally(name, np.bincount(group[joined], minlength=size), np.bincount(group[joins], minlength=size))
    sites = site[becomes == PROTESTING][first]
    seen.tally("joining by site", np.bincount(sites, minlength=2), np.bincount(new.site[joins], minlength=2))
    for name, outcomes in (("harm", (INJURED, DEAD)), ("arms", (ARMED,)), ("hiding", (HIDING,))):
        cells = (s.cell[one[np.isin(after, outcomes)]] for one, after in ((who, becomes), (person, status)))
        seen.tally(f"{name} by cell", *(np.bincount(cell, minlength=plain.cells) for cell in cells))


def changes(s: State, person: Array, status: Array) -> Array:
    """How many persons of each status are proposed to have each other, (from, to)."""
    number = np.zeros((len(STATUSES), len(STATUSES)), int)
    for becomes in np.unique(status):
        before = s.status[np.unique(person[status == becomes])]
        number[:, becomes] = np.bincount(before, minlength=len(STATUSES))
    return number


def test_from_the_same_state_what_is_not_left_to_chance_is_equal(side_by_side: SideBySide) -> None:
    assert {name: apart for name, apart in side_by_side.worst.items() if apart > 1e-9} == {}


def test_from_the_same_state_chance_gives_as_much(side_by_side: SideBySide) -> None:
    z = {name: float(np.abs(side_by_side.z(name)).max()) for name in side_by_side.counts}
    assert {name: value for name, value in z.items() if value > Z} == {}


def test_enough_happens_in_the_town_to_see_what_is_stated(side_by_side: SideBySide) -> None:
    count = side_by_side.counts
    changes = {
        (CALM, PROTESTING): 25_000, (PROTESTING, RETURNING): 20_000, (PROTESTING, DETAINED): 400,
        (PROTESTING, INJURED): 600, (PROTESTING, DEAD): 100, (CALM, INJURED): 50, (CALM, DEAD): 25,
        (PROTESTING, ARMED): 700, (OUTSIDE, ARMED): 40, (ARMED, INJURED): 300, (ARMED, DEAD): 150,
        (ARMED, HIDING): 300, (ARMED, LEFT): 10, (HIDING, ARMED): 300, (HIDING, DETAINED): 80, (HIDING, CALM): 50,
    }  # fmt: skip
    rare = {which: count["change"][:, *which].min() for which in changes}
    assert {which: number for which, number in rare.items() if number < changes[which]} == {}
    for name, least in (("bands broken", 20), ("units broken", 70), ("overrun", 20), ("bands that attack", 150),
                        ("bands in ambush", 25), ("all members shot", 30), ("all members injured", 150)):  # fmt: skip
        assert count[name].min() >= least, name


def test_fire_of_state_forces_that_is_60_percent_too_high_is_seen(plain: City) -> None:
    wrong = run_side_by_side(town(combat__state_fire="0.8 1/h"), plain, BESIDE_PLANTED)
    assert wrong.z("fighting") > Z


def test_from_beginning_to_end_the_oracle_lies_where_the_engine_does(model: Model, plain: City) -> None:
    runs = (simulate(model, ENGINE_SEED, replication, frozenset({"timeline"})) for replication in range(ENGINE))
    engine = np.array([vector(run.outcomes, run.timeline["crowd"]) for run in runs])
    run = oracle.simulate(plain, ORACLE_SEED)
    low, high = engine.min(axis=0), engine.max(axis=0)
    beyond = (np.array(vector(run.outcomes, run.crowd)) - (low + high) / 2) / np.maximum(1.0, high - low)
    assert np.abs(beyond).max() < 1.0, "half as far beyond either end of the range as the range is wide"
    assert run.outcomes["peak_crowd"] == run.crowd.max()


def test_oracle_keeps_account_of_every_person(plain: City) -> None:
    generator = np.random.default_rng(ORACLE_SEED)
    s = oracle.begin(plain, generator)
    for tick in range(40 * plain.ticks_per_hour):
        s = oracle.advance(plain, s, generator, tick)
    groups = ("bystanders", "protesters", "armed_persons")
    assert in_crowd(s).sum() > 100
    assert s.counts["took_arms"] > 100
    assert (s.status == DETAINED).sum() == s.counts["detained"] > 0
    assert (s.status == INJURED).sum() == sum(s.counts[f"injured_{group}"] for group in groups) > 0
    assert (s.status == DEAD).sum() == sum(s.counts[f"deaths_{group}"] for group in groups) > 0
    assert (s.status != OUTSIDE).sum() - plain.persons == s.counts["entered"] > 0
    assert (s.status == LEFT).sum() == s.counts["left"]
    out = np.isin(s.status, (PROTESTING, RETURNING, ARMED, HIDING))
    assert np.array_equal(s.cell[~out], s.home[~out])
    assert ((s.fear >= 0) & (s.exposure >= 0) & (s.legitimacy >= 0) & (s.legitimacy <= 1)).all()


def test_violence_ends_in_the_oracle_when_it_does_in_the_engine(plain: City) -> None:
    quiet = plain.p["recording.quiet_share"] * plain.persons
    for last in (None, 0, 100, plain.ticks - 144, plain.ticks - 143, plain.ticks - 1):
        violence = np.zeros(plain.ticks, int)
        if last is not None:
            violence[[last // 2, last]] = 5
        in_engine = end_of_violence(violence, quiet, plain.ticks_per_hour)
        assert oracle.end_of_violence(plain, violence) == pytest.approx(in_engine)
