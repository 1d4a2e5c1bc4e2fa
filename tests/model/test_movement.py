"""People and units must arrive after distance over speed, whatever the tick."""

from __future__ import annotations

import math

import numpy as np
import pytest

from contrafact import rng
from contrafact.engine.stepper import apply
from contrafact.model import movement
from contrafact.model.context import Context
from contrafact.model.state import CALM, HOMEBOUND, MARCHING, OUTBOUND, PRESENT, PROTESTING, RETURNING
from tests.model.town import accept, made, put_in_street, recount, start, town

SIX_CELLS = (100,) * 6
WALK = {"movement.speed": 6.0, "movement.march_speed": 3.0}


def go(c: Context) -> None:
    """One tick in which nobody does anything but move."""
    movement.step(c)
    apply(c)
    c.tick += 1


def hours_until(c: Context, wanted: int) -> float:
    """Hours until the first in the roster is in a phase; -1 if that never happens within a day."""
    while c.tick < 24 * c.ticks_per_hour:
        if c.slots and c.now.slot_phase[0] == wanted:
            return c.hour
        go(c)
    return -1.0


@pytest.mark.parametrize("ticks_per_hour", [4, 6, 12])
def test_a_protester_arrives_at_the_first_tick_that_ends_after_distance_over_speed(ticks_per_hour: int) -> None:
    # 5 km at 6 km/h: 50 minutes, which 15 min ticks show after 60
    c = town(SIX_CELLS, numbers=WALK, ticks_per_hour=ticks_per_hour)
    put_in_street(c, person=510, home=5)
    assert hours_until(c, PRESENT) == pytest.approx(math.ceil(5 / 6 * ticks_per_hour - 1e-9) / ticks_per_hour)
    assert (c.now.slot_cell[0], c.now.on_site[0]) == (0, 1)


def test_a_protester_is_seen_in_every_cell_on_the_way() -> None:
    c = town(SIX_CELLS, numbers=WALK)
    put_in_street(c, person=510, home=5)
    seen = []
    for _ in range(6):
        seen.append(int(c.now.slot_cell[0]))
        assert np.flatnonzero(c.now.crowd).tolist() == [seen[-1]]
        assert np.flatnonzero(c.now.active_home).tolist() == [5]
        go(c)
    assert seen == [5, 4, 3, 2, 1, 0]  # 6 km/h, ticks of 10 min, cells 1 km apart


def test_one_who_lives_at_the_site_is_there_after_one_tick() -> None:
    c = town(SIX_CELLS, numbers=WALK)
    put_in_street(c, person=3, home=0)
    assert hours_until(c, PRESENT) == pytest.approx(1 / 6)


@pytest.mark.parametrize("ticks_per_hour", [4, 6, 12])
def test_the_way_home_takes_as_long_as_the_way_there_and_ends_calm(ticks_per_hour: int) -> None:
    c = town(SIX_CELLS, numbers=WALK, ticks_per_hour=ticks_per_hour)
    put_in_street(c, person=510, home=5, phase=PRESENT, cell=0)
    c.now.status[510] = RETURNING  # as if leaving had just been applied
    c.now.slot_phase[0], c.now.slot_progress[0] = HOMEBOUND, 5.0
    recount(c)
    assert c.now.crowd.sum() == 0
    hours = 0.0
    for _ in range(2 * ticks_per_hour):
        if not c.slots:
            break
        movement.step(c)
        hours = c.hour + (made(c)[0][2] if c.proposals.n else 0.0)
        if c.proposals.n:
            assert made(c)[0][:2] == (510, CALM)
        apply(c)
        c.tick += 1
    assert hours == pytest.approx(5 / 6, rel=1e-12)  # to the minute: the time within the tick is part of the proposal
    assert c.now.status[510] == CALM


