"""Readings of the model against the record, on runs small enough to work out by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from contrafact.errors import InputError
from contrafact.evidence.ledger import COLUMNS, Ledger, parse_record
from contrafact.evidence.milestones import overlaps, read_milestones

START = datetime(2022, 1, 4)
END = datetime(2022, 1, 7)
HOUR = np.arange(1.0, 73.0)


@dataclass
class Entry:
    record: str
    quantity: str
    place: str | None = None
    statistic: str = "max"


@dataclass
class Event:
    hour: float
    kind: str
    subject: str
    place: str = ""


def ledger_of(**cells: str) -> Ledger:
    """A record of one row, R1, for fitting."""
    given = {"id": "R1", "quantity": "q", "publisher": "P", "quote": "w", "reliability": "r", "use": "fit", **cells}
    row = ",".join({"fact_id": "f", **given}.get(column, "") for column in COLUMNS)
    return Ledger("test", parse_record(",".join(COLUMNS) + "\n" + row + "\n"))


def read(
    ledger: Ledger,
    entry: Entry,
    timeline: dict[str, Any] | None = None,
    events: list[list[Event]] | None = None,
) -> list[dict[str, Any]]:
    """Milestones of a run of 72 hours, a tick an hour."""
    arrays = {name: np.asarray(values, float) for name, values in (timeline or {}).items()}
    return read_milestones([entry], ledger, START, END, {"hour": HOUR, **arrays}, events or [])


def one(*args: Any, **kwargs: Any) -> dict[str, Any]:
    """The only milestone."""
    (entry,) = read(*args, **kwargs)
    return entry


def test_a_crowd_is_read_within_the_window_of_its_row() -> None:
    crowd = np.zeros((3, 72))
    crowd[:, 17:20] = [[10, 40, 10], [10, 50, 30], [10, 60, 80]]  # at 18, 19 and 20 h
    crowd[:, 20] = 1000  # at 21 h, after the window
    ledger = ledger_of(value="55", time_start="2022-01-04T18:00", time_end="2022-01-04T20:00")
    timeline = {"crowd@arena": crowd}
    largest = one(ledger, Entry("R1", "crowd", "arena", "max"), timeline)
    assert largest["predicted"] == {"median": 50.0, "low": pytest.approx(41), "high": pytest.approx(77)}
    assert largest["observed"] == {"low": 55, "high": 55, "unit": "persons", "source": "P"}
    assert largest["inside"] is True
    assert one(ledger, Entry("R1", "crowd", "arena", "mean"), timeline)["predicted"]["median"] == 30
    assert one(ledger, Entry("R1", "crowd", "arena", "last"), timeline)["predicted"]["median"] == 30
    assert one(ledger, Entry("R1", "crowd", "arena", "min"), timeline)["predicted"]["high"] == 10


def test_an_observed_value_beyond_the_interval_is_not_inside_and_an_open_end_agrees_with_all_beyond_it() -> None:
    crowd = np.broadcast_to(np.array([[100.0], [200.0]]), (2, 72))
    window = {"time_start": "2022-01-04T18:00", "time_end": "2022-01-04T20:00"}
    entry = Entry("R1", "crowd")
    assert one(ledger_of(value="5000", **window), entry, {"crowd": crowd})["inside"] is False
    assert one(ledger_of(value="5", low="5", **window), entry, {"crowd": crowd})["inside"] is True
    assert one(ledger_of(low="5000", **window), entry, {"crowd": crowd})["inside"] is False
    assert one(ledger_of(low="150", high="160", **window), entry, {"crowd": crowd})["inside"] is True


def test_a_window_shorter_than_a_tick_takes_the_tick_that_ends_after_it_begins() -> None:
    crowd = np.tile(HOUR, (1, 1))
    ledger = ledger_of(value="7", time_start="2022-01-04T06:10", time_end="2022-01-04T06:20")
    assert one(ledger, Entry("R1", "crowd"), {"crowd": crowd})["predicted"]["median"] == 7


def test_deaths_are_counted_to_the_end_of_the_window_over_all_groups() -> None:
    protesters, forces = np.tile(HOUR, (2, 1)), np.ones((2, 72))
    timeline = {"deaths_protesters": protesters, "deaths_state_forces": forces, "injured_protesters": protesters * 9}
    ledger = ledger_of(value="25", time_start="2022-01-04", time_end="2022-01-04")
    assert one(ledger, Entry("R1", "deaths_total", statistic="last"), timeline)["predicted"]["median"] == 25
    assert one(ledger, Entry("R1", "deaths_state_forces", statistic="last"), timeline)["predicted"]["median"] == 1


def test_a_count_published_after_the_horizon_is_read_at_the_horizon() -> None:
    ledger = ledger_of(value="151", time_start="2022-01-04", time_end="2023-01-05")
    entry = one(ledger, Entry("R1", "detained", statistic="last"), {"detained": np.tile(HOUR, (2, 1))})
    assert entry["predicted"]["median"] == 72


def test_the_first_hour_of_a_count_is_read_over_the_runs_in_which_it_leaves_zero() -> None:
    injured = np.zeros((4, 72))
    injured[0, 23:] = 3
    injured[1, 25:] = 1
    ledger = ledger_of(time_start="2022-01-05T00:30")
    entry = one(ledger, Entry("R1", "injured_state_forces", statistic="first"), {"injured_state_forces": injured})
    assert entry["predicted"] == {"median": 25.0, "low": pytest.approx(24.1), "high": pytest.approx(25.9)}
    assert entry["observed"] == {"low": 24.5, "high": 24.5, "unit": "h since start", "source": "P"}
    assert (entry["share"], entry["inside"]) == (0.5, True)


def test_a_seizure_is_read_as_the_first_hour_at_which_the_facility_falls() -> None:
    events = [
        [Event(40.0, "seizure", "akimat", "square"), Event(38.0, "seizure", "akimat", "square")],
        [Event(42.0, "seizure", "akimat", "square"), Event(1.0, "seizure", "airport", "field")],
        [Event(2.0, "recapture", "akimat", "square"), Event(1.0, "action", "akimat")],
        [],
    ]
    ledger = ledger_of(value="1", time_start="2022-01-05T13:00", time_end="2022-01-05T16:12")
    entry = one(ledger, Entry("R1", "seizure", "akimat", "first"), {}, events)
    assert entry["predicted"] == {"median": 40.0, "low": pytest.approx(38.2), "high": pytest.approx(41.8)}
    assert entry["observed"]["low"] == 37.0
    assert entry["observed"]["high"] == pytest.approx(40.2)
    assert (entry["share"], entry["inside"]) == (0.5, True)
    assert one(ledger, Entry("R1", "recapture", "akimat", "first"), {}, events)["predicted"]["median"] == 2.0


def test_an_overrun_is_read_where_it_happens() -> None:
    events = [[Event(36.0, "overrun", "police", "crossing"), Event(5.0, "overrun", "police", "square")]]
    ledger = ledger_of(time_start="2022-01-05T12:00", time_end="2022-01-05T13:00")
    assert one(ledger, Entry("R1", "overrun", "crossing", "first"), {}, events)["predicted"]["median"] == 36.0


def test_what_never_happens_has_no_prediction_and_is_not_inside() -> None:
    ledger = ledger_of(time_start="2022-01-05T12:00", time_end="2022-01-05T13:00")
    entry = one(ledger, Entry("R1", "seizure", "akimat", "first"), {}, [[], []])
    assert entry["predicted"] == {"median": None, "low": None, "high": None}
    assert (entry["share"], entry["inside"]) == (0.0, False)


def test_a_report_that_is_only_an_upper_bound_is_open_below() -> None:
    ledger = ledger_of(time_end="2022-01-05T22:52")
    early, late = [Event(30.0, "seizure", "airport")], [Event(50.0, "seizure", "airport")]
    entry = one(ledger, Entry("R1", "seizure", "airport", "first"), {}, [early, early])
    assert entry["observed"]["low"] is None
    assert entry["inside"] is True
    assert one(ledger, Entry("R1", "seizure", "airport", "first"), {}, [late, late])["inside"] is False


def test_a_run_that_stops_before_a_row_ends_does_not_show_it() -> None:
    ledger = ledger_of(value="9", time_start="2022-01-04", time_end="2022-01-05")
    for hours, shown in ((24, 0), (47, 0), (48, 1)):
        timeline = {"hour": HOUR[:hours], "detained": np.ones((1, hours))}
        entries = read_milestones([Entry("R1", "detained", statistic="last")], ledger, START, END, timeline, [])
        assert len(entries) == shown


def test_a_row_that_begins_after_the_scenario_ends_is_not_shown() -> None:
    ledger = ledger_of(value="9", time_start="2022-01-08", time_end="2022-01-09")
    assert read(ledger, Entry("R1", "detained", statistic="last"), {"detained": np.ones((1, 72))}) == []


@pytest.mark.parametrize("use", ["score", "context"])
def test_rows_that_are_kept_for_scoring_are_refused(use: str) -> None:
    ledger = ledger_of(value="9", time_start="2022-01-04", use=use)
    with pytest.raises(InputError, match=f"R1 is a row with use {use}"):
        read(ledger, Entry("R1", "crowd"), {"crowd": np.ones((1, 72))})


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (Entry("R11", "crowd"), 'no row of the record "R11"; did you mean "R1"'),
        (Entry("R1", "crowds"), 'no reading "crowds"; did you mean "crowd"'),
        (Entry("R1", "crowd", "sqare"), 'records no "crowd@sqare"; did you mean "crowd@square"'),
        (Entry("R1", "crowd", "square", "maxx"), 'did you mean "max"'),
        (Entry("R1", "deaths_robots", statistic="last"), 'records no "deaths_robots"'),
        (Entry("R1", "injured_total", statistic="last"), 'records no "injured_total"'),
        (Entry("R1", "deaths_total", "square", "last"), "counted for the whole city"),
        (Entry("R1", "seizure", statistic="first"), "needs a place"),
        (Entry("R1", "seizure", "akimat", "max"), "expected one of first"),
    ],
)
def test_a_milestone_that_cannot_be_read_says_why(entry: Entry, message: str) -> None:
    ledger = ledger_of(value="9", time_start="2022-01-04")
    with pytest.raises(InputError, match=message):
        read(ledger, entry, {"crowd@square": np.ones((1, 72)), "deaths_protesters": np.ones((1, 72))})


def test_a_row_without_a_time_cannot_be_read() -> None:
    with pytest.raises(InputError, match="R1 has no time"):
        read(ledger_of(value="9"), Entry("R1", "crowd"), {"crowd": np.ones((1, 72))})


@pytest.mark.parametrize(
    ("observed", "predicted", "agree"),
    [
        ((1, 2), (2, 3), True),
        ((1, 2), (2.1, 3), False),
        ((None, 2), (1, 9), True),
        ((3, None), (1, 2), False),
        ((None, None), (1, 2), True),
        ((0, 10), (4, 5), True),
    ],
)
def test_intervals_agree_when_they_have_a_point_in_common(
    observed: tuple[float | None, float | None], predicted: tuple[float, float], agree: bool
) -> None:
    assert overlaps(observed, predicted) is agree
