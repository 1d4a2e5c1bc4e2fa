"""Actions must fire at their hour or after their cause, and levers hold while they are in force and no longer."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from contrafact.model import policy
from contrafact.model.context import Context
from contrafact.model.policy import RULES, Action
from contrafact.model.state import CHANNELS, TOLD
from tests.model.town import accept, town


def policed(*actions: Action, ticks_per_hour: int = 6, **changed: Any) -> Context:
    """A town with actions, its first levers set."""
    c = town(sites=(0, 2), facilities=[{"kind": "government"}] * 3, ticks_per_hour=ticks_per_hour, **changed)
    c.actions = list(actions)
    policy.set_levers(c, 0.0)
    accept(c)
    c.tick = 0
    return c


def tick(c: Context, hours: float = 0.0) -> None:
    """Run policy alone for some hours, one tick at least."""
    for _ in range(max(1, round(hours * c.ticks_per_hour))):
        policy.step(c)
        accept(c)


def history(c: Context, lever: str, hours: float) -> list[float]:
    """A lever in every tick."""
    values = []
    for _ in range(round(hours * c.ticks_per_hour)):
        values.append(float(getattr(c.now, lever)[0]))
        tick(c)
    return values


@pytest.mark.parametrize("ticks_per_hour", [4, 6, 12])
def test_a_timed_action_is_in_force_in_every_tick_from_its_hour_until_its_end(ticks_per_hour: int) -> None:
    shutdown = Action("off", "network", {"availability": 0.2}, at=1.0, until=3.0)
    c = policed(shutdown, ticks_per_hour=ticks_per_hour)
    n = ticks_per_hour
    assert history(c, "availability", 4.0) == [1.0] * n + [0.2] * (2 * n) + [1.0] * n
    assert shutdown.fired == pytest.approx(1.0)
    assert [(e.kind, e.subject, e.hour) for e in c.events] == [("action", "off", pytest.approx(1.0))]


def test_an_action_between_two_ticks_waits_for_the_next() -> None:
    c = policed(Action("off", "network", {"availability": 0.2}, at=0.3))
    assert history(c, "availability", 1.0) == [1.0, 1.0, 0.2, 0.2, 0.2, 0.2]


def test_an_action_at_the_start_is_in_force_in_the_first_tick() -> None:
    assert policed(Action("off", "network", {"availability": 0.2}, at=0.0)).now.availability[0] == 0.2


@pytest.mark.parametrize("ticks_per_hour", [4, 6, 12])
@pytest.mark.parametrize("start_of_day", [0.0, 0.3333333333333333, 21.5])
def test_a_curfew_holds_over_midnight_in_its_hours_only(ticks_per_hour: int, start_of_day: float) -> None:
    curfew = Action("curfew", "curfew", {"from_hour": 23, "to_hour": 7, "compliance": 0.6}, at=0.0)
    c = policed(ticks_per_hour=ticks_per_hour)
    c.hour_of_day_at_start = start_of_day
    c.actions = [curfew]
    tick(c)
    for _ in range(50 * ticks_per_hour):
        minute = round(start_of_day * 60 + c.tick * 60 / ticks_per_hour) % 1440
        inside = minute >= 23 * 60 or minute < 7 * 60
        assert (bool(c.now.under_curfew[0]), c.now.compliance[0]) == (inside, pytest.approx(0.6 * inside)), minute
        tick(c)


@pytest.mark.parametrize("ticks_per_hour", [4, 6, 10, 12])
@pytest.mark.parametrize("minute", [0, 5, 6, 20, 50])
def test_a_window_that_begins_at_midnight_holds_from_midnight(ticks_per_hour: int, minute: int) -> None:
    night = Action("curfew", "curfew", {"from_hour": 0, "to_hour": 5}, at=0.0)
    for tick_number in range(10 * 24 * ticks_per_hour):
        hour = (minute / 60 + tick_number / ticks_per_hour + 1 / ticks_per_hour) % 24
        assert policy.in_hours(hour, night) == (round(hour * 60 * 60) % 86_400 < 5 * 3600)


def test_a_window_within_a_day_includes_its_first_hour_and_not_its_last() -> None:
    day = Action("curfew", "curfew", {"from_hour": 9, "to_hour": 17}, at=0.0)
    assert [policy.in_hours(hour, day) for hour in (8.99, 9.0, 16.99, 17.0, 0.0)] == [False, True, True, False, False]


def test_emergency_and_curfew_lower_joining_one_after_the_other() -> None:
    c = policed(
        Action("state", "emergency", {"compliance": 0.5}, at=0.0),
        Action("curfew", "curfew", {"from_hour": 0, "to_hour": 12, "compliance": 0.6}, at=0.0),
    )
    assert c.now.compliance[0] == pytest.approx(1 - 0.5 * 0.4)


def caused(quantity: str, at_least: float, delay: float = 0.0) -> Action:
    return Action("then", "network", {"availability": 0.1}, at=None, cause=quantity, at_least=at_least, delay=delay)


def set_cause(c: Context, quantity: str, value: int) -> None:
    """Make the government be told of so many; what other channels tell is no cause. It knows of its contingents."""
    for state in (c.now, c.next):
        if quantity == "contingents":
            state.contingents[0] = value
            continue
        state.told[TOLD.index(quantity)] = 1000.0
        state.told[TOLD.index(quantity), CHANNELS.index("official")] = value


@pytest.mark.parametrize("quantity", policy.CAUSES)
def test_a_triggered_action_fires_its_delay_after_the_count_reaches_the_threshold(quantity: str) -> None:
    c = policed(caused(quantity, 3, delay=1.5))
    set_cause(c, quantity, 2)
    assert history(c, "availability", 3.0) == [1.0] * 18
    set_cause(c, quantity, 3)
    # Seen at the end of the tick in which it was reached; delayed by 9 ticks.
    assert history(c, "availability", 3.0) == [1.0] * 10 + [0.1] * 8


def test_a_cause_that_has_passed_still_has_its_effect_and_only_once() -> None:
    action = caused("crowd", 50, delay=0.5)
    c = policed(action)
    set_cause(c, "crowd", 60)
    tick(c)
    set_cause(c, "crowd", 2)
    tick(c, 1.0)
    assert action.fired == pytest.approx(1 / 6 + 0.5)
    assert len(c.events) == 1


def test_all_deaths_count_but_only_those_of_state_forces_count_as_theirs() -> None:
    # Deaths of unarmed residents, of armed persons and of forces are told one by one.
    c = policed()
    for name, value in (("deaths", 100), ("deaths_armed", 20), ("deaths_state", 3), ("injured", 50), ("detained", 7)):
        set_cause(c, name, value)
    measured = policy.quantities(c)
    assert tuple(measured) == policy.CAUSES
    names = ("deaths", "deaths_state", "injured", "detained", "crowd")
    assert [measured[name] for name in names] == [123, 3, 50, 7, 0]


def test_a_chain_fires_each_action_after_the_one_before_and_its_delay() -> None:
    # The last is listed first: the order of the file does not break a chain, it costs it a tick.
    c = policed(
        Action("third", "network", {"availability": 0.1}, at=None, after="second", delay=1.0),
        Action("first", "announce", {}, at=1.0),
        Action("second", "announce", {}, at=None, after="first", delay=0.5),
    )
    tick(c, 5.0)
    fired = {e.subject: e.hour for e in c.events}
    assert list(fired) == ["first", "second", "third"]
    assert fired["first"] == pytest.approx(1.0)
    assert fired["second"] == pytest.approx(1.5)
    assert fired["third"] == pytest.approx(2.5 + 1 / 6)


def test_the_rules_that_fired_last_hold_and_lapse_at_their_end() -> None:
    def level(name: str) -> dict[str, int]:
        return {"level": RULES.index(name)}

    c = policed(
        Action("c", "rules_of_engagement", level("without_warning"), at=3.0, until=4.0),
        Action("a", "rules_of_engagement", level("self_defence"), at=2.0),
        Action("b", "rules_of_engagement", level("restraint"), at=1.0),
    )
    levels = [RULES[int(value)] for value in history(c, "rules", 5.0)[::6]]
    assert levels == ["riot_control", "restraint", "self_defence", "without_warning", "self_defence"]


def test_of_rules_that_fire_in_the_same_tick_the_last_listed_holds() -> None:
    rules = [Action(str(level), "rules_of_engagement", {"level": level}, at=0.0) for level in (2, 0)]
    assert policed(*rules).now.rules[0] == 0


def test_without_rules_in_force_it_is_riot_control() -> None:
    c = policed(Action("a", "rules_of_engagement", {"level": 3}, at=0.0, until=1.0))
    assert history(c, "rules", 2.0) == [3.0] * 6 + [1.0] * 6


def test_of_several_shutdowns_and_jammers_the_worst_holds() -> None:
    near, wide = np.array([1]), np.array([0, 1])
    c = policed(
        Action("a", "network", {"availability": 0.5}, at=0.0),
        Action("b", "network", {"availability": 0.2}, at=0.0, until=1.0),
        Action("c", "jamming", {"cells": wide, "effectiveness": 0.4}, at=0.0),
        Action("d", "jamming", {"cells": near, "effectiveness": 0.9}, at=0.0, until=1.0),
    )
    assert (c.now.availability[0], c.now.jamming.tolist()) == (0.2, [0.4, 0.9, 0.0])
    tick(c, 1.0)
    assert (c.now.availability[0], c.now.jamming.tolist()) == (0.5, [0.4, 0.4, 0.0])


def test_calls_add_up_and_add_to_the_news_while_they_last() -> None:
    c = policed(
        Action("a", "call", {"site": 1, "weight": 2.0, "news": 0.3}, at=0.0, until=1.0),
        Action("b", "call", {"site": 1, "weight": 0.5, "news": 0.1}, at=0.0),
    )
    assert (c.now.call.tolist(), c.now.news[0]) == ([0.0, 2.5], pytest.approx(0.4))
    tick(c, 1.0)
    assert (c.now.call.tolist(), c.now.news[0]) == ([0.0, 0.5], pytest.approx(0.1))


def test_news_follows_its_steps() -> None:
    c = policed()
    c.fixed.news_hours, c.fixed.news = np.array([-math.inf, 0.5, 1.25]), np.array([0.0, 0.2, 0.1])
    assert history(c, "news", 2.0) == [0.0, 0.0, 0.0] + [0.2] * 5 + [0.1] * 4


def test_a_concession_and_a_march_happen_once() -> None:
    c = policed(
        Action("a", "concession", {"size": 0.04}, at=0.5),
        Action("b", "concession", {"size": -0.01}, at=0.5),
        Action("c", "march", {"origin": 1, "destination": 0, "share": 0.7}, at=0.5),
    )
    assert history(c, "concession", 0.5) == [0.0] * 3
    assert c.now.concession[0] == pytest.approx(0.03)
    assert (c.now.march_to.tolist(), c.now.march_share[1]) == ([-1, 0], 0.7)
    tick(c)
    assert (c.now.concession[0], c.now.march_to.tolist()) == (0.0, [-1, -1])


def test_orders_reach_the_units_of_a_force_and_last() -> None:
    units = [{"cell": 0, "strength": 5}, {"cell": 0, "strength": 5}, {"cell": 1, "strength": 5}]
    c = policed(
        Action("a", "deploy", {"units": np.array([0, 2]), "place": 2}, at=0.0),
        Action("b", "withdraw", {"units": np.array([2])}, at=1.0),
        units=units,
    )
    assert c.now.unit_order.tolist() == [2, 0, 2]
    tick(c, 2.0)
    assert c.now.unit_order.tolist() == [2, 0, -1]


def test_an_order_holds_its_units_while_it_is_in_force_and_those_never_commanded_always() -> None:
    units = [{"cell": 0, "strength": 5, "tasks": ["guard"]}, {"cell": 0, "strength": 5}]
    everyone = np.array([0, 1])
    c = policed(
        Action("a", "deploy", {"units": everyone, "place": 2}, at=1.0, until=2.0),
        Action("b", "withdraw", {"units": everyone[:1]}, at=3.0),
        units=units,
    )
    assert c.now.unit_scripted.tolist() == [False, True]
    for scripted in ([True, True], [False, True], [True, True]):
        tick(c, 1.0)
        assert c.now.unit_scripted.tolist() == scripted
    assert c.now.unit_order.tolist() == [-1, 2]


def test_a_report_adds_its_number_to_the_channels_it_names_while_it_is_in_force() -> None:
    deaths = TOLD.index("deaths_state")
    c = policed(
        Action("a", "report", {"told": deaths, "channels": [0, 2], "number": 3.0}, at=0.0, until=1.0),
        Action("b", "report", {"told": deaths, "channels": [2], "number": -1.0}, at=0.0),
    )
    assert c.now.injected[deaths].tolist() == [3.0, 0.0, 2.0]
    tick(c, 1.0)
    assert c.now.injected[deaths].tolist() == [0.0, 0.0, -1.0]
    assert np.count_nonzero(c.now.injected) == 1


def test_snipers_stand_at_their_places_while_they_are_in_force_and_add_up() -> None:
    c = policed(
        Action("a", "snipers", {"place": 1, "number": 2.0}, at=0.0),
        Action("b", "snipers", {"place": 1, "number": 3.0}, at=0.0, until=1.0),
    )
    assert c.now.snipers.tolist() == [0, 5, 0]
    tick(c, 1.0)
    assert c.now.snipers.tolist() == [0, 2, 0]
