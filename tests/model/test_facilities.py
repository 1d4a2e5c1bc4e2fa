"""A facility must fall after its hold time of superiority, not before, whatever the tick."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contrafact.model import facilities
from contrafact.model.context import Context
from contrafact.model.state import CLEAR_MANDATE, CROWD, GUARD_MANDATE, NO_MANDATE, NOBODY, STATE
from tests.model.pacts import pact
from tests.model.town import accept, start, town

NUMBERS = {"facilities.unarmed_weight": 0.05, "facilities.retake_ratio": 3.0, "facilities.retake_hold": 1.0}
HALL = {"kind": "government", "site": 0, "hold": 0.5, "name": "hall"}
Hours = Callable[[Context, int], float]


def besieged(crowd: int, force: int, ticks_per_hour: int = 6, hold: float = 0.5) -> Context:
    """A hall at the site with a crowd and a force."""
    c = town(facilities=[HALL | {"hold": hold}], numbers=NUMBERS, ticks_per_hour=ticks_per_hour)
    set_balance(c, crowd, force)
    return c


def set_balance(c: Context, crowd: int, force: int) -> None:
    c.now.on_site[0], c.now.force[0] = crowd, force


def hours_until(c: Context, holder: int, facility: int = 0) -> float:
    """Hours from now until someone holds the facility; -1 if that does not happen within a day."""
    begin = c.hour
    for _ in range(24 * c.ticks_per_hour):
        if c.now.holder[facility] == holder:
            return c.hour - begin
        facilities.step(c)
        accept(c)
    return -1.0


@pytest.mark.parametrize("hold", [0.5, 1.0, 1.5])
@pytest.mark.parametrize("ticks_per_hour", [4, 6, 12])
def test_a_facility_falls_exactly_after_the_hold_time_whatever_the_tick(ticks_per_hour: int, hold: float) -> None:
    c = besieged(221, 11, ticks_per_hour, hold)  # 0.05 * 221 = 11.05
    assert hours_until(c, CROWD) == pytest.approx(hold, abs=1e-9)
    assert [(e.kind, e.subject, e.place, e.value) for e in c.events] == [("seizure", "hall", "site_0", 221)]


@pytest.mark.parametrize("crowd", [0, 219, 220])
def test_a_crowd_that_is_not_superior_takes_nothing(crowd: int) -> None:
    assert hours_until(besieged(crowd, 11), CROWD) == -1.0


def test_superiority_that_was_interrupted_is_lost_as_fast_as_it_was_won() -> None:
    c = besieged(400, 10, hold=1.0)
    for superior in (True, True, True, False, True, True, True):
        set_balance(c, 400 if superior else 0, 10)
        facilities.step(c)
        accept(c)
        assert c.now.holder[0] == STATE
    assert c.now.contest[0] == pytest.approx(5 / 6)
    set_balance(c, 400, 10)
    assert hours_until(c, CROWD) == pytest.approx(1 / 6)
    assert c.now.contest[0] == 0.0


def test_contest_never_falls_below_zero() -> None:
    c = besieged(0, 10)
    assert hours_until(c, CROWD) == -1.0
    assert c.now.contest[0] == 0.0


@pytest.mark.parametrize("ticks_per_hour", [4, 6, 12])
def test_state_forces_take_a_facility_back_after_the_retake_time(ticks_per_hour: int) -> None:
    c = besieged(100, 16, ticks_per_hour)  # 16 > 3 * 0.05 * 100
    start(c, "holder", CROWD)
    assert hours_until(c, STATE) == pytest.approx(1.0)
    assert [(e.kind, e.value) for e in c.events] == [("recapture", 100)]


@pytest.mark.parametrize(("crowd", "force"), [(100, 15), (0, 0), (100, 0)])
def test_state_forces_that_are_too_few_take_nothing_back(crowd: int, force: int) -> None:
    c = besieged(crowd, force)
    start(c, "holder", CROWD)
    assert hours_until(c, STATE) == -1.0


def test_a_lost_facility_that_everyone_left_is_held_by_nobody_until_the_crowd_is_back() -> None:
    c = besieged(0, 0)
    start(c, "holder", CROWD)
    assert hours_until(c, NOBODY) == pytest.approx(1 / 6)
    set_balance(c, 3, 0)
    assert hours_until(c, CROWD) == pytest.approx(1 / 6)


def test_the_crowd_of_a_site_storms_one_facility_at_a_time_in_order() -> None:
    # The third is attacked from the tick after the first fell; the one without a site never, since no band is there.
    named = [HALL, {"kind": "police"}, HALL | {"hold": 1.0, "name": "bank"}]
    c = town(facilities=named, numbers=NUMBERS)
    set_balance(c, 500, 10)
    assert hours_until(c, CROWD, 0) == pytest.approx(0.5)
    assert hours_until(c, CROWD, 2) == pytest.approx(1.0)
    assert c.now.holder.tolist() == [CROWD, STATE, CROWD]


@pytest.mark.parametrize(("armed", "force", "falls"), [(2, 0, True), (1, 0, False), (12, 11, True), (11, 11, False)])
def test_a_facility_without_a_site_falls_to_a_band_that_outnumbers_more_than_one_and_its_defenders(
    armed: int, force: int, falls: bool
) -> None:
    c = town(facilities=[{"kind": "police", "cell": 1, "hold": 0.5, "name": "station"}], numbers=NUMBERS)
    c.now.armed[1], c.now.force[1], c.now.on_site[0] = armed, force, 500
    assert hours_until(c, CROWD) == (pytest.approx(0.5) if falls else -1.0)
    events = [("seizure", "station", "station", armed)] if falls else []
    assert [(e.kind, e.subject, e.place, e.value) for e in c.events] == events


def test_armed_persons_count_whole_beside_the_crowd_in_storming_and_in_holding() -> None:
    # 0.05 * 100 + 6 = 11 attackers against 10, not against 11; and to take it back more than 3 * 11 are needed.
    for force, falls in ((10, True), (11, False)):
        c = besieged(100, force)
        c.now.armed[0] = 6
        assert (hours_until(c, CROWD) > 0) == falls
    for force, retaken in ((33, False), (34, True)):
        c = besieged(100, force)
        c.now.armed[0] = 6
        start(c, "holder", CROWD)
        assert (hours_until(c, STATE) > 0) == retaken


def test_hospitals_without_a_site_are_attacked_by_nobody() -> None:
    c = town(facilities=[{"kind": "hospital", "hold": 0.5}], numbers=NUMBERS)
    c.now.armed[:] = 100
    assert hours_until(c, CROWD) == -1.0


def test_facilities_at_different_sites_are_stormed_at_once() -> None:
    c = town(sites=(0, 2), facilities=[HALL, HALL | {"site": 1}], numbers=NUMBERS)
    c.now.on_site[:] = 500
    assert hours_until(c, CROWD, 0) == hours_until(c, CROWD, 1) + 0.5 == 0.5


@pytest.mark.parametrize(("mandate", "hours"), [(NO_MANDATE, -1.0), (GUARD_MANDATE, -1.0), (CLEAR_MANDATE, 1.0)])
def test_contingents_take_a_facility_back_only_under_a_mandate_to_clear(mandate: int, hours: float) -> None:
    unit = {"cell": 0, "strength": 50, "contingent": True}
    c = town(facilities=[HALL], units=[unit], numbers=NUMBERS, pact=pact(unit_strengths={0: [50]}))
    start(c, "holder", CROWD)
    start(c, "mandate", mandate)
    assert hours_until(c, STATE) == pytest.approx(hours)


def test_contingents_defend_what_is_held_under_any_mandate() -> None:
    unit = {"cell": 0, "strength": 50, "contingent": True}
    c = town(facilities=[HALL], units=[unit], numbers=NUMBERS, pact=pact(unit_strengths={0: [50]}))
    start(c, "mandate", GUARD_MANDATE)
    c.now.on_site[0] = 1000
    assert hours_until(c, CROWD) == -1.0
