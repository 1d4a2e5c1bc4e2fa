"""A prior must have the quantiles of its distribution, and a declaration must not contradict itself."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from contrafact.parameters import ASSUMPTION, Parameter, Prior, loguniform, uniform

U = (1e-6, 0.001, 0.1, 0.25, 0.5, 0.77, 0.999, 1 - 1e-6)


def cut(distribution: Any, low: float, high: float, u: float) -> float:
    """Quantile of a distribution cut to [low, high]."""
    below, above = distribution.cdf(low), distribution.cdf(high)
    return float(distribution.ppf(below + (above - below) * u))


@pytest.mark.parametrize(
    ("prior", "distribution"),
    [
        (uniform(-2.0, 3.0), stats.uniform(-2, 5)),
        (loguniform(0.01, 100.0), stats.loguniform(0.01, 100)),
        (Prior("triangular", (2.0, 3.0, 7.0)), stats.triang(0.2, 2, 5)),
        (Prior("triangular", (2.0, 2.0, 7.0)), stats.triang(0, 2, 5)),
        (Prior("triangular", (2.0, 7.0, 7.0)), stats.triang(1, 2, 5)),
        (Prior("normal", (5.0, 2.0)), stats.norm(5, 2)),
        (Prior("lognormal", (3.0, 0.4)), stats.lognorm(0.4, scale=3)),
    ],
)
def test_quantiles_are_those_of_the_distribution(prior: Prior, distribution: Any) -> None:
    assert [prior.quantile(u) for u in U] == pytest.approx(distribution.ppf(U), rel=1e-9)
    assert prior.central() == pytest.approx(distribution.median(), rel=1e-12)


@pytest.mark.parametrize(("low", "high"), [(4.0, 6.0), (0.0, math.inf), (-math.inf, 3.0), (7.0, 9.0)])
def test_a_normal_prior_is_cut_to_its_range_and_not_piled_up_at_its_ends(low: float, high: float) -> None:
    prior = Prior("normal", (5.0, 2.0), low, high)
    assert prior.support() == (low, high)
    assert [prior.quantile(u) for u in U] == pytest.approx([cut(stats.norm(5, 2), low, high, u) for u in U], rel=1e-9)


@pytest.mark.parametrize(("low", "high"), [(2.0, 4.0), (-1.0, 3.0), (0.0, math.inf), (3.5, math.inf)])
def test_a_lognormal_prior_is_cut_to_its_range_and_never_negative(low: float, high: float) -> None:
    prior = Prior("lognormal", (3.0, 0.4), low, high)
    assert prior.support() == (max(low, 0.0), high)
    wanted = [cut(stats.lognorm(0.4, scale=3), low, high, u) for u in U]
    assert [prior.quantile(u) for u in U] == pytest.approx(wanted, rel=1e-9)


def test_support_of_the_other_kinds_is_their_first_and_last_number() -> None:
    assert uniform(-1.0, 2.0).support() == (-1.0, 2.0)
    assert loguniform(1.0, 2.0).support() == (1.0, 2.0)
    assert Prior("triangular", (1.0, 1.5, 4.0)).support() == (1.0, 4.0)


@st.composite
def priors(draw: Any) -> Prior:
    """Any prior of any kind, cut or not."""
    kind = draw(st.sampled_from(("uniform", "loguniform", "triangular", "normal", "lognormal")))
    number = st.floats(-1e6, 1e6) if kind in ("uniform", "triangular", "normal") else st.floats(1e-6, 1e6)
    if kind in ("normal", "lognormal"):
        low, high = sorted(draw(st.tuples(number, number)))
        assume(low < high)
        cuts = (low if draw(st.booleans()) else -math.inf, high if draw(st.booleans()) else math.inf)
        return Prior(kind, (draw(number), draw(st.floats(1e-3, 10))), *cuts)
    numbers = sorted(draw(st.tuples(number, number, number)))
    assume(numbers[-1] - numbers[0] > 1e-9 * max(map(abs, numbers)))
    return Prior(kind, tuple(numbers) if kind == "triangular" else (numbers[0], numbers[-1]))


inside = st.floats(2.0**-53, 1 - 2.0**-53)


@given(priors(), inside, inside)
def test_quantiles_never_fall_and_stay_in_the_support(prior: Prior, low: float, high: float) -> None:
    low, high = sorted((low, high))
    first, second = prior.quantile(low), prior.quantile(high)
    smallest, largest = prior.support()
    slack = 1e-12 * max(abs(number) for number in (first, second, *prior.numbers))  # rounding
    assert smallest - slack <= first <= second + slack <= largest + 2 * slack


def test_an_assumption_without_a_prior_is_refused() -> None:
    with pytest.raises(ValueError, match=r"m\.x: an assumption needs a prior"):
        Parameter("m.x", "1/h", 1.0, ASSUMPTION, "a rate")
    assert Parameter("m.x", "1/h", 1.0, "epstein2002", "a rate").prior is None


@pytest.mark.parametrize("default", [-0.1, 1.1, math.nan])
def test_a_default_outside_the_allowed_range_is_refused(default: float) -> None:
    with pytest.raises(ValueError, match=r"m\.x: default .* outside 0\.0\.\.1\.0"):
        Parameter("m.x", "share", default, "epstein2002", "a share", high=1.0)


@pytest.mark.parametrize("prior", [uniform(-0.5, 0.5), uniform(0.5, 1.5), Prior("triangular", (0.0, 0.5, 2.0))])
def test_a_prior_that_reaches_outside_the_allowed_range_is_refused(prior: Prior) -> None:
    with pytest.raises(ValueError, match=r"m\.x: prior .* outside 0\.0\.\.1\.0"):
        Parameter("m.x", "share", 0.5, ASSUMPTION, "a share", prior, high=1.0)


def test_the_ends_of_the_allowed_range_belong_to_it() -> None:
    assert Parameter("m.x", "share", 1.0, ASSUMPTION, "a share", uniform(0.0, 1.0), high=1.0).high == 1.0
    assert np.isinf(Parameter("m.x", "persons", 0.0, ASSUMPTION, "persons", loguniform(1.0, 9.0)).high)
