"""Options of a run: what they mean and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from contrafact.errors import InputError, InputErrors
from contrafact.experiment import kinds
from contrafact.experiment.plan import hours_until, plan
from contrafact.scenario import Scenario


@pytest.mark.parametrize(
    ("until", "hours"),
    [
        ("36 h", 36.0),
        ("36h", 36.0),
        ("2 days", 48.0),
        ("90 min", 1.5),
        (6.5, 6.5),
        ("2022-01-05T12:10", 36 + 1 / 6),
        (datetime(2022, 1, 7), 72.0),
    ],
)
def test_a_run_may_end_at_a_time_or_after_a_duration(town: Scenario, until: str | float, hours: float) -> None:
    assert hours_until(town, until) == pytest.approx(hours, abs=1e-12)


@pytest.mark.parametrize(
    "until", ["73 h", "0 h", "-1 h", "2022-01-04T00:00", "2022-01-07T00:10", float("nan"), float("inf")]
)
def test_an_end_outside_the_scenario_is_refused_and_the_window_told(town: Scenario, until: str | float) -> None:
    with pytest.raises(InputError, match="at most 72 h, or a time after 2022-01-04T00:00 up to 2022-01-07T00:00"):
        hours_until(town, until)


@pytest.mark.parametrize("until", ["noon", "12 persons", "2022-13-01T00:00", ""])
def test_an_end_that_is_no_time_is_refused_with_an_example(town: Scenario, until: str) -> None:
    with pytest.raises(InputError, match='such as "36 h"'):
        hours_until(town, until)


def test_an_end_within_a_tick_is_refused(town: Scenario) -> None:
    with pytest.raises(InputError, match="whole number of ticks of 10 min"):
        hours_until(town, "2022-01-05T12:05")


def test_an_end_with_an_offset_is_refused(town: Scenario) -> None:
    with pytest.raises(InputError, match="local civil time of Asia/Almaty"):
        hours_until(town, datetime(2022, 1, 5, tzinfo=UTC))


def test_all_wrong_options_are_told_at_once(town: Scenario) -> None:
    with pytest.raises(InputErrors) as raised:
        plan(kinds.of(town), -1, -2, 0, -3, "99 days", ["timelin"])
    told = str(raised.value)
    for part in (
        "--replications: found -1",
        "--seed: found -2",
        "--threads: found 0",
        "--workers: found -3",
        "--until",
    ):
        assert part in told
    assert 'did you mean "timeline"' in told


def test_threads_and_workers_exclude_each_other(town: Scenario) -> None:
    with pytest.raises(InputErrors, match="choose one"):
        plan(kinds.of(town), 4, 1, 2, 2, None, None)


def test_no_more_threads_than_replications(town: Scenario) -> None:
    assert plan(kinds.of(town), 3, 1, 8, 0, None, None).side_by_side == 3
