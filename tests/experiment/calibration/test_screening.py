"""What moves the rows must be found, in its right size, and what only seems to must not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import contrafact as cf
from contrafact.errors import InputError, InputErrors
from contrafact.evidence.bundle import Evidence
from contrafact.experiment.calibration.screening import screen, screened
from tests.experiment.calibration.conftest import settings, short_weeks

SMALL = Path(__file__).parents[2] / "data" / "small"
NAMES = ("small", "twin", "large", "nothing")


def table(runs: int = 2000) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """ "large" is all of row B and has the effects of nobody; "twin" has those of "small", turned round and doubled."""
    generator = np.random.default_rng(1)
    given = generator.standard_normal((runs, 4))
    mixed = given[:, 0] - 2.0 * given[:, 1] + 2.0 * generator.standard_normal(runs)
    return given, np.column_stack([mixed, np.exp(given[:, 2]), np.ones(runs)])


def test_shares_are_the_squared_correlations_over_the_rows_and_the_largest_come_first() -> None:
    found = screened(NAMES, ("A", "B", "never varies"), *table())
    assert found.names[:2] == ("large", "twin")
    share = dict(zip(found.names, found.share, strict=True))
    assert share["large"] == pytest.approx(1 / 3, abs=0.001)  # a rising function of it alone, in one row of three
    # Pearson's r of "twin" with row A is -2/3; Spearman's of two normal numbers is 6 / pi asin(r / 2).
    assert share["twin"] == pytest.approx((6 / np.pi * np.arcsin(1 / 3)) ** 2 / 3, abs=0.02)
    assert share["nothing"] < found.chance < 0.01 < share["small"]


def test_numbers_with_the_same_effects_are_said_to_be_alike_whatever_the_sign() -> None:
    found = screened(NAMES, ("A", "B", "never varies"), *table())
    assert dict(zip(found.names, found.like, strict=True))["small"] == "twin"
    assert found.like[:2] == (None, None)
    assert found.as_dict()["numbers"][0] == {
        "name": "large", "share": found.share[0], "like": None,
        "rho": dict(zip(found.rows, found.rho[0], strict=True)),
    }  # fmt: skip


def test_a_town_is_screened_over_all_its_unknown_numbers_and_resumed(
    record: Evidence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short_weeks(monkeypatch)
    town = cf.load(SMALL)
    options: dict[str, Any] = {"seed": 3, "out": tmp_path / "screening", "notify": lambda _: None}
    found = screen(town, 32, settings(), **options)
    assert found.rows == ("T1", "T3")
    assert 20 <= found.runs <= 32
    known = {"parameters.participation.legitimacy", "parameters.crowd_control.arrest", "parameters.exposure.near"}
    assert known <= set(found.names)  # what a fit would hold is drawn as well
    again = screen(town, 32, settings(), resume=True, threads=1, **options)
    assert again.as_dict() == found.as_dict()
    with pytest.raises(InputErrors, match="--screen"):
        screen(town, 3, settings(), **options)


def test_too_few_calm_runs_are_refused(record: Evidence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short_weeks(monkeypatch)
    with pytest.raises(InputError, match="expected at least 20"):
        screen(cf.load(SMALL), 16, settings(), out=tmp_path / "few", notify=lambda _: None)
