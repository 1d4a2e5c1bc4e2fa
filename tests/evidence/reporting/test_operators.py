"""Operators of reporting: worked by hand, and what must hold for any curve."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from contrafact.evidence.reporting.operators import (
    RANGES,
    coarsened,
    count_at,
    cut,
    inside,
    said,
    undercounted,
    unit_of,
)

HOUR = np.arange(1.0, 25.0)
GROWTH = arrays(np.int64, (2, 24), elements=st.integers(0, 50))


def test_a_publication_counts_up_to_its_day_less_the_delay_and_not_beyond_its_window() -> None:
    delay = np.array([0.0, 6.0, 30.0])
    assert cut(48.0, 50.0, delay).tolist() == [48.0, 44.0, 20.0]
    assert cut(48.0, np.inf, delay).tolist() == [48.0] * 3


def test_a_count_is_the_last_that_is_known_by_then() -> None:
    series = np.array([[0.0, 2.0, 2.0, 7.0], [1.0, 1.0, 5.0, 9.0]])
    hour = np.array([1.0, 2.0, 3.0, 4.0])
    assert count_at(series, hour, np.array([3.9, 3.0])).tolist() == [2.0, 5.0]
    assert count_at(series, hour, np.array([0.5, 99.0])).tolist() == [0.0, 9.0]


def test_whole_persons_are_counted() -> None:
    assert undercounted(np.array([10.0, 13.0, 1.0, 100.0]), np.array([0.5, 0.5, 0.99, 0.29])).tolist() == [5, 6, 0, 29]


def published(series: np.ndarray, day: float, delay: float, share: float) -> np.ndarray:
    """A cumulative count as published on a day, (replication,)."""
    moment = cut(1000.0, day, np.full(len(series), delay))
    return undercounted(count_at(series, HOUR, moment), np.full(len(series), share))


@given(GROWTH, st.floats(0, 30), st.floats(0, 30), st.floats(0, 12), st.floats(0, 1))
def test_what_is_published_is_never_negative_never_more_than_is_true_and_never_falls_from_day_to_day(
    growth: np.ndarray, day: float, later: float, delay: float, share: float
) -> None:
    series = growth.cumsum(axis=1).astype(float)
    first, second = published(series, day, delay, share), published(series, day + later, delay, share)
    assert (first >= 0).all()
    assert (first <= second).all()
    assert (second <= series[:, -1]).all()
    assert (published(series, day, delay, share) <= published(series, day, 0.0, 1.0)).all()


@pytest.mark.parametrize(
    ("word", "value", "expected"),
    [
        ("number", 2000, (1500, 2500)),
        ("number", 2601, (2600.5, 2601.5)),
        ("number", 800, (750, 850)),
        ("number", 0, (-0.5, 0.5)),
        ("about", 45, (40.5, 49.5)),
        ("about", 1000, (500, 1500)),
        ("about", 500, (450, 550)),
        ("at least", 5000, (5000, None)),
        ("more than", 1300, (1300, None)),
        ("dozens", None, (24, 99)),
        ("number", None, (None, None)),
    ],
)
def test_what_a_source_may_mean(word: str, value: float | None, expected: tuple[float | None, float | None]) -> None:
    assert said(word, value) == expected


def test_ranges_of_words_rise_and_do_not_overlap() -> None:
    ends = [end for word in RANGES for end in RANGES[word]]
    assert ends == sorted(ends)


def test_the_unit_of_a_number_is_that_of_its_last_digit() -> None:
    assert [unit_of(n) for n in (0, 7, 10, 120, 20_000, 1_347)] == [1, 1, 10, 10, 10_000, 1]


def test_numbers_told_in_the_same_words_become_one_and_distances_on_either_side_stay() -> None:
    values = np.array([10.0, 20.0, 24.0, 60.0, 99.0, 100.0, 199.0])
    assert coarsened(values, (24.0, 99.0)).tolist() == [10, 20, 24, 24, 24, 25, 124]
    assert coarsened(values, (24.0, None)).tolist() == [10, 20, 24, 24, 24, 24, 24]
    assert coarsened(values, (None, 99.0)).tolist() == [99, 99, 99, 99, 99, 100, 199]
    assert coarsened(values, (None, None)).tolist() == [0] * 7
    assert coarsened(values, (60.0, 60.0)).tolist() == values.tolist()


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=8), st.floats(-50, 50), st.floats(0, 50))
def test_coarsening_keeps_order_and_no_distance_grows(values: list[float], low: float, width: float) -> None:
    ordered = np.sort(np.array(values))
    coarse = coarsened(ordered, (low, low + width))
    steps = np.diff(coarse)
    assert (steps >= -1e-9).all()
    assert (steps <= np.diff(ordered) + 1e-9).all()


def test_a_window_holds_its_ends_and_stands_for_the_next_moment_where_it_holds_none() -> None:
    assert inside(HOUR, 3.0, 5.0).tolist() == [2, 3, 4]
    assert inside(HOUR, 3.2, 3.4).tolist() == [3]
    assert inside(HOUR, 90.0, 91.0).tolist() == [23]
