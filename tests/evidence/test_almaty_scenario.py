"""The scenario of Almaty rests on the record: every id exists, and nothing leans on what is to be predicted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from contrafact import scenario
from contrafact.evidence import known_ids, load_ledger, read_milestones
from contrafact.evidence.bundle import PLACE_COLUMNS
from contrafact.evidence.tables import read_table, shipped_text
from contrafact.scenario import Scenario

ROW = re.compile(r"\bR\d{3}\b")


@cache
def almaty() -> Scenario:
    return scenario.load("almaty-2022", known_evidence=known_ids())


def texts(part: Any) -> Iterator[str]:
    """Every key and text of the resolved scenario, data files apart."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from texts(key)
            if key != "files":
                yield from texts(value)
    elif isinstance(part, list):
        for value in part:
            yield from texts(value)
    elif isinstance(part, str):
        yield part


def cited_rows() -> set[str]:
    """Rows of the record that the scenario names anywhere: as evidence, as anchors, as milestones or in a sentence."""
    return {row for text in texts(almaty().resolved()) for row in ROW.findall(text)}


def test_every_id_that_the_scenario_cites_exists() -> None:
    cited = {id for _, value in almaty().quantities() for id in (*value.evidence, *value.anchors)}
    assert cited <= known_ids()
    assert cited_rows() <= known_ids()


def test_no_row_kept_for_scoring_is_cited_anywhere() -> None:
    assert not cited_rows() & {row.id for row in load_ledger("almaty-2022").by_use("score")}


def test_comments_of_the_file_cite_no_row_kept_for_scoring_either() -> None:
    file = files("contrafact.scenario") / "library" / "almaty-2022" / "scenario.yaml"
    text = file.read_text(encoding="utf-8")
    assert set(ROW.findall(text)) <= known_ids()


def test_no_value_rests_on_a_row_for_fitting_alone() -> None:
    uses = {row.id: row.use for row in load_ledger("almaty-2022")}
    fitted = [path for path, value in almaty().quantities() if {uses.get(row) for row in value.evidence} == {"fit"}]
    assert fitted == []


def test_every_row_for_fitting_is_a_milestone_or_left_out_with_a_reason() -> None:
    read = {milestone.record for milestone in almaty().milestones}
    left_out = {row for sentence in almaty().left_out for row in ROW.findall(sentence)}
    fit = {row.id for row in load_ledger("almaty-2022").by_use("fit")}
    assert fit <= read | left_out
    assert not read & left_out
    assert read <= {row.id for row in load_ledger("almaty-2022").by_use("fit", "input")}


def test_every_milestone_can_be_read_off_a_run() -> None:
    hours = np.arange(1, almaty().hours + 1) * 1.0
    names = ["crowd", "network", "detained", *(f"crowd@{site}" for site in almaty().sites)]
    names += [f"{harm}_{group}" for harm in ("deaths", "injured") for group in ("bystanders", "state_forces")]
    timeline = {"hour": hours, **{name: np.ones((2, hours.size)) for name in names}}
    ledger = load_ledger("almaty-2022")
    entries = read_milestones(almaty().milestones, ledger, almaty().start, almaty().end, timeline, [[], []])
    assert [entry["id"] for entry in entries] == [milestone.record for milestone in almaty().milestones]


def test_places_stand_where_the_table_of_places_has_them() -> None:
    rows = read_table(shipped_text("almaty-2022", "places.csv"), "places.csv", PLACE_COLUMNS)
    table = {row["id"]: row for row in rows}
    placed = [*almaty().facilities.values(), *almaty().sites.values()]
    for place in placed:
        row = table[place.evidence[0]]
        assert (place.lat, place.lon) == (float(row["lat"]), float(row["lon"]))
        assert place.precision == pytest.approx(float(row["precision_m"]) / 1000)


def test_the_scenario_lasts_the_ten_days_of_the_record() -> None:
    assert (almaty().start, almaty().end) == (datetime(2022, 1, 4), datetime(2022, 1, 14))
    assert almaty().population.total.value == 2_100_000


@pytest.mark.parametrize(
    ("action", "hour"),
    [
        ("march_from_almaty_arena", "2022-01-04T21:00"),  # R020
        ("emergency_city", "2022-01-05T01:30"),  # R136
        ("network_shutdown", "2022-01-05T16:30"),  # R140
        ("alliance_request", "2022-01-06T00:53"),  # R147
        ("rules_without_warning", "2022-01-07T14:36"),  # R081
    ],
)
def test_orders_fall_at_the_hour_that_the_record_gives(action: str, hour: str) -> None:
    at = almaty().actions[action].at
    assert at is not None
    assert almaty().clock(at.value) == datetime.fromisoformat(hour)


def test_a_unit_is_about_fifty_persons() -> None:
    pact = almaty().alliance
    assert pact is not None
    for force in almaty().forces.values():
        strength = force.strength
        if force.member is not None:
            sent = pact.members[force.member]
            assert 40 <= sent.persons.value * sent.share.value / force.units <= 60
        else:
            assert strength is not None
            assert 40 <= strength.value / force.units <= 60


def test_the_alliance_decides_at_the_hour_that_the_record_gives() -> None:
    request, pact = almaty().actions["alliance_request"].at, almaty().alliance
    assert request is not None
    assert pact is not None
    assert almaty().clock(request.value + pact.consultation.value) == datetime.fromisoformat("2022-01-06T03:30")  # R148


def test_contingents_add_up_to_what_was_reported() -> None:
    pact = almaty().alliance
    assert pact is not None
    members = pact.members.values()
    assert sum(member.persons.value for member in members) == pytest.approx(2030, rel=0.03)  # R155
    vehicles = sum(m.wheeled.value + m.tracked.value + m.platforms.value for m in members)
    assert vehicles == pytest.approx(250, rel=0.05)  # R156


def test_the_text_is_neutral() -> None:
    words = {word for text in texts(almaty().resolved()) for word in re.findall(r"[a-z]+", text.lower())}
    assert not words & {"terrorist", "terrorists", "rioter", "rioters", "bandit", "bandits", "militant", "militants"}
