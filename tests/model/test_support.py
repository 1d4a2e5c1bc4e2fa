"""Legitimacy must return to rest at its rate, fall with violence in an inverted U, and stay between 0 and 1."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrafact.model import support
from contrafact.model.state import CROWD, TOLD
from tests.model.town import start, town


def advance(
    before: float, *, harmed: int = 0, deaths: int = 0, around: float = 2.0, network: float = 0.0,
    by_network: float = 0.0, by_broadcast: float = 0.0, b1: float = 0.02, turning: float = 3.0, b2: float = 0.05,
    rho: float = 0.0, rest: float = 0.9, concession: float = 0.0, broadcast: float = 1.0, dt: float = 1 / 6,
) -> float:  # fmt: skip
    """Legitimacy of one cell, 2,000 residents around it, after one tick.

    by_network and by_broadcast are those of whom each channel tells in it, harmed and killed alike, per thousand.
    """
    out, felt = np.empty(1), np.empty(1)
    told = np.array([0.0, 2.0 * by_network, 2.0 * by_broadcast])  # official, network, broadcast; two thousand residents
    support.change(
        np.array([before]), np.zeros(1), np.array([harmed], np.int32), np.array([deaths], np.int32), np.array([around]),
        np.array([network]), told, told, 2.0, b1, turning, b2, rho, rest, concession, broadcast, 1e-9, dt, out, felt,
    )  # fmt: skip
    return float(out[0])


def test_without_events_legitimacy_returns_to_rest_with_half_life_ln_2_over_rho() -> None:
    rho = 0.5 / 24
    assert advance(0.7, rho=rho, dt=math.log(2) / rho) == pytest.approx(0.8, rel=1e-12)
    assert advance(advance(0.7, rho=rho, dt=1 / 12), rho=rho, dt=1 / 12) == pytest.approx(
        advance(0.7, rho=rho, dt=1 / 6), rel=1e-14
    )


def test_legitimacy_lost_to_violence_is_an_inverted_u_with_its_peak_at_the_turning_point() -> None:
    # A tick of 1 h, 1,000 residents: harmed is violence per hour and thousand. V exp(-V / 3) is largest at V = 3.
    lost = [0.8 - advance(0.8, harmed=n, around=1.0, dt=1.0) for n in range(12)]
    assert max(range(12), key=lost.__getitem__) == 3
    assert lost[:3] == pytest.approx([0.0, 0.02 * math.exp(-1 / 3), 0.04 * math.exp(-2 / 3)], rel=1e-9)


def test_a_death_costs_b2_per_thousand_residents_beside_the_violence() -> None:
    assert advance(0.8, deaths=4, b1=0.0) == pytest.approx(0.8 - 0.05 * 2, rel=1e-12)


def test_what_happened_elsewhere_is_heard_by_the_network_as_far_as_it_is_up_and_else_by_broadcast() -> None:
    assert advance(0.8, by_network=0.5, network=0.4, b1=0.0) == pytest.approx(0.8 - 0.05 * 0.2, rel=1e-12)
    assert advance(0.8, by_network=0.5, network=0.0) == 0.8
    assert advance(0.8, by_broadcast=0.5, network=0.4, b1=0.0) == pytest.approx(0.8 - 0.05 * 0.3, rel=1e-12)
    assert advance(0.8, by_broadcast=0.5, network=1.0) == 0.8
    # Both are one violence, of which b1 V exp(-V / V*) is lost: in a tick of 1 h, 0.4 of 5 and 0.6 of 10 make V = 8.
    heard = advance(0.8, by_network=5.0, by_broadcast=10.0, network=0.4, b2=0.0, dt=1.0)
    assert heard == pytest.approx(0.8 - 0.02 * 8 * math.exp(-8 / 3), rel=1e-12)


@pytest.mark.parametrize("size", [0.05, -0.05])
def test_a_concession_adds_its_size_at_once_with_either_sign(size: float) -> None:
    assert advance(0.8, concession=size) == pytest.approx(0.8 + size, rel=1e-12)


def test_a_concession_reaches_the_network_s_share_and_the_rest_by_a_broadcaster_that_the_state_holds() -> None:
    assert advance(0.8, concession=0.1, network=0.3, broadcast=1.0) == pytest.approx(0.9, rel=1e-12)
    assert advance(0.8, concession=0.1, network=0.3, broadcast=0.0) == pytest.approx(0.83, rel=1e-12)


@pytest.mark.parametrize(("kinds", "lost", "reached"), [
    ((), (), 1.0), (("broadcast", "broadcast"), (0,), 1.0), (("broadcast", "broadcast"), (0, 1), 0.25),
])  # fmt: skip
def test_a_concession_counts_as_far_as_it_is_credible_and_as_some_broadcaster_tells_it(
    kinds: tuple[str, ...], lost: tuple[int, ...], reached: float
) -> None:
    numbers = {"participation.legitimacy": 0.9, "support.return": 0.0, "support.credibility": 0.6}
    c = town(facilities=[{"kind": kind} for kind in kinds], numbers=numbers)
    start(c, "legitimacy", 0.9)
    start(c, "network", 0.25)
    start(c, "concession", 0.05)
    c.now.holder[list(lost)] = CROWD
    support.step(c)
    assert c.next.legitimacy == pytest.approx([0.9 + 0.05 * 0.6 * reached] * 3, rel=1e-12)


def test_intelligence_falls_with_support_and_without_the_network_and_is_known_hourly() -> None:
    # mu_c = mu0 (L_c / L0)^kappa (1 - psi (1 - M_c)) with mu0 = 0.4, kappa = 2, psi = 0.5
    numbers = {
        "participation.legitimacy": 0.8, "support.intelligence": 0.4, "support.kappa": 2.0, "support.psi": 0.5,
    }  # fmt: skip
    c = town(numbers=numbers)
    start(c, "legitimacy", [0.8, 0.4, 0.4])
    start(c, "network", [1.0, 1.0, 0.2])
    for tick, known in ((0, [0.4, 0.4 / 4, 0.4 / 4 * 0.6]), (5, [9.0] * 3), (6, [0.4, 0.4 / 4, 0.4 / 4 * 0.6])):
        c.tick = tick
        start(c, "intelligence", 9.0)
        support.step(c)
        assert c.next.intelligence == pytest.approx(known, rel=1e-12)


@given(st.floats(0, 1), st.integers(0, 500), st.integers(0, 100), st.floats(-1, 1), st.floats(0, 1), st.floats(0, 0.2))
def test_legitimacy_stays_between_0_and_1(
    before: float, harmed: int, deaths: int, concession: float, rest: float, rho: float
) -> None:
    assert 0 <= advance(before, harmed=harmed, deaths=deaths, concession=concession, rest=rest, rho=rho) <= 1


def test_a_step_returns_to_what_is_left_of_l0_while_government_facilities_are_lost() -> None:
    numbers = {"participation.legitimacy": 0.9, "support.government": 0.04, "support.return": 24.0}
    c = town(facilities=[{"kind": "government"}, {"kind": "government"}, {"kind": "police"}], numbers=numbers)
    start(c, "legitimacy", [0.5, 0.7, 0.88])
    c.now.holder[:] = [0, CROWD, CROWD]  # one of the two government facilities
    support.step(c)
    kept = math.exp(-1 / 6)
    assert c.next.legitimacy == pytest.approx([0.88 + (before - 0.88) * kept for before in (0.5, 0.7, 0.88)], rel=1e-12)


def test_a_step_reads_harm_around_and_what_is_told_of_the_city() -> None:
    numbers = {
        "participation.legitimacy": 0.9, "support.violence": 0.01, "support.turning": 100.0, "support.deaths": 0.03,
        "support.return": 0.0, "support.window": 0.001,
    }  # fmt: skip
    c = town(residents=(1000, 4000), numbers=numbers)
    start(c, "legitimacy", 0.9)
    start(c, "network", [0.5, 0.0])
    c.now.harmed_now[:] = c.now.harmed_around[:] = [0, 8]
    c.now.deaths_now[:] = c.now.deaths_around[:] = [0, 2]
    for told, by_network, by_broadcast in (("harmed", 10, 4), ("deaths", 3, 1)):
        c.now.heard[TOLD.index(told)] = [99, by_network, by_broadcast]  # the official channel is not for residents
    support.step(c)
    # 5,000 residents live in the city; the first cell has half of the network, the second none.
    violence = (0.5 * 10 / 5 + 0.5 * 4 / 5) * 6, (8 / 4 + 4 / 5) * 6  # per hour and thousand
    died = 0.5 * 3 / 5 + 0.5 * 1 / 5, 2 / 4 + 1 / 5
    wanted = [0.9 - 0.01 * v * math.exp(-v / 100) / 6 - 0.03 * d for v, d in zip(violence, died, strict=True)]
    assert c.next.legitimacy == pytest.approx(wanted, rel=1e-12)


def test_violence_is_felt_over_the_window_however_it_falls_into_ticks() -> None:
    # Twelve hurt at once, or three in each of four ticks of 15 minutes, in a window of an hour: what is felt an hour
    # later differs by what has faded meanwhile, and the legitimacy lost by far less than the tick would have it.
    lost = {}
    for parts in (1, 4):
        level, felt = np.array([0.8]), np.zeros(1)
        for tick in range(4):
            hurt, out, after = np.array([12 // parts if tick < parts else 0], np.int32), np.empty(1), np.empty(1)
            support.change(
                level, felt, hurt, np.zeros(1, np.int32), np.array([15.0]), np.zeros(1), np.zeros(3), np.zeros(3), 15.0,
                0.01, 0.5, 0.0, 0.0, 0.9, 0.0, 1.0, 1.0, 0.25, out, after,
            )  # fmt: skip
            level, felt = out, after
        lost[parts] = 0.8 - float(level[0])
    at_once = 0.01 * 0.8 * math.exp(-3.2 * (1 - math.exp(-0.25)) / 0.5)
    assert lost[1] == pytest.approx(at_once, rel=1e-12)
    assert 0.4 < lost[1] / lost[4] < 1.0  # by the rate of the tick alone it would be 0.008
