"""The axis of local time: no machine's zone shifts it, and midnights are named."""

from __future__ import annotations

from datetime import UTC, datetime

from contrafact.report import style


def test_local_time_is_drawn_as_it_stands() -> None:
    start = datetime(2022, 1, 4, 6)
    assert datetime.fromtimestamp(style.instant(start, 7.5) / 1000, tz=UTC).replace(tzinfo=None) == datetime(
        2022, 1, 4, 13, 30
    )


def test_a_run_that_starts_in_the_morning_names_the_midnights_that_follow() -> None:
    start = datetime(2022, 1, 4, 6)
    assert style.midnights(start, 0.0, 48.0) == [style.instant(start, 18.0), style.instant(start, 42.0)]


def test_a_month_names_every_other_day() -> None:
    named = style.midnights(datetime(2022, 1, 1), 0.0, 24.0 * 30)
    assert len(named) == 15
    assert named[1] - named[0] == 48 * 3_600_000


def test_a_day_is_marked_in_hours_and_ten_days_at_midnights() -> None:
    start = datetime(2022, 1, 4)
    assert style.marks(start, 0.0, 24.0) == [style.instant(start, hour) for hour in range(0, 24, 3)]
    assert style.marks(start, 0.0, 240.0) == style.midnights(start, 0.0, 240.0)


def test_marks_follow_the_clock_of_a_run_that_starts_off_the_hour() -> None:
    start = datetime(2022, 1, 4, 7)
    assert style.marks(start, -6.0, 6.0) == [style.instant(start, hour) for hour in (-4.0, -1.0, 2.0, 5.0)]
