"""Fear must fade at its rate and rise by a stated amount for a death, whatever the tick."""

from __future__ import annotations

import math

import numpy as np
import pytest

from contrafact.model import fear
from contrafact.model.state import TOLD
from tests.model.town import start, town


def advance(
    before: float, deaths: int, dt: float, *, by_network: float = 0.0, by_broadcast: float = 0.0, network: float = 1.0,
    phi: float = 5.0,
) -> float:  # fmt: skip
    """Fear of one cell with 2,000 residents around it after one tick; omega is 0.1 per hour."""
    out = np.empty(1)
    fear.change(
        np.array([before]), np.array([deaths], np.int32), np.array([2.0]), np.array([network]), by_network,
        by_broadcast, 0.1, phi, dt, out,
    )  # fmt: skip
    return float(out[0])


def test_decay_alone_halves_fear_after_ln_2_over_omega() -> None:
    assert advance(3.0, 0, math.log(2) / 0.1) == pytest.approx(1.5, rel=1e-12)


def test_ticks_of_5_and_10_minutes_agree() -> None:
    # Six deaths in an hour, one in each 10 minutes or in every other 5, then a quiet hour.
    tens, fives = 0.0, 0.0
    for deaths in [1] * 6 + [0] * 6:
        tens = advance(tens, deaths, 1 / 6)
        fives = advance(advance(fives, deaths, 1 / 12), 0, 1 / 12)
    assert fives == pytest.approx(tens, rel=0.01)
    # Spread alike over both, they agree exactly.
    assert advance(advance(1.0, 2, 1 / 12), 2, 1 / 12) == pytest.approx(advance(1.0, 4, 1 / 6), rel=1e-13)


def test_one_death_per_thousand_residents_adds_phi() -> None:
    # 2 deaths among 2,000; what fades within a tick of 10 minutes is below omega dt / 2 of it.
    assert advance(0.0, 2, 1 / 6) == pytest.approx(5.0 * (1 - 0.1 / 12), rel=1e-4)
    assert advance(0.0, 2, 1e-9) == pytest.approx(5.0, rel=1e-6)


def test_deaths_elsewhere_are_heard_of_by_the_network_as_far_as_it_is_up_and_else_by_broadcast() -> None:
    seen = advance(0.0, 2, 1 / 6)  # one per thousand
    assert advance(0.0, 0, 1 / 6, by_network=1.0, network=0.3) == pytest.approx(0.3 * seen, rel=1e-12)
    assert advance(0.0, 0, 1 / 6, by_broadcast=1.0, network=0.3) == pytest.approx(0.7 * seen, rel=1e-12)


def test_phi_0_switches_fear_off() -> None:
    assert advance(0.0, 50, 1 / 6, by_network=3.0, phi=0.0) == 0.0


def test_a_step_reads_deaths_around_and_what_is_told_of_the_city() -> None:
    c = town(residents=(1000, 3000, 100), numbers={"fear.omega": 2.4, "fear.phi": 5.0})
    start(c, "network", [1.0, 0.5, 0.0])
    c.now.deaths_now[:] = [0, 3, 0]
    c.now.deaths_around[:] = [0, 3, 0]
    c.now.heard[TOLD.index("deaths")] = [99, 3, 2]  # official, network, broadcast
    fear.step(c)
    share = (1 - math.exp(-0.1 / 6)) / (0.1 / 6)  # of what is added in a tick, left at its end
    network, broadcast = 3 / 4.1, 2 / 4.1  # deaths per 1,000 residents of the city that each tells
    heard = [network, 3 / 3 + network / 2 + broadcast / 2, broadcast]
    assert c.next.fear == pytest.approx([5 * h * share for h in heard], rel=1e-12)
    assert (c.now.fear == 0).all()
