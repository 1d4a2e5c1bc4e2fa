"""Two tables of docs/fit.md: what crowds of 5 January go with, over all runs of a fit, and how that crowd grows.

python docs/examples/fit_tables.py results/almaty-2022-calibration-seed1 results/replay
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import contrafact as cf
from contrafact.experiment.calibration.settings import load_settings
from contrafact.experiment.parquet import read_files

Floats = NDArray[np.float64]

CROWD, HALL, SQUARE, DEATHS = "R028", "R040", "R037", "R108"
BINS = (0, 15_000, 25_000, 40_000, 60_000, 1_000_000)
NEVER_H = 24.0  # what never happens is read as happening a day late
HOURS = (6, 9, 12, 15, 18, 20)


def by_crowd(fit: Path) -> list[str]:
    """Rows by the largest crowd of 5 January: when the city hall falls, who is left on the 6th, deaths."""
    runs = read_files(sorted(fit.glob("generations/*.parquet")), fit)
    calm = np.isfinite(runs["distance"])
    scale = {row.record: row.scale for row in load_settings("almaty-2022").rows}

    def counts(row: str) -> Floats:
        return np.expm1(runs[f"{row} read"][calm] * float(scale[row]))

    crowd, square, deaths, late = counts(CROWD), counts(SQUARE), counts(DEATHS), runs[HALL][calm]
    lines = [
        "| largest crowd of 5 January | runs | the city hall falls | within an hour of its window | hours late, median "
        "| on the square on the 6th, median | deaths in Almaty, median |",
        "|---|---|---|---|---|---|---|",
    ]
    for low, high in pairwise(BINS):
        some = (crowd >= low) & (crowd < high)
        falls = late[some] < NEVER_H - 0.5
        head = f"{low:,} to {high:,}" if high < BINS[-1] else f"{low:,} and more"
        lines.append(
            f"| {head} | {some.sum():,} | {falls.mean():.0%} | {(np.abs(late[some]) <= 1).mean():.0%} | "
            f"{np.median(late[some][falls]):.1f} | {np.median(square[some]):.0f} | {np.median(deaths[some]):.0f} |"
        )
    return lines


def by_hour(replay: Path) -> list[str]:
    """The crowd of the city hour by hour on 5 January, over the replays of a run."""
    result = cf.read(replay)
    assert isinstance(result, cf.Result)
    lines = ["| 5 January, hour | crowd, median (90 %) |", "|---|---|"]
    for hour in HOURS:
        values = result.timeline["crowd"][:, np.searchsorted(result.hours, 24 + hour - 1e-9)]
        low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
        lines.append(f"| {hour:02d}:00 | {middle:,.0f} ({low:,.0f} to {high:,.0f}) |")
    return lines


if __name__ == "__main__":
    print("\n".join([*by_crowd(Path(sys.argv[1])), "", *by_hour(Path(sys.argv[2]))]))
