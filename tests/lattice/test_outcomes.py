"""Outcomes of a run, against series counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from contrafact.kernels import Array
from contrafact.lattice.outcomes import OUTCOMES, measure, outcomes_for
from contrafact.lattice.society import RECORDED


def series(**given: list[int]) -> dict[str, Array]:
    """A timeline of six ticks, zero where nothing is given."""
    return {name: np.array(given.get(name, [0] * 6)) for name in RECORDED}


def test_outcomes_of_one_group() -> None:
    timeline = series(active=[0, 60, 70, 0, 0, 80], jailed=[0, 0, 5, 7, 3, 3], arrests=[0, 5, 2, 0, 0, 1])
    assert measure(timeline, 1) == {
        "arrests": 8.0,
        "jailed_mean": 3.0,
        "jailed_peak": 7.0,
        "active_mean": 35.0,
        "active_peak": 80.0,
        "outbursts": 1.0,  # the second has not ended
        "activation_mean": 130.0,
        "wait_mean": pytest.approx(math.nan, nan_ok=True),
    }


def test_a_wait_lasts_from_the_end_of_an_outburst_to_the_next() -> None:
    found = measure(series(active=[60, 0, 0, 0, 70, 0]), 1)
    assert (found["outbursts"], found["wait_mean"], found["activation_mean"]) == (2.0, 3.0, 65.0)


def test_calm_has_no_activation() -> None:
    found = measure(series(), 1)
    assert found["outbursts"] == 0.0
    assert math.isnan(found["activation_mean"])


def test_a_group_is_gone_at_the_first_tick_without_it() -> None:
    timeline = series(blue=[9, 9, 9, 9, 9, 9], green=[5, 2, 1, 0, 0, 0], killed=[1, 3, 1, 1, 0, 0])
    found = measure(timeline, 2)
    assert (found["killed"], found["time_to_extinction"]) == (6.0, 4.0)
    assert "outbursts" not in found
    assert measure(series(blue=[1] * 6, green=[1] * 6), 2)["time_to_extinction"] == math.inf


def test_harm_comes_first_and_every_outcome_belongs_to_a_model() -> None:
    assert next(iter(OUTCOMES)).name == "killed"
    assert {*outcomes_for(1), *outcomes_for(2)} == set(OUTCOMES)
