"""Verification targets 8 to 10: Lanchester's square law, Deitchman's parity, the equilibrium of Kress and Szechtman.

    python -m verification.combat

Every target is checked twice: the rates of ``combat`` integrated without chance, and its kernels with the stepper, many
replications at a time, each in a cell of its own that nobody enters or leaves. One unit with firearms fights armed
persons. Rout, sweeps and bands are switched off. What of the theory each number stands for:

    Lanchester             in the open with ``open`` = 1: all fire is aimed; state_fire = a, armed_fire = b
    Deitchman              in an ambush with intelligence 0: armed persons, I, aim at members, G, with
                           armed_fire x ambush = a; of the members' fire the share I / P finds its target, P = I + n
                           with n bystanders. dI/dt = -state_fire G I / (I + n) has the first integral
                           a (I^2 / 2 + n I) = state_fire G^2 / 2, so that for any n the parity of b = state_fire / P
                           holds exactly with state_fire = b (n + I0 / 2)
    Kress and Szechtman    in an ambush with intelligence mu; of P = B + A persons the A protesters are the population
                           and take up arms at theta for each of them who is hit, with firearms for all and no other
                           arming. P is constant in that theory: who is hit is replaced by a protester who comes anew
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from scipy.stats import norm

from contrafact.kernels import Array
from contrafact.model import arming, combat
from contrafact.model.context import Context
from contrafact.model.state import BAND, PRESENT
from tests.model.town import play, populate, start, town
from verification.check import Check, report

SEED = 1916
OPEN, AMBUSH = 0, 1
OFF = {f"combat.{name}": 0.0 for name in ("state_fire", "armed_fire", "sniper_fire", "rout", "sweep", "exposed")} | {
    "combat.open": 1.0, "combat.ambush": 1.0, "combat.area": 1.0, "arming.base": 0.0, "arming.recruits": 0.0,
}  # fmt: skip


def battle(armed: Array, members: Array, crowd: int = 0, *, posture: int = OPEN, mu: float = 0.0, about: float = 0.0,
           residents: int = 0, tick_min: float = 5.0, seed: int = SEED, **numbers: float) -> Context:  # fmt: skip
    """As many battles as there are numbers of armed persons and of members, (cell,), one in every cell."""
    given = OFF | {"combat.exposed": 1.0} | {name.replace("__", "."): value for name, value in numbers.items()}
    units = [{"cell": cell, "strength": int(number), "firearms": True} for cell, number in enumerate(members)]
    living = [int(number) + crowd + residents for number in armed]
    c = town(living, units=units, numbers=given, ticks_per_hour=round(60 / tick_min), seed=seed,
             room=int(armed.sum()) + crowd * armed.size + 4096)  # fmt: skip
    c.fixed.residents_per_km2[:] = about
    for name, value in (("posture", posture), ("intelligence", mu), ("rules", combat.LIVE_FIRE)):
        start(c, name, value)
    populate(c, armed, BAND)
    populate(c, crowd, PRESENT, skip=armed)
    return c


def to_the_end(c: Context) -> tuple[Array, Array]:
    """Fight until one side is gone everywhere; armed persons and members left, (cell,)."""
    while ((c.now.armed > 0) & (c.now.force > 0)).any():
        play(c, c.ticks_per_hour, combat)
    return c.now.armed.copy(), c.now.force.copy()


def mean_check(name: str, values: Array, expected: float, bias: float, seeds: str) -> Check:
    """Whether a mean is the expected one within four standard errors and a bias that is allowed for."""
    error = float(values.std(ddof=1)) / math.sqrt(values.size)
    allowed = 4 * error + bias
    off = allowed + 2 * error
    return Check(name, f"{expected:.4g}", f"{values.mean():.4g}", f"4 standard errors + {bias:g}: {allowed:.2g}",
                 bool(abs(values.mean() - expected) < allowed), seeds,
                 f"a mean off by {off:.2g} is caught with probability {norm.cdf(2):.2f}")  # fmt: skip


def share_check(name: str, won: Array, expected: float, seeds: str) -> Check:
    """Whether a share is the expected one within three standard errors."""
    error = math.sqrt(expected * (1 - expected) / won.size)
    off = 5 * error
    return Check(name, f"{expected:.4f}", f"{won.mean():.4f}", f"3 standard errors, {3 * error:.4f}",
                 bool(abs(won.mean() - expected) < 3 * error), seeds,
                 f"a share off by {off:.4f} is caught with probability {norm.cdf(2):.2f}")  # fmt: skip


def exact_check(name: str, expected: float, got: float, tolerance: float,
                power: str = "exact: a wrong rate is caught for certain") -> Check:  # fmt: skip
    """Whether a number without chance is the expected one."""
    return Check(name, f"{expected:.6g}", f"{got:.6g}", f"{tolerance:g}", abs(got - expected) < tolerance, "none",
                 power)  # fmt: skip


def survivors(i: int, j: int, hit_j: Callable[[int, int], float]) -> float:
    """Probability that a side of i outlasts one of j if the next hit is on the latter with probability hit_j."""
    wins = np.zeros((i + 1, j + 1))
    wins[1:, 0] = 1.0
    for a in range(1, i + 1):
        for b in range(1, j + 1):
            q = hit_j(a, b)
            wins[a, b] = q * wins[a, b - 1] + (1 - q) * wins[a - 1, b]
    return float(wins[i, j])


def course(armed: float, members: float, hours: float, *, posture: int, n: float, state_fire: float,
           armed_fire: float) -> Any:  # fmt: skip
    """Armed persons and members by the rates of combat without chance, until one side is gone or for so many hours."""
    m = 1.0 if posture == OPEN else 0.0

    def change(_: float, y: Array) -> tuple[float, float]:
        b, k = float(y[0]), float(y[1])
        on_armed, _others = combat.hit_rates(b, 0.0, k, n, m, state_fire)
        return -on_armed, -k * combat.members_hit(b, posture, armed_fire, 1.0, 0.0, k)

    def gone(_: float, y: Array) -> float:
        return float(min(y)) - 1e-3

    gone.terminal = True  # type: ignore[attr-defined]
    return solve_ivp(change, (0.0, hours), (armed, members), events=gone, rtol=1e-10, atol=1e-9)


def target_8() -> list[Check]:
    """Lanchester's square law, and chance of victory between equals."""
    a, hours = 0.01, math.log(4) / 0.02
    exact = course(600, 1000, 100.0, posture=OPEN, n=0, state_fire=a, armed_fire=a)
    name = "8 Lanchester, 1000 v 600, a = b = 0.01: "
    checks = [
        exact_check(name + "survivors by the rates", 800, float(exact.y[1, -1]), 0.01),
        exact_check(name + "hours by the rates", hours, float(exact.t[-1]), 0.01),
    ]
    c = battle(np.full(200, 600), np.full(200, 1000), combat__state_fire=a, combat__armed_fire=a)
    play(c, round(hours * c.ticks_per_hour), combat)
    checks.append(mean_check(f"{name}survivors at {hours:.1f} h", c.now.force, 800, 2.0, f"seed {SEED}, 200 battles"))
    return checks + equals()


