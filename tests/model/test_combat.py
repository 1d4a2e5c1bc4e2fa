"""Fire must have the rates of its equations, and fall on those who are there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from contrafact.model import combat
from contrafact.model.context import Context
from contrafact.model.state import ARMED, ARRAYS, CALM, COUNTS, DEAD, INJURED
from tests.model.front import CELLS, assert_poisson, assert_share, front
from tests.model.town import by_hash, made, play, recount, start


def hit(c: Context) -> dict[str, Any]:
    """Hits of one tick by cell, (cell,), on armed persons, protesters, bystanders and members; and the deaths."""
    combat.step(c)
    person, status, _, cell = (
        (np.array(column) for column in zip(*made(c), strict=True)) if made(c) else [np.zeros(0)] * 4
    )
    before = c.now.status[person.astype(int)]
    kinds = {"armed": ARMED, "protesters": 1, "bystanders": CALM}
    found: dict[str, Any] = {
        kind: np.bincount(cell[before == was].astype(int), minlength=c.fixed.cells) for kind, was in kinds.items()
    }
    shot, killed = c.next.unit_shot - c.now.unit_shot, c.next.unit_killed - c.now.unit_killed
    found["members"] = np.bincount(c.now.unit_cell, weights=shot + killed, minlength=c.fixed.cells).astype(int)
    found["dead"] = int((status == DEAD).sum())
    found["dead members"] = int(killed.sum())
    assert set(status) <= {DEAD, INJURED}
    assert c.next.fighting[0] == sum(found[name].sum() for name in (*kinds, "members"))
    return found


# 30 members x 0.4 per hour x 1/6 h = 2 hits in each of 400 cells: four standard errors are 14 %, so a rate off by a
# quarter is caught with probability 0.998.
def test_aimed_fire_hits_armed_persons_at_the_rate_of_members_alone() -> None:
    for armed in (20, 40):
        found = hit(front(armed=armed, crowd=30, state_fire=0.4, exposed=0.5))
        assert_poisson(found["armed"], 2.0)
        assert found["protesters"].sum() == found["bystanders"].sum() == found["members"].sum() == 0


def test_fire_in_an_ambush_is_aimed_as_far_as_intelligence_goes_and_hits_whoever_is_there_with_the_rest() -> None:
    # P = 20 + 30 + 0.4 x 0.5 km2 x 100 = 70; of 12 hits an hour a quarter is aimed, and 2/7, 3/7, 2/7 of the rest meet
    found = hit(front(crowd=30, posture=1, mu=0.25, state_fire=0.8, exposed=0.4))
    assert_poisson(found["armed"], 4 * (0.25 + 0.75 * 2 / 7))
    assert_poisson(found["protesters"], 4 * 0.75 * 3 / 7)
    # of 100 residents of the cell 50 are not calm but in the street, and a hit that would meet them meets nobody
    assert_poisson(found["bystanders"], 4 * 0.75 * 2 / 7 / 2)


@pytest.mark.parametrize(("posture", "mu", "aimed"), [(0, 0.2, 0.8), (0, 0.9, 0.9), (1, 0.2, 0.2)])
def test_fire_at_a_band_in_the_open_is_aimed_at_least_as_the_open_allows(posture: int, mu: float, aimed: float) -> None:
    found = hit(front(crowd=20, posture=posture, mu=mu, state_fire=0.8, open=0.8))
    assert_poisson(found["armed"], 4 * (aimed + (1 - aimed) / 2))


def test_hits_do_not_depend_on_the_size_of_the_cell_but_on_the_density_of_its_residents() -> None:
    found = []
    for residents, km2 in ((100, 1.0), (200, 2.0)):
        c = front(crowd=20, posture=1, state_fire=0.8, exposed=0.4)
        c.fixed.residents_per_km2[:] = residents / km2
        found.append(hit(c))
    assert found[0]["armed"].tolist() == found[1]["armed"].tolist()
    assert combat.hit_rates(20, 20, 30, 20, 0.0, 0.8) == pytest.approx((24 * 20 / 60, 24 * 40 / 60))


@pytest.mark.parametrize("rules", [0, 1])
def test_without_rules_that_allow_live_fire_state_forces_do_not_fire_and_are_fired_at(rules: int) -> None:
    found = hit(front(state_fire=0.4, armed_fire=0.4, rules=rules))
    assert found["armed"].sum() == 0
    assert found["members"].sum() > 0


def test_forces_without_firearms_do_not_fire() -> None:
    assert hit(front(firearms=False, state_fire=0.4))["armed"].sum() == 0


@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize(("posture", "factor"), [(0, 1), (1, 2.0)])
def test_armed_persons_hit_members_at_their_rate_and_more_in_an_ambush_however_forces_are_split(
    units: int, posture: int, factor: float
) -> None:
    for force in (30, 60):
        assert_poisson(hit(front(force=force, units=units, posture=posture, armed_fire=0.3))["members"], factor)


@pytest.mark.parametrize(("armed", "force"), [(0, 30), (20, 0)])
def test_one_side_alone_is_not_hit(armed: int, force: int) -> None:
    found = hit(front(20, armed=armed, crowd=30, force=force, state_fire=9.0, armed_fire=9.0, exposed=1.0))
    assert sum(found[name].sum() for name in ("armed", "protesters", "bystanders", "members")) == 0


@pytest.mark.parametrize(("of_wounds", "delayed", "share"), [
    (0.0, 0.0, 1 / 5), (0.1, 0.0, 1 / 5), (0.25, 0.0, 0.25), (0.1, 1.5, 1 / 9 + 8 / 9 * 0.25)])  # fmt: skip
def test_one_hit_in_five_kills_and_of_the_wounded_so_many_die_as_care_allows(
    of_wounds: float, delayed: float, share: float
) -> None:
    c = front(state_fire=0.8, armed_fire=1.2, **{"crowd_control.of_wounds": of_wounds})
    if delayed:
        c.now.holder[0] = 1  # half of the hospitals lost, a curfew
        start(c, "under_curfew", True)
    found = hit(c)
    assert_share(found["dead"], int(found["armed"].sum()), share)
    assert_share(found["dead members"], int(found["members"].sum()), share)


def test_those_hit_have_the_smallest_keyed_hashes_and_are_hit_within_the_tick() -> None:
    c = front(5, crowd=30, posture=1, state_fire=3.0)
    found = hit(c)
    for cell in range(5):
        first = int(c.fixed.first_resident[cell])
        for word, kind, people in ((combat.VICTIM, "armed", range(20)), (combat.UNARMED, "protesters", range(20, 50))):
            ranked = by_hash(c, word, first + np.array(people))
            victims = [person for person, _, _, where in made(c) if where == cell and person - first in people]
            assert victims == ranked[: found[kind][cell]]
    assert all(0 < time < c.dt for _, _, time, _ in made(c))


def test_bystanders_who_are_hit_are_calm_residents_of_the_cell() -> None:
    c = front(crowd=30, posture=1, state_fire=2.0, exposed=0.9)
    combat.step(c)
    bystanders = [(person, cell) for person, _, _, cell in made(c) if c.now.status[person] == CALM]
    assert len(bystanders) > 100
    assert all(cell * 100 + 50 <= person < (cell + 1) * 100 for person, cell in bystanders)
    c = front(crowd=80, posture=1, state_fire=2.0, exposed=0.9)  # nobody is at home
    assert hit(c)["bystanders"].sum() == 0


def test_no_more_are_hit_than_are_there() -> None:
    found = hit(front(10, armed=5, crowd=3, force=7, posture=1, state_fire=1e3, armed_fire=1e3))
    assert [found[kind].tolist() for kind in ("armed", "protesters", "members")] == [[5] * 10, [3] * 10, [7] * 10]


@pytest.mark.parametrize(("crowd", "force"), [(40, 20), (60, 0), (0, 60)])
def test_a_sniper_hits_so_many_an_hour_members_and_protesters_by_their_numbers_and_is_not_hit(
    crowd: int, force: int
) -> None:
    c = front(armed=0, crowd=crowd, force=force, state_fire=9.0, armed_fire=9.0, sniper_fire=6.0)
    start(c, "snipers", 2)
    found = hit(c)
    for kind, number in (("protesters", crowd), ("members", force)):
        if number:
            assert_poisson(found[kind], 2 * 6 / 6 * number / 60)
    assert found["bystanders"].sum() == found["armed"].sum() == 0  # nor does the state fire at the crowd


def test_snipers_take_nothing_from_those_whom_other_fire_hits() -> None:
    hits = []
    for number in (0, 5):
        c = front(crowd=20, posture=1, state_fire=0.8, exposed=0.4, sniper_fire=30.0)
        start(c, "snipers", number)
        hits.append(hit(c)["bystanders"])
    assert hits[0].tolist() == hits[1].tolist()
    assert hits[0].sum() > 0


def test_without_rates_nothing_happens() -> None:
    c = front(20, crowd=10, hidden=5, mu=1.0)
    start(c, "snipers", 3)
    before = {spec.name: getattr(c.next, spec.name).copy() for spec in ARRAYS}
    combat.step(c)
    assert (made(c), c.events) == ([], [])
    changed = [name for name, value in before.items() if not np.array_equal(value, getattr(c.next, name))]
    assert changed == ["force_before"]


def test_the_force_before_is_that_of_the_last_full_hour() -> None:
    c = front(1, force=30)
    for c.tick, force, expected in ((0, 30, 30), (1, 50, 30), (5, 60, 30), (6, 70, 70)):
        c.now.force[0] = force
        combat.step(c)
        assert c.next.force_before[0] == expected


@pytest.mark.parametrize("ticks_per_hour", [6, 12])
def test_after_an_hour_as_many_were_hit_whatever_the_tick(ticks_per_hour: int) -> None:
    # The square law with 30 members that lose nobody: 30 x 0.1 an hour in each cell
    c = front(armed=30, state_fire=0.1, ticks_per_hour=ticks_per_hour)
    play(c, ticks_per_hour, combat)
    assert abs((30 * CELLS - c.now.armed.sum()) - 3 * CELLS) < 4 * math.sqrt(3 * CELLS)
    lost = c.now.counts[COUNTS.index("deaths_armed_persons")] + c.now.counts[COUNTS.index("injured_armed_persons")]
    assert lost == 30 * CELLS - c.now.armed.sum()


def test_units_out_of_action_neither_fire_nor_are_hit() -> None:
    c = front(20, state_fire=9.0, armed_fire=9.0)
    start(c, "unit_routed", 5.0)
    recount(c)
    found = hit(c)
    assert found["armed"].sum() == found["members"].sum() == 0
