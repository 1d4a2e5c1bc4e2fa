"""Readings of rows as they would have been published, on runs small enough to work out by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from contrafact.errors import InputError
from contrafact.evidence.ledger import COLUMNS, Observation, parse_record
from contrafact.evidence.reporting import Read, Reporting, Runs, exact, reached, read
from contrafact.evidence.reporting.as_published import published_by, window

START = datetime(2022, 1, 4)
HOUR = np.arange(1.0, 73.0)


@dataclass
class Asked:
    quantity: str
    place: str | None = None
    statistic: str = "last"
    record: str = "R1"


@dataclass
class Event:
    hour: float
    kind: str
    subject: str = ""
    place: str = ""
    value: float = 0.0


def row(**cells: str) -> Observation:
    """One row of a record."""
    given = {"id": "R1", "quantity": "q", "publisher": "P", "quote": "w", "reliability": "r", "use": "score", **cells}
    text = ",".join({"fact_id": "f", **given}.get(column, "") for column in COLUMNS)
    return parse_record(",".join(COLUMNS) + "\n" + text + "\n")[0]


def runs(events: list[list[Event]] | None = None, horizon: float = 72.0, **curves: Any) -> Runs:
    """Runs of 72 hours, two replications."""
    timeline = {name: np.broadcast_to(np.asarray(curve, float), (2, 72)) for name, curve in curves.items()}
    return Runs(START, horizon, {"hour": HOUR, **timeline}, events or [[], []])


def values(asked: Asked, observed: Observation, found: Runs, reporting: Reporting | None = None) -> list[float]:
    """What is read, one number a replication."""
    return read(asked, observed, found, reporting or exact(2)).values.tolist()


DAY = {"time_start": "2022-01-05", "time_end": "2022-01-05"}  # hours 24 to 48


def test_a_late_and_incomplete_source_publishes_less_and_later() -> None:
    reporting = exact(2)
    reporting = Reporting({**reporting.values, "delay": np.array([0.0, 6.0]), "deaths": np.array([1.0, 0.5])})
    hourly = runs(deaths_protesters=np.arange(1, 73))  # one death an hour
    asked, observed = Asked("deaths_total"), row(published="2022-01-05", **DAY)
    assert values(asked, observed, hourly, reporting) == [48, 21]  # all of 48 h; half of 42 h
    assert values(asked, replace(observed, published="2022-01-06"), hourly, reporting) == [48, 24]


def test_growth_within_a_window_leaves_out_what_was_before_it() -> None:
    hourly = runs(deaths_protesters=np.arange(1, 73), deaths_armed_persons=2 * np.arange(1, 73))
    assert values(Asked("deaths_protesters", statistic="gain"), row(**DAY), hourly) == [24, 24]
    assert values(Asked("deaths_protesters+deaths_armed_persons", statistic="gain"), row(**DAY), hourly) == [72, 72]
    with pytest.raises(InputError, match="needs a window with a beginning"):
        values(Asked("deaths_protesters", statistic="gain"), row(time_end="2022-01-05"), hourly)


def test_whether_anyone_is_added_within_a_window() -> None:
    curve = np.zeros((2, 72))
    curve[0, 30:] = 1  # at 31 h
    found = read(
        Asked("injured_state_forces", statistic="grows"), row(**DAY), runs(injured_state_forces=curve), exact(2)
    )
    assert found.values.tolist() == [1, 0]
    assert found.is_yes_or_no


def test_whether_a_place_is_empty_at_the_end_of_a_window() -> None:
    crowd = np.full((2, 72), 500.0)
    crowd[1, 46:] = 49.0
    assert values(Asked("crowd", "square", "empty"), row(**DAY), runs(**{"crowd@square": crowd})) == [0, 1]


def test_whether_a_facility_is_never_lost_within_a_window() -> None:
    events = [[Event(30.0, "seizure", "tower")], [Event(50.0, "seizure", "tower"), Event(30.0, "seizure", "hall")]]
    assert values(Asked("seizure", "tower", "never"), row(**DAY), runs(events, crowd=0)) == [0, 1]


def test_landings_of_a_member_at_a_field_within_a_window() -> None:
    events = [
        Event(30.0, "landing", "north", "field"),
        Event(40.0, "landing", "north", "other"),
        Event(49.0, "landing", "east", "field"),
    ]
    found = runs([events, []], crowd=0)
    assert values(Asked("landing_north", None, "count"), row(**DAY), found) == [2, 0]
    assert values(Asked("landing_north", "field", "count"), row(**DAY), found) == [1, 0]
    assert values(Asked("landing_total", None, "last"), row(**DAY), found)[0] == 49
    assert np.isnan(values(Asked("landing_north", None, "first"), row(**DAY), found)[1])


def test_looting_counts_all_shops_up_to_the_end_of_the_window() -> None:
    events = [[Event(10.0, "looting", "shop 1", value=200.0), Event(40.0, "looting", "shop 2", value=190.0)], []]
    found = runs([*events[:1], [Event(60.0, "looting", "shop 1", value=5.0)]], crowd=0)
    assert values(Asked("looting", None, "count"), row(**DAY), found) == [2, 0]
    summed = read(Asked("looting", None, "sum"), row(**DAY), found, exact(2))
    assert (summed.values.tolist(), summed.unit) == ([390, 0], "firearms")


def test_a_date_alone_is_a_whole_day_and_a_time_alone_an_instant() -> None:
    assert window(row(time_start="2022-01-05"), runs(crowd=0)) == (24, 48)
    assert window(row(time_start="2022-01-05T13:00"), runs(crowd=0)) == (37, 37)
    assert window(row(time_end="2022-01-05T13:00"), runs(crowd=0)) == (None, 37)


def test_the_day_month_or_year_of_publication_ends_at_its_midnight() -> None:
    found = runs(crowd=0)
    assert published_by("2022-01-05", found) == 48
    assert published_by("2022-01", found) == 28 * 24
    assert published_by("2022-12", found) == published_by("2022", found) == (28 + 334) * 24
    assert published_by("", found) == np.inf


def test_a_window_beyond_the_horizon_is_read_at_the_horizon_and_one_that_begins_there_is_not_reached() -> None:
    found = runs(horizon=60.0, detained=np.arange(1, 73))
    assert values(Asked("detained"), row(time_start="2022-01-05", time_end="2022-01-20"), found) == [60, 60]
    assert not reached(row(time_start="2022-01-07", time_end="2022-01-08"), found)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (Asked("seizure", "tower", "last"), 'found the statistic "last"'),
        (Asked("landing_north", None, "frist"), 'did you mean "first"'),
        (Asked("crowds", None, "max"), 'did you mean "crowd"'),
        (Asked("recapture", None, "first"), "needs a place"),
    ],
)
def test_a_reading_that_there_is_not_is_an_error(asked: Asked, message: str) -> None:
    with pytest.raises(InputError, match=message):
        values(asked, row(**DAY), runs(crowd=0))


def test_what_is_read_tells_its_window() -> None:
    found: Read = read(Asked("crowd", None, "max"), row(**DAY), runs(crowd=5), exact(2))
    assert (found.begins, found.ends, found.unit, found.is_hour) == (24, 48, "persons", False)
