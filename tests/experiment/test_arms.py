"""Arms: variants by either spelling, changes made on the spot, and what is said of those that are wrong."""

from __future__ import annotations

from typing import Any

import pytest

import contrafact as cf
from contrafact.experiment.arms import Arm, changed, read_arms
from contrafact.scenario import Scenario

VARIANTS: dict[str, Any] = {
    "variants": {
        "no_shutdown": {"title": "No shutdown", "settings": {"actions.network_shutdown": None}},
        "restraint": {"title": "Restraint", "settings": {"actions.curfew": None}},
    }
}


@pytest.fixture(scope="module")
def crisis(town: Scenario) -> Scenario:
    """The town with two variants."""
    return cf.load(town.source, VARIANTS)


@pytest.mark.parametrize("spelling", ["no_shutdown", "no-shutdown"])
def test_a_variant_is_found_by_hyphen_and_underscore(crisis: Scenario, spelling: str) -> None:
    (arm,) = read_arms(crisis, [spelling])
    assert arm == Arm("no_shutdown", "No shutdown", {"actions.network_shutdown": None})
    assert "network_shutdown" not in changed(crisis, arm).actions


def test_restraint_is_the_arm_where_none_is_named(crisis: Scenario) -> None:
    assert [arm.name for arm in read_arms(crisis, None)] == ["restraint"]


def test_changes_on_the_spot_are_parted_by_semicolons_that_begin_another(crisis: Scenario) -> None:
    text = "late:actions.network_shutdown.at=2022-01-06T03:00; actions.curfew.label='a; b';"
    (arm,) = read_arms(crisis, [text])
    assert arm.name == "late"
    assert arm.changes == ("actions.network_shutdown.at=2022-01-06T03:00", "actions.curfew.label='a; b'")
    made = changed(crisis, arm)
    assert made.actions["curfew"].label == "a; b"
    assert made.actions["network_shutdown"].at is not None
    assert made.actions["network_shutdown"].at.value != crisis.actions["network_shutdown"].at.value  # type: ignore[union-attr]


def test_null_changes_nothing(crisis: Scenario) -> None:
    (arm,) = read_arms(crisis, ["null:"])
    assert (arm.name, tuple(arm.changes)) == ("null", ())
    assert changed(crisis, arm).digest == crisis.digest


def test_in_python_arms_may_be_a_mapping(crisis: Scenario) -> None:
    arms = read_arms(crisis, {"no curfew": {"actions.curfew": None}, "no-shutdown": None})
    assert [arm.name for arm in arms] == ["no curfew", "no_shutdown"]
    assert "curfew" not in changed(crisis, arms[0]).actions


def test_an_arm_survives_its_json_form(crisis: Scenario) -> None:
    for arm in read_arms(crisis, ["restraint", "late:actions.network_shutdown.at=2022-01-06T03:00"]):
        again = Arm.from_dict(arm.as_dict())
        assert changed(crisis, again).digest == changed(crisis, arm).digest


def test_what_an_action_announces_stands_for_the_action() -> None:
    almaty = cf.load("almaty-2022")
    assert isinstance(almaty, Scenario)
    (late,) = read_arms(almaty, ["late:alliance.request.at=2022-01-07T00:53"])
    assert late.paths == ("actions.alliance_request.at",)
    (none,) = read_arms(almaty, {"no intervention": {"alliance.request": None}})
    assert none.changes == {"actions.alliance_request": None}
    (refused,) = read_arms(almaty, ["refused:alliance.granted=0"])
    assert refused.paths == ("alliance.granted",)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["restrain"], '--arm: the scenario has no variant "restrain"; did you mean "restraint"?'),
        (["restraint", "null:", "null:"], 'found the arm "null" twice'),
        (["recorded:"], 'found the arm "recorded" twice'),
        (["x:actions.curfw=null"], '--arm x: actions.curfw: nothing here is called "curfw"; did you mean "curfew"?'),
        (["x:actions.curfew.label"], "--arm x: found"),
        ([":actions.curfew=null"], "--arm: found no name"),
        (["actions.curfew=null"], "NAME:PATH=VALUE"),
        ([], "found no arm"),
    ],
)
def test_what_is_wrong_with_arms_is_told_of_the_arm(crisis: Scenario, asked: list[str], said: str) -> None:
    with pytest.raises(cf.InputErrors) as raised:
        read_arms(crisis, asked)
    assert said in str(raised.value)


def test_without_an_arm_there_is_restraint_or_a_word_on_what_is_needed(crisis: Scenario) -> None:
    without = cf.load(crisis.source, {"variants": {}})
    with pytest.raises(cf.InputErrors, match=r"needs --arm, since it has no variant restraint; allowed here: NAME"):
        read_arms(without, None)
    with pytest.raises(cf.InputErrors, match="needs --arm, since restraint is what arms are compared with"):
        read_arms(crisis, None, "restraint")


def test_an_arm_is_not_called_as_what_it_is_compared_with(crisis: Scenario) -> None:
    with pytest.raises(cf.InputErrors, match="restraint is what all are compared with"):
        read_arms(crisis, ["restraint"], "restraint")


def test_everything_that_is_wrong_is_told_at_once(crisis: Scenario) -> None:
    with pytest.raises(cf.InputErrors) as raised:
        read_arms(crisis, ["restrain", "x:actions.curfw=null"])
    assert len(raised.value.errors) == 2
