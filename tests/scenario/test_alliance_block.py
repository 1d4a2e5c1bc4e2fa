"""The alliance of a scenario: it is read with its units, and what is wrong with it is told where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contrafact import scenario
from contrafact.errors import InputErrors
from contrafact.scenario import Scenario
from tests.scenario.alliances import contingent, overrides, value

TOWN = Path(__file__).parents[1] / "data" / "lively"


def load(**changes: Any) -> Scenario:
    """The lively town with the alliance and some parts of it changed."""
    return scenario.load(TOWN, overrides() | {key.replace("__", "."): item for key, item in changes.items()})


def complaint(**changes: Any) -> str:
    with pytest.raises(InputErrors) as caught:
        load(**changes)
    (error,) = caught.value.errors
    return f"{error.key}: {error.message}"


def test_numbers_are_read_in_tonnes_hours_kilometres_and_bare_counts() -> None:
    pact = load().alliance
    assert pact is not None
    assert (pact.consultation.value, pact.road_speed.unit) == (2.5, "km/h")
    one = pact.members["one"]
    assert (one.supplies.value, one.supplies.unit, one.wheeled.unit) == (20.0, "t", "dimensionless")
    assert pact.aircraft["carrier"].payload.value == 40.0
    paths = dict(load().quantities())
    assert paths["alliance.members.one.fleet.carrier"].value == 3
    assert paths["alliance.aircraft.carrier.ground"].value == 1.0


def test_an_override_reaches_into_the_alliance() -> None:
    changed = load(alliance__members__one__persons="300 persons").alliance
    assert changed is not None
    assert changed.members["one"].persons.assumption == scenario.SET_BY_USER


def test_a_scenario_without_an_alliance_has_none() -> None:
    assert scenario.load(TOWN).alliance is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"forces__first": contingent("on", 2)}, 'forces.first.member: no member is called "on"; did you mean "one"?'),
        ({"alliance__members__one__fleet": {"carier": value(1, 0, 2)}}, 'no aircraft is called "carier"; did you mean'),
        ({"alliance__field__facility": "airfeld"}, 'no facility is called "airfeld"; did you mean "airfield"?'),
        ({"alliance__members__two__entry": "west_bridg"}, 'no place is called "west_bridg"; did you mean "west_'),
        ({"alliance__mandate": "gard"}, 'alliance.mandate: found "gard", expected'),
        ({"alliance__members__one__supplies": value("20 km", 1, 30)}, 'found "20 km", expected t'),
        ({"alliance__members__one__wheeled": value("4 persons", 2, 6)}, "expected a number"),
        ({"alliance__granted": value(1.5, 0.5, 2.0)}, "expected 0 to 1"),
        ({"alliance__members__one__road": value("9 km", "1 km", "10 km")}, "either origin with fleet, or road"),
        ({"alliance__members__one__fleet": {}}, "origin and fleet belong together"),
        ({"alliance__members__one__entry": "market"}, "road and entry belong together"),
        ({"alliance__members__two__entry": None}, "road and entry belong together"),
        ({"alliance__masses__person": None}, 'the key "person" is missing'),
        ({"forces__first": contingent("one", 2, side="state")}, "a force of the state is sent by no member"),
        ({"forces__first": contingent("one", 2, strength=value("9 persons", "8 persons", "10 persons"))},
         "the strength follows from the member's persons"),
        ({"forces__first": contingent("one", 2, arrives=value("2022-01-05T10:00", "2022-01-05T09:00",
                                                              "2022-01-05T11:00"))},
         "the hour follows from the member's way here"),
        ({"forces__police__strength": None}, 'forces.police.strength: the key "strength" is missing'),
        ({"actions__order": {"kind": "mandate", "label": "x", "mandate": "cleer", "response": "fixed",
                             "at": value("2022-01-05T10:00", "2022-01-05T09:00", "2022-01-05T11:00")}},
         'actions.order.mandate: found "cleer", expected'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_once_with_the_nearest_spelling(changes: dict[str, Any], said: str) -> None:
    assert said in complaint(**changes)


def test_members_cannot_be_named_where_there_is_no_alliance() -> None:
    with pytest.raises(InputErrors, match='no member is called "one"'):
        scenario.load(TOWN, {"forces.first": contingent("one", 2)})


def test_contingents_can_be_a_cause_in_persons() -> None:
    at_least = value("100 persons", "50 persons", "150 persons")
    action = {"kind": "mandate", "label": "x", "mandate": "clear", "response": "triggered", "assumption": "made up",
              "when": {"quantity": "contingents", "at_least": at_least}}  # fmt: skip
    when = load(actions__order=action).actions["order"].when
    assert when is not None
    assert when.at_least is not None
    assert (when.quantity, when.at_least.value) == ("contingents", 100.0)
