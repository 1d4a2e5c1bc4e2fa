"""Residuals must be those worked out by hand, and rows that may not be fitted must be refused."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import contrafact as cf
from contrafact.errors import InputErrors
from contrafact.evidence.bundle import Evidence
from contrafact.experiment.calibration.distance import combined, distance_of
from contrafact.scenario import Scenario
from tests.experiment.calibration.conftest import settings

SMALL = Path(__file__).parents[2] / "data" / "small"


@pytest.fixture
def town() -> Scenario:
    found = cf.load(SMALL)
    assert isinstance(found, Scenario)
    return found


def replication(crowd: float, seized: float | None) -> Any:
    """A run of 72 hours in which so many are in the street at any hour and the town hall is lost or not."""
    hour = np.arange(1.0, 73.0)
    curves = {"hour": hour, "crowd": np.full(72, crowd), "crowd@main_square": np.full(72, crowd)}
    event = SimpleNamespace(hour=seized, kind="seizure", subject="town_hall", place="town_hall", value=0.0)
    return SimpleNamespace(timeline=curves, events=() if seized is None else (event,))


def test_counts_are_compared_by_logarithms_hours_by_hours_and_yes_or_no_as_1_or_0(
    record: Evidence, town: Scenario
) -> None:
    # A plain 120 may stand for 115 to 125, and the distance is to the nearer end.
    rows = (("T3", 0.5), ("T8", "2 h"), ("T9", 0.25))
    found = distance_of(town, settings(*rows)).compared(replication(60, 23.0), seed=1, number=0)
    residuals, readings = found
    assert residuals == pytest.approx([np.log(61 / 116) / 0.5, (23 - 21) / 2, -1 / 0.25])
    assert readings == pytest.approx([np.log(61) / 0.5, 23 / 2, 0.0])
    assert combined(residuals) == pytest.approx(np.sqrt(np.mean(np.square(residuals))))


def test_what_a_row_may_have_meant_is_at_no_distance(record: Evidence, town: Scenario) -> None:
    asked = distance_of(town, settings(("T1", 0.5), ("T8", "2 h")))
    assert asked.until == 21.0
    assert asked.compared(replication(285, 20.5), seed=1, number=0)[0] == pytest.approx([0.0, 0.0])


@pytest.mark.parametrize("hour", [None, 60.0])
def test_a_day_late_is_as_wrong_as_never(record: Evidence, town: Scenario, hour: float | None) -> None:
    asked = distance_of(town, settings(("T8", "2 h")))
    assert asked.compared(replication(285, hour), seed=1, number=0).tolist() == [[24 / 2], [45 / 2]]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((("T4", 0.5),), "T4 has the use score; only rows with the use fit"),
        ((("T1", 0.5), ("T2", 0.5)), "T2 reports the fact evening, as T1 does"),
        ((("T7", 0.5),), "T7 cannot be read off a run: nobody can say"),
        ((("T1", "2 h"),), "T1 asks for no hour"),
        ((("T8", 0.5),), "T8 asks for an hour"),
        ((("T8", "0 h"),), "above 0"),
        ((("T99", 0.5),), "T99"),
    ],
)
def test_rows_that_may_not_or_cannot_be_fitted_are_refused(
    record: Evidence, town: Scenario, rows: tuple[tuple[str, object], ...], words: str
) -> None:
    with pytest.raises(InputErrors, match=words):
        distance_of(town, settings(*rows))
