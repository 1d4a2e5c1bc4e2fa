"""Who takes up arms must be of the crowd, as many as rate and harm give, and never more than there are firearms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from contrafact.model import arming
from contrafact.model.context import Context
from contrafact.model.state import ARMED, COUNTS, CROWD, NOBODY, PRESENT, STATE, TOLD
from tests.model.town import accept, by_hash, made, play, populate, recount, start, town

OFF = {"arming.base": 0.0, "arming.half": 1000.0, "arming.growth": 0.0, "arming.recruits": 0.0, "arming.crowd": 3000.0}
TOOK = COUNTS.index("took_arms")


def streets(cells: int = 400, crowd: int = 30, stock: int = 3000, legitimacy: float = 0.9, **numbers: float) -> Context:
    """Cells alike, each with a crowd; nobody takes up arms unless numbers say so. Legitimacy was 0.9 at the start."""
    given = OFF | {"participation.legitimacy": 0.9} | {f"arming.{name}": value for name, value in numbers.items()}
    c = town([100] * cells, numbers=given, room=max(4096, cells * crowd))
    populate(c, crowd, PRESENT)
    start(c, "looted", stock)
    start(c, "legitimacy", legitimacy)
    remember(c, cells * crowd)
    return c


def remember(c: Context, crowd: int) -> None:
    """An hour has passed, and at its start so many were in the street."""
    c.tick = c.ticks_per_hour
    c.now.history[0, TOLD.index("crowd")] = c.next.history[0, TOLD.index("crowd")] = crowd


def took_arms(c: Context) -> Any:
    """Persons who take up arms in a tick, (cell,)."""
    arming.step(c)
    assert {status for _, status, *_ in made(c)} <= {ARMED}
    return np.bincount([cell for *_, cell in made(c)], minlength=c.fixed.cells)


def assert_poisson(counts: Any, mean: float) -> None:
    """Counts by cell have this mean, within four standard errors, and the variance of a Poisson count."""
    assert abs(counts.mean() - mean) < 4 * math.sqrt(mean / counts.size)
    assert 1e-3 < stats.chi2(counts.size).sf(((counts - mean) ** 2 / mean).sum()) < 1 - 1e-3


# base 0.2 x stock 3000 / 4000 = 0.15 per protester and hour; 30 protesters, a sixth of an hour: 0.75.
# Four standard errors of 400 cells are 0.17: a rate off by a third is caught with probability 0.97.
@pytest.mark.parametrize(("legitimacy", "grievance"), [(0.9, 1.0), (0.8, 2.0), (0.95, 0.5)])
def test_protesters_take_up_arms_at_the_rate_of_stock_and_lost_legitimacy(legitimacy: float, grievance: float) -> None:
    assert_poisson(took_arms(streets(base=0.2, legitimacy=legitimacy)), 0.75 * grievance)


@pytest.mark.parametrize(("before", "growth"), [(12_000, 0.0), (24_000, 0.0), (8_000, 0.5), (4_000, 2.0), (50, 3.0)])
def test_the_rate_rises_with_the_growth_of_the_street_between_none_and_threefold(before: int, growth: float) -> None:
    c = streets(base=0.1, growth=1.5)
    remember(c, before)
    assert arming.growth_of_the_street(c) == pytest.approx(growth)
    assert_poisson(took_arms(c), 0.375 * (1 + 1.5 * growth))


def test_growth_is_a_share_of_a_hundred_persons_at_least_and_of_none_before_the_first_hour() -> None:
    c = streets(cells=1, crowd=30)
    remember(c, 10)
    assert arming.growth_of_the_street(c) == pytest.approx(20 / 100)
    c.tick = 5
    assert arming.growth_of_the_street(c) == pytest.approx(30 / 100)


def test_harm_to_the_unarmed_brings_theta_recruits_for_each_in_its_cell() -> None:
    c = streets(recruits=0.25)
    c.now.harmed_now[::2] = 6
    counts = took_arms(c)
    assert counts[1::2].sum() == 0
    assert_poisson(counts[::2], 0.25 * 6)


def test_those_who_take_up_arms_have_the_smallest_keyed_hashes_of_the_crowd_and_do_so_within_the_tick() -> None:
    c = streets(cells=5, recruits=1.0)
    c.now.harmed_now[:] = 8
    counts = took_arms(c)
    assert counts.sum() > 0
    for cell in range(5):
        ranked = by_hash(c, arming.ARMS_BEARER, c.fixed.first_resident[cell] + np.arange(30))
        chosen = [person for person, _, _, where in made(c) if where == cell]
        assert sorted(chosen) == sorted(ranked[: counts[cell]])
    assert all(0 < time < c.dt for _, _, time, _ in made(c))


@pytest.mark.parametrize("stock", [0, 1, 7, 40])
def test_never_more_than_there_are_firearms_or_protesters(stock: int) -> None:
    c = streets(cells=1, stock=stock, recruits=1.0)
    c.now.harmed_now[:] = 1000
    assert took_arms(c).sum() == min(stock, 30)


def test_firearms_taken_up_are_no_longer_in_stock() -> None:
    c = streets(cells=1, stock=100, recruits=1.0)
    c.now.counts[TOOK] = 97
    c.now.harmed_now[:] = 1000
    assert took_arms(c).sum() == 3


def test_the_last_firearm_goes_to_no_cell_before_others() -> None:
    # Three cells alike: 600 draws, each cell 200 on average; four standard errors are 46.
    c = streets(cells=3, stock=1, recruits=1.0)
    c.now.harmed_now[:] = 1000
    counts = np.zeros(3)
    for c.tick in range(600):
        c.proposals.n = 0
        counts += took_arms(c)
    assert counts.sum() == 600
    assert np.all(np.abs(counts - 200) < 46)


def test_nobody_takes_up_arms_without_rate_and_recruits_or_without_a_grievance() -> None:
    c = streets()
    c.now.harmed_now[:] = 9
    assert took_arms(c).sum() == 0
    assert took_arms(streets(base=9.0, legitimacy=1.0)).sum() == 0
    assert took_arms(streets(base=9.0, stock=0)).sum() == 0


@pytest.mark.parametrize("ticks_per_hour", [6, 12])
def test_as_many_have_taken_up_arms_after_two_hours_whatever_the_tick(ticks_per_hour: int) -> None:
    # 0.1 per hour: 1 - exp(-0.2) of 8,000, four standard errors are 138; rates for the start of a tick add 0.13 %.
    c = town([100] * 200, numbers=OFF | {"arming.base": 0.1, "arming.half": 1.0, "participation.legitimacy": 0.9},
             ticks_per_hour=ticks_per_hour, room=20_000)  # fmt: skip
    populate(c, 40, PRESENT)
    start(c, "looted", 10**9)
    start(c, "legitimacy", 0.9)
    play(c, 2 * ticks_per_hour, arming)
    assert c.now.counts[TOOK] == c.now.armed.sum() == 8_000 - c.now.crowd.sum()
    assert abs(c.now.counts[TOOK] - 8_000 * (1 - math.exp(-0.2))) < 138 + 11


def crowded(crowd: int, ticks_per_hour: int = 6, shops: Any = ((2.0, 40), (0.5, 7), (0.0, 3))) -> Context:
    """A city with gun shops and a crowd that decides by being 100 or more."""
    c = town(numbers=OFF | {"arming.crowd": 100.0}, shops=shops, ticks_per_hour=ticks_per_hour)
    c.now.crowd[0] = c.now.cell_start[-1] = crowd
    return c


def looted(c: Context, hours: float) -> list[int]:
    """Firearms looted so far at the end of every tick."""
    counts = []
    for _ in range(round(hours * c.ticks_per_hour)):
        arming.step(c)
        accept(c)
        counts.append(int(c.now.looted[0]))
    return counts


@pytest.mark.parametrize("ticks_per_hour", [4, 6, 12])
def test_each_gun_shop_is_looted_when_crowds_have_stood_for_its_hold_time_whatever_the_tick(
    ticks_per_hour: int,
) -> None:
    c = crowded(100, ticks_per_hour)
    half = ticks_per_hour // 2
    # The third holds out for no time and falls in the first tick
    assert looted(c, 3.0) == [3] * (half - 1) + [10] * (3 * half) + [50] * (2 * half + 1)
    assert [(e.kind, e.subject, e.value) for e in c.events] == [
        ("looting", "gun shop 3", 3), ("looting", "gun shop 2", 7), ("looting", "gun shop 1", 40)
    ]  # fmt: skip


def test_gun_shops_are_safe_from_smaller_crowds_and_hours_of_large_ones_add_up() -> None:
    assert looted(crowded(99), 4.0) == [0] * 24
    c = crowded(100, shops=[(1.0, 40)])
    for crowd, expected in ((100, 0), (0, 0), (100, 40)):
        c.now.crowd[0] = c.now.cell_start[-1] = crowd
        assert looted(c, 0.5)[-1] == expected


@pytest.mark.parametrize("holder", [CROWD, NOBODY])
def test_the_firearms_of_a_facility_are_looted_once_when_the_state_loses_it(holder: int) -> None:
    c = town(facilities=[{"kind": "police", "firearms": 60}, {"kind": "police", "firearms": 5}], numbers=OFF)
    assert looted(c, 0.5)[-1] == 0
    for now, expected in ((holder, 60), (STATE, 60), (holder, 60)):
        start(c, "holder", [now, STATE])
        assert looted(c, 0.5)[-1] == expected


def test_supply_from_outside_joins_the_stock() -> None:
    c = streets(cells=1, stock=0, recruits=1.0)
    c.now.supply[0] = 4
    arming.step(c)
    assert (c.next.looted[0], c.proposals.n) == (4, 0)
    accept(c)
    recount(c)
    c.now.harmed_now[:] = 1000
    assert took_arms(c).sum() == 4