@pytest.mark.parametrize("ticks_per_hour", [4, 6, 12])
def test_a_march_takes_distance_over_march_speed(ticks_per_hour: int) -> None:
    # 4 km at 3 km/h: 80 minutes, and the tick in which the march sets out
    c = town(SIX_CELLS, sites=(0, 4), numbers=WALK, ticks_per_hour=ticks_per_hour)
    put_in_street(c, person=510, home=5, site=0, phase=PRESENT, cell=0)
    start(c, "march_to", [1, -1])
    start(c, "march_share", [1.0, 0.0])
    go(c)
    assert (c.now.slot_phase[0], c.now.slot_cell[0]) == (MARCHING, 0)
    start(c, "march_to", -1)
    took = hours_until(c, PRESENT)
    assert took == pytest.approx(c.dt + math.ceil(4 / 3 * ticks_per_hour - 1e-9) / ticks_per_hour)
    assert c.now.slot_cell[0] == 4
    assert c.now.on_site.tolist() == [0, 1]
    assert c.now.slot_origin[0] == 5  # goes home from there by the way from home


def test_of_those_present_the_share_with_the_smallest_draws_marches_and_nobody_else() -> None:
    c = town((3000, 10, 10), sites=(0, 2), numbers=WALK)
    for person in range(2000):
        phase = PRESENT if person < 1900 else OUTBOUND
        put_in_street(c, person=person, home=0, phase=phase)
    start(c, "march_to", [1, -1])
    start(c, "march_share", [0.7, 1.0])
    movement.step(c)
    marching = c.now.moved_phase[:2000] == MARCHING
    wanted = [rng.draw(c.key, movement.MARCH, c.tick, person, 0)[0] < 0.7 for person in range(1900)]
    assert marching[:1900].tolist() == wanted
    assert not marching[1900:].any()
    assert abs(sum(wanted) - 1330) < 4 * math.sqrt(1900 * 0.7 * 0.3)


def test_moving_proposes_nothing_for_those_who_are_not_home_yet() -> None:
    c = town(SIX_CELLS, numbers=WALK)
    put_in_street(c, person=510, home=5)
    put_in_street(c, person=410, home=4, phase=PRESENT, cell=0)
    go(c)
    assert (c.slots, c.now.status[510], c.now.status[410]) == (2, PROTESTING, PROTESTING)


def drive(c: Context, ticks: int) -> list[int]:
    """Cell of the first unit at the beginning of every tick."""
    cells = []
    for _ in range(ticks):
        cells.append(int(c.now.unit_cell[0]))
        movement.step(c)
        accept(c)
    return cells


@pytest.mark.parametrize("ticks_per_hour", [4, 6, 12])
def test_a_unit_drives_to_its_order_at_its_speed(ticks_per_hour: int) -> None:
    # 4 km at 7 km/h: 34.3 min
    c = town(SIX_CELLS, units=[{"cell": 5, "strength": 10, "order": 1, "speed": 7.0}], ticks_per_hour=ticks_per_hour)
    cells = drive(c, 2 * ticks_per_hour)
    assert cells.index(1) == math.ceil(4 / 7 * ticks_per_hour)
    assert cells == sorted(cells, reverse=True)
    assert set(cells[cells.index(1) :]) == {1}
    assert c.now.unit_progress[0] == 0.0


def test_a_unit_that_was_overrun_goes_to_its_fallback_and_comes_back_when_it_has_recovered() -> None:
    c = town(SIX_CELLS, units=[{"cell": 2, "strength": 10, "speed": 6.0, "fallback": 5}])
    start(c, "unit_recovers", 1.0)
    # 3 km at 1 km a tick, there until the hour, then back
    assert drive(c, 11) == [2, 3, 4, 5, 5, 5, 5, 4, 3, 2, 2]


def test_a_unit_without_fallback_stays() -> None:
    c = town(SIX_CELLS, units=[{"cell": 2, "strength": 10}])
    start(c, "unit_recovers", 1.0)
    assert drive(c, 4) == [2, 2, 2, 2]


def test_a_unit_comes_onto_the_map_at_its_hour_where_it_is_ordered_and_says_so() -> None:
    c = town(SIX_CELLS, units=[{"cell": -1, "order": 3, "strength": 12, "arrives": 0.5, "force": "helpers"}])
    assert drive(c, 5) == [-1, -1, -1, 3, 3]  # on the map in the tick that begins at its hour
    assert [(e.kind, e.subject, e.place, e.value) for e in c.events] == [("arrival", "helpers", "place_3", 12)]


def test_a_unit_that_is_withdrawn_leaves_the_map() -> None:
    c = town(SIX_CELLS, units=[{"cell": 2, "strength": 10, "order": -1}])
    assert drive(c, 3) == [2, -1, -1]
    recount(c)
    assert c.now.force.sum() == 0