def equals() -> list[Check]:
    """Who wins between 12, 15 or 20 members and 10 armed persons with equal rates."""
    members, battles, chunks = (12, 15, 20), 500, 20
    won: dict[int, list[Array]] = {number: [] for number in members}
    for chunk in range(chunks):
        c = battle(np.full(3 * battles, 10), np.repeat(members, battles), tick_min=6.0, seed=SEED + chunk,
                   combat__state_fire=0.02, combat__armed_fire=0.02)  # fmt: skip
        left = to_the_end(c)[1]
        for i, number in enumerate(members):
            won[number].append(left[i * battles : (i + 1) * battles] > 0)
    checks = []
    for number, published in zip(members, (0.7686, 0.9584, 0.9993), strict=True):
        name = f"8 Lanchester with chance, equal rates: P(win), {number} v 10"
        chain = survivors(number, 10, lambda i, j: i / (i + j))
        seeds = f"seeds {SEED} to {SEED + chunks - 1}, {chunks * battles} battles"
        checks.append(exact_check(name + ", chain of hits", published, chain, 5e-5, "tells the theory, not the model"))
        checks.append(share_check(name, np.concatenate(won[number]), published, seeds))
    return checks


def target_9() -> list[Check]:
    """Deitchman's parity between forces and an ambush."""
    a, b, armed, n, battles = 0.02, 2e-4, 400, 4000.0, 200
    state_fire = b * (n + armed / 2)
    parity = math.sqrt(2 * a * armed / b)

    def margin(members: float) -> float:
        """Members left less armed persons left at the end."""
        end = course(armed, members, 1e5, posture=AMBUSH, n=n, state_fire=state_fire, armed_fire=a).y[:, -1]
        return float(end[1] - end[0])

    found = float(brentq(margin, 200, 400, xtol=1e-4))
    name = "9 Deitchman, a = 0.02, b = 2e-4, I0 = 400: "
    checks = [exact_check(name + "parity G0 by the rates", parity, found, 0.05)]
    for factor, side in ((1.05, "wins"), (0.95, "loses")):
        members = round(factor * parity)
        chain = survivors(members, armed, lambda k, i: state_fire * k / (i + n) / (state_fire * k / (i + n) + a))
        c = battle(np.full(battles, armed), np.full(battles, members), posture=AMBUSH, about=n,
                   combat__state_fire=state_fire, combat__armed_fire=a)  # fmt: skip
        won = to_the_end(c)[1] > 0
        seeds = f"seed {SEED}, {battles} battles"
        checks.append(share_check(f"{name}P(win) of {members}, chain of hits", won, chain, seeds))
        as_said = float((won if factor > 1 else ~won).mean())
        checks.append(
            Check(f"{name}{factor - 1:+.0%} {side}", "most battles", f"{as_said:.2f} of them", "more than half",
                  as_said > 0.5, seeds, f"the chain of hits gives {max(chain, 1 - chain):.2f}")
        )  # fmt: skip
    return checks


