"""Pictures of a result: whole files of the right size, the record's points in them, no row kept for scoring."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import vl_convert

from contrafact.evidence import load_ledger
from contrafact.experiment.result import Result
from contrafact.report import style
from contrafact.report.curves import Observation
from contrafact.report.figures import crisis_curves, crowd_maps, milestone_chart, pictures, save_figures
from contrafact.report.milestones import Milestone
from tests.report.conftest import START, made

SAME_HOURS = (
    ("R034", {"low": 200.0, "high": 200.0, "unit": "persons", "source": "a newspaper"}),
    ("R037", {"low": 250.0, "high": 300.0, "unit": "persons", "source": "a newspaper"}),
)


Specs = dict[str, dict[str, Any]]
Data = dict[str, list[dict[str, Any]]]
"""Rows of a picture by name."""


@pytest.fixture(scope="module")
def specs() -> Specs:
    """The Vega-Lite document of each picture of the result as it was made."""
    return {name: picture.spec() for name, picture in pictures(made())}


@pytest.fixture
def curves(specs: Specs) -> Data:
    data: Data = specs["curves"]["datasets"]
    return data


@dataclass(frozen=True)
class Row:
    """An entry of a scenario's milestones."""

    record: str
    quantity: str
    place: str | None = None
    statistic: str = "max"


