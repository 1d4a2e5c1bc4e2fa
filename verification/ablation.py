"""What each mechanism beyond participation, crowd control and facilities changes: switch it off, on the same draws.

    python verification/ablation.py [--pairs 40]    prints the table and writes docs/ablation.md

Each row is `almaty-2022`, drawn from its priors, with one mechanism at its neutral setting beside the scenario,
replication by replication on common random numbers. A cell is the median of the paired differences (off less on) and
the interval that holds 90 % of them, relative to the median with the mechanism on; "=" where every pair is equal to the
last bit.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

import contrafact as cf
from contrafact import engine
from contrafact.experiment.result import CUSTODY_NOTE
from contrafact.kernels import Array
from contrafact.world import build

SEED = 2022
OFF: dict[str, dict[str, object]] = {
    "reports: no delay, no distortion": {
        "parameters.reports.official_delay": "0 h", "parameters.reports.network_delay": "0 h",
        "parameters.reports.broadcast_delay": "0 h", "parameters.reports.network_bias": 1.0,
        "parameters.reports.broadcast_bias": 1.0,
    },
    "communications: network up": {
        "actions.network_evening": None, "actions.network_shutdown": None, "actions.network_low": None,
    },
    "exposure, near": {"parameters.exposure.near": "0 1/h"},
    "exposure, network": {"parameters.exposure.net": "0 1/h"},
    "fear": {"parameters.fear.phi": 0.0},
    "support: no backlash": {
        "parameters.support.violence": 0.0, "parameters.support.deaths": 0.0, "parameters.support.government": 0.0,
    },
    "support: intelligence even": {"parameters.support.kappa": 0.0, "parameters.support.psi": 0.0},
    "arming": {"parameters.arming.base": "0 1/h", "parameters.arming.recruits": 0.0},
    "bands: hold only": {
        "parameters.bands.attack": 0.0, "parameters.bands.ambush": 0.0, "parameters.bands.disperse": 0.0,
        "parameters.bands.escape": 0.0,
    },
    "bands: no return from hiding": {"parameters.bands.emerge": "0 1/h"},
    "command: orders of the scenario only": {
        "forces.operation_force.tasks": [], "forces.regional_reinforcement.tasks": [],
    },
    "combat: no fire": {"parameters.combat.state_fire": "0 1/h", "parameters.combat.armed_fire": "0 1/h"},
    "combat: no rout": {"parameters.combat.rout": "0 1/h"},
    "combat: no sweeps": {"parameters.combat.sweep": "0 1/h"},
    "alliance: nobody asks": {"actions.alliance_request": None},
    "alliance: asked, but local units stay where they are": {"parameters.command.freed": 0.0},
}  # fmt: skip

HOUR_5_JAN = 30  # 5 January, 06:00: the night's crowd has gone home
HOUR_6_JAN = 60  # 6 January, 12:00


def between(name: str, first: int, last: int | None, summary: Callable[[Array], float]) -> Callable[..., float]:
    """A summary of one quantity of the timeline between two hours since the start."""

    def pattern(run: engine.Replication) -> float:
        hours = run.timeline["hour"]
        return float(summary(run.timeline[name][(hours > first) & (hours <= (last or np.inf))]))

    return pattern


PATTERNS: dict[str, Callable[[engine.Replication], float]] = {
    "deaths": lambda run: run.outcomes["deaths_total"],
    "injured": lambda run: run.outcomes["injured_total"],
    "detained": lambda run: run.outcomes["detained"],
    "crowd, 4 Jan": between("crowd", 0, HOUR_5_JAN, np.max),
    "crowd, 5 Jan": between("crowd", HOUR_5_JAN, 48, np.max),
    "facilities lost, 5 Jan": between("facilities_lost", HOUR_5_JAN, 48, np.max),
    "facility hours lost": lambda run: run.outcomes["facility_hours_lost"],
    "peak armed": lambda run: run.outcomes["peak_armed"],
    "armed after 6 Jan noon, mean": between("armed", HOUR_6_JAN, None, np.mean),
}


def patterns(settings: dict[str, object], pairs: int) -> Array:
    """Patterns of every replication, (replication, pattern)."""
    crisis = cf.load("almaty-2022", {**settings, "posterior": None})  # priors, not the posterior that ships
    model = engine.prepare(crisis, build(crisis))

    def one(replication: int) -> list[float]:
        run = engine.simulate(model, SEED, replication, frozenset({"timeline"}))
        return [pattern(run) for pattern in PATTERNS.values()]

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.array(list(pool.map(one, range(pairs))))


def cell(difference: Array, base: float) -> str:
    """Median and 90 % interval of paired differences, relative to the base."""
    if not difference.any():
        return "="
    low, middle, high = np.quantile(difference, [0.05, 0.5, 0.95]) / (base if base else 1.0)
    form = "+.0%" if base else "+.3g"
    return f"{middle:{form}} ({low:{form}} to {high:{form}})"


def main() -> None:
    """Measure every row and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=40)
    pairs = parser.parse_args().pairs
    on = patterns({}, pairs)
    base = np.median(on, axis=0)
    lines = ["| switched off | " + " | ".join(PATTERNS) + " |", "|---" * (len(PATTERNS) + 1) + "|"]
    lines.append("| *nothing: median* | " + " | ".join(f"{value:,.0f}" for value in base) + " |")
    for name, settings in OFF.items():
        difference = patterns(settings, pairs) - on
        cells = [cell(difference[:, i], base[i]) for i in range(len(PATTERNS))]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
        print(lines[-1], flush=True)
    table = "\n".join(lines)
    text = f"""# What each mechanism changes

Made by `python verification/ablation.py --pairs {pairs}` (seed {SEED}). Each row is `almaty-2022` with one mechanism at
its neutral setting, beside the scenario as it is, in {pairs} pairs on the same draws of the priors: median of the
differences (off less on) and the interval that holds 90 % of them, relative to the median with everything on, so that a
single pair can lose more than 100 %. "=": every pair is equal. Drawn from the priors (`posterior=null`), not from the
posterior that ships.

{table}

Detained: {CUSTODY_NOTE}.

Outside support is off in the recorded scenario and changes nothing there: it is for variants only.
"""
    (Path(__file__).parents[1] / "docs" / "ablation.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