THETA, PEOPLE = 0.5, 1000


def target_10() -> list[Check]:
    """The share of armed persons at which recruits replace losses."""
    checks = []
    for mu, expected in ((0.0, 1 / 3), (0.2, 1 / 6), (1 / 3, 0.0)):
        name = f"10 Kress-Szechtman, theta = 0.5, mu = {mu:.3g}: x*"
        checks.append(exact_check(name + " by the rates", expected, balance(mu), 1e-9))
        for members in (50, 100):
            shares = late_shares(mu, members)
            seeds = f"seed {SEED + members}, {shares.size} battles"
            checks.append(mean_check(f"{name}, G = {members}", shares, expected, 0.004, seeds))
    return checks


def balance(mu: float) -> float:
    """Share of armed persons at which theta times the hits on others are the hits on them."""

    def gain(x: float) -> float:
        on_armed, on_others = combat.hit_rates(x * PEOPLE, (1 - x) * PEOPLE, 50.0, 0.0, mu, 1.0)
        return THETA * on_others - on_armed

    return float(brentq(gain, 1e-9, 0.9, xtol=1e-13)) if gain(1e-9) > 0.0 else 0.0


def late_shares(mu: float, members: int, battles: int = 30) -> Array:
    """Mean share of armed persons between 15 and 25 times the time in which a deviation falls by e, (battle,)."""
    fire = 1.0
    relaxation = PEOPLE / (fire * members * (1 - mu) * (1 + THETA))
    armed = round(0.45 * PEOPLE)
    c = battle(np.full(battles, armed), np.full(battles, members), PEOPLE - armed, posture=AMBUSH, mu=mu,
               residents=40_000, seed=SEED + members, combat__state_fire=fire, arming__recruits=THETA)  # fmt: skip
    start(c, "looted", 10**12)
    came = np.full(battles, PEOPLE)
    ticks = round(25 * relaxation * c.ticks_per_hour)
    total, counted = np.zeros(battles), 0
    for tick in range(ticks):
        play(c, 1, arming, combat)
        missing = PEOPLE - c.now.armed - c.now.crowd
        populate(c, missing, PRESENT, skip=came)
        came += missing
        if tick >= 15 * relaxation * c.ticks_per_hour:
            total, counted = total + c.now.armed / PEOPLE, counted + 1
    return total / counted


def checks() -> list[Check]:
    """Every check of this file."""
    return [*target_8(), *target_9(), *target_10()]


if __name__ == "__main__":
    print(report(checks()))
