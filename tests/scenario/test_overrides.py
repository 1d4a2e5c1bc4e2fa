"""Overrides: what the user sets takes the place of what the file says, with its unit checked and its source told."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contrafact import scenario
from contrafact.errors import InputError, InputErrors
from contrafact.parameters import Parameter, uniform
from contrafact.scenario import SET_BY_USER, Quantity, Scenario
from contrafact.scenario.overrides import Overrides
from contrafact.scenario.overrides import settings as read_settings

T = TypeVar("T")

DECLARED = {
    "participation.nu": Parameter("participation.nu", "1/h", 0.2, "assumption", "joining", uniform(0.0, 1.0), 0.0, 1.0)
}


def varied(small: Scenario, *overrides: str) -> Scenario:
    return scenario.with_overrides(small, overrides)


def errors_of(small: Scenario, overrides: Overrides) -> list[InputError]:
    with pytest.raises(InputErrors) as caught:
        scenario.with_overrides(small, overrides, declared=DECLARED)
    return caught.value.errors


def attempt(call: Callable[[], T]) -> tuple[T | None, list[InputError]]:
    """What a call returns, or the errors that it raises."""
    try:
        return call(), []
    except InputErrors as errors:
        return None, errors.errors


def test_a_sourced_value_that_the_user_sets_loses_its_evidence_and_its_prior(small: Scenario) -> None:
    changed = varied(small, "forces.police.strength=4000 persons", "actions.curfew.at=2022-01-06T01:00")
    assert changed.forces["police"].strength == Quantity(4000.0, "persons", assumption=SET_BY_USER)
    assert changed.actions["curfew"].at == Quantity(49.0, "time", assumption=SET_BY_USER)
    assert small.forces["police"].strength.value == 80.0


def test_units_of_overrides_are_converted(small: Scenario) -> None:
    hold = varied(small, "facilities.town_hall.hold=90 min").facilities["town_hall"].hold
    assert hold is not None
    assert (hold.value, hold.unit) == (1.5, "h")


def test_plain_values_are_set_as_they_are(small: Scenario) -> None:
    changed = varied(
        small, "start=2022-01-03T12:00", "place.resolution=9", "draw=central", "forces.police.firearms=true"
    )
    assert changed.start == datetime(2022, 1, 3, 12)
    assert (changed.place.resolution, changed.draw, changed.forces["police"].firearms) == (9, "central", True)
    assert changed.actions["curfew"].at == Quantity(59.0, "time", ("R136",))


def test_null_removes_an_item(small: Scenario) -> None:
    assert "curfew" in small.actions
    assert "curfew" not in varied(small, "actions.curfew=null").actions
    assert varied(small, "actions.call_to_gather.until=null").actions["call_to_gather"].until is None
    assert len(varied(small, "news.0=null").news) == 1


def test_a_mapping_of_values_does_the_same_as_texts(small: Scenario) -> None:
    texts = ["forces.police.strength=100 persons", "actions.curfew=null", "population.hardship.mean=0.45"]
    mapping = {"forces.police.strength": "100 persons", "actions.curfew": None, "population.hardship.mean": 0.45}
    assert scenario.with_overrides(small, mapping).digest == scenario.with_overrides(small, texts).digest
    moved = scenario.with_overrides(small, {"actions.curfew.at": datetime(2022, 1, 6, 1)})
    assert moved.actions["curfew"].at == Quantity(49.0, "time", assumption=SET_BY_USER)


def test_overrides_while_loading_and_after_it_are_the_same(small: Scenario) -> None:
    texts = ["forces.police.strength=100 persons", "actions.curfew=null"]
    assert scenario.load(small.source, texts).digest == scenario.with_overrides(small, texts).digest


def test_an_overridden_scenario_is_written_and_read_back(small: Scenario) -> None:
    changed = varied(small, "forces.police.strength=100 persons", "actions.emergency=null")
    assert scenario.from_resolved(changed.resolved()).digest == changed.digest
    assert varied(changed, "forces.police.units=5").forces["police"].strength.value == 100.0


def test_no_override_changes_nothing(small: Scenario) -> None:
    assert varied(small).digest == small.digest


def test_a_whole_sourced_value_may_be_given(small: Scenario) -> None:
    strength = "{value: 100 persons, assumption: half of the town's, prior: {uniform: [50, 150]}}"
    quantity = varied(small, f"forces.police.strength={strength}").forces["police"].strength
    assert quantity.prior is not None
    assert (quantity.assumption, quantity.prior.numbers) == ("half of the town's", (50.0, 150.0))


def test_an_action_may_be_added(small: Scenario) -> None:
    action = {
        "kind": "concession",
        "label": "Prices lowered",
        "at": {"value": "2022-01-05T06:00", "evidence": ["R140"]},
        "response": "fixed",
        "size": {"value": 0.1, "assumption": "small", "prior": {"uniform": [-0.1, 0.2]}},
    }
    changed = scenario.with_overrides(small, {"actions.concession": action})
    assert list(changed.actions)[-1] == "concession"


def test_a_sourced_value_that_the_file_leaves_out_may_be_given_bare(small: Scenario) -> None:
    changed = varied(small, "actions.curfew.until=2022-01-06T12:00", "forces.police.arrives=2022-01-04T06:00")
    assert changed.actions["curfew"].until == Quantity(60.0, "time", assumption=SET_BY_USER)
    assert changed.forces["police"].arrives == Quantity(6.0, "time", assumption=SET_BY_USER)


def test_a_parameter_may_be_given_whether_the_file_has_it_or_not(small: Scenario) -> None:
    changed = scenario.with_overrides(small, ["parameters.participation.nu=4.8 1/day"], declared=DECLARED)
    assert changed.parameters == {"participation.nu": Quantity(0.2, "1/h", assumption=SET_BY_USER)}
    again = scenario.with_overrides(changed, ["parameters.participation.nu=0.3 1/h"], declared=DECLARED)
    assert again.parameters["participation.nu"].value == 0.3


def test_setting_the_value_inside_a_sourced_value_is_setting_it(small: Scenario) -> None:
    inside = varied(small, "actions.curfew.at.value=2022-01-06T01:00")
    assert inside.digest == varied(small, "actions.curfew.at=2022-01-06T01:00").digest


def test_setting_a_prior_makes_it_the_users(small: Scenario) -> None:
    curfew = varied(small, "actions.curfew.at.prior={uniform: [2022-01-05T22:00, 2022-01-06T00:00]}").actions["curfew"]
    assert curfew.at is not None
    assert curfew.at.prior is not None
    assert (curfew.at.evidence, curfew.at.assumption) == ((), SET_BY_USER)
    assert curfew.at.prior.numbers == (46.0, 48.0)


def test_what_waits_for_a_removed_action_goes_with_it_if_triggered_and_keeps_its_hour_if_fixed(small: Scenario) -> None:
    fixed = varied(small, "actions.emergency=null").actions
    assert "emergency" not in fixed
    assert fixed["network_shutdown"].when is None
    assert fixed["network_shutdown"].at == small.actions["network_shutdown"].at
    triggered = varied(small, "actions.emergency=null", "actions.network_shutdown.response=triggered").actions
    assert "network_shutdown" not in triggered
    all_triggered = varied(small, "responses=triggered", "actions.emergency=null").actions
    assert "network_shutdown" not in all_triggered


@pytest.mark.parametrize(
    ("override", "key", "message"),
    [
        ("forces.polise.units=1", "forces.polise.units", 'nothing here is called "polise"; did you mean "police"?'),
        ("force.police.strength=1 person", "force.police.strength", 'did you mean "forces.police.strength"?'),
        ("forces.police.strenght=1", "forces.police.strenght", 'unknown key "strenght"; did you mean "strength"?'),
        ("actions.curfw=null", "actions.curfw", 'nothing here is called "curfw"; did you mean "curfew"?'),
        ("news.2=null", "news.2", 'nothing here is called "2"'),
        ("news.x.at=2022-01-05T12:00", "news.x.at", 'nothing here is called "x"'),
        ("title.x=1", "title.x", 'nothing here is called "title"'),
        ("forces.police.strength=4000 kg", "forces.police.strength.value", 'found "4000 kg", expected persons'),
        ("forces.police.strength=4000", "forces.police.strength.value", "a unit is missing"),
        ("format=2", "format", "found 2, expected 1"),
        ("title=''", "title", "expected text that is not empty"),
        ("forces.police.units=4.5", "forces.police.units", "expected a whole number"),
        ("actions.curfew.at=2023-01-01T00:00", "actions.curfew.at.value", "expected 2022-01-04T00:00 to 2022-01-07"),
        ("participation.nu=1 1/h", "participation.nu", 'did you mean "parameters.participation.nu"?'),
        ("particpation.nu=1 1/h", "particpation.nu", 'did you mean "parameters.participation.nu"?'),
        ("police.units=1", "police.units", 'did you mean "forces.police.units"?'),
        ("harvest.size=1", "harvest.size", 'nothing here is called "harvest"; allowed here: format, name,'),
        ("parameters.participation.mu=1 1/h", "parameters.participation.mu", 'did you mean "participation.nu"?'),
        ("place.districts.file=other.geojson", "place.districts.file", "is not among those of the scenario"),
        ("forces.police.strength={value: 4 persons}", "forces.police.strength", "neither evidence nor an assumption"),
        ("forces.police.fallback=null", "forces.police.fallback", 'the key "fallback" is missing'),
        ("actions.curfew={a: &x 1}", "actions.curfew", "found the anchor &x"),
    ],
)  # fmt: skip
def test_an_override_that_is_wrong_is_told_as_such(small: Scenario, override: str, key: str, message: str) -> None:
    (error,) = errors_of(small, [override])
    assert (error.file, error.line, error.key) == ("--set", None, key)
    assert message in error.message


@pytest.mark.parametrize("text", ["", "forces", "=3", "forces.police.units=", "forces.police.units = "])
def test_an_override_without_path_or_value_is_refused(small: Scenario, text: str) -> None:
    (error,) = errors_of(small, [text])
    assert "expected PATH=VALUE" in error.message


@pytest.mark.parametrize("twice", ["forces.police.units", "forces.police.strength.value"])
def test_a_key_that_is_set_twice_is_refused(small: Scenario, twice: str) -> None:
    first = twice.removesuffix(".value")
    (error,) = errors_of(small, [f"{first}=3 persons", "place.resolution=9", f"{twice}=4 persons"])
    assert (error.file, error.key) == ("--set", twice)
    assert error.message == "the key is set twice, expected one value for a key"


def test_a_name_that_an_override_removes_while_others_use_it_is_told_once_at_the_override(small: Scenario) -> None:
    (error,) = errors_of(small, ["sites.main_square=null"])
    assert (error.file, error.line, error.key) == ("--set", None, "sites.main_square")
    assert error.message.startswith("the override removes it, expected that nothing names it; these do: ")
    assert "facilities.town_hall.site" in error.message


def test_texts_with_control_characters_are_refused(small: Scenario) -> None:
    (error,) = errors_of(small, {"title": "a\x1b[31mb"})
    assert "without control characters" in error.message
    (error,) = errors_of(small, ['title="a\\e[31mb"'])
    assert error.message == "found the character U+001B, expected text without control characters"


def test_all_wrong_overrides_are_told_at_once(small: Scenario) -> None:
    assert len(errors_of(small, ["forces.polise.units=1", "actions.x=null", "place.resolution=9"])) == 2
    assert len(errors_of(small, ["forces", "actions"])) == 2
    assert len(errors_of(small, ["forces.police.units=x", "place.resolution=12"])) == 2


def test_the_words_for_a_value_set_by_the_user_do_not_excuse_a_file(tmp_path: Any, small: Scenario) -> None:
    text = f'forces.police.strength={{value: 4 persons, assumption: "{SET_BY_USER}"}}'
    assert varied(small, text).forces["police"].strength.prior is None
    folder = tmp_path / "town"
    folder.mkdir()
    document = varied(small, text).resolved()
    for name, content in document.pop("files").items():
        (folder / name).write_text(content)

    (folder / "scenario.yaml").write_text(json.dumps(document))
    (error,) = scenario.check(folder)
    assert error.message.startswith("an assumption needs a prior")


@pytest.mark.parametrize("value", [{1, 2}, float("nan"), object(), b"4"])
def test_values_that_no_file_could_hold_are_refused(small: Scenario, value: object) -> None:
    (error,) = errors_of(small, {"forces.police.units": value})
    assert error.key == "forces.police.units"


@given(st.integers(0, 10**7), st.sampled_from(["persons", "person", "people"]))
@settings(max_examples=25, deadline=None)
def test_any_strength_round_trips(small: Scenario, number: int, unit: str) -> None:
    changed = varied(small, f"forces.police.strength={number} {unit}")
    assert changed.forces["police"].strength.value == number
    assert scenario.from_resolved(changed.resolved()).digest == changed.digest


PATHS = st.sampled_from(["forces.police.units", "actions.curfew.at", "title", "parameters.x", "news.0.value"])


@given(PATHS, st.text(max_size=20))
@settings(max_examples=100, deadline=None)
def test_any_text_as_a_value_is_taken_or_refused(small: Scenario, path: str, text: str) -> None:
    changed, errors = attempt(lambda: varied(small, f"{path}={text}"))
    assert all(error.message for error in errors)
    assert bool(errors) == (changed is None)
    if changed is not None:
        assert scenario.from_resolved(changed.resolved()).digest == changed.digest


@given(st.lists(st.text(max_size=30), max_size=3))
@settings(deadline=None)
def test_any_texts_are_cut_or_refused(texts: list[str]) -> None:
    pairs, errors = attempt(lambda: read_settings(texts))
    assert errors if pairs is None else len(pairs) == len(texts)
