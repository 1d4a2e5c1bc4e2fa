"""Arrests and harm must have the rates that the equations give, fall on people who are there, and never on too many."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from contrafact import rng
from contrafact.model import crowd_control
from contrafact.model.state import (
    CALM,
    CLEAR_MANDATE,
    COUNTS,
    CROWD,
    DEAD,
    DETAINED,
    GUARD_MANDATE,
    INJURED,
    NO_MANDATE,
    PRESENT,
    PROTESTING,
)
from tests.model.town import accept, made, put_in_street, recount, start, town

DT = 1 / 6
KEY = rng.stream_key(20220105, 0)
RULES = {"restraint": 0, "riot_control": 1, "self_defence": 2, "without_warning": 3}


class Squares:
    """Many squares alike, each with a crowd, a force and 50 residents at home who are calm."""

    def __init__(self, cells: int, crowd: int, force: int, teams: int = 0) -> None:
        self.crowd = np.full(cells, crowd, np.int32)
        self.force = np.full(cells, force, np.int64)
        self.teams = np.full(cells, teams, np.int64)
        self.cell_start = (np.arange(cells + 1) * crowd).astype(np.int32)
        self.cell_slots = np.arange(max(1, cells * crowd), dtype=np.int32)
        self.slot_person = (1_000_000 + np.arange(max(1, cells * crowd))[::-1]).astype(np.int32)
        self.first_resident = np.arange(cells + 1, dtype=np.int64) * 50
        self.status = np.zeros(1_000_000 + cells * crowd, np.uint8)
        self.status[1_000_000:] = PROTESTING
        self.arrests, self.harm = np.zeros(cells, np.int64), np.zeros(cells, np.int64)
        room = 100_000
        self.columns = (
            np.empty(room, np.int32), np.empty(room, np.uint8), np.empty(room), np.empty(room, np.int32),
            np.empty(room, np.int32), np.empty((room, 3)),
        )  # fmt: skip

    def police(self, *, arrest: float = 0.0, melee: float = 0.0, kinetic: float = 0.0, lethality: float = 0.0,
               rules: int = 1, tick: int = 0) -> Any:  # fmt: skip
        """Person, status, time and cell of what police propose in one tick, (proposal,) each."""
        n = crowd_control.police_crowd(
            KEY, tick, DT, self.crowd, self.force, self.teams, rules, arrest, melee, kinetic, lethality,
            self.cell_start, self.cell_slots, self.slot_person, self.arrests, self.harm, *self.columns, 0,
        )  # fmt: skip
        return [column[:n].copy() for column in self.columns[:4]]

    def fire(self, *, armed: int, lethality: float, rules: int = 3, ratio: float = 10.0, in_sight: float = 60.0,
             per_killed: float = 4.0, gathering: float = 0.0, stray: float = 0.0,
             dying: float = 0.2) -> Any:  # fmt: skip
        """The same of what fire does."""
        n = crowd_control.fire(
            KEY, 0, DT, self.crowd, self.force, np.full(self.crowd.size, armed, np.int64), rules, ratio, gathering,
            lethality, in_sight, per_killed, stray, np.full(self.crowd.size, dying), self.first_resident,
            self.status, self.cell_start, self.cell_slots, self.slot_person, self.harm, *self.columns, 0,
        )  # fmt: skip
        return [column[:n].copy() for column in self.columns[:4]]


def assert_poisson(cell: Any, cells: int, mean: float) -> None:
    """Counts by cell have this mean, and the variance of a Poisson count."""
    counts = np.bincount(cell, minlength=cells)
    assert abs(counts.mean() - mean) < 4 * math.sqrt(mean / cells)
    assert 1e-3 < stats.chi2(cells).sf(((counts - mean) ** 2 / mean).sum()) < 1 - 1e-3


def assert_share(hits: int, trials: int, share: float) -> None:
    """So many hits are within four standard errors of a share of so many trials."""
    assert abs(hits - trials * share) < 4 * math.sqrt(trials * share * (1 - share))


def assert_in_crowd(squares: Squares, person: Any, time: Any, cell: Any) -> None:
    """Those concerned are in the crowd of the cell, and the time is within the tick."""
    slot = 1_000_000 + squares.slot_person.size - 1 - person
    assert np.all((slot >= squares.cell_start[cell]) & (slot < squares.cell_start[cell + 1]))
    assert np.all((time > 0) & (time < DT))


def test_arrests_are_poisson_with_the_rate_of_free_teams_that_meet_protesters() -> None:
    squares = Squares(2_000, crowd=30, force=10, teams=12)
    person, status, time, cell = squares.police(arrest=0.8)
    assert_poisson(cell, 2_000, 0.8 * 12 * 30 / 40 * DT)
    assert set(status) == {DETAINED}
    assert squares.arrests.tolist() == np.bincount(cell, minlength=2_000).tolist()
    assert squares.harm.sum() == 0
    assert np.unique(person).size == person.size
    assert_in_crowd(squares, person, time, cell)


@pytest.mark.parametrize(("crowd", "teams", "arrests"), [(30, 3, 3), (2, 3, 2), (30, 0, 0), (0, 3, 0)])
def test_no_team_makes_two_arrests_at_once_and_no_one_is_arrested_who_is_not_there(
    crowd: int, teams: int, arrests: int
) -> None:
    squares = Squares(20, crowd=crowd, force=12, teams=teams)
    assert np.bincount(squares.police(arrest=1e4)[3], minlength=20).tolist() == [arrests] * 20


@pytest.mark.parametrize(("crowd", "force"), [(60, 10), (10, 60)])
def test_hand_to_hand_injuries_follow_contacts_and_the_odds(crowd: int, force: int) -> None:
    squares = Squares(2_000, crowd, force)
    person, status, time, cell = squares.police(melee=2.0)
    assert_poisson(cell, 2_000, 2.0 * 10 * force / 70 * DT)  # contacts = the smaller side
    assert set(status) == {INJURED}
    assert squares.harm.tolist() == np.bincount(cell, minlength=2_000).tolist()
    assert_in_crowd(squares, person, time, cell)


def test_projectiles_follow_members_and_odds_and_kill_their_share() -> None:
    # 2.67 % of those injured by kinetic projectiles die: Haar et al. 2017
    squares = Squares(2_000, crowd=60, force=20)
    _, status, _, cell = squares.police(kinetic=1.5, lethality=0.0267)
    assert_poisson(cell, 2_000, 1.5 * 20 * 60 / 80 * DT)
    assert_share(int((status == DEAD).sum()), status.size, 0.0267)
    assert set(status) == {INJURED, DEAD}


def test_under_restraint_no_projectile_flies() -> None:
    assert Squares(200, crowd=60, force=20).police(kinetic=50.0, rules=RULES["restraint"])[0].size == 0


@pytest.mark.parametrize(("crowd", "force"), [(0, 20), (40, 0)])
def test_one_side_alone_hurts_no_one(crowd: int, force: int) -> None:
    squares = Squares(100, crowd, force, teams=5)
    assert squares.police(arrest=9.0, melee=9.0, kinetic=9.0)[0].size == 0
    assert squares.harm.sum() == 0


def test_fire_hits_with_its_rate_and_kills_its_share() -> None:
    squares = Squares(2_000, crowd=80, force=30)
    person, status, time, cell = squares.fire(armed=20, lethality=0.2, per_killed=4.0, in_sight=60.0)
    # deaths per armed member and hour, times A / (A + K + in_sight), times 1 + 4 hits for each death
    assert_poisson(cell, 2_000, 0.2 * 5 * 20 * 80 / (80 + 20 + 60) * DT)
    assert_share(int((status == DEAD).sum()), status.size, 1 / 5)
    assert set(status) == {INJURED, DEAD}
    assert squares.harm.tolist() == np.bincount(cell, minlength=2_000).tolist()
    assert_in_crowd(squares, person, time, cell)


def test_more_die_where_care_is_far() -> None:
    status = Squares(2_000, crowd=80, force=30).fire(armed=20, lethality=0.2, dying=0.4)[1]
    assert_share(int((status == DEAD).sum()), status.size, 0.4)


@pytest.mark.parametrize("lethality", [0.02, 0.5])
def test_a_hit_is_on_a_calm_resident_of_the_cell_with_the_stray_probability(lethality: float) -> None:
    squares = Squares(2_000, crowd=80, force=30)
    person, _, _, cell = squares.fire(armed=20, lethality=lethality, stray=0.3)
    astray = person < 1_000_000
    assert_share(int(astray.sum()), person.size, 0.3)
    assert np.all(person[astray] // 50 == cell[astray])
    squares.status[:100_000] = DETAINED
    assert np.all(squares.fire(armed=20, lethality=lethality, stray=0.3)[0] >= 1_000_000)


@pytest.mark.parametrize(
    ("rules", "crowd", "fires"),
    [
        ("restraint", 900, False), ("riot_control", 900, False), ("self_defence", 300, False),
        ("self_defence", 301, True), ("without_warning", 5, True),
    ],
)  # fmt: skip
def test_rules_of_engagement_say_who_fires(rules: str, crowd: int, fires: bool) -> None:
    # Self-defence: where protesters outnumber the force by more than the overrun ratio of 10
    hit = Squares(20, crowd, force=30).fire(armed=30, lethality=5.0, rules=RULES[rules])[0]
    assert (hit.size > 0) == fires


def test_nobody_fires_without_arms_and_no_more_are_hit_than_are_there() -> None:
    assert Squares(20, crowd=80, force=30).fire(armed=0, lethality=5.0)[0].size == 0
    cell = Squares(20, crowd=3, force=30).fire(armed=30, lethality=1e4)[3]
    assert np.bincount(cell).tolist() == [3] * 20


def units(cell: Any, *, strength: int = 12, crowd: int = 40, hour: float = 5.0, tick: int = 0, melee: float = 0.0,
          melee_lethality: float = 0.0, overrun: float = 0.0, arrests: Any = 0, busy: Any = 0, recovers: Any = -1.0,
          injured: Any = 0) -> Any:  # fmt: skip
    """New injured, dead, recovery hours, busy teams; members hurt. Ratio 5, recovery 3 h, booking 1 h, teams of 4."""
    cell = np.array(cell, np.int32)
    n, cells = cell.size, int(cell.max()) + 1
    columns = [np.full(n, injured, np.int32), np.zeros(n, np.int32), np.full(n, recovers, float),
               np.full(n, busy, np.int32)]  # fmt: skip
    out = [np.zeros(n, np.int32), np.zeros(n, np.int32), np.zeros(n), np.zeros(n, np.int32)]
    fit = np.where((columns[2] <= hour) & (cell >= 0), strength - columns[0], 0).astype(np.int64)
    force = np.bincount(cell.clip(0), weights=fit, minlength=cells).astype(np.int64)
    hurt = crowd_control.units(
        KEY, tick, hour, DT, np.full(cells, crowd, np.int32), force, np.full(cells, arrests, np.int64), melee,
        melee_lethality, overrun, 5.0, 3.0, 1.0, 4.0, cell, fit, *columns, *out,
    )  # fmt: skip
    return *out, hurt[0]


@pytest.mark.parametrize("crowd", [6, 60])
@pytest.mark.parametrize("in_a_cell", [1, 2])
def test_members_are_injured_at_the_rate_of_contacts_and_odds_however_they_are_split_up(
    in_a_cell: int, crowd: int
) -> None:
    cells = np.repeat(np.arange(2_000), in_a_cell)
    injured, dead, _, _, hurt = units(cells, strength=12 // in_a_cell, crowd=crowd, melee=1.5)
    assert_poisson(np.repeat(cells, injured), 2_000, 1.5 * min(12, crowd) * crowd / (crowd + 12) * DT)
    assert (hurt, dead.sum()) == (injured.sum(), 0)


def test_of_members_hurt_hand_to_hand_the_stated_share_dies_and_no_more_are_hurt_than_there_are() -> None:
    injured, dead, _, _, hurt = units(np.arange(3_000), melee=3.0, melee_lethality=0.1)
    assert hurt == injured.sum() + dead.sum()
    assert_share(int(dead.sum()), hurt, 0.1)
    assert units(np.arange(10), melee=1e4, strength=7)[0].tolist() == [7] * 10
    assert units([0], melee=1e4, strength=7, injured=7)[4] == 0


@pytest.mark.parametrize("crowd", [30, 60, 240])
def test_a_unit_is_overrun_at_the_stated_rate_and_is_out_of_action_for_the_recovery_time(crowd: int) -> None:
    # h = A / (5 C) = 1/2, 1, 4 with 12 members: rates 2 h^4 / (1 + h^4) = 2/17, 1, 2 * 256/257
    pressure = (crowd / 60) ** 4
    recovers = units(np.arange(4_000), crowd=crowd, overrun=2.0)[2]
    overrun = recovers > 0
    assert_share(int(overrun.sum()), 4_000, 1 - math.exp(-2 * pressure / (1 + pressure) * DT))
    assert recovers[overrun] == pytest.approx(5.0 + DT + 3.0)
    assert set(recovers[~overrun]) == {-1.0}


@pytest.mark.parametrize("case", [{"cell": [-1, 0], "recovers": -1.0}, {"cell": [0, 0], "recovers": [5.5, -1.0]}])
def test_a_unit_off_the_map_or_out_of_action_takes_no_part(case: dict[str, Any]) -> None:
    injured, dead, recovers, busy, _ = units(melee=50.0, overrun=50.0, arrests=3, busy=0, **case)
    assert (injured[0], dead[0], busy[0]) == (0, 0, 0)
    assert recovers[0] == np.ravel(case["recovers"])[0]
    assert injured[1] > 0
    assert 1 <= busy[1] <= 3  # a booking may end within the tick


def test_arrests_keep_teams_busy_for_an_exponential_time() -> None:
    # 12 members are 3 teams, one of them busy: 2 of 3 arrests go to the first unit, the third to the next.
    booked = [units([0, 0], arrests=3, busy=[1, 0], tick=tick)[3] for tick in range(200)]
    assert np.max(booked, axis=0).tolist() == [3, 1]
    busy = units(np.zeros(4_000, int), busy=3, crowd=0)[3]
    assert_share(int(busy.sum()), 12_000, math.exp(-DT / 1.0))


def test_a_booking_that_begins_within_the_tick_may_end_within_it() -> None:
    taken = units(np.arange(4_000), arrests=3)[3]
    times = np.linspace(0.0, DT, 1001)
    assert_share(int(taken.sum()), 12_000, float(np.exp(-times / 1.0).mean()))


def test_free_teams_are_those_of_fit_members_less_those_that_are_busy() -> None:
    out = np.full(4, 99, np.int64)
    cell, busy = np.array([0, 0, 1, -1, 1, 3], np.int32), np.array([1, 0, 0, 0, 7, 0], np.int32)
    fit = np.array([12, 8, 0, 0, 8, 8], np.int64)
    crowd = np.array([5, 5, 5, 0], np.int32)
    crowd_control.free_teams_by_cell(KEY, crowd, cell, fit, busy, 4.0, out)
    # 12 / 4 - 1 and 8 / 4; the third recovers, the fourth is off the map, the fifth has more busy teams than men, and
    # the last sees no crowd
    assert out.tolist() == [4, 0, 0, 0]


def test_small_units_have_as_many_teams_as_one_large() -> None:
    out = np.zeros(1, np.int64)
    cell, busy = np.zeros(4_000, np.int32), np.zeros(4_000, np.int32)
    crowd_control.free_teams_by_cell(KEY, np.ones(1, np.int32), cell, np.full(4_000, 3, np.int64), busy, 4.0, out)
    assert_share(int(out[0]), 4_000, 3 / 4)


def scene(rules: int = 1, **numbers: float) -> Any:
    """Two cells with 40 protesters and 20 armed members each; nothing happens unless numbers say so."""
    rates = ("arrest", "melee_forces", "melee_crowd", "overrun", "kinetic", "lethality", "melee_lethality")
    given = {f"crowd_control.{name}": 0.0 for name in rates} | {
        "crowd_control.kinetic_lethality": 0.0, "crowd_control.stray": 0.0, "crowd_control.of_wounds": 0.0,
        "crowd_control.in_sight": 50.0, "crowd_control.wounded_per_killed": 3.0, "crowd_control.team": 4.0,
        "crowd_control.gathering": 0.0, "crowd_control.overrun_ratio": 1.0, "crowd_control.recovery": 3.0,
        "crowd_control.booking": 1.0,
    } | {f"crowd_control.{name}": value for name, value in numbers.items()}  # fmt: skip
    unit = {"strength": 20, "firearms": True}
    hospitals = [{"kind": "hospital"}, {"kind": "hospital"}]
    c = town((200, 200), units=[unit | {"cell": 0}, unit | {"cell": 1}], facilities=hospitals, numbers=given)
    for person in range(80):
        put_in_street(c, person, home=0, phase=PRESENT, cell=person % 2)
    start(c, "rules", rules)
    return c


def test_a_tick_without_rates_does_nothing() -> None:
    c = scene(rules=3)
    crowd_control.step(c)
    assert (made(c), c.events, c.next.violence[0]) == ([], [], 0)


def test_violence_counts_protesters_where_someone_was_hurt_and_members_hurt() -> None:
    c = scene(kinetic=500.0)
    c.now.unit_cell[1] = -1
    recount(c)
    crowd_control.step(c)
    assert {cell for *_, cell in made(c)} == {0}
    assert c.next.violence[0] == 40
    c = scene(melee_forces=1e3)
    crowd_control.step(c)
    assert c.next.violence[0] == c.next.unit_injured.sum() == 40


def test_an_overrun_is_told_and_takes_the_unit_out_of_the_force() -> None:
    c = scene(overrun=1e3)
    crowd_control.step(c)
    assert [(e.kind, e.place, e.value) for e in c.events] == [("overrun", f"place_{i}", 20) for i in range(2)]
    accept(c)
    recount(c)
    assert c.now.force.tolist() == c.now.armed_force.tolist() == [0, 0]


def test_fire_needs_rules_that_allow_it() -> None:
    for rules, fires in ((1, False), (2, True), (3, True)):  # 40 protesters outnumber 20 members by more than 1
        c = scene(rules, lethality=1e3)
        crowd_control.step(c)
        assert bool(made(c)) == fires


@pytest.mark.parametrize("rules", [RULES["self_defence"], RULES["without_warning"]])
@pytest.mark.parametrize(("gathering", "fires"), [(40.0, True), (40.5, False)])
def test_groups_smaller_than_a_gathering_are_not_fired_at(gathering: float, fires: bool, rules: int) -> None:
    c = scene(rules, lethality=1e3, gathering=gathering)  # 40 protesters in each cell
    crowd_control.step(c)
    assert bool(made(c)) == fires


def test_delay_of_care_raises_the_share_that_dies_of_wounds() -> None:
    c = scene(of_wounds=0.1, delay=0.5)
    at_once = 0.1 / 0.9  # 4 wounded live for each who dies while care is at hand: 0.2 = at_once + (1 - at_once) 0.1
    assert c.share_dying(4.0) == pytest.approx([0.2, 0.2])
    start(c, "network", [1.0, 0.2])
    start(c, "holder", [CROWD, 0])
    assert c.share_dying(4.0) == pytest.approx([at_once + (1 - at_once) * 0.1 * (1 + 0.5 * d) for d in (0.5, 1.3)])
    start(c, "under_curfew", True)
    assert c.share_dying(4.0) == pytest.approx([at_once + (1 - at_once) * 0.1 * (1 + 0.5 * d) for d in (1.5, 2.3)])


@pytest.mark.parametrize(("of_wounds", "delay", "share"), [(0.6, 0.0, 0.6), (0.6, 2.0, 1.0), (1.0, 0.0, 1.0)])
def test_who_dies_of_wounds_anyhow_is_a_floor_and_everybody_the_ceiling(
    of_wounds: float, delay: float, share: float
) -> None:
    c = scene(of_wounds=of_wounds, delay=delay)
    start(c, "under_curfew", True)
    assert c.share_dying(4.0) == pytest.approx([share, share])


def test_busy_teams_make_no_arrest() -> None:
    c = scene(arrest=1e4)
    start(c, "unit_busy", [5, 3])
    crowd_control.step(c)
    assert c.fixed.arrests.tolist() == [0, 2]
    assert {status for _, status, *_ in made(c)} == {DETAINED}
    assert CALM not in c.now.status[:80]
    assert c.now.counts[COUNTS.index("detained")] == 0  # proposals only; the stepper counts


@pytest.mark.parametrize(("mandate", "fires"), [(NO_MANDATE, False), (GUARD_MANDATE, False), (CLEAR_MANDATE, True)])
def test_contingents_fire_at_crowds_only_under_a_mandate_to_clear(mandate: int, fires: bool) -> None:
    guest = {"strength": 40, "cell": 0, "firearms": True, "contingent": True}
    c = town((200,), units=[guest], numbers={"crowd_control.lethality": 9.0, "crowd_control.gathering": 0.0})
    for person in range(60):
        put_in_street(c, person, home=0, phase=PRESENT, cell=0)
    start(c, "rules", 3)
    start(c, "mandate", mandate)
    crowd_control.step(c)
    assert (DEAD in {status for _, status, _, _ in made(c)}) == fires
