"""One row of the record against a predictive sample."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from contrafact.evidence.ledger import COLUMNS, Observation, parse_record
from contrafact.evidence.observed import Asked, asked, judged, judged_chance, judged_quantiles
from contrafact.evidence.reporting.as_published import HOURS, YES, Read


def row(**cells: str) -> Observation:
    """One row of a record."""
    given = {"id": "R1", "quantity": "q", "publisher": "P", "quote": "w", "reliability": "r", "use": "score", **cells}
    text = ",".join({"fact_id": "f", **given}.get(column, "") for column in COLUMNS)
    return parse_record(",".join(COLUMNS) + "\n" + text + "\n")[0]


def one(values: list[float], unit: str = "persons", word: str = "number", **cells: str) -> tuple[Asked, np.ndarray]:
    """How a row is asked for, and the values."""
    sample = np.array(values)
    found = asked(row(**cells), Read(sample, unit, 10.0, 20.0), word)
    assert found is not None
    return found, sample


def test_counts_are_scored_in_logarithms() -> None:
    found = judged(*one([9.0, 99.0], value="9999", low="9999", high="9999"), 0.5, 99.0)
    # log 10 and log 100 against log 10,000: mean distance 2.5 log 10, mean distance of the pair log 10, halved
    assert found["crps"] == pytest.approx(2.0 * np.log(10.0))
    assert found["brier"] is None


def test_numbers_that_the_source_may_mean_cost_nothing() -> None:
    found = judged(*one([1600.0, 1900.0, 2400.0], value="2000"), 0.5, 99.0)
    assert found["crps"] == pytest.approx(0.0, abs=1e-12)
    assert found["inside"]
    assert found["rank"] == pytest.approx(0.5)


def test_a_range_that_is_coded_goes_before_the_word() -> None:
    assert one([0.0], word="about", value="500", low="500")[0].interval == (500, None)
    assert one([0.0], word="dozens")[0].interval == (24, 99)


def test_a_row_without_number_and_range_cannot_be_asked_for() -> None:
    assert asked(row(), Read(np.zeros(2), "persons", 0.0, 1.0), "number") is None


def test_an_hour_is_asked_for_by_its_window_and_scored_where_it_happens() -> None:
    found: dict[str, Any] = judged(*one([15.0, 23.0, 25.0, np.nan], HOURS), 0.5, 30.0)
    assert found["predicted"]["share"] == 0.75
    assert found["predicted"]["median"] == 23
    # hours past the window of 10 to 20: 0, 3, 5 and 10 at the end of the run; mean 18/4, less half the mean distance
    # of pairs (3 + 5 + 10 + 2 + 7 + 5) / 6
    assert found["crps"] == pytest.approx(18 / 4 - 32 / 12)
    assert found["brier"] == pytest.approx(0.25**2 - 0.75 * 0.25 / 3)


def test_an_hour_that_no_replication_has_is_charged_the_end_of_the_run_and_has_the_worst_brier_score() -> None:
    found = judged(*one([np.nan, np.nan], HOURS), 0.5, 30.0)
    assert (found["crps"], found["inside"], found["brier"]) == (10.0, False, 1.0)  # from 20, where the window ends
    assert found["predicted"]["median"] is None


def test_yes_or_no_is_scored_by_its_share() -> None:
    found = judged(*one([1.0, 1.0, 0.0, 1.0], YES), 0.5, 99.0)
    assert found["predicted"] == {"probability": 0.75}
    assert found["brier"] == pytest.approx(0.25**2 - 0.75 * 0.25 / 3)
    assert found["inside"]
    assert not judged(*one([0.0] * 40, YES), 0.5, 99.0)["inside"]


def test_the_observed_number_is_inside_where_the_intervals_overlap() -> None:
    sample = list(np.arange(101.0))
    assert judged(*one(sample, low="95", high="300"), 0.5, 99.0)["inside"]
    assert not judged(*one(sample, low="96", high="300"), 0.5, 99.0)["inside"]
    assert judged(*one(sample, low="75", high="300"), 0.5, 99.0)["inside_50"]
    assert not judged(*one(sample, low="76", high="300"), 0.5, 99.0)["inside_50"]


def test_the_point_of_an_interval_is_its_middle_in_logarithms_or_its_only_end() -> None:
    assert one([0.0], low="99", high="9999")[0].point == pytest.approx(999)
    assert one([0.0], low="30")[0].point == 30
    assert one([0.0], HOURS)[0].point == 15


def test_distributions_given_by_quantiles_or_by_a_chance() -> None:
    found, _ = one([0.0], HOURS)
    # 0 and, at the end of the run, 10 past the window: mean 5, less half the mean distance of all four pairs
    assert judged_quantiles(found, np.array([15.0, np.nan]), 30.0) == {"crps": pytest.approx(5.0 - 2.5), "brier": 0.25}
    assert judged_quantiles(found, np.array([22.0, 24.0]), 30.0)["crps"] == pytest.approx(3.0 - 0.5)


def test_an_hour_after_the_end_of_the_run_is_as_good_as_none() -> None:
    found, _ = one([0.0], HOURS)
    late, never = (judged_quantiles(found, np.array([15.0, hour]), 30.0)["crps"] for hour in (40.0, np.nan))
    assert late == never
    assert judged_chance(None) == {"crps": None, "brier": None}
    assert judged_chance(0.9)["brier"] == pytest.approx(0.01)
