"""Input that is wrong: each fault gives one message with file, line, key, what was found and what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contrafact import scenario
from contrafact.errors import InputError, InputErrors
from contrafact.parameters import Parameter, uniform

Edit = Callable[..., Path]

POLICE = """    strength:
      value: 80 persons
      assumption: about 400 police per 100,000 residents
      prior: {triangular: [60, 80, 120]}
"""
CAUSE = """      quantity: facilities_lost
      at_least: {value: 1, assumption: "the town hall alone is enough", prior: {uniform: [1, 2]}}
"""
CURFEW_AT = "at: {value: 2022-01-05T23:00, evidence: [R136]}"
SOURCED = 'assumption: "why", prior: {uniform: [0, 1]}'
KNOWN = {"R012", "R136", "R140"}
DECLARED = {
    "participation.nu": Parameter("participation.nu", "1/h", 0.2, "assumption", "joining", uniform(0.0, 1.0), 0.0, 1.0),
    "walk.speed": Parameter("walk.speed", "km/h", 4.0, "convention", "walking"),
}


def only(file: Path, **checks: Any) -> InputError:
    """The single error of a scenario."""
    (error,) = scenario.check(file, **checks)
    assert error.file == str(file)
    return error


def text_at(file: Path, error: InputError) -> str:
    """What stands in the file at the position of the error, to the end of the line."""
    assert error.line is not None
    assert error.column is not None
    return file.read_text(encoding="utf-8").splitlines()[error.line - 1][error.column - 1 :]


CASES = {
    "unknown key": (
        ("    mobility: wheeled", "    mobilty: wheeled"),
        ("forces.police.mobilty", "mobilty: wheeled", 'unknown key "mobilty"; did you mean "mobility"?'),
    ),
    "unknown key of the file": (
        ("sites:\n", "towns: {}\nsites:\n"),
        ("towns", "towns: {}", 'unknown key "towns"'),
    ),
    "unknown key with no near one": (
        ("sites:\n", "xyz: {}\nsites:\n"),
        ("xyz", "xyz: {}", 'unknown key "xyz"; allowed here: format, name, title, summary, variants,'),
    ),
    "a switch without a choice": (
        ("sites:\n", "switches: {fear: {title: Why?, contested: Open, settings: {yes: {title: Yes}}}}\nsites:\n"),
        ("switches.fear.settings", "{yes: {title: Yes}}", "found yes, expected two settings or more"),
    ),
    "wrong unit": (
        ("value: 80 persons", "value: 80 kg"),
        ("forces.police.strength.value", "80 kg", 'found "80 kg", expected persons, e.g. "12000 persons"'),
    ),
    "unit missing": (
        ("precision: 1 km", "precision: 1"),
        ("facilities.airfield.precision", "1", 'found 1, expected km, e.g. "300 m" (a unit is missing)'),
    ),
    "wrong type: text for a truth": (
        ("firearms: false", "firearms: NO"),
        ("forces.police.firearms", "NO", 'found "NO", expected true or false'),
    ),
    "wrong type: fraction for a whole number": (
        ("units: 4", "units: 4.5"),
        ("forces.police.units", "4.5", "found 4.5, expected a whole number"),
    ),
    "wrong type: number for a mapping": (
        ("posts:\n  west", "posts: 7\nleft_over:\n  west"),
        None,
    ),
    "wrong type: value without a source": (
        (POLICE, "    strength: 80 persons\n"),
        ("forces.police.strength", "80 persons", 'found "80 persons", expected a mapping with value'),
    ),
    "wrong type: text for a list": (
        ("left_out:\n  - Everything", "left_out: Everything"),
        ("left_out", "Everything", "expected a list"),
    ),
    "missing key": (
        ("    fallback: police_hq\n", ""),
        ("forces.police.fallback", "police:", 'the key "fallback" is missing'),
    ),
    "value with neither evidence nor assumption": (
        ("      assumption: about 400 police per 100,000 residents\n", ""),
        ("forces.police.strength", "strength:", "neither evidence nor an assumption"),
    ),
    "assumption without a prior": (
        ("      prior: {triangular: [60, 80, 120]}\n", ""),
        ("forces.police.strength", "strength:", "an assumption needs a prior"),
    ),
    "entity with neither evidence nor assumption": (
        ("    fallback: police_hq\n    assumption: made up for tests\n", "    fallback: police_hq\n"),
        ("forces.police", "police:", "neither evidence nor an assumption"),
    ),
    "triggered action with neither": (
        ("prior: {uniform: [0.2, 0.8]}}\n    assumption: made up for tests\n", "prior: {uniform: [0.2, 0.8]}}\n"),
        ("actions.emergency", "emergency:", "neither evidence nor an assumption"),
    ),
    "action outside the horizon": (
        (CURFEW_AT, "at: {value: 2022-01-07T00:01, evidence: [R136]}"),
        ("actions.curfew.at.value", "2022-01-07T00:01", "expected 2022-01-04T00:00 to 2022-01-07T00:00"),
    ),
    "action ends before it begins": (
        (CURFEW_AT, f"{CURFEW_AT}\n    until: {{value: 2022-01-05T23:00, evidence: [R136]}}"),
        ("actions.curfew.until", "{value: 2022-01-05T23:00", "until is not later than at"),
    ),
    "action ends in another year": (
        (CURFEW_AT, f"{CURFEW_AT}\n    until: {{value: 2202-01-05T23:00, evidence: [R136]}}"),
        ("actions.curfew.until.value", "2202-01-05T23:00", "expected 2022-01-04T00:00 to 2022-03-08T00:00"),
    ),
    "fixed action without an hour": (
        ("response: triggered", "response: fixed"),
        ("actions.emergency.response", "fixed", 'the response "fixed" needs the key "at"'),
    ),
    "triggered action without a cause": (
        (f"{CURFEW_AT}\n    response: fixed", f"{CURFEW_AT}\n    response: triggered"),
        ("actions.curfew.response", "triggered", 'the response "triggered" needs the key "when"'),
    ),
    "cause without a threshold": (
        (CAUSE, "      quantity: facilities_lost\n"),
        ("actions.emergency.when.at_least", "when:", "a cause needs both quantity and at_least"),
    ),
    "two causes": (
        (CAUSE, CAUSE + "      after: curfew\n"),
        ("actions.emergency.when.after", "curfew", "expected one cause"),
    ),
    "persons as a plain number": (
        (CAUSE, f"      quantity: crowd\n      at_least: {{value: 1, {SOURCED}}}\n"),
        ("actions.emergency.when.at_least.value", "1,", "expected persons"),
    ),
    "unknown kind of action": (
        ("kind: march", "kind: marsh"),
        ("actions.march_to_the_square.kind", "marsh", 'did you mean "march"?'),
    ),
    "march to where it begins": (
        ("destination: main_square", "destination: market"),
        ("actions.march_to_the_square.destination", "market", "a march ends where it begins"),
    ),
    "curfew of no length": (
        ("to_hour: 7", "to_hour: 23"),
        ("actions.curfew.to_hour", "23", "the curfew ends at the hour at which it begins"),
    ),
    "hour of the day": (
        ("to_hour: 7", "to_hour: 24"),
        ("actions.curfew.to_hour", "24", "found 24, expected 0 to 23"),
    ),
    "facility site unknown": (
        ("    site: main_square\n    hold", "    site: main_sqare\n    hold"),
        ("facilities.town_hall.site", "main_sqare", 'no site is called "main_sqare"; did you mean "main_square"?'),
    ),
    "site off the map": (
        ("    offmap: true\n", f"    offmap: true\n    site: market\n    hold: {{value: 1 h, {SOURCED}}}\n"),
        ("facilities.airfield.site", "market", "a facility off the map cannot be contested"),
    ),
    "contested facility without hold": (
        ('    hold: {value: 30 min, assumption: "time until the doors give way", prior: {uniform: [10 min, 60 min]}}\n',
         ""),
        ("facilities.town_hall.hold", "town_hall:", 'the key "hold" is missing'),
    ),
    "place of a post unknown": (
        ("      west_bridge: {value: 0.4", "      west_brigde: {value: 0.4"),
        ("forces.police.posts.west_brigde", "west_brigde: {value", 'did you mean "west_bridge"?'),
    ),
    "name used twice": (
        ("posts:\n  west_bridge:", "posts:\n  west_bridge: {lat: 43.2, lon: 76.9, precision: 1 km, note: x, "
         "assumption: made up}\n  market:"),
        ("posts.market", "market: {lat: 43.249", 'the name "market" is taken in sites'),
    ),
    "name that no path can hold": (
        ("  armoury:\n", "  the armoury:\n"),
        ("facilities.the armoury", "the armoury:", "expected letters, digits, _ and -"),
    ),
    "negative count": (
        ("value: 80 persons", "value: -80 persons"),
        ("forces.police.strength.value", "-80 persons", 'found "-80 persons", expected 0 to 100000000 persons'),
    ),
    "half a person": (
        ("value: 80 persons", "value: 80.5 persons"),
        ("forces.police.strength.value", "80.5 persons", 'found "80.5 persons", expected a whole number of persons'),
    ),
    "no units": (
        ("units: 4", "units: 0"),
        ("forces.police.units", "0", "found 0, expected 1 to 10000"),
    ),
    "prior outside what is allowed": (
        ("share: {value: 0.8, assumption: \"most of those present\", prior: {uniform: [0.5, 1.0]}}",
         "share: {value: 0.8, assumption: \"most of those present\", prior: {uniform: [0.5, 1.1]}}"),
        ("actions.march_to_the_square.share.prior.uniform", "[0.5, 1.1]", "numbers within 0 to 1"),
    ),
    "circular trigger": (
        (CAUSE, "      after: network_shutdown\n"),
        ("actions.emergency.when.after", "network_shutdown", "circle: emergency -> network_shutdown -> emergency"),
    ),
    "trigger of its own": (
        ("after: emergency", "after: network_shutdown"),
        ("actions.network_shutdown.when.after", "network_shutdown", "circle: network_shutdown -> network_shutdown"),
    ),
    "unknown trigger": (
        ("after: emergency", "after: emergencies"),
        ("actions.network_shutdown.when.after", "emergencies", 'did you mean "emergency"?'),
    ),
    "resolution finer than a street": (
        ("resolution: 8", "resolution: 10"),
        ("place.resolution", "10", "7 to 9; none finer: cells must stay coarser than a street"),
    ),
    "tick that does not divide an hour": (
        ("tick: 10 min", "tick: 7 min"),
        ("tick", "7 min", "found 7 min, expected 5 to 15 min"),
    ),
    "tick too long": (("tick: 10 min", "tick: 1 h"), ("tick", "1 h", "expected 5 to 15 min")),
    "tick left empty": (
        ("tick: 10 min", "tick:"),
        ("tick", "", 'found null, expected a duration, e.g. "10 min"'),
    ),
    "tick of a second": (("tick: 10 min", "tick: 1 s"), ("tick", "1 s", "found 1 s, expected 5 to 15 min")),
    "tick of nothing": (("tick: 10 min", "tick: 0 min"), ("tick", "0 min", "expected 5 to 15 min")),
    "horizon too short": (
        ("end: 2022-01-07T00:00", "end: 2022-01-06T23:00"),
        ("end", "2022-01-06T23:00", "found 71 h after start, expected 3 to 60 days after start"),
    ),
    "horizon in parts of an hour": (
        ("end: 2022-01-07T00:00", "end: 2022-01-07T00:30"),
        ("end", "2022-01-07T00:30", "expected whole hours"),
    ),
    "time with a zone": (
        ("start: 2022-01-04T00:00", "start: 2022-01-04T00:00+06:00"),
        ("start", "2022-01-04T00:00+06:00", "expected a local time without a zone"),
    ),
    "unknown time zone": (
        ("Asia/Almaty", "Asia/Almatty"),
        ("timezone", "Asia/Almatty", 'did you mean "Asia/Almaty"?'),
    ),
    "latitude": (("lat: 43.6", "lat: 436"), ("facilities.airfield.lat", "436", "found 436, expected -90 to 90")),
    "precision of nothing": (
        ("precision: 1 km", "precision: 0 km"),
        ("facilities.airfield.precision", "0 km", "expected 0.001 to 100 km"),
    ),
    "news out of order": (
        ("  - at: {value: 2022-01-05T08:00, assumption: \"protests elsewhere grow\", prior: "
         "{uniform: [2022-01-05T07:00, 2022-01-05T09:00]}}",
         "  - at: {value: 2022-01-04T00:00, evidence: [R140]}"),
        ("news.1.at.value", "2022-01-04T00:00", "the step is not later than the one before it"),
    ),
    "district without a shape": (
        ("    Southeast: {value", "    Eastsouth: {value"),
        None,
    ),
    "misspelled district": (
        ("    Southeast: {value", "    Southeastt: {value"),
        ("population.districts.Southeastt", "Southeastt: {value: 4000", 'did you mean "Southeast"?'),
    ),
    "nobody at a post": (
        ("{value: 0.6, assumption: \"most stand where the crowd is expected\", prior: {uniform: [0.4, 0.8]}}\n"
         "      west_bridge: {value: 0.4, assumption: \"the rest stand at the way in\", prior: {uniform: [0.2, 0.6]}}",
         "{value: 0, evidence: [R140]}"),
        ("forces.police.posts", "posts:", "no post has a share of the force"),
    ),
    "file that does not exist": (
        ("file: districts.geojson", "file: district.geojson"),
        ("place.districts.file", "district.geojson", 'no such file; did you mean "districts.geojson"?'),
    ),
    "duplicate key": (
        ("    units: 4\n", "    units: 4\n    units: 5\n"),
        ("forces.police.units", "units: 5", "the key is given twice, first in line 98"),
    ),
    "anchor": (("title: A", "title: &x A"), ("title", "&x A", "found the anchor &x")),
    "python tag": (
        ("title: A small town, made up for tests", "title: !!python/object/apply:os.system [ls]"),
        ("title", "!!python/object/apply:os.system [ls]", "found the tag !!python/object/apply:os.system"),
    ),
    "custom tag": (("units: 4", "units: !count 4"), ("forces.police.units", "!count 4", "found the tag !count")),
    "newer format": (("format: 1", "format: 2"), ("format", "2", "found format 2, expected 1; a newer version")),
    "older format": (("format: 1", "format: 0"), ("format", "0", "found format 0, expected 1")),
    "format that is no number": (("format: 1", "format: true"), ("format", "true", "found format true, expected 1")),
    "second document": (("place:\n", "---\nplace:\n"), None),
}  # fmt: skip


@pytest.mark.parametrize("case", [name for name, (_, expected) in CASES.items() if expected is not None])
def test_a_fault_gives_one_message_that_points_at_it(edited: Edit, case: str) -> None:
    replacement, (key, at, message) = CASES[case]
    file = edited(replacement)
    error = only(file)
    assert error.key == key
    assert text_at(file, error).startswith(at)
    assert message in error.message
    assert error.allowed
    assert str(error).startswith(f"{file}:{error.line}: {key}: ")


@pytest.mark.parametrize("case", [name for name, (_, expected) in CASES.items() if expected is None])
def test_faults_that_have_more_than_one_face_are_all_told(edited: Edit, case: str) -> None:
    errors = scenario.check(edited(CASES[case][0]))
    assert errors
    assert all(error.line and error.allowed for error in errors)


def test_all_errors_of_a_file_are_told_at_once_in_the_order_of_its_lines(edited: Edit) -> None:
    file = edited(
        ("tick: 10 min", "tick: 7 min"),
        ("resolution: 8", "resolution: 11"),
        ("value: 20000 persons", "value: 20000 kg"),
        ("site: main_square", "site: main_sqare"),
        ("kind: armoury", "kind: armory"),
        ("mobility:", "mobilty:"),
        (CURFEW_AT, "at: {value: 2021-01-05T23:00, evidence: [R136]}"),
        (CAUSE, "      after: network_shutdown\n"),
        ("value: 0.05", "value: 5"),
        ("file: districts.geojson", "file: /etc/passwd"),
    )
    errors = scenario.check(file)
    assert [error.key for error in errors] == [
        "tick",
        "place.resolution",
        "place.districts.file",
        "population.total.value",
        "facilities.town_hall.site",
        "facilities.armoury.kind",
        "forces.police.mobilty",
        "actions.curfew.at.value",
        "actions.emergency.when.after",
        "actions.network_shutdown.availability.value",
    ]
    with pytest.raises(InputErrors) as caught:
        scenario.load(file)
    assert caught.value.errors == errors


def test_evidence_that_does_not_exist_is_refused_with_the_nearest_id(edited: Edit) -> None:
    file = edited(("evidence: [R136]", "evidence: [R1365]"))
    assert scenario.check(file) == []
    error = only(file, known_evidence=KNOWN)
    assert (error.key, error.message) == (
        "actions.curfew.at.evidence.0",
        'no evidence has the id "R1365"; did you mean "R136"?',
    )
    assert text_at(file, error) == "R1365]}"


def test_a_row_kept_for_scoring_is_told_as_one_that_exists(edited: Edit) -> None:
    reason = "is a row kept for scoring: it may choose nothing"
    error = only(edited(("evidence: [R136]", "evidence: [R046]")), known_evidence={"R012": None, "R046": reason})
    assert error.message == "R046 is a row kept for scoring: it may choose nothing"
    assert error.allowed == "R012"


def test_a_milestone_of_a_row_that_does_not_exist_is_refused(edited: Edit) -> None:
    error = only(edited(("record: R012", "record: R0122")), known_evidence=KNOWN)
    assert (error.key, error.message) == ("milestones.0.record", 'no evidence has the id "R0122"; did you mean "R012"?')


@pytest.mark.parametrize(
    ("line", "key", "message"),
    [
        (
            "participation.mu: {value: 1 1/h, evidence: [R136]}",
            "participation.mu",
            'did you mean "participation.nu"?',
        ),
        ("participation.nu: {value: 0.2 h, evidence: [R136]}", "participation.nu.value", "expected 1/h"),
        ("participation.nu: {value: 48 1/day, evidence: [R136]}", "participation.nu.value", "expected 0 to 1 1/h"),
        ("participation.nu: 0.2 1/h", "participation.nu", "expected a mapping with value"),
        ("walk.speed: {value: 1e9 km/h, evidence: [R136]}", "walk.speed.value", "expected 0 to 200 km/h"),
    ],
)
def test_parameters_are_checked_against_what_mechanisms_declare(
    edited: Edit, line: str, key: str, message: str
) -> None:
    error = only(edited(("left_out:", f"parameters:\n  {line}\nleft_out:")), declared=DECLARED)
    assert error.key == f"parameters.{key}"
    assert message in error.message


def test_an_error_has_the_keys_that_validate_prints(edited: Edit) -> None:
    document = only(edited(("units: 4", "units: 0"))).as_dict()
    assert list(document) == ["file", "line", "column", "key", "found", "allowed", "message"]
    assert (document["found"], document["allowed"]) == ("0", "1 to 10000")
