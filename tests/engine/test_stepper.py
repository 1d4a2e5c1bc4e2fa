"""Of competing proposals the earliest must win, and the roster and all counts follow from what won."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contrafact.engine import stepper
from contrafact.engine.stepper import LOST
from contrafact.model.context import Context
from contrafact.model.state import (
    ARMED,
    BAND,
    CALM,
    COUNTS,
    DEAD,
    DETAINED,
    HIDDEN,
    HIDING,
    HOMEBOUND,
    INJURED,
    LEFT,
    NOWHERE,
    OUTBOUND,
    OUTSIDE,
    PRESENT,
    PROTESTING,
    RETURNING,
)
from tests.engine.towns import LATER
from tests.model.town import accept, arm, put_in_street, recount, start, town

FOUR_CELLS = (100, 100, 100, 100)


def propose(
    c: Context, person: int, status: int, time: float, cell: int = 0, site: int = -1, detail: Any = 0.0
) -> None:
    """Add a proposal; of one who is in the street it names the slot."""
    proposals, n = c.proposals, c.proposals.n
    slot = np.flatnonzero(c.now.slot_person[: c.slots] == person)
    payload = slot[0] if slot.size else site
    for column, value in zip(proposals.arrays(), (person, status, time, cell, payload, detail), strict=True):
        column[n] = value
    proposals.n += 1


def stay(c: Context) -> None:
    """Let everyone in the street stay where they are: what movement and participation would write."""
    now, n = c.now, c.slots
    for column in ("site", "origin", "progress", "phase"):
        getattr(now, f"moved_{column}")[:n] = getattr(now, f"slot_{column}")[:n]
    now.goal_after[:n] = now.slot_goal[:n]
    now.spent_after[:n] = now.slot_spent[:n] + 0.25


def settled(c: Context) -> dict[str, int]:
    """Apply the tick and tell which counts moved."""
    before = c.now.counts.copy()
    stay(c)
    stepper.apply(c)
    moved = (c.now.counts - before).tolist()
    return {name: n for name, n in zip(COUNTS, moved, strict=True) if n}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_of_competing_proposals_the_earliest_wins_in_whatever_order_they_were_made(order: tuple[int, ...]) -> None:
    c = town(FOUR_CELLS)
    put_in_street(c, 7, home=0, phase=PRESENT)
    rivals = [(DETAINED, 0.10), (DEAD, 0.05), (INJURED, 0.12)]
    for i in order:
        propose(c, 7, *rivals[i])
    assert settled(c) == {"deaths_protesters": 1}
    assert (c.now.status[7], c.slots, c.proposals.n) == (DEAD, 0, 0)


def test_ties_go_to_the_first_in_the_order_of_the_loop() -> None:
    c = town(FOUR_CELLS)
    put_in_street(c, 7, home=0, phase=PRESENT)
    for status in (INJURED, DETAINED, DEAD):
        propose(c, 7, status, 0.05)
    assert settled(c) == {"injured_protesters": 1}


def test_one_who_joins_before_a_stray_shot_is_no_bystander_and_one_hit_before_never_joins() -> None:
    c = town(FOUR_CELLS)
    for person, joins, hit in ((5, 0.01, 0.02), (6, 0.03, 0.02)):
        propose(c, person, PROTESTING, joins, site=0)
        propose(c, person, INJURED, hit)
    assert settled(c) == {"joined": 1, "injured_bystanders": 1}
    assert (c.now.status[5], c.now.status[6], c.slots) == (PROTESTING, INJURED, 1)


ROSTER = (PROTESTING, RETURNING, ARMED, HIDING)
CHANGES = [(before, after) for before, all_after in LATER.items() for after in all_after]
GROUP = {CALM: "bystanders", PROTESTING: "protesters", ARMED: "armed_persons"}
NAMED = {CALM: "returned", PROTESTING: "joined", DETAINED: "detained", LEFT: "left"}


def expected(before: int, after: int) -> list[str]:
    """Counts that one change of status raises."""
    kind = {INJURED: "injured", DEAD: "deaths"}.get(after)
    counts = [f"{kind}_{GROUP[before]}" if kind else NAMED.get(after, "changed")]
    counts += ["entered"] if before == OUTSIDE else []
    return counts + (["took_arms"] if (before, after) == (PROTESTING, ARMED) else [])


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 9), st.integers(0, 5), st.integers(0, 3)), max_size=40))
def test_settling_agrees_with_a_plain_reading_of_the_rule(drawn: list[tuple[int, int, int, int]]) -> None:
    # Persons 2 i and 2 i + 1 have the i-th of the statuses that anything may follow.
    status = np.repeat(np.array(list(LATER), np.uint8), 2)
    before = status.tolist()
    proposals = [(who, LATER[before[who]][pick % len(LATER[before[who]])], when, cell)
                 for who, pick, when, cell in drawn]  # fmt: skip
    person, new, time, where = (
        np.array([p[i] for p in proposals], kind)
        for i, kind in enumerate((np.int32, np.uint8, float, np.int32))
    )  # fmt: skip
    winner, counts = np.zeros(12, np.int32), np.zeros(len(COUNTS), np.int64)
    deaths, harmed = np.full(4, 9, np.int32), np.full(4, 9, np.int32)
    roster = [who for who in range(12) if before[who] in ROSTER]
    payload = np.array([roster.index(who) if who in roster else 7 for who, *_ in proposals], np.int32)
    fate = np.zeros(12, np.uint8)
    won: dict[int, int] = {}
    for i, (who, _, when, _) in enumerate(proposals):
        if who not in won or when < proposals[won[who]][2]:
            won[who] = i
    late = np.zeros(12)
    newcomers = stepper.settle(
        len(proposals), len(roster), 6.0, person, new, time, where, payload, winner, status, fate, late, counts, deaths,
        harmed,
    )  # fmt: skip
    after = {who: proposals[i][1] for who, i in won.items()}
    assert fate[: len(roster)].tolist() == [after.get(who, LOST) for who in roster]
    back = {who for who, status_after in after.items() if status_after == RETURNING}
    assert late[: len(roster)].tolist() == [6.0 - proposals[won[who]][2] if who in back else 0.0 for who in roster]
    assert status.tolist() == [after.get(who, before[who]) for who in range(12)]
    assert [i for i in range(len(proposals)) if new[i] != LOST] == sorted(won.values())
    assert newcomers == sum(before[who] not in ROSTER and after[who] in ROSTER for who in won)
    assert {i for i in won.values() if payload[i] < 0} == {i for who, i in won.items() if before[who] == OUTSIDE}
    assert not winner.any()
    raised = [name for who in won for name in expected(before[who], after[who])]
    assert counts.tolist() == [raised.count(name) for name in COUNTS]
    for cell in range(4):
        there = [after[who] for who, i in won.items() if proposals[i][3] == cell and before[who] != ARMED]
        assert (deaths[cell], harmed[cell]) == (there.count(DEAD), there.count(DEAD) + there.count(INJURED))


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_a_change_raises_the_counts_that_its_name_tells_and_no_other(before: int, after: int) -> None:
    c = town(FOUR_CELLS)
    person = 5 if before != OUTSIDE else int(c.fixed.persons)
    if before in (ARMED, HIDING):
        arm(c, person, cell=0, hidden=before == HIDING)
    elif before in ROSTER:
        put_in_street(c, person, home=0, phase=PRESENT if before == PROTESTING else HOMEBOUND)
    c.now.status[person] = before
    propose(c, person, after, 0.1, site=0)
    assert settled(c) == dict.fromkeys(expected(before, after), 1)
    assert (c.now.status[person], c.slots) == (after, after in ROSTER)


def test_who_takes_up_arms_stays_in_the_slot_and_the_cell_and_is_counted_with_the_armed() -> None:
    c = town(FOUR_CELLS)
    put_in_street(c, 310, home=3, phase=OUTBOUND, cell=2, progress=1.4, spent=0.5)
    for status, phase, crowds in ((ARMED, BAND, (0, 1, 0)), (HIDING, HIDDEN, (0, 0, 1)), (ARMED, BAND, (0, 1, 0))):
        propose(c, 310, status, 0.1, cell=2)
        settled(c)
        now = c.now
        assert (now.slot_person[0], now.slot_phase[0], now.slot_cell[0], now.slot_goal[0]) == (310, phase, 2, NOWHERE)
        assert (now.crowd[2], now.armed[2], now.hidden[2]) == crowds
        assert now.active_home[3] == 1 - crowds[2]
        assert c.slots == 1
        c.tick += 1


def test_an_armed_person_who_is_hit_is_no_unarmed_person_harmed() -> None:
    c = town(FOUR_CELLS)
    for person, phase in ((310, DEAD), (311, INJURED)):
        arm(c, person, cell=3)
        propose(c, person, phase, 0.1, cell=3)
    assert settled(c) == {"deaths_armed_persons": 1, "injured_armed_persons": 1}
    assert (c.now.deaths_now.sum(), c.now.harmed_now.sum(), c.slots) == (0, 0, 0)


def test_an_armed_person_goes_where_movement_says_with_the_goal_that_the_band_gave() -> None:
    c = town(FOUR_CELLS)
    arm(c, 310, cell=3)
    stay(c)
    c.now.moved_cell[0], c.now.moved_progress[0], c.now.goal_after[0] = 2, 0.3, 1
    stepper.apply(c)
    now = c.now
    assert (now.slot_cell[0], now.slot_progress[0], now.slot_goal[0], now.armed.tolist()) == (2, 0.3, 1, [0, 0, 1, 0])


def test_who_comes_from_outside_is_appended_armed_where_they_enter() -> None:
    c = town(FOUR_CELLS)
    outsider = int(c.fixed.persons)
    put_in_street(c, 310, home=3)
    propose(c, outsider, ARMED, 0.1, cell=2, detail=(1.0, 0.0, 1e9))
    settled(c)
    now = c.now
    assert (now.slot_person[:2].tolist(), now.slot_phase[1], now.slot_goal[1]) == ([310, outsider], BAND, NOWHERE)
    assert (now.slot_cell[1], now.slot_home[1], now.armed.tolist()) == (2, 2, [0, 0, 1, 0])


def test_a_unit_loses_no_member_twice_and_hits_by_fire_give_way_to_injuries_by_hand() -> None:
    # 10 members, 4 of them lost before. Of the 6, 4 are hurt by hand; of 5 hit by fire (3 wounded) only 2 are left.
    c = town(FOUR_CELLS, units=[{"cell": 0, "strength": 10}] * 3)
    start(c, "unit_shot", 4)
    c.next.unit_injured[:], c.next.unit_dead[:] = [3, 3, 0], [1, 1, 1]
    c.next.unit_shot[:], c.next.unit_killed[:] = [4 + 3, 4 + 0, 4 + 3], [2, 5, 2]
    settled(c)
    now = c.now
    assert (now.unit_shot.tolist(), now.unit_killed.tolist()) == ([4, 4, 7], [2, 2, 2])
    assert now.unit_fit.tolist() == [0, 0, 0]


def test_in_the_roster_the_last_takes_the_slot_of_one_who_is_gone_and_newcomers_come_last() -> None:
    c = town(FOUR_CELLS)
    for person in (310, 20, 130, 40):
        put_in_street(c, person, home=person // 100, phase=PRESENT, cell=0)
    propose(c, 20, DETAINED, 0.1)
    propose(c, 333, PROTESTING, 0.1, cell=3, site=0, detail=(0.7, 0.2, 1.5))
    propose(c, 1, PROTESTING, 0.0, cell=0, site=0, detail=(0.6, 0.3, 0.5))
    settled(c)
    now, n = c.now, c.slots
    assert now.slot_person[:n].tolist() == [310, 40, 130, 333, 1]
    assert now.slot_home[:n].tolist() == [3, 0, 1, 3, 0]
    assert now.slot_cell[:n].tolist() == [0, 0, 0, 3, 0]
    assert now.slot_phase[:n].tolist() == [PRESENT] * 3 + [OUTBOUND] * 2
    assert now.slot_spent[:n].tolist() == [0.25] * 3 + [0.0] * 2
    assert now.slot_hardship[3:n].tolist() == [0.7, 0.6]
    assert now.slot_aversion[3:n].tolist() == [0.2, 0.3]
    assert now.slot_patience[3:n].tolist() == [1.5, 0.5]


def test_one_who_leaves_sets_out_for_home_from_the_site_and_is_no_longer_of_the_crowd() -> None:
    c = town(FOUR_CELLS)
    put_in_street(c, 310, home=3, phase=PRESENT, cell=0)
    propose(c, 310, RETURNING, 0.1)
    assert settled(c) == {"changed": 1}
    now = c.now
    assert (now.slot_phase[0], now.slot_progress[0], now.slot_cell[0]) == (HOMEBOUND, 3.0, 0)
    assert (now.crowd.sum(), now.active_home.sum(), now.on_site.sum(), c.slots) == (0, 0, 0, 1)


def test_one_who_comes_home_leaves_the_roster_calm() -> None:
    c = town(FOUR_CELLS)
    put_in_street(c, 310, home=3, phase=HOMEBOUND)
    propose(c, 310, CALM, 0.1, cell=3)
    assert settled(c) == {"returned": 1}
    assert (c.now.status[310], c.slots) == (CALM, 0)


def test_counts_by_cell_home_and_site_agree_with_the_roster() -> None:
    generator = np.random.default_rng(8)
    c = town(FOUR_CELLS, sites=(0, 2))
    for person in range(0, 400, 5):
        put_in_street(
            c, person, home=person // 100, site=int(generator.integers(2)), phase=int(generator.integers(4)),
            cell=int(generator.integers(4)),
        )  # fmt: skip
    now, n = c.now, c.slots
    out = now.slot_phase[:n] != HOMEBOUND
    cell, home, site = (getattr(now, f"slot_{name}")[:n] for name in ("cell", "home", "site"))
    assert now.crowd.tolist() == np.bincount(cell[out], minlength=4).tolist()
    assert now.active_home.tolist() == np.bincount(home[out], minlength=4).tolist()
    present = now.slot_phase[:n] == PRESENT
    assert now.on_site.tolist() == np.bincount(site[present], minlength=2).tolist()
    for c0 in range(4):
        listed = now.cell_slots[now.cell_start[c0] : now.cell_start[c0 + 1]].tolist()
        assert listed == [i for i in range(n) if out[i] and cell[i] == c0]


def test_events_are_counted_in_every_cell_around_them() -> None:
    events, out = np.array([0, 3, 0, 1], np.int32), np.full(4, 7, np.int32)
    start = np.array([0, 2, 5, 8, 10], np.int32)
    cell = np.array([0, 1, 0, 1, 2, 1, 2, 3, 2, 3], np.int32)
    stepper.spread(events, start, cell, out)
    assert out.tolist() == [3, 3, 4, 1]


def test_force_is_those_fit_for_duty_on_the_map_and_in_action() -> None:
    units = [
        {"cell": 0, "strength": 10}, {"cell": 0, "strength": 7, "firearms": True}, {"cell": -1, "strength": 50},
        {"cell": 2, "strength": 9, "firearms": True, "contingent": True},
    ]  # fmt: skip
    c = town(FOUR_CELLS, units=units)
    c.now.unit_injured[:], c.now.unit_dead[:], c.now.unit_recovers[0] = [1, 1, 0, 2], [1, 0, 0, 0], 0.5
    c.now.unit_shot[:], c.now.unit_killed[:] = [0, 1, 0, 1], [0, 0, 0, 1]
    for tick, force in ((0, [5, 0, 5, 0]), (3, [13, 0, 5, 0])):
        c.tick = tick
        recount(c)
        assert c.now.force.tolist() == force
        assert c.now.armed_force.tolist() == [5, 0, 5, 0]
    counts = dict(zip(COUNTS, c.now.counts.tolist(), strict=True))
    assert (counts["injured_state_forces"], counts["deaths_state_forces"]) == (3, 1)
    assert (counts["injured_contingents"], counts["deaths_contingents"]) == (3, 1)


@pytest.mark.parametrize("ticks_per_hour", [4, 5, 6, 10, 12])
def test_a_unit_counts_in_the_force_from_the_very_tick_in_which_it_acts_again(ticks_per_hour: int) -> None:
    # Crowd control takes it as fit where recovers <= hour; the hours are not sums of ticks to the last bit.
    c = town(FOUR_CELLS, units=[{"cell": 0, "strength": 10}], ticks_per_hour=ticks_per_hour)
    for overrun in range(120):
        recovers = overrun / ticks_per_hour + c.dt + 5.0
        c.now.unit_recovers[0] = recovers
        for c.tick in range(overrun + 5 * ticks_per_hour - 1, overrun + 5 * ticks_per_hour + 3):
            recount(c)
            assert (c.now.force[0] == 10) == (recovers <= c.hour)


def test_the_roster_grows_and_loses_nobody() -> None:
    c = town((3000,), room=16)
    for wave in range(4):
        for person in range(wave * 500, wave * 500 + 500):
            if c.proposals.n == c.proposals.person.size:
                c.proposals.reserve(c.proposals.n + 1)
            propose(c, person, PROTESTING, 0.1, site=0, detail=(person / 3000, 0.5, 1e9))
        assert settled(c) == {"joined": 500}
        c.tick += 1
    assert c.now.slot_person[: c.slots].tolist() == list(range(2000))
    assert c.now.slot_hardship[: c.slots] == pytest.approx(np.arange(2000) / 3000)
    assert c.next.slot_person is c.now.slot_person


def test_the_next_state_becomes_the_present_one_and_stays_a_copy() -> None:
    c = town(FOUR_CELLS)
    c.next.legitimacy[:] = [0.1, 0.2, 0.3, 0.4]
    settled(c)
    assert c.now.legitimacy.tolist() == [0.1, 0.2, 0.3, 0.4]
    c.next.legitimacy[0] = 0.9
    assert c.now.legitimacy[0] == 0.1
    accept(c)
    assert c.now.legitimacy[0] == 0.9
