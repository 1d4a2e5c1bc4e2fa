"""Scoring rules against closed forms, against pairs counted one by one, and for what makes them fair."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from contrafact.evidence.scoring import brier, crps, expected_coverage, interval, rank, skill

NUMBERS = st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=12)


def test_crps_of_three_members_worked_by_hand() -> None:
    # distances to 2: 2, 1, 2, mean 5/3; distances of pairs 1, 4, 3: fair 8/3 mean of pairs, halved 4/3
    assert crps(np.array([0.0, 1.0, 4.0]), 2.0) == pytest.approx(5 / 3 - 4 / 3)
    assert crps(np.array([0.0, 1.0, 4.0]), 2.0, fair=False) == pytest.approx(5 / 3 - 8 / 9)


def test_crps_of_one_member_is_its_distance() -> None:
    assert crps(np.array([3.0]), 5.0) == 2.0


@given(NUMBERS, st.floats(-1e3, 1e3))
def test_crps_is_what_counting_all_pairs_gives(members: list[float], observed: float) -> None:
    n = len(members)
    pairs = sum(abs(a - b) for a, b in itertools.permutations(members, 2))
    plain = sum(abs(a - observed) for a in members) / n
    assert crps(np.array(members), observed) == pytest.approx(plain - pairs / (2 * n * (n - 1)), abs=1e-9)
    assert crps(np.array(members), observed, fair=False) == pytest.approx(plain - pairs / (2 * n * n), abs=1e-9)


@pytest.mark.parametrize("observed", [-1.5, 0.0, 0.3, 2.2])
def test_crps_of_quantiles_of_a_normal_is_its_closed_form(observed: float) -> None:
    members = norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    # Gneiting and Raftery 2007, eq. 21
    exact = observed * (2 * norm.cdf(observed) - 1) + 2 * norm.pdf(observed) - 1 / np.sqrt(np.pi)
    assert crps(members, observed, fair=False) == pytest.approx(exact, abs=2e-4)


def test_the_fair_form_has_the_same_mean_for_few_members_as_for_many() -> None:
    rng = np.random.default_rng(1)
    exact = 0.5**2 - 0.5 + 1 / 3  # uniform on [0, 1] seen at 0.5: y^2 - y + 1/3
    scores = [crps(rng.random(3), 0.5) for _ in range(20_000)]
    assert np.mean(scores) == pytest.approx(exact, abs=5 * np.std(scores) / np.sqrt(len(scores)))
    biased = [crps(rng.random(3), 0.5, fair=False) for _ in range(20_000)]
    assert np.mean(biased) > exact + 0.03


def test_brier_of_a_share_is_fair() -> None:
    # p = 0.3 drawn with 4 members, happened: mean over the binomial of the fair score is (0.3 - 1)^2
    shares = np.arange(5) / 4
    chances = [0.2401, 0.4116, 0.2646, 0.0756, 0.0081]
    scores = [brier(float(share), True, 4) for share in shares]
    assert np.dot(chances, scores) == pytest.approx(0.49)
    assert brier(0.3, False) == pytest.approx(0.09)


def test_rank_counts_what_is_below_and_shares_ties_by_the_uniform() -> None:
    members = np.array([1.0, 2.0, 2.0, 5.0])
    assert rank(members, 2.0, 0.0) == pytest.approx(1 / 5)
    assert rank(members, 2.0, 1.0) == pytest.approx(4 / 5)
    assert rank(members, 3.0, 0.5) == pytest.approx(3.5 / 5)
    assert rank(members, 0.0, 0.5) == pytest.approx(0.1)


def test_ranks_of_what_the_forecast_itself_draws_are_uniform() -> None:
    rng = np.random.default_rng(2)
    ranks = [rank(rng.poisson(1.5, 9).astype(float), float(rng.poisson(1.5)), rng.random()) for _ in range(4000)]
    counts, _ = np.histogram(ranks, bins=5, range=(0, 1))
    assert ((counts - 800) ** 2 / 800).sum() < 18.5  # chi-squared, 4 degrees of freedom, p = 0.001


@pytest.mark.parametrize(("share", "exact"), [(0.9, 0.75), (0.5, 5 / 12)])
def test_the_interval_of_few_members_holds_what_is_expected_of_it(share: float, exact: float) -> None:
    assert expected_coverage(11, share) == pytest.approx(exact)  # 10 shares of 12 gaps
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(8000):
        low, high = interval(rng.random(11), share)
        held += low <= rng.random() <= high
    assert held / 8000 == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 8000))


def test_a_forecast_of_one_member_is_expected_to_hold_nothing() -> None:
    assert expected_coverage(1, 0.9) == expected_coverage(0, 0.9) == 0.0


def test_intervals_and_skill() -> None:
    assert interval(np.arange(101.0), 0.9) == pytest.approx((5.0, 95.0))
    assert interval(np.arange(101.0), 0.5) == pytest.approx((25.0, 75.0))
    assert skill(1.0, 4.0) == 0.75
    assert skill(4.0, 2.0) == -1.0
    assert skill(1.0, 0.0) is None
