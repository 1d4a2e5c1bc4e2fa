"""Verification targets 6 and 7: exposure and participation, configured as two models whose answers are known.

Only reports, exposure, participation and movement run, on bare ground (``scenarios/plain``): no forces, so no risk; no
legitimacy that moves; no day and night; what happens is told a tick later and as it is. Both configurations use the
package's own kernels and stepper.

Granovetter's thresholds (1978, doi:10.1086/226707): everyone joins for good once so many others have. One resident per
cell; all have hardship 1, so a cell's legitimacy L sets its resident's threshold. Exposure comes through the network
alone, with ``net`` = ``omega`` and E_max out of reach, so that it settles at the share of residents in the street, n /
N. The noise is a hundredth of 1 / N, far below what a scenario may set, so a resident joins as soon as x > 0:

    x = (1 - L) + E - T = (n + 1/2 - threshold) / N     by the choice of L; the half keeps whole numbers apart

Nobody leaves for reasons of one's own (phi = 0), and no one whom x holds in the street leaves at all.

SIR (Kermack and McKendrick 1927, doi:10.1098/rspa.1927.0118): all residents live in one hexagon, and see one another
through ``near``. The logistic of x is saturated (L = 0, hardship 1), and the rate of joining is made proportional to
exposure by setting ``nu`` to slope x E before every tick: the model's own response is never linear from zero. Who has
left is kept from joining again by the harness, since the model has no such leavers: as soon as somebody is home and
calm, the status is set to that of a detained person, who does nothing. The final size depends on R0 alone, not on how
exposure lags behind the crowd:

    R0 = slope x near / omega x D,   D the mean stay as it is counted at the ends of ticks: 1 / phi, and a little more,
                                     since nobody is seen to leave before the third of them (see ``mean_stay``)

A small impulse of exposure takes the place of the first cases.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from contrafact import engine, scenario, world
from contrafact.engine.setup import set_up
from contrafact.engine.stepper import apply
from contrafact.kernels import Array
from contrafact.model import exposure, movement, participation, reports
from contrafact.model.context import Context
from contrafact.model.state import CALM, DETAINED
from verification.check import Check
from verification.town import SCENARIOS

STEPS = (reports, exposure, participation, movement)
GROUND = SCENARIOS / "plain"
SEED = 1978

OFF = {
    "exposure.near": 0.0, "exposure.net": 0.0, "exposure.media": 0.0, "exposure.maximum": 1e9,
    "participation.threshold": 0.0, "participation.severity": 0.0, "participation.eta": 0.0,
    "participation.swing": 0.0, "participation.phi": 0.0, "participation.nu_quit": 0.6, "movement.speed": 1e6,
    "reports.network_delay": 0.0, "reports.network_bias": 1.0,
}  # fmt: skip
"""What both configurations share; each states the others."""

JUMP = 12.222
"""The standard deviation at which the equilibrium of thresholds N(25, s) jumps, as computed for ever more people."""

CROWD = 3000
FINAL_SIZES = {1.5: 0.5828, 2.0: 0.7968}
RESIDENTS, EPIDEMICS, STAY, FADES = 100_000, 10, 2.0, 1.0  # hours of stay; fading of exposure per hour
IMPULSE = 3e-4


@cache
def ground(persons: int, districts: str, tick: str = "10 min") -> engine.Model:
    """Bare ground with so many residents, in the square or in one hexagon."""
    changes = {"population.total": f"{persons} persons", "place.districts.file": districts, "tick": tick}
    read = scenario.load(GROUND, changes)
    return engine.prepare(read, world.build(read, cache=False))


def begun(model: engine.Model, replication: int, numbers: dict[str, float]) -> Context:
    """A context before its first tick in which all have hardship 1 and these numbers hold."""
    c, _ = set_up(model, SEED, replication)
    c.fixed.hardship = np.ones_like(c.fixed.hardship)
    c.p.update(OFF | numbers)
    return c


def advance(c: Context) -> None:
    """One tick of STEPS."""
    c.by_mechanism.clear()  # numbers may have been changed since the last tick
    for mechanism in STEPS:
        mechanism.step(c)
    apply(c)
    c.tick += 1


def active(c: Context) -> int:
    """Residents who have joined and not left."""
    return int(c.now.active_home.sum())


def target_6() -> list[Check]:
    """Granovetter's two crowds of a hundred, and the jump of normal thresholds."""
    seeds = f"seed {SEED}, replications 0 to 19"
    rare = 1 - 0.05 ** (1 / 20)
    power = f"a share of {rare:.2f} of replications that miss is caught with probability 0.95"
    ladder = np.arange(100.0)
    broken = np.where(ladder == 1, 2.0, ladder)
    checks = []
    for what, thresholds, expected in (("0 to 99", ladder, 100), ("0, 2, 2, 3 to 99", broken, 1)):
        sizes = {crowd(thresholds, replication, 100.0) for replication in range(20)}
        checks.append(
            Check(f"6 Granovetter, thresholds {what}: how many join", str(expected), ", ".join(map(str, sorted(sizes))),
                  "exact, in each of 20", sizes == {expected}, seeds, power)
        )  # fmt: skip
    low, high = jump()
    got = (low + high) / 2
    checks.append(
        Check(f"6 Granovetter, thresholds N(25, s), {CROWD:,} people for 100: s at which it jumps", f"{JUMP}",
              f"{got:.3f}, between {low:.3f} and {high:.3f}", "0.02", abs(got - JUMP) < 0.02, f"seed {SEED}",
              "exact: who joins in the end is not left to chance; an s off by 0.03 is caught")
    )  # fmt: skip
    return checks


