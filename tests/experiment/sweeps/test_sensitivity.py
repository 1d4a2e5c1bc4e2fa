"""Indices must be those of a function that is known in closed form, and come from paired runs of the town."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import contrafact as cf
from contrafact.errors import InputErrors, RunError
from contrafact.experiment.sweeps.sensitivity import Floats, design, indices_of, sensitivity

SMALL = Path(__file__).parents[2] / "data" / "small"
NAMES = ["x", "y", "z"]


def ishigami(shares: Floats) -> Floats:
    """sin x + 7 sin^2 y + 0.1 z^4 sin x over (-pi, pi): Ishigami and Homma 1990, doi:10.1109/ISUMA.1990.151285."""
    x, y, z = (np.pi * (2 * shares - 1)).T
    return np.asarray(np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x))


def test_sobol_indices_of_the_ishigami_function() -> None:
    # First order .3139, .4424, 0; total .5576, .4424, .2437.
    shares = design("sobol", 3, 2048, 1)
    found = indices_of("sobol", NAMES, shares, ishigami(shares), 1)
    assert [row["first_order"] for row in found] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.03)
    assert [row["total_order"] for row in found] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.03)
    assert all(row["low"] < row["total_order"] < row["high"] for row in found)


def test_morris_finds_slopes_and_pawn_what_has_no_effect() -> None:
    shares = design("morris", 3, 20, 1)
    found = indices_of("morris", NAMES, shares, 3.0 * shares[:, 0] - 2.0 * shares[:, 1], 1)
    assert [row["total_order"] for row in found] == pytest.approx([3.0, 2.0, 0.0])
    assert [row["sigma"] for row in found] == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)
    latin = design("pawn", 3, 400, 1)
    rows = indices_of("pawn", NAMES, latin, 3.0 * latin[:, 0] + 1.5 * latin[:, 1], 1)
    x, y, nothing = (row["first_order"] for row in rows)
    assert x > y > nothing
    assert rows[0]["low"] > rows[2]["high"]


@pytest.mark.parametrize("method", ["morris", "sobol", "pawn"])
def test_an_outcome_that_never_varies_has_no_indices(method: str) -> None:
    shares = design(method, 3, 8, 1)
    found = indices_of(method, NAMES, shares, np.zeros(len(shares)), 1)
    assert [row["total_order"] for row in found] == [None, None, None]


def test_a_number_without_effect_has_an_index_of_exactly_0_on_paired_seeds(tmp_path: Path) -> None:
    over = ["parameters.participation.legitimacy=0.7..0.9", "parameters.alliance.expected"]
    options = {"samples": 2, "replications": 2, "until": "16 h", "over": over, "out": tmp_path / "m"}
    found = sensitivity(cf.load(SMALL), "morris", **options)  # type: ignore[arg-type]
    assert next(iter(found.as_dict())).startswith("deaths")
    crowd = {row["parameter"]: row["total_order"] for row in found.as_dict()["peak_crowd"]}
    assert crowd["parameters.participation.legitimacy"] > 0.0
    assert crowd["parameters.alliance.expected"] == 0.0
    assert found.points == 6
    again = sensitivity(cf.load(SMALL), "morris", resume=True, **options)  # type: ignore[arg-type]
    assert again.as_dict() == found.as_dict()


def test_what_is_missing_or_wrong_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputErrors, match="power of two"):
        sensitivity(cf.load(SMALL), "sobol", 6, out=tmp_path / "x")
    with pytest.raises(InputErrors, match="one of morris, sobol, pawn"):
        sensitivity(cf.load(SMALL), "best", out=tmp_path / "x")
    monkeypatch.setitem(sys.modules, "SALib.sample.morris", None)
    with pytest.raises(RunError, match=r"contrafact\[calibrate\]"):
        sensitivity(cf.load(SMALL), "morris", out=tmp_path / "x")
    assert not (tmp_path / "x").exists()
