"""Kernels against NumPy on the same work, in one run: a ratio that falls by more than half is a loss of speed.

No time is asserted, and a slow or busy machine slows both sides. Each side's time is the least of many short runs that
take turns. The expected ratios were measured on one core of an x86_64 server; ``python -m benchmarks`` measures rivals.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest

from contrafact.engine import stepper
from contrafact.kernels import Array
from contrafact.model import participation
from contrafact.model.state import BAND, HIDDEN, HOMEBOUND, OUTBOUND, PRESENT

SLOTS, CELLS, SITES = 20_000, 900, 6
TURNS = 60

pytestmark = pytest.mark.skipif(bool(vars(numba.config)["DISABLE_JIT"]), reason="kernels are not compiled")


def street(seed: int) -> dict[str, Array]:
    """People in the street, (slot,), and fields, (cell,) and (site,)."""
    rng = np.random.default_rng(seed)
    phases = np.array([PRESENT, OUTBOUND, HOMEBOUND, BAND, HIDDEN], dtype=np.uint8)
    return {
        "phase": rng.choice(phases, SLOTS, p=(0.7, 0.1, 0.1, 0.05, 0.05)),
        "home": rng.integers(0, CELLS, SLOTS, dtype=np.int32), "cell": rng.integers(0, CELLS, SLOTS, dtype=np.int32),
        "site": rng.integers(0, SITES, SLOTS, dtype=np.int32), "hardship": rng.random(SLOTS),
        "aversion": rng.random(SLOTS), "patience": rng.standard_exponential(SLOTS), "spent": rng.random(SLOTS) * 0.1,
        "late": np.zeros(SLOTS), "legitimacy": rng.random(CELLS), "fear": rng.random(CELLS),
        "exposure": rng.random(CELLS) * 0.1, "network": np.ones(CELLS), "precedent": np.zeros(CELLS),
        "site_risk": rng.random(SITES),
    }  # fmt: skip


def least_times(*sides: Callable[[], Any]) -> list[float]:
    """The least seconds of each side, which take turns; all were called once before."""
    best = [np.inf] * len(sides)
    for _ in range(TURNS):
        for number, side in enumerate(sides):
            begun = time.perf_counter()
            side()
            best[number] = min(best[number], time.perf_counter() - begun)
    return best


def leaving() -> tuple[Callable[[], Array], Callable[[], Array]]:
    """Who leaves in a tick, by the kernel and by NumPy, (slot,) in order."""
    s = street(1)
    dt, quit_rate, phi, noise, threshold, severity = 1 / 6, 0.6, 0.12, 0.05, 0.15, 0.03
    after, whole = np.zeros(SLOTS), np.zeros(SLOTS, dtype=np.int32)
    person, new, where, payload = whole.copy(), whole.astype(np.uint8), whole.copy(), whole.copy()
    when, detail = np.zeros(SLOTS), np.zeros((SLOTS, 3))
    who = np.arange(SLOTS, dtype=np.int32)

    def kernel() -> Array:
        n = participation.leave(
            SLOTS, dt, quit_rate, phi, noise, threshold, 0.0, severity, s["legitimacy"], s["fear"], s["exposure"],
            s["network"], s["precedent"], s["site_risk"], who, s["home"], s["hardship"], s["aversion"], s["patience"],
            s["spent"], s["site"], s["phase"], s["cell"], s["late"], after, person, new, when, where, payload, detail,
            0,
        )  # fmt: skip
        return person[:n]

    def plain() -> Array:
        there = np.flatnonzero(s["phase"] == PRESENT)
        home = s["home"][there]
        risk = np.minimum(1.0, s["site_risk"][s["site"][there]] + s["precedent"][home])
        dread = severity * (1.0 + s["fear"][home]) * risk * s["aversion"][there]
        x = (1.0 - s["legitimacy"][home]) * s["hardship"][there] - dread + s["exposure"][home] - threshold
        rate = quit_rate / (1.0 + np.exp(x / noise)) + phi
        spent = s["spent"][there] + rate * (dt + s["late"][there])
        return np.asarray(there[spent >= s["patience"][there]])

    return kernel, plain


def counting() -> tuple[Callable[[], Array], Callable[[], Array]]:
    """Protesters, armed persons and those in hiding by cell, the first two by home, and protesters by site."""
    s = street(2)
    found = [np.zeros(CELLS, dtype=np.int64) for _ in range(4)] + [np.zeros(SITES, dtype=np.int64)]

    def kernel() -> Array:
        stepper.count(SLOTS, s["home"], s["site"], s["phase"], s["cell"], *found)
        return np.concatenate(found)

    def plain() -> Array:
        phase = s["phase"]
        hidden, armed = phase == HIDDEN, phase == BAND
        out = ~hidden & ~armed & (phase != HOMEBOUND)
        parts = [np.bincount(s["cell"][which], minlength=CELLS) for which in (out, armed, hidden)]
        parts.append(np.bincount(s["home"][out | armed], minlength=CELLS))
        parts.append(np.bincount(s["site"][phase == PRESENT], minlength=SITES))
        return np.concatenate(parts)

    return kernel, plain


@pytest.mark.parametrize(("work", "expected"), [(leaving, 1.9), (counting, 4.0)])
def test_a_kernel_is_as_much_faster_than_numpy_as_it_was(work: Callable[[], Any], expected: float) -> None:
    kernel, plain = work()
    np.testing.assert_array_equal(kernel(), plain())
    ratios = []
    for _ in range(3):  # a busy moment is no loss of speed: the best of three is meant
        ours, theirs = least_times(kernel, plain)
        ratios.append(theirs / ours)
        if ratios[-1] > expected / 2:
            break
    assert max(ratios) > expected / 2