def size(png: bytes) -> tuple[int, int]:
    """Width and height in the header of a PNG."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert png[12:16] == b"IHDR"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_every_picture_is_a_whole_png_and_svg_of_the_page_s_width(result: Result, tmp_path: Path) -> None:
    paths = save_figures(result, tmp_path / "pictures")
    names = ["maps.png", "maps.svg", "curves.png", "curves.svg", "milestones.png", "milestones.svg"]
    assert [path.name for path in paths] == names
    assert sorted(path.name for path in (tmp_path / "pictures").iterdir()) == sorted(names)
    for path in paths[::2]:
        width, height = size(path.read_bytes())
        assert width == pytest.approx(style.WIDTH * style.DOTS_PER_UNIT, rel=0.07)
        assert height > 400
    for path in paths[1::2]:
        assert path.read_text(encoding="utf-8").rstrip().endswith("</svg>")


def test_a_packed_png_keeps_every_pixel(result: Result) -> None:
    png = vl_convert.svg_to_png(milestone_chart(result).svg(), scale=1)
    packed = style.packed(png)
    assert len(packed) < len(png)
    assert style.pixels(packed) == style.pixels(png)


def test_curves_hold_the_observations_of_the_record(curves: Data) -> None:
    # R012: 2,000 people on 4 January, 18:00 to 20:00; its point stands in the middle of that window
    assert curves["points1"] == [{"t": style.instant(START, 19.0), "value": 2000.0, "mark": "value"}]
    assert [row["id"] for row in curves["spans2"]] == ["R037"]
    assert {row["mark"] for row in curves["points2"]} == {"end"}
    assert [(row["value"], row["mark"]) for row in curves["points3"]] == [(149.0, "at least")]


def test_a_count_published_after_the_run_is_drawn_at_its_end_with_its_day(curves: Data) -> None:
    (point,) = curves["points3"]
    assert point["t"] == style.instant(START, 48.0)
    assert [row["name"] for row in curves["spans3"]] == ["R098 as of 16 Jan"]


def test_rows_of_one_fact_are_drawn_apart(result: Result) -> None:
    # R034 and R037 count the same crowd at the same hours
    one, other = ({**result.milestones[1], "id": name, "observed": seen} for name, seen in SAME_HOURS)
    result.scenario.milestones = (*result.scenario.milestones, Row("R034", "crowd", "square", "mean"))
    rows = crisis_curves(replace(result, milestones=(one, other))).spec()["datasets"]
    assert {(row["id"], row["low"], row["high"]) for row in rows["spans2"]} == {
        ("R034", 200.0, 200.0),
        ("R037", 250.0, 300.0),
    }


def test_a_row_stands_in_the_panel_of_its_own_place_alone(result: Result) -> None:
    rows = crisis_curves(result).spec()["datasets"]
    assert [[row["id"] for row in rows[panel]] for panel in ("spans1", "spans2")] == [["R012"], ["R037"]]
    elsewhere = {**result.milestones[0], "id": "R059"}
    result.scenario.milestones = (*result.scenario.milestones, Row("R059", "crowd", "airport", "max"))
    rows = crisis_curves(replace(result, milestones=(elsewhere, result.milestones[1]))).spec()["datasets"]
    assert rows["spans1"] == []


def test_rows_about_one_group_are_a_least_number_for_all_groups(result: Result) -> None:
    one_group = {**result.milestones[2], "quantity": "deaths_state_forces"}
    one_group["observed"] = {**one_group["observed"], "low": 12.0, "high": 13.0}
    rows = crisis_curves(replace(result, milestones=(one_group,))).spec()["datasets"]
    assert [(row["value"], row["mark"]) for row in rows["points2"]] == [(12.0, "at least")]


def test_bands_are_quantiles_over_the_replications(curves: Data) -> None:
    bands = curves["bands1"]
    at_noon = bands[36 * 6 - 1]
    # crowds of 500, 1,000 and 2,000
    assert (at_noon["p50"], at_noon["p25"], at_noon["p75"]) == (1000.0, 750.0, 1500.0)
    assert at_noon["p05"] == pytest.approx(550.0)
    assert at_noon["t"] == style.instant(START, 36.0)


def test_no_picture_names_a_row_kept_for_scoring(specs: Specs) -> None:
    kept_back = [row.id for row in load_ledger("almaty-2022").by_use("score")]
    for spec in specs.values():
        text = json.dumps(spec)
        assert not [row for row in kept_back if f'"{row}"' in text or f"{row}," in text]


def test_a_row_kept_for_scoring_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="must not be drawn"):
        Observation("X", 0.0, 1.0, ((1.0, "value"),), use="score")
    with pytest.raises(ValueError, match="must not be drawn"):
        Milestone("X", "a", "", "persons", (1.0, 1.0), None, "differs", use="score")


def test_detentions_carry_the_custody_note_wherever_they_are_drawn(specs: Specs) -> None:
    note = "deaths in custody are not simulated; of Almaty they are documented [R202-R204]"
    for name in ("curves", "milestones"):
        assert note in json.dumps(specs[name])


def test_maps_say_that_persons_are_synthetic_and_where_borders_come_from(specs: Specs) -> None:
    text = json.dumps(specs["maps"], ensure_ascii=False)
    assert "Persons are synthetic" in text
    assert "© OpenStreetMap contributors, ODbL 1.0" in text


def test_maps_show_inhabited_cells_and_contested_places_only(specs: Specs) -> None:
    rows = specs["maps"]["datasets"]
    assert len(rows["cells"]) == 6
    assert [place["name"] for place in rows["places0"]] == ["City hall"]


def test_a_place_shows_in_how_many_replays_the_state_lost_it_since_the_last_map(result: Result) -> None:
    # every six hours of the two days; the hall falls in two of three replays at hour 39, and in one it is retaken at 41
    result.holders[0, 40:, 0] = 0
    rows = crowd_maps(result).spec()["datasets"]
    shares = [rows[name][0]["lost"] for name in sorted(rows, key=len) if name.startswith("places")]
    assert shares == pytest.approx([0.0] * (len(shares) - 2) + [2 / 3, 1 / 3], abs=1e-4)


def test_maps_explain_what_is_drawn(specs: Specs) -> None:
    text = json.dumps(specs["maps"])
    assert "the share of replays in which the state did not hold the place at some time in the 6 hours up to" in text
    assert "a thin line leads to the place" in text


def test_an_event_seen_in_few_replays_has_no_interval(result: Result, specs: Specs) -> None:
    (event,) = (row for row in specs["milestones"]["datasets"]["unit2"] if row["id"] == "R040")
    assert event["run_low"] == event["run_median"] == event["run_high"]
    assert event["verdict"] == "in 2 of 3"
    many = replace(result, digests=("00",) * 30)
    spec = milestone_chart(many).spec()
    (event,) = (row for row in spec["datasets"]["unit2"] if row["id"] == "R040")
    assert event["run_low"] < event["run_median"] < event["run_high"]
    assert event["verdict"] == "agrees; in 20 of 30"
    assert "over the replays in which it happened" in json.dumps(spec)


def test_what_was_not_recorded_is_not_drawn(result: Result) -> None:
    assert [name for name, _ in pictures(replace(result, cells={}, milestones=()))] == ["curves"]
    assert [name for name, _ in pictures(replace(result, timeline={}))] == ["maps", "milestones"]


def test_charts_are_drawn_without_the_network(specs: Specs) -> None:
    for spec in specs.values():
        assert '"url"' not in json.dumps(spec)
