"""Verification target 16: the engine against the person-by-person oracle in ``reference/``.

Both simulate the town of ``tests/reference/lively.py`` from beginning to end; outcomes and crowds of each replication
are compared (``reference.comparison``). What the test would see is measured with planted errors: engines whose rates
are wrong by a stated share must be told apart from the oracle.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np

from contrafact.engine import Replication
from contrafact.kernels import Array
from reference import oracle
from reference.city import City
from reference.comparison import compare
from tests.reference.lively import PARAMETERS, city, vector
from verification.check import Check
from verification.town import busy, ready, sample

ENGINE, ORACLE, PLANTED, PARTS = 160, 80, 160, 4
ENGINE_SEED, PLANTED_SEED, ORACLE_SEED = 16, 17, 16_000
ALPHA = 0.01
PLANTS = {"participation.nu": 1.06, "crowd_control.arrest": 1.15, "crowd_control.melee_crowd": 1.3}

_city: list[City] = []


def target_16() -> list[Check]:
    """The same distributions; and what a wrong rate would have done."""
    plain = of_oracle()
    verdict = compare(of_engine({}, ENGINE_SEED, ENGINE), plain, ALPHA)
    seeds = f"engine: seed {ENGINE_SEED}, {ENGINE} replications; oracle: seeds from {ORACLE_SEED}, {ORACLE}"
    planted = [seen(name, factor, plain) for name, factor in PLANTS.items()]
    smallest, outcomes = float(verdict.outcomes.min()), verdict.outcomes.size
    return [
        Check(f"16 Engine and oracle: distributions of {outcomes} outcomes", "not told apart",
              f"smallest p of {outcomes} KS tests {smallest:.3f}, p of the energy test {verdict.together:.3f}",
              f"false alarm {ALPHA:g}: p >= {ALPHA / 2 / outcomes:.4f} and >= {ALPHA / 2:g}", not verdict.differ, seeds,
              "; ".join(f"{check.name.removeprefix('16 Planted error, ')}: {check.got}" for check in planted)),
        *planted,
    ]  # fmt: skip


def seen(name: str, factor: float, plain: Array) -> Check:
    """Whether an engine with one rate wrong is told apart, and in how many smaller samples."""
    number, _, unit = PARAMETERS[name].partition(" ")
    wrong = of_engine({name: f"{float(number) * factor!r} {unit}".strip()}, PLANTED_SEED, PLANTED)
    parts = sum(compare(part, plain, ALPHA).differ for part in np.split(wrong, PARTS))
    whole = compare(wrong, plain, ALPHA).differ
    return Check(f"16 Planted error, {name} {factor - 1:+.0%}", "told apart",
                 f"{'' if whole else 'not '}told apart; of {PARTS} samples of {PLANTED // PARTS}, {parts} are",
                 f"false alarm {ALPHA:g}", whole, f"engine: seed {PLANTED_SEED}, {PLANTED} replications",
                 "the power of the check above")  # fmt: skip


def of_engine(numbers: dict[str, str], seed: int, replications: int) -> Array:
    """Outcomes of the engine, (replication, outcome)."""

    def row(run: Replication) -> list[float]:
        return vector(run.outcomes, run.timeline["crowd"])

    return sample(ready(busy(numbers)), seed, range(replications), row)


def of_oracle() -> Array:
    """Outcomes of the oracle, (replication, outcome); it is plain Python, so processes run it side by side."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn"), initializer=_start) as pool:
        return np.array(list(pool.map(_one, range(ORACLE_SEED, ORACLE_SEED + ORACLE))))


def _start() -> None:
    _city.append(city(ready(busy())))


def _one(seed: int) -> list[float]:
    run = oracle.simulate(_city[0], seed)
    return vector(run.outcomes, run.crowd)
