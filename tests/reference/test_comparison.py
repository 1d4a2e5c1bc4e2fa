"""The tests by which two samples of outcomes are told apart, on samples of known distributions."""

from __future__ import annotations

import numpy as np
import pytest

from reference.comparison import compare, energy_distance, energy_test


def test_energy_distance_of_two_points_and_one() -> None:
    # X = {0, 2}, Y = {5}: 2 (5 + 3) / 2 - (0 + 2 + 2 + 0) / 4 - 0 = 7
    points = np.array([0.0, 2.0, 5.0])
    apart = np.abs(points[:, None] - points[None, :])
    assert energy_distance(apart, np.array([[1.0, 1.0, 0.0]])) == pytest.approx([7.0])


def test_false_alarms_are_as_rare_as_stated() -> None:
    rng = np.random.default_rng(3)
    alarms = [compare(rng.normal(size=(30, 5)), rng.normal(size=(20, 5)), 0.1).differ for _ in range(40)]
    assert sum(alarms) <= 10  # 4 expected at most; more than 10 of 40 has a chance of 0.2 %


def test_a_shift_of_one_outcome_is_seen() -> None:
    rng = np.random.default_rng(4)
    first, second = rng.normal(size=(40, 5)), rng.normal(size=(40, 5))
    second[:, 2] += 2.5
    verdict = compare(first, second, 0.01)
    assert verdict.differ
    assert verdict.outcomes.argmin() == 2


def test_a_change_that_shows_only_in_how_outcomes_go_together_is_seen() -> None:
    rng = np.random.default_rng(5)
    first, same = rng.normal(size=(200, 1)), rng.normal(size=(200, 1))
    together, opposed = np.hstack([first, first]), np.hstack([same, -same])
    verdict = compare(together, opposed, 0.01)
    assert verdict.outcomes.min() > 0.01
    assert verdict.together < 0.005


def test_an_outcome_that_never_varies_says_nothing() -> None:
    rng = np.random.default_rng(6)
    first, second = rng.normal(size=(20, 2)), rng.normal(size=(20, 2))
    first[:, 1] = second[:, 1] = 7.0
    assert energy_test(first, second) == energy_test(first[:, :1], second[:, :1])
