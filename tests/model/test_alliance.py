"""From a request to members who arrive: hours worked out by hand, and nobody lost on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contrafact.model import alliance, movement, policy
from contrafact.model.alliance import DEPLOYED, NEVER, REFUSED, UNLOADING, whereabouts
from contrafact.model.context import Context
from contrafact.model.state import ARRAYS, CLEAR_MANDATE, GUARD_MANDATE, STATE
from tests.model.pacts import AIRFIELD, ask, crisis, lose, pact, run
from tests.model.town import town

# Request 0, decision 2.5, ready 5.5, loaded 7.5, landed 11.5, unloaded 12.5; home 16.5, loaded 18.5, unloaded 23.5
FIRST, SECOND = 12.5, 23.5


def landings(c: Context) -> list[tuple[float, str, float]]:
    """Hour, field and persons of each landing."""
    return [(e.hour, e.place, e.value) for e in c.events if e.kind == "landing"]


def persons(c: Context) -> dict[str, int]:
    return {where: int(cargo[:, 0].sum()) for where, cargo in whereabouts(c).items()}


def arrivals(c: Context) -> list[tuple[float, int]]:
    """Hour at which loads are in the city, with their persons, in order."""
    settled = (c.now.load_member >= 0) & (c.now.load_arrives < NEVER)
    return sorted(zip(c.now.load_arrives[settled].tolist(), c.now.load_cargo[settled, 0].tolist(), strict=True))


def test_members_arrive_after_consultation_readiness_loading_flight_and_unloading() -> None:
    c = crisis(pact([{"persons": 150}], {0: [60, 60, 30]}))
    run(c, 12.0)
    assert persons(c) == {"waiting": 50, "in the air": 0, "unloading": 100, "on the road": 0, "arrived": 0}
    assert c.now.contingents[0] == 0
    run(c, 48.0)
    assert arrivals(c) == [(FIRST, 50), (FIRST, 50), (SECOND, 50)]
    assert c.now.unit_arrives.tolist() == [FIRST, SECOND, SECOND]
    assert c.now.contingents[0] == 150
    decided = [(e.hour, e.subject, e.place) for e in c.events if e.kind == "decision"]
    assert decided == [(2.5, "alliance", "granted")]


def test_units_appear_at_the_field_and_go_to_their_post() -> None:
    c = crisis(pact([{"persons": 100}], {0: [60, 40]}))
    cells = []
    while c.hour < 14:
        cells.append((round(c.hour, 3), c.now.unit_cell.tolist()))
        run(c, c.hour + c.dt, movement)
    seen = dict(cells)
    assert seen[12.333] == [-1, -1]
    assert seen[12.5] == [0, 0]
    assert seen[13.0] == [1, 1]
    assert [(e.subject, e.place, e.value) for e in c.events if e.kind == "arrival"] == [("csto_0", "place_0", 100)]


def test_without_a_request_nobody_comes() -> None:
    c = crisis(pact(unit_strengths={0: [100]}), request=None)
    mine = [spec.name for spec in ARRAYS if spec.writer in ("alliance", "movement") and spec.buffered]
    before = {name: getattr(c.now, name).copy() for name in mine}
    run(c, 72.0, movement)
    assert all(np.array_equal(getattr(c.now, name), before[name]) for name in mine)
    assert not c.events


def test_a_refused_request_brings_nobody() -> None:
    c = crisis(pact(unit_strengths={0: [100]}, granted=0.0), announcement=0.5, precedent=1.0)
    c.fixed.cell_state = np.array([0, 1, 1])
    run(c, 72.0, movement)
    assert c.now.alliance_phase[0] == REFUSED
    assert (c.now.contingents[0], c.now.mandate[0], c.now.unit_cell[0]) == (0, 0, -1)
    assert (c.now.announcement[0], c.now.precedent.sum()) == (0.0, 0.0)
    assert [(e.hour, e.place) for e in c.events if e.kind == "decision"] == [(2.5, "refused")]


def test_requests_are_granted_as_often_as_they_say() -> None:
    granted = 0
    for seed in range(300):
        c = crisis(pact(granted=0.3), seed=seed)
        run(c, 3.0)
        granted += c.now.alliance_phase[0] == DEPLOYED
    assert abs(granted - 90) < 4 * (300 * 0.3 * 0.7) ** 0.5


def test_a_refused_request_can_be_made_again_and_is_drawn_anew() -> None:
    c = crisis(pact(granted=0.0))
    ask(c, 10.0)
    run(c, 20.0)
    assert [(e.hour, e.place) for e in c.events if e.kind == "decision"] == [(2.5, "refused"), (12.5, "refused")]
    assert c.now.alliance_requests[0] == 2


def test_a_lost_field_without_an_alternate_lets_nobody_take_off() -> None:
    c = crisis(pact(unit_strengths={0: [100]}))
    lose(c)
    run(c, 96.0, movement)
    assert persons(c) == {"waiting": 100, "in the air": 0, "unloading": 0, "on the road": 0, "arrived": 0}
    lose(c, holder=STATE)
    run(c, 120.0, movement)
    assert landings(c) == [(100.0, "airport", 50), (100.0, "airport", 50)]  # take-off at once, four hours of flight


def test_a_field_lost_under_way_sends_flights_home_with_their_load() -> None:
    c = crisis(pact(unit_strengths={0: [100]}))
    run(c, 8.0)
    assert persons(c)["in the air"] == 100
    lose(c)
    run(c, 16.4)
    assert persons(c)["in the air"] == 100  # arrived 11.5, held until 12.5, home at 16.5
    run(c, 16.5 + 1 / 6)
    assert persons(c)["waiting"] == 100
    lose(c, holder=STATE)
    run(c, 40.0)
    assert [hour for hour, _ in arrivals(c)] == [23.5, 23.5]  # loaded by 18.5


def test_flights_land_when_the_field_is_regained_while_they_hold() -> None:
    c = crisis(pact())
    run(c, 8.0)
    lose(c)
    run(c, 12.0)
    lose(c, holder=STATE)
    run(c, 24.0)
    assert [hour for hour, *_ in landings(c)] == [12.0, 12.0]


@pytest.mark.parametrize("march", [1.0, 3.5])
def test_diversion_and_road_march_take_distance_over_speed_longer(march: float) -> None:
    c = crisis(pact(unit_strengths={0: [100]}, alternate_mog=2, march=march))
    lose(c)
    run(c, 20.0, movement)
    # 11.5 at the field, held one hour, a quarter of an hour across, one hour to unload, then the road
    assert landings(c) == [(12.75, "airfield", 50), (12.75, "airfield", 50)]
    assert c.now.unit_arrives[0] == 13.75 + march
    assert c.now.contingents[0] == 100
    assert [(e.place, e.value) for e in c.events if e.kind == "arrival"] == [("place_2", 100)]


def test_those_who_march_are_on_the_road_until_they_arrive() -> None:
    c = crisis(pact(alternate_mog=2, march=2.0))
    lose(c)
    run(c, 14.0)
    assert persons(c) == {"waiting": 0, "in the air": 0, "unloading": 0, "on the road": 100, "arrived": 0}
    run(c, 16.0)
    assert persons(c)["arrived"] == 100


def test_at_an_alternate_that_is_lost_too_flights_turn_back() -> None:
    c = crisis(pact(alternate_mog=2))
    lose(c)
    run(c, 8.0)
    lose(c, AIRFIELD)
    run(c, 17.0)
    assert persons(c)["waiting"] == 100


@pytest.mark.parametrize("mog", [1, 2, 5])
def test_the_field_serves_as_many_at_a_time_as_it_has_spots_in_order_of_arrival(mog: int) -> None:
    c = crisis(pact([{"persons": 250, "planes": 5}], mog=mog))
    run(c, 7.5)
    late = c.now.plane_time.copy()
    late[:5] += [0.3, 0.0, 0.2, 0.1, 0.0]
    for state in (c.now, c.next):
        state.plane_time[:] = late
    order = [1, 4, 3, 2, 0]
    first: dict[int, float] = {}
    while c.hour < 20:
        run(c, c.hour + c.dt)
        assert (c.now.plane_stage == UNLOADING).sum() <= mog
        for i in np.flatnonzero(c.now.plane_stage == UNLOADING):
            first.setdefault(int(i), float(c.now.plane_time[i]) - 1.0)
    assert sorted(first, key=lambda i: (first[i], order.index(i))) == order
    arrival = {i: 11.5 + extra for i, extra in zip(range(5), [0.3, 0.0, 0.2, 0.1, 0.0], strict=True)}
    spots = [0.0] * mog
    for i in order:
        landed = max(arrival[i], min(spots))
        spots[spots.index(min(spots))] = landed + 1.0 / 0.85
        assert first[i] == pytest.approx(landed, rel=1e-12)


def test_loads_mix_persons_and_vehicles_and_fill_no_more_than_one_aircraft() -> None:
    of = pact([{"persons": 90, "wheeled": 7, "tracked": 9, "platforms": 1, "kilograms": 30_000, "planes": 1}])
    c = crisis(of)
    run(c, 200.0)
    loads = c.now.load_cargo[c.now.load_member >= 0]
    assert (loads @ of.fill[0] <= 1.0 + 1e-9).all()
    assert loads.sum(axis=0).tolist() == [90, 7, 9, 1, 30_000]
    assert (loads[:-1, 0] > 0).all()
    assert len(loads) <= np.ceil(1.35 * (of.packed[0] @ of.fill[0]))


def test_what_is_too_heavy_for_every_aircraft_stays_behind() -> None:
    c = crisis(pact([{"platforms": 2, "payload": 15.0}]))
    run(c, 48.0)
    assert whereabouts(c)["waiting"].tolist() == [[0, 0, 0, 2, 0]]
    assert persons(c)["arrived"] == 100


def test_who_comes_by_road_needs_no_field() -> None:
    c = crisis(pact([{"planes": 0, "road": 6.0, "persons": 30}], {0: [30]}))
    lose(c)
    run(c, 24.0, movement)
    assert c.now.unit_arrives[0] == 2.5 + 3.0 + 6.0
    assert [(e.place, e.value) for e in c.events if e.kind == "arrival"] == [("place_2", 30)]


@pytest.mark.parametrize("holder_changes", [(), ((8.0, 14.0),), ((0.0, 13.0), (20.0, 30.0))])
def test_ticks_of_5_and_10_minutes_agree_to_the_minute(holder_changes: tuple[tuple[float, float], ...]) -> None:
    seen = []
    for ticks_per_hour in (6, 12):
        of = pact([{"persons": 400, "tracked": 11, "planes": 3}, {"out": 1.3, "planes": 1}],
                  {0: [100] * 4, 1: [50, 50]}, mog=1, alternate_mog=1)  # fmt: skip
        c = crisis(of, request=0.17, ticks_per_hour=ticks_per_hour)
        for lost, regained in holder_changes:
            run(c, lost)
            lose(c)
            run(c, regained)
            lose(c, holder=STATE)
        run(c, 80.0)
        seen.append((c.now.unit_arrives.copy(), sorted(c.now.load_arrives[c.now.load_member >= 0].tolist())))
        assert np.isfinite(c.now.unit_arrives).all()
    np.testing.assert_allclose(seen[0][0], seen[1][0], rtol=1e-12)
    np.testing.assert_allclose(seen[0][1], seen[1][1], rtol=1e-12)


cargo = st.fixed_dictionaries(
    {"persons": st.integers(0, 400), "wheeled": st.integers(0, 9), "tracked": st.integers(0, 9),
     "platforms": st.integers(0, 2), "kilograms": st.integers(0, 50_000), "planes": st.integers(1, 6),
     "out": st.floats(0.1, 6.0), "loading": st.floats(0.25, 3.0), "ground": st.floats(0.25, 3.0),
     "ready": st.floats(0.0, 12.0), "seats": st.integers(1, 150), "payload": st.floats(5.0, 120.0)}
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    members=st.lists(cargo, min_size=1, max_size=3), mog=st.integers(1, 4), alternate_mog=st.integers(0, 3),
    changes=st.lists(st.tuples(st.floats(0.0, 60.0), st.integers(0, 1), st.integers(0, 2)), max_size=6),
    withdrawal=st.one_of(st.none(), st.floats(1.0, 60.0)),
)  # fmt: skip
def test_nobody_and_nothing_is_lost_on_the_way(
    members: list[dict[str, Any]], mog: int, alternate_mog: int, changes: list[tuple[float, int, int]],
    withdrawal: float | None,
) -> None:  # fmt: skip
    of = pact(members, mog=mog, alternate_mog=alternate_mog)
    c = crisis(of)
    if withdrawal is not None:
        ask(c, withdrawal, "alliance.withdrawal")
    pending = sorted(changes)
    while c.hour < 72:
        while pending and pending[0][0] <= c.hour:
            _, facility, holder = pending.pop(0)
            lose(c, facility, holder)
        run(c, c.hour + c.dt)
        parts = whereabouts(c)
        deployed = c.now.alliance_phase[0] == DEPLOYED
        assert np.array_equal(sum(parts.values()), of.packed if deployed else 0 * of.packed)
        assert min(part.min() for part in parts.values()) >= 0
        assert c.now.contingents[0] == parts["arrived"][:, 0].sum()
        flying = c.now.plane_load[c.now.plane_load >= 0]
        assert np.unique(flying).size == flying.size
        assert (c.now.plane_stage == UNLOADING).sum() <= mog + alternate_mog


def test_withdrawal_takes_units_off_the_map_at_once_and_a_new_request_is_possible() -> None:
    c = crisis(pact(unit_strengths={0: [100]}), cohesion=0.5)
    ask(c, 20.0, "alliance.withdrawal")
    ask(c, 30.0)
    run(c, 20.0, movement)
    assert (c.now.contingents[0], c.now.unit_cell[0], c.now.mandate[0]) == (100, 1, GUARD_MANDATE)
    run(c, 20.5, movement)
    assert (c.now.contingents[0], c.now.unit_cell[0], c.now.mandate[0]) == (0, -1, 0)
    run(c, 60.0, movement)
    # one deployment completed: the consultation takes half of 2.5 h, everything else as before
    assert [(e.hour, e.place) for e in c.events if e.kind == "decision"] == [(2.5, "granted"), (31.25, "granted")]
    assert c.now.unit_arrives[0] == pytest.approx(31.25 + FIRST - 2.5)
    assert c.now.unit_cell[0] == 1


def test_a_request_during_a_deployment_changes_nothing() -> None:
    one, two = (crisis(pact(unit_strengths={0: [100]})) for _ in range(2))
    ask(two, 6.0)
    for c in (one, two):
        run(c, 40.0)
    assert np.array_equal(one.now.unit_arrives, two.now.unit_arrives)
    assert one.now.alliance_requests[0] == two.now.alliance_requests[0] == 1


def test_the_mandate_is_that_of_the_alliance_until_another_is_ordered() -> None:
    c = crisis(pact())
    c.actions.append(policy.Action("clear", "mandate", {"mandate": CLEAR_MANDATE}, at=20.0))
    run(c, 2.0)
    assert c.now.mandate[0] == 0
    run(c, 20.0)
    assert c.now.mandate[0] == GUARD_MANDATE
    run(c, 20.5)
    assert c.now.mandate[0] == CLEAR_MANDATE


def test_hypotheses_touch_announcement_and_other_states_only_once_help_is_granted() -> None:
    c = crisis(pact(), announcement=0.2, precedent=0.4, expected=0.5)
    c.fixed.cell_state = np.array([0, 1, 2])
    run(c, 2.5)
    assert (c.now.announcement[0], c.now.precedent.tolist()) == (0.0, [0.0, 0.0, 0.0])
    run(c, 3.0)
    assert (c.now.announcement[0], c.now.precedent.tolist()) == (0.2, [0.0, 0.2, 0.2])


def test_hypotheses_are_off_by_default() -> None:
    c = crisis(pact())
    c.fixed.cell_state = np.array([0, 1, 2])
    run(c, 10.0)
    assert c.now.alliance_phase[0] == DEPLOYED
    assert (c.now.announcement[0], c.now.precedent.any()) == (0.0, False)


def test_contingents_can_be_the_cause_of_an_action() -> None:
    c = crisis(pact())
    c.actions.append(policy.Action("a", "concession", {"size": 0.0}, at=None, cause="contingents", at_least=60))
    run(c, 24.0)
    assert 12.5 <= next(e.hour for e in c.events if e.subject == "a") <= 12.5 + 2 / 6


def test_without_an_alliance_nothing_happens() -> None:
    c = town(facilities=[{"kind": "airport"}], units=[{"cell": -1, "order": 1, "strength": 5, "arrives": 1.0}])
    before = {name: array.copy() for name, array in vars(c.next).items()}
    alliance.step(c)
    assert all(np.array_equal(array, before[name]) for name, array in vars(c.next).items())
