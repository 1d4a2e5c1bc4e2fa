"""Who comes from outside must come at the stated rate, at the edge, armed, once, and be counted among the persons."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from contrafact.model import arming, outside, policy
from contrafact.model.context import Context
from contrafact.model.policy import Action
from contrafact.model.state import ARMED, COUNTS, LEFT, OUTSIDE
from tests.model.town import OUTSIDERS, accept, made, play, start, town


def border(fighters: float = 0.0, firearms: float = 0.0, interdiction: float = 0.0, **options: Any) -> Context:
    """Four cells in a row, the outer two at the edge."""
    numbers = {"outside.fighters": fighters, "outside.firearms": firearms, "outside.interdiction": interdiction}
    return town((50, 50, 50, 50), numbers=numbers, **options)


def supplies(c: Context, ticks: int) -> tuple[Any, Any]:
    """Fighters and firearms of every tick."""
    fighters, firearms = [], []
    for _ in range(ticks):
        start(c, "outside_next", 0)  # ids without end
        c.proposals.n = 0
        outside.step(c)
        fighters.append(c.proposals.n)
        accept(c)
        firearms.append(int(c.now.supply[0]))
    return np.array(fighters), np.array(firearms)


# 72 a day less a third are 2 an hour, of firearms 4: in 1,000 hours four standard errors are 9 % and 6.3 %.
@pytest.mark.parametrize("ticks_per_hour", [6, 12])
def test_inflow_is_poisson_with_the_rate_less_what_is_stopped_whatever_the_tick(ticks_per_hour: int) -> None:
    ticks = 1000 * ticks_per_hour
    c = border(72.0, 144.0, interdiction=1 / 3, ticks_per_hour=ticks_per_hour)
    for counts, mean in zip(supplies(c, ticks), (2 / ticks_per_hour, 4 / ticks_per_hour), strict=True):
        assert abs(counts.mean() - mean) < 4 * np.sqrt(mean / ticks)
        assert abs(counts.var() / mean - 1) < 4 * np.sqrt((2 + 1 / mean) / ticks)


def test_fighters_and_firearms_come_independently() -> None:
    fighters, firearms = supplies(border(72.0, 144.0), 4000)
    assert abs(np.corrcoef(fighters, firearms)[0, 1]) < 4 / np.sqrt(4000)


@pytest.mark.parametrize("numbers", [{}, {"fighters": 1e4, "firearms": 1e4, "interdiction": 1.0}])
def test_nothing_comes_by_default_or_when_all_is_stopped(numbers: dict[str, float]) -> None:
    fighters, firearms = supplies(border(**numbers), 200)
    assert (fighters.sum(), firearms.sum()) == (0, 0)


def test_fighters_enter_armed_at_the_edge_everywhere_alike_within_the_tick() -> None:
    c = border(7200.0)  # 50 in a tick
    where: Counter[int] = Counter()
    for _ in range(20):
        start(c, "outside_next", 0)
        c.proposals.n = 0
        outside.step(c)
        accept(c)
        where.update(cell for *_, cell in made(c))
        assert all(status == ARMED and 0 < time < c.dt for _, status, time, _ in made(c))
    assert set(where) == {0, 3}
    total = where[0] + where[3]
    assert abs(where[0] - total / 2) < 4 * np.sqrt(total) / 2


def test_residents_and_those_who_entered_less_those_who_left_are_conserved_and_ids_end() -> None:
    c = border(7200.0)
    play(c, 3, outside)
    status = c.now.status
    assert c.now.counts[COUNTS.index("entered")] == c.now.armed.sum() == (status == ARMED).sum() == OUTSIDERS
    assert not (status == OUTSIDE).any()
    assert np.flatnonzero(status == ARMED).tolist() == list(range(200, 200 + OUTSIDERS))
    assert set(c.now.armed.nonzero()[0]) == {0, 3}
    start(c, "exit_hop", np.arange(4))
    c.now.slot_goal[: c.slots] = -2  # all leave over the edge at which they are
    play(c, 6, outside)
    assert (status == LEFT).sum() == c.now.counts[COUNTS.index("left")] == OUTSIDERS
    assert c.slots == 0
    assert c.now.counts[COUNTS.index("entered")] == OUTSIDERS


def test_a_fighter_counts_as_a_person_of_the_cell_of_entry_and_takes_no_firearm_of_the_stock() -> None:
    c = border(720.0)
    play(c, 2, outside, arming)
    assert c.slots > 0
    assert c.now.active_home.tolist() == c.now.armed.tolist()
    assert c.now.counts[COUNTS.index("took_arms")] == 0


def test_firearms_from_outside_join_the_stock_of_arming_in_the_next_tick() -> None:
    c = border(firearms=14_400.0)
    stocks, sent = [], []
    for _ in range(4):
        play(c, 1, outside, arming)
        stocks.append(int(c.now.looted[0]))
        sent.append(int(c.now.supply[0]))
    assert stocks == [0, *np.cumsum(sent)[:-1].tolist()]
    assert sent[0] > 0


@pytest.mark.parametrize("ticks_per_hour", [4, 6, 12])
@pytest.mark.parametrize("at", [0.0, 1.0, 1.1])
def test_cadres_enter_once_at_their_place_in_the_tick_of_their_action(at: float, ticks_per_hour: int) -> None:
    c = border(ticks_per_hour=ticks_per_hour)
    c.actions = [Action("cadres", "cadres", {"place": 2, "number": 7.4}, at=at)]
    policy.set_levers(c, 0.0)
    accept(c)
    c.tick = 0
    entered = []
    for _ in range(3 * ticks_per_hour):
        policy.step(c)
        outside.step(c)
        if c.proposals.n:
            entered.append((c.hour, [cell for *_, cell in made(c)]))
        c.proposals.n = 0
        accept(c)
    assert entered == [(pytest.approx(np.ceil(at * ticks_per_hour - 1e-9) / ticks_per_hour), [2] * 7)]


def test_nobody_enters_at_a_place_that_is_not_on_the_map() -> None:
    c = border()
    c.fixed.place_cell[2] = -1
    c.actions = [Action("cadres", "cadres", {"place": 2, "number": 7.0}, at=0.0, fired=0.0)]
    outside.step(c)
    assert c.proposals.n == c.next.outside_next[0] == 0


def test_where_the_area_has_no_edge_only_cadres_come() -> None:
    c = border(7200.0)
    c.fixed.edge_cells = np.zeros(0, np.int32)
    outside.step(c)
    assert c.proposals.n == 0
