"""Local civil times of any zone: clocks that are changed, half-hour zones, and horizons of 3 to 60 days."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import contrafact as cf
from contrafact.experiment.result import local_time
from contrafact.scenario import units

SMALL = Path(__file__).parent.parent / "data" / "small"
Town = Callable[..., Path]


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """The small town in another zone, its days moved so that 4 January becomes the day given."""

    def make(zone: str, first: str, days: int = 3, *changes: tuple[str, str]) -> Path:
        folder = tmp_path / "town"
        shutil.copytree(SMALL, folder)
        text = (folder / "scenario.yaml").read_text(encoding="utf-8")
        day = datetime.fromisoformat(first)
        for number in range(3, -1, -1):
            old, new = datetime(2022, 1, 4 + number), day + timedelta(days=number)
            text = text.replace(f"{old:%Y-%m-%d}", f"<{new:%Y-%m-%d}>")
        text = text.replace("<", "").replace(">", "").replace("summary: \n", "summary: >\n")
        text = text.replace(
            "evidence: [R136]",
            'assumption: "so", prior: {uniform: [%sT22:00, %sT23:30]}' % ((f"{day + timedelta(days=1):%Y-%m-%d}",) * 2),
        )
        text = text.replace("  - {record: R012, quantity: crowd, place: main_square, statistic: max}", "  []")
        end = f"end: {day + timedelta(days=3):%Y-%m-%d}T00:00"
        assert end in text
        text = text.replace(end, f"end: {day + timedelta(days=days):%Y-%m-%d}T00:00")
        text = text.replace("timezone: Asia/Almaty", f"timezone: {zone}")
        for old_text, new_text in changes:
            assert old_text in text
            text = text.replace(old_text, new_text)
        (folder / "scenario.yaml").write_text(text, encoding="utf-8")
        return folder

    return make


@pytest.mark.parametrize(("zone", "first"), [("Europe/Minsk", "2020-08-09"), ("America/New_York", "2015-03-07"),
                                             ("America/New_York", "2015-10-31"), ("Australia/Lord_Howe", "2022-04-02"),
                                             ("Asia/Kathmandu", "2022-02-27")])  # fmt: skip
def test_three_days_are_72_hours_also_where_clocks_are_changed(town: Town, zone: str, first: str) -> None:
    crisis = cf.load(town(zone, first))
    assert crisis.hours == 72
    assert crisis.clock(48) == datetime.fromisoformat(first) + timedelta(days=2)
    result = cf.run(crisis, replications=1, notify=lambda _: None)
    assert result.hours[-1] == 72


def test_a_curfew_keeps_its_hours_of_the_day_after_clocks_are_changed(town: Town) -> None:
    """Clocks go from 2:00 to 3:00 in the night to 8 March 2015; the curfew of 23:00 ends at 7:00 on either side."""
    crisis = cf.load(town("America/New_York", "2015-03-07"))
    assert crisis.clock(crisis.actions["curfew"].at.value) == datetime(2015, 3, 8, 23)
    assert local_time(crisis, 2 * 24 + 7).isoformat() == "2015-03-09T07:00:00-04:00"
    assert local_time(crisis, 7).isoformat() == "2015-03-07T07:00:00-05:00"


def test_an_hour_that_clocks_skip_is_refused_with_its_line(town: Town) -> None:
    skipped = ("at: {value: 2015-03-08T10:00", "at: {value: 2015-03-08T02:30")
    errors = cf.validate(town("America/New_York", "2015-03-07", 3, skipped))
    told = next(error for error in errors if error.key == "actions.march_to_the_square.at.value")
    assert "clocks of America/New_York are put forward over that hour" in told.message
    assert told.line


def test_a_start_that_clocks_skip_is_refused(town: Town) -> None:
    later = ("start: 2015-03-08T00:00", "start: 2015-03-08T02:00")
    told = {str(error.key): error.message for error in cf.validate(town("America/New_York", "2015-03-08", 3, later))}
    assert "put forward" in told["start"]


def test_an_hour_that_occurs_twice_is_one(town: Town) -> None:
    assert not units.skipped(datetime(2015, 11, 1, 1, 30), "America/New_York")
    assert units.skipped(datetime(2015, 3, 8, 2, 30), "America/New_York")
    assert not units.skipped(datetime(2015, 3, 8, 3, 0), "America/New_York")
    assert units.skipped(datetime(2011, 12, 30, 12), "Pacific/Apia")


@pytest.mark.parametrize(("days", "right"), [(2, False), (3, True), (60, True), (61, False)])
def test_horizons_of_3_to_60_days(town: Town, days: int, right: bool) -> None:
    errors = cf.validate(town("Asia/Almaty", "2022-01-04", days))
    assert any("expected 3 to 60 days after start" in error.message for error in errors) != right


def test_a_run_of_60_days_is_kept_drawn_and_compared(town: Town, tmp_path: Path) -> None:
    few = {"population.total": "2000 persons", "place.resolution": 7, "tick": "15 min"}
    crisis = cf.load(town("America/New_York", "2015-02-20", 60), few)
    result = cf.run(crisis, replications=1, out=tmp_path / "out", notify=lambda _: None)
    assert result.hours[-1] == 1440
    assert cf.read(tmp_path / "out").digest == result.digest
    assert len(cf.terminal.draw(result, lambda _: None)) >= 4
    effects = cf.compare(crisis, {"free": {"actions.curfew": None}}, replications=2, notify=lambda _: None)
    assert effects.until_hours == 1440
