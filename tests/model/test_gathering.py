"""Where people go, and the risk that they expect there."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrafact.model import gathering
from tests.model.town import start, town

NUMBERS = {
    "gathering.alpha": 1.2, "gathering.gamma": 0.3, "gathering.recency": 0.1, "gathering.k": 2.3, "gathering.q": 1.5,
    "gathering.floor": 50.0, "gathering.counted": 0.8,
}  # fmt: skip


def look(crowd: int, force: int, *, k: float = 2.3, q: float = 1.0, floor: float = 0.0, counted: float = 1.0,
         call: float = 0.0, alpha: float = 1.0, gamma: float = 0.0) -> tuple[float, float]:  # fmt: skip
    """Weight and risk of one site of attraction 1 in one cell; recency is 0.1."""
    weight, risk = np.empty(1), np.empty(1)
    gathering.look(
        np.array([0, 1]), np.array([0]), np.array([crowd], np.int32), np.array([force], np.int64), np.array([call]),
        np.ones(1), alpha, gamma, 0.1, k, q, floor, counted, weight, risk,
    )  # fmt: skip
    return float(weight[0]), float(risk[0])


def test_one_officer_per_protester_gives_a_risk_of_nine_in_ten() -> None:
    # Epstein 2002: k = 2.3, so that C = A = 1 gives 0.9
    assert look(1, 1)[1] == pytest.approx(0.89974, abs=5e-6)
    assert look(400, 400)[1] == pytest.approx(0.89974, abs=5e-6)


def test_no_police_no_risk() -> None:
    assert look(10, 0)[1] == 0.0
    assert look(0, 0, floor=1.0)[1] == 0.0


def test_the_floor_counts_as_protesters_beside_those_seen() -> None:
    assert look(100, 30, floor=50.0)[1] == pytest.approx(1 - math.exp(-2.3 * 30 / 150), rel=1e-12)
    assert look(100, 30, floor=50.0, counted=0.5, q=2.0)[1] == pytest.approx(1 - math.exp(-2.3 * 0.09), rel=1e-12)


@given(st.integers(0, 5_000), st.integers(0, 5_000), st.integers(1, 500), st.floats(1, 8))
def test_risk_is_a_probability_that_falls_with_the_crowd_and_rises_with_the_force(
    crowd: int, force: int, more: int, q: float
) -> None:
    risk = look(crowd, force, q=q, floor=50.0)[1]
    assert 0 <= look(crowd + more, force, q=q, floor=50.0)[1] <= risk <= look(crowd, force + more, q=q, floor=50.0)[1]
    assert risk <= 1


def test_calls_and_those_already_there_draw_people_and_police_put_them_off() -> None:
    # (1 + 2 + 0.1 * 500 / 1000) ^ 1.2 exp(-0.3 * 40 / 550)
    assert look(500, 40, call=2.0, alpha=1.2, gamma=0.3, floor=50.0)[0] == pytest.approx(
        3.05**1.2 * math.exp(-12 / 550), rel=1e-12
    )


def test_a_site_sees_exactly_the_cells_within_its_vision() -> None:
    c = town(residents=(10, 10, 10, 10), sites=(1, 3), numbers=NUMBERS)
    c.fixed.vision_start, c.fixed.vision_cell = np.array([0, 3, 4]), np.array([0, 1, 2, 3])
    c.fixed.site_attraction = np.array([1.0, 0.5])
    c.now.crowd[:], c.now.force[:] = [100, 200, 300, 40], [10, 0, 5, 7]
    start(c, "call", [0.0, 2.0])
    gathering.step(c)
    assert c.next.site_risk == pytest.approx(
        [1 - math.exp(-2.3 * (15 / (50 + 0.8 * 600)) ** 1.5), 1 - math.exp(-2.3 * (7 / (50 + 0.8 * 40)) ** 1.5)],
        rel=1e-12,
    )
    assert c.next.site_weight == pytest.approx(
        [1.06**1.2 * math.exp(-0.3 * 15 / 650), 2.504**1.2 * math.exp(-0.3 * 7 / 90)], rel=1e-12
    )