def crowd(thresholds: Array, replication: int, hours: float) -> int:
    """How many join in the end, from thresholds in persons, (person,), in any order."""
    people = thresholds.size
    model = ground(people, "square.geojson")
    rest = 1.0 + min(0.0, float(thresholds.min()) / people)
    numbers = {"exposure.net": 6.0, "exposure.omega": 6.0 * 24, "participation.nu": 6.0,
               "participation.noise": 0.01 / people, "participation.threshold": rest}  # fmt: skip
    c = begun(model, replication, numbers)
    residents = model.world.residents
    own = np.zeros(residents.size)
    order = np.minimum(model.world.first_resident[:-1], people - 1)  # who share a cell share the first one's threshold
    own[residents > 0] = thresholds[order[residents > 0]]
    c.now.legitimacy[:] = c.next.legitimacy[:] = 1.0 - (rest + (0.5 - own) / people)
    for _ in range(round(hours * c.ticks_per_hour)):
        advance(c)
    return active(c)


def jump() -> tuple[float, float]:
    """Standard deviations between which the crowd jumps from a few to nearly all, by bisection."""
    quantiles = norm.ppf((np.arange(CROWD) + 0.5) / CROWD)

    def jumps(s: float) -> bool:
        return crowd((25.0 + s * quantiles) / 100 * CROWD, 0, 120.0) > CROWD / 2

    low, high = 11.5, 13.0
    if jumps(low) or not jumps(high):
        return math.nan, math.nan
    while high - low > 0.01:
        middle = (low + high) / 2
        low, high = (low, middle) if jumps(middle) else (middle, high)
    return low, high


def target_7() -> list[Check]:
    """Final sizes of an epidemic at two values of R0."""
    checks = []
    for r0, expected in FINAL_SIZES.items():
        sizes = np.array([final_size(r0, replication) for replication in range(EPIDEMICS)])
        error = float(sizes.std(ddof=1) / math.sqrt(EPIDEMICS))
        tolerance = 0.006
        wrong = min(abs(final_size_of(r0 * (1 + off)) - expected) for off in (-0.03, 0.03))
        power = norm.cdf((wrong - tolerance) / error)
        checks.append(
            Check(f"7 SIR, R0 = {r0:g}: share that ever joins of {RESIDENTS:,}", f"{expected}", f"{sizes.mean():.4f}",
                  f"{tolerance}", abs(float(sizes.mean()) - expected) < tolerance,
                  f"seed {SEED}, replications 0 to {EPIDEMICS - 1}",
                  f"an R0 that is 3 % off is caught with probability {power:.2f} (standard error {error:.4f})")
        )  # fmt: skip
    return checks


def final_size_of(r0: float) -> float:
    """The positive root of z = 1 - exp(-R0 z)."""
    root: Callable[[float], float] = lambda z: 1 - math.exp(-r0 * z) - z  # noqa: E731
    return float(brentq(root, 1e-3, 1.0))


def mean_stay(dt: float) -> float:
    """Mean number of ticks at whose ends one is counted, times dt, in hours.

    One who joins U before the end of a tick and stays S is counted at that end and at the next, and at the j-th after
    it where S > U + j dt: U is uniform in a tick, S exponential with mean STAY, and 1 / a + 2 - (1 - exp(-2 a)) / a,
    a = dt / STAY, is the sum of these chances.
    """
    a = dt / STAY
    return dt * (1.0 / a + 2.0 + math.expm1(-2.0 * a) / a)


def final_size(r0: float, replication: int) -> float:
    """Share of the residents who ever joined when nobody is in the street any more."""
    c = begun(ground(RESIDENTS, "hexagon.geojson"), replication,
              {"exposure.near": FADES, "exposure.omega": FADES * 24, "participation.noise": 1e-3,
               "participation.phi": 1.0 / STAY})  # fmt: skip
    slope = r0 / mean_stay(c.dt)
    c.now.legitimacy[:] = c.next.legitimacy[:] = 0.0
    c.now.exposure[:] = IMPULSE * FADES / slope  # so that this share joins without having seen anybody
    for _ in range(2000 * c.ticks_per_hour):
        c.p["participation.nu"] = slope * float(c.now.exposure[0])
        in_street = c.now.slot_person[: c.slots].copy()
        advance(c)
        home = in_street[c.now.status[in_street] == CALM]
        c.now.status[home] = DETAINED
        if c.slots == 0 and float(c.now.exposure[0]) * RESIDENTS < 1e-6:
            break
    return float(np.count_nonzero(c.now.status[:RESIDENTS] != CALM)) / RESIDENTS
