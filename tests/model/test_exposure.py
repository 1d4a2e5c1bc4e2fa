"""Exposure must fade and grow as its equation says, whatever the tick, and near must count each home once."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from contrafact.model import exposure
from contrafact.model.state import CROWD, TOLD
from tests.model.town import accept, start, town

DAY_H = 24.0


def advance(
    before: float, hours: float, ticks: int, *, near: float = 0.0, network: float = 1.0, net: float = 0.0,
    common: float = 0.0, strength: float = 1.0, omega: float = 0.1, maximum: float = 0.5,
) -> float:  # fmt: skip
    """Exposure of one cell after some hours in some ticks."""
    now = np.array([before])
    seen = np.array([round(near * exposure.FIXED_POINT)], np.int64)
    for _ in range(ticks):
        out = np.empty(1)
        exposure.change(
            now, seen, np.array([network]), np.ones(1), out, strength, net, common, omega, maximum, hours / ticks
        )
        now = out
    return float(now[0])


def test_decay_alone_halves_exposure_after_ln_2_over_omega() -> None:
    assert advance(0.4, math.log(2) / 0.1, 1) == pytest.approx(0.2, rel=1e-12)


def test_two_ticks_of_5_minutes_equal_one_of_10() -> None:
    given = {"near": 0.03, "network": 0.6, "net": 0.02, "common": 0.004}
    assert advance(0.1, 1 / 6, 2, **given) == pytest.approx(advance(0.1, 1 / 6, 1, **given), rel=1e-13)


def test_exposure_solves_its_equation() -> None:
    # dE/dt = -omega E + (1 - E / E_max) (strength near + M net + common)
    source = 2.0 * 0.03 + 0.6 * 0.05 + 0.01
    exact = solve_ivp(lambda _, e: -0.1 * e + (1 - e / 0.5) * source, (0, 7), [0.02], rtol=1e-10, atol=1e-12).y[0, -1]
    ours = advance(0.02, 7.0, 42, near=0.03, strength=2.0, network=0.6, net=0.05, common=0.01)
    assert ours == pytest.approx(exact, rel=1e-7)


def test_exposure_settles_where_gain_and_loss_balance() -> None:
    # S / (omega + S / E_max) = 0.05 / (0.1 + 0.1)
    assert advance(0.0, 1_000.0, 6_000, common=0.05) == pytest.approx(0.25, rel=1e-9)


def test_a_network_that_is_down_carries_nothing() -> None:
    assert advance(0.2, 1.0, 6, network=0.0, net=5.0) == advance(0.2, 1.0, 6, network=1.0, net=0.0)


@given(
    st.floats(0, 0.5), st.floats(0, 1), st.floats(0, 10), st.floats(-2, 10), st.floats(0, 1), st.floats(1 / 12, 1 / 4)
)
def test_exposure_stays_between_0_and_its_maximum(
    before: float, near: float, net: float, common: float, omega: float, dt: float
) -> None:
    assert 0 <= advance(before, dt, 1, near=near, net=net, common=common, omega=omega) <= 0.5


@settings(max_examples=30)
@given(st.lists(st.lists(st.integers(0, 50), min_size=4, max_size=4), min_size=1, max_size=6))
def test_near_is_the_weighted_sum_over_homes_to_the_last_bit_however_it_came_about(history: list[list[int]]) -> None:
    lists = [(0, 1), (0, 1, 2), (1, 2, 3), (2, 3)]  # who sees a resident of each cell
    start_of = np.cumsum([0] + [len(row) for row in lists]).astype(np.int32)
    cell = np.concatenate(lists).astype(np.int32)
    weight = np.arange(1, cell.size + 1, dtype=np.int64) * 2**30
    near, seen = np.zeros(4, np.int64), np.zeros(4, np.int32)
    for active in history:
        exposure.push(np.array(active, np.int32), seen, start_of, cell, weight, near)
    expected = [0] * 4
    for home, who in enumerate(lists):
        for i, sees in enumerate(who):
            expected[sees] += history[-1][home] * int(weight[start_of[home] + i])
    assert near.tolist() == expected
    assert seen.tolist() == history[-1]


@pytest.mark.parametrize(("held_by_crowd", "sign"), [(0, -1.0), (1, 0.0), (2, 1.0)])
def test_broadcasts_speak_for_who_holds_the_broadcasters(held_by_crowd: int, sign: float) -> None:
    numbers = {"exposure.media": 0.002, "exposure.omega": 3.0, "exposure.maximum": 0.1, "exposure.near": 0.0}
    c = town(facilities=[{"kind": "broadcast"}, {"kind": "broadcast"}, {"kind": "police"}], numbers=numbers)
    start(c, "exposure", 0.05)
    c.now.holder[:held_by_crowd] = CROWD
    exposure.step(c)
    wanted = advance(0.05, c.dt, 1, common=sign * 0.002, omega=3.0 / DAY_H, maximum=0.1)
    assert c.next.exposure == pytest.approx([wanted] * 3, rel=1e-12)


def test_a_step_adds_what_is_near_read_and_heard_of() -> None:
    numbers: dict[str, Any] = {
        "exposure.near": 2.0, "exposure.net": 3.0, "exposure.omega": 3.0, "exposure.maximum": 0.1,
    }  # fmt: skip
    c = town(residents=(100, 200, 0), numbers=numbers)
    start(c, "network", [1.0, 0.5, 1.0])
    start(c, "news", 0.004)
    c.now.active_home[:] = [5, 20, 0]
    c.now.told[TOLD.index("crowd")] = [90, 21, 90]  # official, network, broadcast
    c.now.told[TOLD.index("armed")] = [90, 9, 90]
    exposure.step(c)
    # Here each home is seen in its own cell only: near is 5 / 100 and 20 / 200; the network tells
    # of 21 + 9 of 300 who are active in the city, whatever is true.
    sources = [2.0 * 0.05 + 3.0 * 30 / 300 + 0.004, 2.0 * 0.1 + 0.5 * 3.0 * 30 / 300 + 0.004, 3.0 * 30 / 300 + 0.004]
    wanted = [advance(0.0, c.dt, 1, common=source, omega=3.0 / DAY_H, maximum=0.1) for source in sources]
    assert c.next.exposure == pytest.approx(wanted, rel=1e-9)
    assert (c.now.exposure == 0).all()
    accept(c)
    exposure.step(c)
    assert c.next.near.tolist() == c.now.near.tolist()
