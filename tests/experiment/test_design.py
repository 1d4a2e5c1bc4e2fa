"""The design of a comparison: who shares which draw, settings dealt alike, switches that are held, hours and causes."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

import contrafact as cf
from contrafact.experiment.arms import Arm, read_arms
from contrafact.experiment.city import overridden
from contrafact.experiment.design import Design, design_of
from contrafact.scenario import Scenario

FREE: dict[str, Any] = {
    "title": "Is anyone afraid?",
    "contested": "made up for tests",
    "settings": {"afraid": {"title": "yes"}, "not_afraid": {"title": "no", "changes": {"parameters.fear.phi": 0}}},
}
THREE: dict[str, Any] = {
    "title": "How does news spread?",
    "contested": "made up for tests",
    "settings": {
        "as_told": {"title": "as told"},
        "more": {"title": "more", "changes": {"parameters.exposure.media": "0.01 1/h"}},
        "less": {"title": "less", "changes": {"parameters.exposure.media": "0 1/h"}},
    },
}
NULL = Arm("null", "nothing", ())


@pytest.fixture(scope="module")
def crisis(town: Scenario) -> Scenario:
    """The town with two switches."""
    return cf.load(town.source, {"switches": {"fear": FREE, "news": THREE}})


@pytest.fixture(scope="module")
def design(crisis: Scenario) -> Design:
    return design_of(crisis, [NULL], seed=5)


def test_groups_share_a_draw_and_answers_share_settings(design: Design) -> None:
    places = [design.place(number) for number in range(12)]
    assert [place.group for place in places] == [0] * 4 + [1] * 4 + [2] * 4
    assert [place.draw for place in places] == [0] * 4 + [4] * 4 + [8] * 4
    assert [place.answer for place in places[:4]] == [0, 0, 1, 1]
    for first in range(0, 12, 2):
        assert places[first].settings == places[first + 1].settings


def test_settings_are_dealt_alike_and_the_answers_of_a_group_by_themselves(design: Design) -> None:
    for answer in range(2):
        places = [design.place(4 * group + 2 * answer) for group in range(60)]
        for name, each in (("fear", 30), ("news", 20), ("responses", 30)):
            assert set(Counter(place.settings[name] for place in places).values()) == {each}
    both = [(design.place(4 * g).settings["fear"], design.place(4 * g + 2).settings["fear"]) for g in range(400)]
    same = sum(a == b for a, b in both) / len(both)
    assert abs(same - 0.5) < 4 * (0.25 / 400) ** 0.5


def test_what_a_replication_gets_follows_from_its_number_and_the_seed(crisis: Scenario, design: Design) -> None:
    again, other = design_of(crisis, [NULL], seed=5), design_of(crisis, [NULL], seed=6)
    assert [again.place(k) for k in range(40)] == [design.place(k) for k in range(40)]
    assert [other.place(k) for k in range(40)] != [design.place(k) for k in range(40)]


def test_without_switches_groups_are_pairs_of_repetitions(crisis: Scenario) -> None:
    held = design_of(crisis, [NULL], seed=5, drawn=False)
    assert (held.switches, held.answers) == ((), 1)
    assert set(held.held) == {"fear", "news", "responses"}
    assert [held.place(k).draw for k in range(4)] == [0, 0, 2, 2]
    assert held.changes(held.place(3).settings) == {}


@pytest.mark.parametrize("changes", [{"parameters.fear.phi": 3}, ("parameters.fear.phi=3",)])
def test_a_switch_that_an_arm_changes_is_held_and_the_reason_told(crisis: Scenario, changes: Any) -> None:
    found = design_of(crisis, [NULL, Arm("braver", "braver", changes)], seed=5)
    assert [switch.name for switch in found.switches] == ["news", "responses"]
    assert found.held == {"fear": "the arm braver changes it"}


def test_every_setting_can_be_made(crisis: Scenario, design: Design) -> None:
    for switch in design.switches:
        for changes in switch.settings.values():
            assert overridden(crisis, changes).digest is not None
    triggered = next(switch for switch in design.switches if switch.name == "responses").settings["triggered"]
    assert overridden(crisis, triggered).response_of("network_shutdown") == "triggered"


def responses(crisis: Scenario, *arms: Arm) -> dict[str, dict[str, Any]] | None:
    found = {switch.name: switch.settings for switch in design_of(crisis, list(arms), seed=1).switches}
    return {name: dict(changes) for name, changes in found["responses"].items()} if "responses" in found else None


def test_timed_actions_with_a_cause_are_run_both_ways(crisis: Scenario) -> None:
    both = [n for n, action in crisis.actions.items() if action.at is not None and action.when is not None]
    assert both
    found = responses(crisis, NULL)
    assert found is not None
    assert found["fixed"] == {}
    assert found["triggered"] == {f"actions.{name}.response": "triggered" for name in both}


def test_an_action_of_which_an_arm_speaks_keeps_its_response_unless_it_is_left_out(crisis: Scenario) -> None:
    path = "actions.network_shutdown"
    later = responses(crisis, Arm("later", "later", {f"{path}.at": "2022-01-06T03:00"}))
    gone = responses(crisis, Arm("gone", "gone", {path: None}))
    assert f"{path}.response" not in (later or {}).get("triggered", {})
    assert gone is not None
    assert f"{path}.response" in gone["triggered"]


def test_an_arm_that_sets_all_responses_leaves_no_switch_for_them(crisis: Scenario) -> None:
    assert responses(crisis, Arm("caused", "caused", {"responses": "triggered"})) is None


def test_a_scenario_that_triggers_all_is_run_fixed_too(crisis: Scenario) -> None:
    caused = overridden(crisis, {"responses": "triggered"})
    found = responses(caused, NULL)
    assert found is not None
    assert found["triggered"] == {}
    assert overridden(caused, found["fixed"]).response_of("network_shutdown") == "fixed"


@pytest.mark.parametrize("name", ["almaty-2022", "csto-2022"])
def test_every_variant_and_every_setting_of_a_shipped_scenario_can_be_made(name: str) -> None:
    crisis = cf.load(name)
    assert isinstance(crisis, Scenario)
    arms = read_arms(crisis, list(crisis.variants))
    assert [arm.name for arm in arms] == list(crisis.variants)
    for switch in design_of(crisis, [NULL], seed=1).switches:
        assert any(not changes for changes in switch.settings.values()), f"{switch.name}: none is the scenario as it is"
        for changes in switch.settings.values():
            overridden(crisis, changes)
