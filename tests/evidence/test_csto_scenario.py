"""The scenario of six states rests on the record, and nothing in it leans on what is to be predicted."""

from __future__ import annotations

import csv
import re
from datetime import datetime
from functools import cache
from importlib.resources import files

import pytest

from contrafact import scenario
from contrafact.evidence import known_ids, load_ledger
from contrafact.evidence.bundle import POPULATION_COLUMNS
from contrafact.evidence.tables import read_table, shipped_text
from contrafact.model import PARAMETERS
from contrafact.scenario import Scenario
from contrafact.scenario.entities import Force
from contrafact.scenario.place import RegionPlace

FOLDER = files("contrafact.scenario") / "library" / "csto-2022"
TEXT = (FOLDER / "scenario.yaml").read_text(encoding="utf-8")
ROW = re.compile(r"\bR\d{3}\b")


@cache
def csto() -> Scenario:
    return scenario.load("csto-2022", known_evidence=known_ids())


@cache
def table() -> list[dict[str, str]]:
    return list(csv.DictReader((FOLDER / "regions.csv").read_text(encoding="utf-8").splitlines()))


def test_every_row_that_the_file_names_exists_and_none_is_kept_for_scoring() -> None:
    named = set(ROW.findall(TEXT))
    assert named
    assert named <= known_ids()
    assert not named & {row.id for row in load_ledger("almaty-2022").by_use("score")}


def test_values_follow_from_input_rows_alone() -> None:
    uses = {row.id: row.use for row in load_ledger("almaty-2022")}
    drawn = {row for _, value in csto().quantities() for row in value.evidence if row in uses}
    assert {uses[row] for row in drawn} == {"input"}


def test_no_row_is_read_off_a_run() -> None:
    assert csto().milestones == ()


def test_every_assumption_has_a_prior() -> None:
    assert all(value.prior is not None for _, value in csto().quantities() if value.assumption)


def test_populations_of_file_and_table_are_the_same_and_add_up_to_the_country() -> None:
    listed = {name: weight.value for name, weight in csto().population.districts.items()}
    assert listed == {row["name"]: float(row["population"]) for row in table()}
    assert sum(listed.values()) == csto().population.total.value
    assert sum(listed[row["name"]] for row in table() if row["state"] == "Kazakhstan") == 19_503_159
    rows = read_table(shipped_text("almaty-2022", "population.csv"), "population.csv", POPULATION_COLUMNS)
    sourced = {row["id"]: float(row["population"]) for row in rows}
    for name, weight in csto().population.districts.items():
        for evidence in weight.evidence:
            assert name == "Almaty city" or weight.value == sourced[evidence]


def state_forces() -> list[Force]:
    return [force for force in csto().forces.values() if force.side == "state"]


def test_each_region_has_one_site_at_its_point_and_one_force() -> None:
    points = [(float(row["lat"]), float(row["lon"])) for row in table()]
    assert [(site.lat, site.lon) for site in csto().sites.values()] == points
    assert [list(force.posts) for force in state_forces()] == [[site] for site in csto().sites]


def test_forces_of_the_country_lie_between_what_was_mobilised_and_the_whole_staff() -> None:
    here = [row["state"] == "Kazakhstan" for row in table()]
    strengths = [force.strength for force in state_forces() if force.strength is not None]
    total = sum(strength.value for strength, home in zip(strengths, here, strict=True) if home)
    assert total == pytest.approx(30_000, rel=0.02)  # R315, R316
    for strength, row in zip(strengths, table(), strict=True):
        prior = strength.prior
        assert prior is not None
        if row["state"] == "Kazakhstan":
            assert prior.numbers[-1] == pytest.approx(393e-5 * float(row["population"]), abs=60)  # R301


@pytest.mark.parametrize(
    ("action", "hour"),
    [
        ("emergency_almaty", "2022-01-05T01:30"),  # R136
        ("emergency_almaty_region", "2022-01-05T12:30"),  # R137
        ("network_shutdown", "2022-01-05T16:30"),  # R140
        ("alliance_request", "2022-01-06T00:53"),  # R147
        ("rules_without_warning", "2022-01-07T14:36"),  # R081
        ("alliance_withdrawal", "2022-01-13T00:00"),  # R178
    ],
)
def test_orders_fall_at_the_hour_that_the_record_gives(action: str, hour: str) -> None:
    at = csto().actions[action].at
    assert at is not None
    assert csto().clock(at.value) == datetime.fromisoformat(hour)


def test_the_alliance_decides_at_the_hour_that_the_record_gives() -> None:
    alliance, request = csto().alliance, csto().actions["alliance_request"].at
    assert alliance is not None
    assert request is not None
    decided = csto().clock(request.value + alliance.consultation.value)
    assert decided == datetime.fromisoformat("2022-01-06T03:30")  # R148


def test_every_other_state_sends_what_the_city_scenario_says_and_all_of_it_comes() -> None:
    here, city = csto().alliance, scenario.load("almaty-2022").alliance
    assert here is not None
    assert city is not None
    place = csto().place
    assert isinstance(place, RegionPlace)
    assert {member.name for member in here.members.values()} == set(place.regions.states) - {"Kazakhstan"}
    assert {force.member for force in csto().forces.values()} - {None} == set(here.members)
    for name, member in here.members.items():
        other = city.members[name]
        ours, theirs = (one.model_dump(exclude={"share", "entry"}) for one in (member, other))
        assert ours == theirs
        assert member.share.value == 1.0
    assert sum(member.persons.value for member in here.members.values()) == pytest.approx(2030, rel=0.025)  # R155
    assert here.aircraft == city.aircraft
    assert here.masses == city.masses


@pytest.mark.parametrize("name", list(scenario.load("csto-2022").variants))
def test_every_variant_is_valid_and_what_it_assumes_has_a_prior(name: str) -> None:
    known = known_ids()
    assert scenario.check("csto-2022", variant=name, known_evidence=known, declared=PARAMETERS) == []
    loaded = scenario.load("csto-2022", variant=name, known_evidence=known)
    changed = [value for _, value in loaded.quantities() if value.assumption]
    assert all(value.prior is not None for value in changed)


def test_the_text_is_neutral() -> None:
    words = set(re.findall(r"[a-z]+", TEXT.lower()))
    assert not words & {"terrorist", "terrorists", "rioter", "rioters", "bandit", "bandits", "militant", "militants"}
