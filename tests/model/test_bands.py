"""Bands must choose with the stated odds, mass only where they can agree, leave by open ways only, hide and return."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from contrafact import rng
from contrafact.model import bands
from contrafact.model.bands import AMBUSH, DISPERSE, OPEN
from contrafact.model.context import Context
from contrafact.model.state import ARMED, BAND, CALM, CROWD, EXIT, HIDDEN, HIDING, LEFT, NOWHERE
from tests.model.town import arm, made, play, populate, start, town

KEY = rng.stream_key(20220106, 0)
CELLS = 20_000
WEIGHTS = {"attack": 2.0, "ambush": 1.0, "disperse": 0.9, "escape": 0.3}
WAYS = ("reach_exit", "exit_hop")
IDLE = {f"bands.{name}": 0.0 for name in (*WEIGHTS, "cohesion", "emerge", "give_up")}
NEAREST, COMMON = 77, 88  # places of the first and of the second target


def choices(*, band: int = 30, near: int = 60, open_way: bool = True, defenders: Any = (70, 70), target: int = 0,
            common: int = -1, network: float = 0.0, cohesion: float = 0.0, **weights: float) -> Any:  # fmt: skip
    """What 20,000 bands alike choose; each is in sight of ``near`` armed forces."""
    goal, posture = np.full(CELLS, 99, np.int64), np.full(CELLS, 99, np.int8)
    weights = WEIGHTS | weights
    bands.choose(
        KEY, 0, np.full(CELLS, band, np.int32), np.full(CELLS, near, np.int64), np.full(CELLS, network),
        np.full(CELLS, open_way), np.full(CELLS, target, np.int64), np.array(defenders, np.int64),
        np.array([NEAREST, COMMON], np.int64), common, cohesion, weights["attack"], weights["ambush"],
        weights["disperse"], weights["escape"], goal, posture,
    )  # fmt: skip
    assert set(posture) <= {OPEN, AMBUSH}
    assert np.all(goal[posture == AMBUSH] == NOWHERE)
    of_goal = {"attack": NEAREST, "common": COMMON, "disperse": DISPERSE, "escape": EXIT}
    found = {name: int((goal == value).sum()) for name, value in of_goal.items()}
    found["ambush"] = int((posture == AMBUSH).sum())
    return found | {"hold": CELLS - sum(found.values())}


def assert_odds(found: dict[str, int], **odds: float) -> None:
    """Choices are in these proportions by a chi-square test at one in a thousand; the others are never made.

    Of 20,000, a share of 0.2 that were 0.22 would be refused with probability 0.99.
    """
    assert {name for name, count in found.items() if count} == set(odds)
    if len(odds) == 1:
        return
    expected = np.array([found[name] for name in odds]).sum() * np.array(list(odds.values())) / sum(odds.values())
    assert stats.chisquare([found[name] for name in odds], expected).pvalue > 1e-3


def test_bands_choose_in_proportion_to_the_stated_weights() -> None:
    # 30 against 70 defenders: 2 x 0.3; 60 in sight of 30: two thirds of each of the others
    assert_odds(choices(), hold=1.0, attack=0.6, ambush=2 / 3, disperse=0.6, escape=0.2)


def test_with_no_armed_forces_near_a_band_only_holds_or_attacks() -> None:
    assert_odds(choices(near=0), hold=1.0, attack=0.6)


def test_an_encircled_band_does_not_try_to_escape() -> None:
    assert_odds(choices(open_way=False), hold=1.0, attack=0.6, ambush=2 / 3, disperse=0.6)


def test_without_a_target_nobody_attacks() -> None:
    assert_odds(choices(target=-1), hold=1.0, ambush=2 / 3, disperse=0.6, escape=0.2)


def test_an_undefended_target_is_attacked_with_the_full_weight() -> None:
    assert_odds(choices(defenders=(0, 0), near=0), hold=1.0, attack=2.0)


def test_a_band_without_weights_holds() -> None:
    assert_odds(choices(attack=0.0, ambush=0.0, disperse=0.0, escape=0.0), hold=1.0)


@pytest.mark.parametrize(
    ("network", "cohesion", "agree"),
    [(0.0, 0.0, 0.0), (0.4, 0.0, 0.4), (0.0, 0.7, 0.7), (0.4, 0.7, 0.7), (1.0, 0.0, 1.0)],
)
def test_bands_mass_on_the_common_target_only_as_far_as_network_or_cohesion_reach(
    network: float, cohesion: float, agree: float
) -> None:
    # Those who agree count all 600,000 armed persons against 200,000 defenders: 2 x 3/4; the others 30 against 70
    found = choices(near=0, defenders=(70, 200_000), common=1, network=network, cohesion=cohesion)
    odds = {"attack": (1 - agree) * 0.6 / 1.6, "common": agree * 1.5 / 2.5}
    odds["hold"] = 1 - sum(odds.values())
    assert_odds(found, **{name: share for name, share in odds.items() if share > 0})


def test_where_there_is_no_band_nothing_is_chosen() -> None:
    assert_odds(choices(band=0), hold=1.0)


HALL = {"kind": "government"}


def square(units: Any = (), facilities: Any = (), **numbers: float) -> Context:
    """Seven cells in a row, the outer two at the edge; bands hold unless numbers say otherwise."""
    given = IDLE | {f"bands.{name}": value for name, value in numbers.items()}
    return town([50] * 7, units=units, facilities=facilities, numbers=given)


def test_a_band_alone_goes_for_the_nearest_facility_that_the_state_holds_and_never_for_a_hospital() -> None:
    facilities = [
        {"kind": "hospital", "cell": 3}, HALL | {"cell": 2}, HALL | {"cell": 6}, HALL | {"cell": 1}
    ]  # fmt: skip
    c = square(facilities=facilities, attack=1e9)
    start(c, "network", 0.0)
    start(c, "holder", [0, CROWD, 0, 0])
    people = [arm(c, 150, 3), arm(c, 0, 0), arm(c, 250, 5)]
    bands.step(c)
    assert c.now.goal_after[people].tolist() == [1, 1, 6]


def test_defenders_are_the_forces_within_reach_of_the_facility() -> None:
    c = square([{"cell": 2, "strength": 40}, {"cell": 3, "strength": 9}], [HALL | {"cell": 2}, HALL | {"cell": 5}])
    held, defenders = bands.targets(c)
    assert (held.tolist(), defenders.tolist()) == ([0, 1], [40, 0])


def test_the_common_target_is_one_for_all_and_drawn_anew_every_hour_in_favour_of_the_weakly_defended() -> None:
    # 150 defenders: 1 / (1 + 150 / 50) = 1/4 against 1; four standard errors of 400 draws of 0.8 are 32.
    facilities = [HALL | {"cell": 2}, HALL | {"cell": 6}]
    c = square([{"cell": 2, "strength": 150}], facilities, attack=1e9, cohesion=1.0)
    start(c, "network", 0.0)
    people = [arm(c, 50 * cell, cell) for cell in (0, 3, 5)]
    goals = []
    for hour in range(400):
        c.tick = 6 * hour
        bands.step(c)
        assert len(set(c.now.goal_after[people].tolist())) == 1
        goals.append(int(c.now.goal_after[people[0]]))
    assert set(goals) == {2, 6}
    assert abs(goals.count(6) - 320) < 32


def test_bands_fear_those_with_firearms_only() -> None:
    for firearms, expected in ((False, OPEN), (True, AMBUSH)):
        c = square([{"cell": 3, "strength": 40, "firearms": firearms}], ambush=1e9)
        arm(c, 150, 3)
        bands.step(c)
        assert c.next.posture[3] == expected


def out(force: Any, armed: Any) -> tuple[list[bool], list[int]]:
    """Way open and next cell on the way out, on a row of seven cells."""
    fixed = square().fixed
    reach, hop = np.zeros(7, bool), np.zeros(7, np.int32)
    bands.ways_out(np.array(armed, np.int32), np.array(force, np.int64), fixed.edge_cells, fixed.neighbour_start,
                   fixed.neighbour, reach, hop)  # fmt: skip
    return reach.tolist(), hop.tolist()


def test_the_way_out_is_the_shortest_to_the_edge() -> None:
    reach, hop = out([0] * 7, [0] * 7)
    assert reach == [True] * 7
    assert hop in ([0, 0, 1, 2, 5, 6, 6], [0, 0, 1, 4, 5, 6, 6])


def test_no_way_leads_through_a_cell_that_state_forces_hold() -> None:
    reach, hop = out([0, 5, 0, 0, 0, 0, 0], [0] * 7)
    assert reach == [True] * 7
    assert hop == [0, 0, 3, 4, 5, 6, 6]  # out of the held cell itself the way is open


def test_a_band_between_two_held_cells_is_encircled() -> None:
    reach, _ = out([0, 0, 5, 0, 5, 0, 0], [0, 0, 0, 3, 0, 0, 0])
    assert reach == [True, True, True, False, True, True, True]


def test_a_cell_is_held_where_forces_outnumber_armed_persons_and_not_where_they_are_as_many() -> None:
    assert out([0, 5, 0, 0, 0, 5, 0], [0, 5, 0, 1, 0, 4, 0])[0] == [True] * 7
    assert out([0, 5, 0, 0, 0, 5, 0], [0, 4, 0, 1, 0, 4, 0])[0] == [True, True, False, False, False, True, True]


def test_at_the_edge_nobody_is_encircled_and_through_a_held_edge_nobody_comes() -> None:
    reach, hop = out([9, 0, 9, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0])
    assert (reach[0], hop[0]) == (True, 0)
    assert not reach[1]


def test_encirclement_closes_the_way_and_is_looked_for_at_full_hours() -> None:
    c = square([{"cell": 2, "strength": 9}, {"cell": 4, "strength": 9, "firearms": True}], escape=1e9)
    slot = arm(c, 150, 3)
    c.fixed.around_start, c.fixed.around_cell = np.arange(8) * 7, np.tile(np.arange(7), 7)  # all in sight
    for tick, reach in ((1, True), (6, False)):
        c.tick = tick
        bands.step(c)
        assert c.next.reach_exit[3] == reach
        assert c.now.goal_after[slot] == NOWHERE
    c.now.force[2] = 0
    bands.step(c)
    assert c.next.reach_exit[3]
    assert c.now.goal_after[slot] == EXIT


@pytest.mark.parametrize("ticks_per_hour", [6, 12])
def test_who_escapes_leaves_over_the_edge_after_distance_over_speed(ticks_per_hour: int) -> None:
    # From cell 2 over cells 1 and 0 and the edge: 3 km at 6 km/h
    c = town([50] * 7, units=[{"cell": 2, "strength": 1, "firearms": True}], ticks_per_hour=ticks_per_hour,
             numbers=IDLE | {"bands.escape": 1e9, "movement.band_speed": 6.0})  # fmt: skip
    populate(c, np.array([0, 0, 4, 0, 0, 0, 0]), BAND)
    ticks = 0
    while c.slots:
        play(c, 1, bands)
        ticks += 1
    # they are told at the end of the first tick
    assert ticks / ticks_per_hour == pytest.approx(0.5 + 1 / ticks_per_hour)
    assert (c.now.status == LEFT).sum() == 4


def test_a_band_that_disperses_hides_within_the_tick_and_others_do_not() -> None:
    c = square([{"cell": 3, "strength": 40, "firearms": True}], disperse=1e9)
    for person in (150, 151, 152):
        arm(c, person, 3)
    arm(c, 0, 0)
    bands.step(c)
    proposed = {person: (status, cell) for person, status, _, cell in made(c)}
    assert proposed == dict.fromkeys((150, 151, 152), (HIDING, 3))
    assert all(0 < time < c.dt for _, _, time, _ in made(c))
    play(c, 1, bands)
    assert (c.now.armed.tolist(), c.now.hidden.tolist()) == ([1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 3, 0, 0, 0])


def test_between_full_hours_bands_keep_to_what_they_chose() -> None:
    c = square(facilities=[HALL | {"cell": 6}], attack=1e9)
    slot = arm(c, 150, 3)
    c.tick = 6
    bands.step(c)
    assert c.now.goal_after[slot] == 6
    c.now.slot_goal[slot] = 4
    for c.tick in range(7, 12):
        bands.step(c)
        assert c.now.goal_after[slot] == 4


def test_an_ambush_ends_with_the_hour_even_if_no_armed_person_is_left() -> None:
    c = square()
    start(c, "posture", AMBUSH)
    bands.step(c)
    assert c.next.posture.tolist() == [OPEN] * 7


# 8,000 in hiding, four standard errors of a share of 0.24 are 0.019; a rate off by 15 % is caught with probability 0.97
@pytest.mark.parametrize("ticks_per_hour", [6, 12])
def test_persons_in_hiding_come_back_and_give_up_at_their_rates_whatever_the_tick(ticks_per_hour: int) -> None:
    c = town([100] * 100, numbers=IDLE | {"bands.emerge": 0.3, "bands.give_up": 0.2}, ticks_per_hour=ticks_per_hour,
             room=10_000)  # fmt: skip
    populate(c, 80, HIDDEN)
    play(c, ticks_per_hour, bands)
    gone = 1 - math.exp(-0.5)
    people = c.fixed.first_resident[:-1, None] + np.arange(80)
    status = c.now.status[people.ravel()]
    for kind, share in ((ARMED, 0.6 * gone), (CALM, 0.4 * gone), (HIDING, 1 - gone)):
        assert abs((status == kind).mean() - share) < 4 * math.sqrt(share * (1 - share) / 8_000)
    assert c.now.armed.sum() == (status == ARMED).sum()


def test_nobody_comes_back_or_gives_up_when_both_are_switched_off() -> None:
    c = square()
    arm(c, 150, 3, hidden=True)
    arm(c, 151, 3)
    bands.step(c)
    assert made(c) == []


def test_without_armed_persons_nothing_is_decided() -> None:
    c = square(attack=1.0, emerge=1.0)
    before = {name: value.copy() for name, value in vars(c.next).items() if name not in ("block", *WAYS)}
    bands.step(c)
    assert c.proposals.n == 0
    assert all(np.array_equal(value, getattr(c.next, name)) for name, value in before.items())


def test_ways_out_are_known_before_the_first_band_forms() -> None:
    c = square(attack=1.0, emerge=1.0)
    c.next.reach_exit[:] = False
    bands.step(c)
    assert c.next.reach_exit.any()
