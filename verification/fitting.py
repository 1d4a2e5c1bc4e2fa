"""Target 17: the sampler of the fit, against a posterior in closed form and against single-core pyABC.

    theta ~ N(0, 1), other ~ N(0, 1), x ~ N(theta, 0.5), observed 1.2
    theta | x ~ N(0.96, 0.4472), other unchanged

Both samplers have 400 particles, median epsilons and stop at 0.05. That an x within 0.05 is taken for 1.2 adds
0.05^2 / 3 to the variance of the noise, which moves mean and spread of theta by less than 0.003; it is allowed for.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.special import ndtri
from scipy.stats import norm

from contrafact import rng
from contrafact.experiment.calibration.smc import Batch, Floats, Schedule, fit
from verification.check import Check, report
from verification.rivals import interpreter

OBSERVED, NOISE = 1.2, 0.5
PRECISION = 1.0 + 1.0 / NOISE**2
MEAN, SPREAD = OBSERVED / NOISE**2 / PRECISION, PRECISION**-0.5
SCHEDULE = Schedule(population=400, batch=100, share=0.5, least_epsilon=0.05, most_runs=100_000, least_acceptance=0.0)
FITS = 20
THEIRS = 6
BIAS = 0.003
WORD = rng.decision("verification.noise")
EXPECTED = {"mean of theta": MEAN, "spread of theta": SPREAD, "mean of other": 0.0, "spread of other": 1.0}


def target_17() -> list[Check]:
    """Mean and spread of a parameter that the data tell, and of one that they do not, over many fits."""
    ours = [moments(seed) for seed in range(1, FITS + 1)]
    seeds = f"seeds 1 to {FITS}, {SCHEDULE.population} particles each"
    return [*against("closed form", list(EXPECTED.values()), ours, seeds), *against_pyabc(ours)]


def moments(seed: int) -> list[float]:
    """The numbers of EXPECTED as one fit gives them."""

    def run(batch: Batch) -> Floats:
        key = rng.stream_key(seed, 1)
        noise = [ndtri(rng.draw(key, WORD, 0, batch.first + i, 0)[0]) for i in range(len(batch.z))]
        return np.asarray(np.abs(batch.z[:, 0] + NOISE * np.array(noise) - OBSERVED))

    last = fit(2, SCHEDULE, seed, run).last
    mean = last.weight @ last.z
    spread = np.sqrt(last.weight @ np.square(last.z - mean))
    return [float(x) for pair in zip(mean, spread, strict=True) for x in pair]


def against(
    what: str, expected: Sequence[float], ours: list[list[float]], seeds: str, theirs: list[list[float]] | None = None
) -> list[Check]:
    """One check for each number of EXPECTED, within three standard errors and the bias that is allowed for."""
    checks = []
    for index, name in enumerate(EXPECTED):
        found = np.array([one[index] for one in ours])
        error = float(found.std(ddof=1)) / math.sqrt(found.size)
        if theirs is not None:
            others = np.array([one[index] for one in theirs])
            error = math.hypot(error, float(others.std(ddof=1)) / math.sqrt(others.size))
        off, tolerance = float(found.mean()) - expected[index], 3 * error + BIAS
        power = f"an error of {5 * error + BIAS:.3f} is caught with probability {norm.cdf(2):.2f}"
        got, told = f"{found.mean():.4f}", f"{expected[index]:.4f}"
        title = f"posterior of a normal mean by ABC-SMC, {what}: {name}"
        checks.append(
            Check(title, told, got, f"3 standard errors + {BIAS}, {tolerance:.4f}", abs(off) < tolerance, seeds, power)
        )
    return checks


def against_pyabc(ours: list[list[float]]) -> list[Check]:
    """The same numbers beside those of pyABC; told as not measured where it cannot be installed."""
    theirs = run_pyabc()
    seeds = f"pyABC 0.13.0 on one core: {THEIRS} fits; ours: seeds 1 to {FITS}"
    if len(theirs) < 2:
        name = "posterior of a normal mean by ABC-SMC, single-core pyABC"
        return [Check(name, "equal", "not measured: pyABC cannot be installed or run", "", None, seeds, "")]
    return against("single-core pyABC", list(np.mean(theirs, axis=0)), ours, seeds, theirs)


def run_pyabc() -> list[list[float]]:
    """What pyABC gives, the numbers of EXPECTED for each fit; nothing if it cannot be installed or fails."""
    python = interpreter("pyabc")
    if python is None:
        return []
    asked = {"observed": OBSERVED, "noise": NOISE, "population": SCHEDULE.population, "fits": THEIRS,
             "epsilon": SCHEDULE.least_epsilon}  # fmt: skip
    script = Path(__file__).parent / "pyabc_normal.py"
    done = subprocess.run([python, script], input=json.dumps(asked), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(done.stderr, file=sys.stderr)
        return []
    return [json.loads(line) for line in done.stdout.splitlines()]


if __name__ == "__main__":
    print(report(target_17()))
