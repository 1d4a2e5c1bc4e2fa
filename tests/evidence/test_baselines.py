"""Baselines: likelihoods and predictions worked out by hand, and numbers found again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from contrafact.evidence.baselines import (
    COUNT,
    EMPTY,
    EVENT,
    GAIN,
    GROWS,
    LEVEL,
    NEVER,
    SHAPES,
    Baseline,
    Datum,
    cumulative,
    fit,
    fitted,
    incident_counts,
    self_exciting,
)


def datum(fact: str, observed: float | None, hour: float = 10.0, form: str = LEVEL, **given: object) -> Datum:
    """A row of one hour, by default a crowd."""
    row = Datum(fact, "crowd", form, hour, hour, observed, incident=form in (LEVEL, EVENT))
    return replace(row, **given)  # type: ignore[arg-type]


def test_the_constant_rate_is_incidents_by_hours() -> None:
    counts = np.zeros(50)
    counts[[3, 9, 40]] = [1, 2, 1]
    assert fitted("constant", counts) == pytest.approx(np.full(50, 4 / 50), rel=1e-4)


@pytest.mark.parametrize("name", ["logistic", "self_exciting"])
def test_the_likeliest_curve_expects_as_many_incidents_as_there_were(name: str) -> None:
    counts = np.zeros(120)
    counts[[20, 30, 31, 33, 36, 40, 41, 60]] = 1
    assert fitted(name, counts).sum() == pytest.approx(8, rel=2e-3)


def test_the_logistic_curve_is_found_again() -> None:
    shape = SHAPES["logistic"][0]
    truth = shape(np.arange(200) + 0.5, np.array([np.log(500.0), 3.0, np.log(6.0)]), np.zeros(0))
    found = fitted("logistic", np.random.default_rng(1).poisson(truth).astype(float))
    hour = np.arange(200) + 0.5
    assert hour @ found / found.sum() == pytest.approx(72, abs=2)
    assert found.sum() == pytest.approx(500, rel=0.15)


def test_intensity_of_the_self_exciting_process_worked_by_hand() -> None:
    counts = np.array([0.0, 2.0, 0.0, 0.0])
    numbers = np.log([0.1, 0.5, np.log(2.0)])  # exp(-beta) = 1/2, so one incident adds 0.25, then 0.125
    found = self_exciting(np.arange(4) + 0.5, numbers, counts)
    assert found == pytest.approx([0.1, 0.1, 0.1 + 2 * 0.25, 0.1 + 2 * 0.125])


def test_a_self_exciting_process_is_found_again() -> None:
    rng, mu, alpha, fading = np.random.default_rng(3), 0.2, 0.6, np.exp(-0.5)
    counts, excited = np.zeros(4000), 0.0
    for t in range(4000):
        counts[t] = rng.poisson(mu + excited)
        excited = excited * fading + alpha * (1 - fading) * counts[t]
    found = fitted("self_exciting", counts)
    truth = self_exciting(np.arange(4000) + 0.5, np.log([mu, alpha, 0.5]), counts)
    assert np.corrcoef(found, truth)[0, 1] > 0.98
    assert found.mean() == pytest.approx(counts.mean(), rel=0.01)


def test_a_fact_is_one_incident_however_many_rows_tell_of_it() -> None:
    rows = [datum("a", 5.0, 4.0), datum("a", 7.0, 6.0), datum("b", 1.0, 6.5), datum("c", 1.0, form=COUNT)]
    assert np.flatnonzero(incident_counts(rows, 24)).tolist() == [5, 6]


def test_the_scale_of_levels_is_their_geometric_mean_and_each_fact_weighs_once() -> None:
    rows = [datum("a", 99.0), datum("a", 99.0), datum("a", 99.0), datum("b", 9999.0)]
    found = fit("constant", rows, 48)
    members = found.members(datum("c", None, 30.0))
    assert members is not None
    assert np.median(members) == pytest.approx(999.0, rel=1e-6)  # log 100 and log 10,000 average to log 1,000
    assert found.spread == pytest.approx(np.log(10.0) * np.sqrt(2.0))  # two squares over one degree of freedom


def test_counts_grow_with_the_sum_of_the_curve() -> None:
    total = [datum("a", 99.0, 24.0, COUNT), datum("b", 49.0, 12.0, COUNT), datum("c", 10.0, 5.0)]
    found = fit("constant", [replace(row, family="deaths") for row in total[:2]] + total[2:], 48)
    asked = replace(datum("d", None, 48.0, COUNT), family="deaths")
    members = found.members(asked)
    assert members is not None
    assert np.median(members) == pytest.approx(199.0, rel=0.02)
    within = found.members(replace(asked, form=GAIN, begins=24.0))
    assert within is not None
    assert np.median(within) == pytest.approx(99.5, rel=0.02)


def test_a_family_without_another_fact_is_not_predicted() -> None:
    rows = [datum("a", 99.0), datum("b", 9999.0), replace(datum("c", 5.0), family="shops")]
    assert fit("constant", rows, 48, without="c").members(replace(datum("c", None), family="shops")) is None


def test_a_row_is_predicted_without_its_own_fact() -> None:
    rows = [datum("a", 99.0), datum("b", 99.0), datum("b", 9999.0), datum("c", 1e6)]
    with_all, without = fit("constant", rows, 48), fit("constant", rows, 48, without="c")
    assert with_all.scales["crowd"] > without.scales["crowd"]


def test_hours_of_events_follow_from_the_hazard() -> None:
    rows = [datum("a", 10.0, 10.0, EVENT), datum("b", 30.0, 30.0, EVENT)]
    found = fit("constant", rows, 100)
    hazard = 2 / 40  # events by hours passed until each
    members = found.members(datum("c", None, form=EVENT))
    assert members is not None
    assert np.nanmin(members) == pytest.approx(-np.log(1 - 0.5 / 199) / hazard, rel=1e-3)
    assert np.mean(~np.isnan(members)) == pytest.approx(1 - np.exp(-hazard * 100), abs=0.01)
    asked = datum("c", None, form=GROWS, begins=10.0, ends=30.0)
    assert found.chance(asked, 50.0) == pytest.approx(1 - np.exp(-1.0), rel=1e-3)
    assert found.chance(replace(asked, form=NEVER), 50.0) == pytest.approx(np.exp(-1.0), rel=1e-3)


def test_the_chance_of_an_empty_place_is_that_of_a_level_below_the_limit() -> None:
    found = Baseline(np.ones(24), {"crowd": float(np.log(50.0))}, 1.0, None)
    assert found.chance(datum("a", None, form=EMPTY), 50.0) == pytest.approx(0.5)
    assert found.chance(datum("a", None, form=GROWS), 50.0) is None


def test_sums_are_linear_within_hours() -> None:
    assert cumulative(np.array([2.0, 4.0]), np.array([0.0, 0.5, 1.5, 9.0])).tolist() == [0, 1, 4, 6]
