"""Scenarios that are right: what is read, what can be asked of it, and that it can be written and read back."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contrafact import scenario
from contrafact.errors import InputError, InputErrors
from contrafact.parameters import Parameter, uniform
from contrafact.scenario import Quantity, Scenario
from contrafact.scenario.actions import Curfew, March, circles
from contrafact.scenario.reading import read_yaml

Edit = Callable[..., Path]

NU = Parameter("participation.nu", "1/h", 0.2, "assumption", "rate of joining", uniform(0.0, 1.0), 0.0, 1.0)


def refusals(call: Callable[[], object]) -> list[InputError]:
    """The errors that a call raises."""
    try:
        call()
    except InputErrors as errors:
        return errors.errors
    return []


def test_the_small_scenario_is_right(small: Scenario) -> None:
    assert scenario.check(Path(small.source)) == []
    assert (small.hours, small.ticks_per_hour, small.ticks, small.tick) == (72, 6, 432, 1 / 6)
    assert small.places == ("town_hall", "armoury", "police_hq", "airfield", "main_square", "market", "west_bridge")
    assert small.clock(17.5) == datetime(2022, 1, 4, 17, 30)


def test_values_arrive_in_canonical_units(small: Scenario) -> None:
    hold = small.facilities["town_hall"].hold
    assert hold is not None
    assert (hold.value, hold.unit) == (0.5, "h")
    assert small.facilities["town_hall"].precision == 0.1
    assert small.forces["police"].strength.value == 80.0
    curfew = small.actions["curfew"]
    assert isinstance(curfew, Curfew)
    assert curfew.at == Quantity(47.0, "time", ("R136",))
    assert (curfew.from_hour, curfew.to_hour) == (23, 7)
    assert isinstance(small.actions["march_to_the_square"], March)


def test_every_shipped_scenario_is_found_by_its_name() -> None:
    assert scenario.shipped() == ["almaty-2022", "baltimore-2015", "csto-2022", "epstein-2002"]
    cities = [name for name in scenario.shipped() if name != "epstein-2002"]
    assert [scenario.check(name) for name in cities] == [[], [], []]


def test_all_sourced_values_are_walked_in_a_fixed_order_with_their_paths(small: Scenario) -> None:
    walked = dict(small.quantities())
    assert len(walked) == len(list(small.quantities())) == 36
    assert list(walked)[:3] == ["place.detour", "population.total", "population.districts.Northwest"]
    assert walked["news.1.value"].value == 0.4
    assert walked["actions.emergency.when.delay"].value == 3.0
    assert walked["population.by_district.Northwest.hardship_mean"].value == 0.6
    assert walked["forces.police.posts.west_bridge"].value == 0.4


def test_a_resolved_scenario_is_read_back_with_the_same_digest_and_needs_no_folder(small: Scenario) -> None:
    document = json.loads(json.dumps(small.resolved()))
    again = scenario.from_resolved(document)
    assert again.digest == small.digest
    assert again.model_dump() == small.model_dump()
    assert again.files == small.files == {"districts.geojson": small.resolved()["files"]["districts.geojson"]}


def test_the_digest_follows_the_content_and_not_the_comments(edited: Edit, small: Scenario) -> None:
    file = edited(("# A small town", "# Another remark"))
    assert scenario.load(file).digest == small.digest
    shapes = file.parent / "districts.geojson"
    shapes.write_text(shapes.read_text().replace("76.9,", "76.91,"))
    assert scenario.load(file).digest != small.digest
    assert scenario.load(file.parent, ["forces.police.units=5"]).digest != scenario.load(file).digest


def test_what_resolved_returns_is_a_copy(small: Scenario) -> None:
    small.resolved()["forces"].clear()
    assert list(small.resolved()["forces"]) == ["police"]


def test_a_scenario_is_frozen_and_travels_between_processes(small: Scenario) -> None:
    with pytest.raises(ValueError, match="frozen"):
        small.title = "other"
    copy = pickle.loads(pickle.dumps(small))
    assert (copy.digest, copy.resolved()) == (small.digest, small.resolved())


def test_a_resolved_scenario_whose_file_is_missing_is_refused(small: Scenario) -> None:
    with pytest.raises(InputErrors, match="is not among those of the scenario"):
        scenario.from_resolved({**small.resolved(), "files": {}})


def test_times_are_read_quoted_or_not(edited: Edit) -> None:
    file = edited(
        ("start: 2022-01-04T00:00", 'start: "2022-01-04T00:00:00"'),
        ("value: 2022-01-05T23:00, evidence", "value: '2022-01-05 23:00', evidence"),
    )
    loaded = scenario.load(file)
    assert loaded.start == datetime(2022, 1, 4)
    assert loaded.actions["curfew"].at == Quantity(47.0, "time", ("R136",))


def test_an_end_of_an_action_may_lie_past_the_end_of_the_scenario(edited: Edit) -> None:
    until = "    until: {value: 2022-01-19T00:00, evidence: [R136]}\n"
    ended = scenario.load(edited(("    from_hour: 23\n", until + "    from_hour: 23\n"))).actions["curfew"].until
    assert ended is not None
    assert ended.value == 15 * 24.0


def test_responses_of_the_scenario_win_where_the_action_can_follow(small: Scenario) -> None:
    def responses(of: Scenario) -> list[str]:
        return [of.response_of(name) for name in ("curfew", "emergency", "network_shutdown")]

    assert responses(small) == ["fixed", "triggered", "fixed"]
    assert responses(scenario.with_overrides(small, ["responses=triggered"])) == ["fixed", "triggered", "triggered"]
    assert responses(scenario.with_overrides(small, ["responses=fixed"])) == ["fixed", "triggered", "fixed"]


def test_parameters_are_converted_to_the_unit_that_is_declared(edited: Edit) -> None:
    value = 'parameters:\n  participation.nu: {value: 4.8 1/day, assumption: "why", prior: {loguniform: [1, 10]}}\n'
    file = edited(("left_out:", value + "left_out:"))
    nu = scenario.load(file, declared={NU.name: NU}).parameters["participation.nu"]
    assert (nu.value, nu.unit) == (0.2, "1/h")
    assert nu.prior is not None
    assert nu.prior.numbers == (1 / 24, 10 / 24)
    assert dict(scenario.load(file).quantities())["parameters.participation.nu"].unit == "1/day"


def test_errors_of_checks_made_elsewhere_name_the_line(small: Scenario) -> None:
    error = small.input_error("facilities.armoury.lat", "outside all cells", "43.222")
    line = Path(small.source).read_text().splitlines()[(error.line or 0) - 1]
    assert line.strip() == "lat: 43.222"
    assert str(error) == f"{small.source}:{error.line}: facilities.armoury.lat: outside all cells"


def test_plain_words_follow_yaml_1_2() -> None:
    text = "a: NO\nb: 12:30\nc: 2022-01-05\nd: 1e3\ne: 007\nf: ~\ng: true\nh: .inf\ni: 0x1F\nj: '3'\nk: 1_000\n"
    assert read_yaml(text, "x")[0] == {
        **{"a": "NO", "b": "12:30", "c": "2022-01-05", "d": 1000.0, "e": 7, "f": None, "g": True},
        **{"h": ".inf", "i": "0x1F", "j": "3", "k": "1_000"},
    }


def test_positions_are_counted_from_one() -> None:
    tree, marks = read_yaml("a:\n  - b: 1\n", "x")
    assert tree == {"a": [{"b": 1}]}
    assert marks.keys["a", 0, "b"] == (2, 5)
    assert marks.values["a", 0, "b"] == (2, 8)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    assert all(error.message for error in refusals(lambda: read_yaml(text, "x")))


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_file_is_refused_with_its_name(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(data)
    errors = scenario.check(file)
    assert errors
    assert all(error.file for error in errors)


NAMES = st.sampled_from(["a", "b", "c", "d"])
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(section=st.sampled_from(sorted(Scenario.model_fields)), tree=TREES)
@settings(max_examples=100, deadline=None)
def test_any_tree_in_place_of_a_section_is_read_or_refused(small: Scenario, section: str, tree: object) -> None:
    errors = refusals(lambda: scenario.from_resolved({**small.resolved(), section: tree}))
    assert all(error.allowed for error in errors)


@given(st.dictionaries(NAMES, NAMES, max_size=4))
@settings(deadline=None)
def test_a_chain_of_causes_is_a_circle_exactly_if_following_it_never_ends(after: dict[str, str]) -> None:
    actions = {name: {"when": {"after": after.get(name)}} for name in "abcd"}
    on_circle = set()
    for first in actions:
        name: str | None = first
        for _ in range(5):
            name = after.get(name) if name is not None else None
            if name == first:
                on_circle.add(first)
    assert {name for circle in circles(actions) for name in circle} == on_circle


def test_importing_the_package_reads_neither_pydantic_nor_pint() -> None:
    code = "import sys, contrafact.scenario; print({'pydantic', 'pint', 'ruamel.yaml'} & set(sys.modules))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "set()"


def test_folded_text_keeps_only_what_was_written(small: Scenario) -> None:
    assert all(character.isprintable() or character == "\n" for character in small.summary)
