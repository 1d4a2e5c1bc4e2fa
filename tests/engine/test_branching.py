"""Forks: a copy goes on by itself, and an arm forked from a run has the bits of the arm that is run whole."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from contrafact.engine import Model, Replication, Run, prepare
from contrafact.engine.branching import Branch, Lookout, terms_of, waits_for
from contrafact.engine.checkpoint import copied
from contrafact.model import PARAMETERS
from contrafact.model.state import ARRAYS
from contrafact.scenario import with_overrides
from tests.engine.test_lift import town
from tests.engine.towns import ARMED, FIGHTERS, NUMBERS, action, prepared, value

HOURS = 36.0
SEED, NUMBER = 4, 1
TRIGGERED = {"actions.live_fire.when": {"quantity": "injured", "at_least": value("1 persons", 0.5, 2)},
             "actions.live_fire.response": "triggered"}  # fmt: skip
ARMS: dict[str, dict[str, object]] = {
    "an action is gone": {"actions.live_fire": None},
    "an hour is later": {"actions.live_fire.at": value("2022-01-04T22:00", "2022-01-04T21:00", "2022-01-04T23:00")},
    "an hour is earlier": {"actions.live_fire.at": value("2022-01-04T13:00", "2022-01-04T12:00", "2022-01-04T14:00")},
    "a cause in place of an hour": TRIGGERED,
    "a new action": {"actions.shutdown": action("network", "2022-01-05T06:00", "2022-01-05T07:00",
                                                availability=value(0.1, 0.0, 0.2))},
}  # fmt: skip


def model(changes: dict[str, object]) -> Model:
    """The armed town with changes; None takes an item of ARMED away."""
    merged = ARMED | {name: item for name, item in changes.items() if item is not None}
    gone = {name for name, item in changes.items() if item is None}
    kept = {name: item for name, item in merged.items() if not any(name.startswith(f"{one}.") for one in gone)}
    return prepared("lively", FIGHTERS, kept | dict.fromkeys(gone))


def run_of(changes: dict[str, object]) -> Run:
    return Run(model(changes), SEED, NUMBER, until_hours=HOURS)


def finished(run: Run) -> Replication:
    while run.under_way:
        run.tick()
    return run.finish()


@cache
def whole(arm: str | None = None) -> tuple[Replication, list[bytes]]:
    """An arm run whole, the town as it is where none is named, with the digest of each hour."""
    run = run_of(ARMS[arm] if arm else {})
    return finished(run), run.digest.hours


@cache
def forked_arm(arm: str) -> tuple[int, Replication]:
    return forked(ARMS[arm])


def forked(changes: dict[str, object], of: dict[str, object] | None = None) -> tuple[int, Replication]:
    """The tick at which an arm left the run of the town and what it gave."""
    run = run_of(of or {})
    other = model(changes)
    names = waits_for(model(of or {}).scenario, other.scenario)
    assert names
    branch = Branch(run, terms_of(other, run, SEED, NUMBER), names)
    own = Lookout(run, run.context.actions)
    assert not branch.starts_at_once(own)
    while run.under_way:
        arm = branch.fork_if_due(run, own.next_to_fire(run))
        if arm is not None:
            return run.done, finished(arm)
        run.tick()
    raise AssertionError("the arm never left")


@pytest.mark.parametrize("arm", ARMS)
def test_a_forked_arm_is_the_arm_that_is_run_whole(arm: str) -> None:
    tick, replication = forked_arm(arm)
    expected, _ = whole(arm)
    assert tick > 0
    assert replication.digest == expected.digest != whole()[0].digest
    assert replication.outcomes == expected.outcomes
    assert replication.events == expected.events
    for name, curve in expected.timeline.items():
        np.testing.assert_array_equal(replication.timeline[name], curve, name)


@pytest.mark.parametrize("arm", ARMS)
def test_an_arm_equals_the_run_to_the_bit_until_it_leaves(arm: str) -> None:
    tick, _ = forked_arm(arm)
    agree = [one == other for one, other in zip(whole()[1], whole(arm)[1], strict=True)]
    assert False in agree
    assert agree.index(False) >= tick // 6


def test_an_arm_without_a_triggered_action_leaves_when_the_run_would_fire_it() -> None:
    tick, replication = forked({"actions.live_fire": None}, TRIGGERED)
    fired = [e.hour for e in finished(run_of(TRIGGERED)).events if e.kind == "action" and e.subject == "live_fire"]
    assert fired == [pytest.approx((tick + 1) / 6)]
    assert replication.digest == whole("an action is gone")[0].digest


AT_START: dict[str, object] = {
    "actions.early": action("network", "2022-01-04T06:00", "2022-01-04T07:00", availability=value(0.1, 0.0, 0.2)),
}  # fmt: skip
LATER: dict[str, object] = {
    "actions.early": action("network", "2022-01-04T13:00", "2022-01-04T14:00", availability=value(0.1, 0.0, 0.2)),
}  # fmt: skip


@pytest.mark.parametrize(("of", "arm"), [({}, AT_START), (AT_START, {}), (AT_START, LATER), (LATER, AT_START)])
def test_an_action_that_fires_before_the_first_tick_in_either_leaves_nothing_to_share(
    of: dict[str, object], arm: dict[str, object]
) -> None:
    """An arm that is forked later would have been under it, or without it, until then."""
    run, other = Run(model(of), SEED, NUMBER, until_hours=9.0), Run(model(arm), SEED, NUMBER, until_hours=9.0)
    branch = Branch(run, terms_of(model(arm), run, SEED, NUMBER), frozenset({"early"}))
    assert branch.starts_at_once(Lookout(run, run.context.actions))
    assert finished(run).digest != finished(other).digest


def test_an_action_that_fires_before_the_first_tick_in_both_is_shared() -> None:
    changes = AT_START | ARMS["an hour is later"]
    tick, replication = forked(changes, AT_START)
    assert tick > 0
    assert replication.digest == finished(run_of(changes)).digest


def test_what_an_action_that_has_fired_sets_off_is_told_before_it_fires() -> None:
    """One that follows another stands before it in the scenario, so that set-up has not seen its cause."""
    follows = {
        "kind": "network",
        "label": "network",
        "assumption": "made up",
        "response": "triggered",
        "when": {"after": "early", "delay": value("0 h", "0 h", "1 h")},
        "availability": value(0.1, 0.0, 0.2),
    }
    run = run_of({"actions.follows": follows} | AT_START)
    own = Lookout(run, run.context.actions)
    assert own.fired == {"early"}
    assert own.next_to_fire(run) == {"follows"}


def test_a_forked_arm_tells_its_own_drawn_numbers() -> None:
    _, replication = forked_arm("an hour is later")
    assert replication.draws == whole("an hour is later")[0].draws != whole()[0].draws


@pytest.mark.parametrize("ticks", [0, 1, 77, 200])
def test_a_copy_and_what_it_was_copied_from_end_alike(ticks: int) -> None:
    run = run_of({})
    for _ in range(ticks):
        run.tick()
    copy = run.fork()
    one, other = finished(run), finished(copy)
    assert one.digest == other.digest == whole()[0].digest
    assert one.outcomes == other.outcomes


def test_nothing_that_a_tick_writes_is_shared_with_a_copy() -> None:
    run = run_of({})
    for _ in range(100):
        run.tick()
    c, other = run.context, copied(run.context)
    before = {spec.name: getattr(other.now, spec.name).copy() for spec in ARRAYS}
    events, fired = len(other.events), [action.fired for action in other.actions]
    while run.under_way:
        run.tick()
    for name, array in before.items():
        np.testing.assert_array_equal(getattr(other.now, name), array, name)
    assert (len(other.events), [action.fired for action in other.actions]) == (events, fired)
    assert len(c.events) > events


def test_drawn_numbers_may_be_those_of_another_replication() -> None:
    of = prepared("small", None, {"draw": "priors"})
    own, lent = Run(of, SEED, 3).draws, Run(of, SEED, 2, draw=3).draws
    assert own == lent != Run(of, SEED, 2).draws
    first, second = (Run(of, SEED, number, draw=3, until_hours=20.0) for number in (3, 2))
    assert finished(first).digest != finished(second).digest
    assert all(math.isfinite(number) for number in own.values())


ANSWERS: dict[str, dict[str, object]] = {
    "refused": {"alliance.granted": 0},
    "another mandate": {"alliance.mandate": "clear"},
    "ready later": {"alliance.members.one.ready": value("9 h", "8 h", "10 h")},
    "the news matters": {"parameters.alliance.announcement": 0.9},
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_arm_of_another_answer_leaves_when_the_alliance_is_asked(answer: str) -> None:
    """The run asks at 12:20, six hours and twenty minutes after its start, and the news needs crowds to matter."""
    recorded_model = town(numbers=NUMBERS)
    arm = with_overrides(recorded_model.scenario, ANSWERS[answer], declared=PARAMETERS)
    other, names = prepare(arm, recorded_model.world, recorded_model), waits_for(recorded_model.scenario, arm)
    assert names == {"ask"}
    run = Run(recorded_model, 1, 0, until_hours=36.0)
    branch, own = Branch(run, terms_of(other, run, 1, 0), names), Lookout(run, run.context.actions)
    fork = None
    while fork is None:
        fork = branch.fork_if_due(run, own.next_to_fire(run))
        run.tick()
    assert fork.done == 37
    expected = finished(Run(other, 1, 0, until_hours=36.0))
    assert finished(fork).digest == expected.digest != finished(run).digest


def test_where_more_than_actions_and_answers_differs_nothing_is_shared() -> None:
    one = town(numbers=NUMBERS).scenario
    for changes in ({"alliance.members.one.persons": value("150 persons", 140, 160)},
                    {"parameters.alliance.announcement": 0.9, "parameters.fear.phi": 4.0},
                    {"sites.market.attraction": value(0.4, 0.3, 0.5)}):  # fmt: skip
        assert waits_for(one, with_overrides(one, changes, declared=PARAMETERS)) is None
    assert waits_for(one, one) == frozenset()
