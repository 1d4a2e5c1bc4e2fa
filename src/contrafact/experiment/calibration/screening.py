"""Which unknown numbers move the rows of a fit at all: what may be fitted is chosen by this, before any fit.

    rho_ij   Spearman's rank correlation, over draws of all priors, of number i with what a run shows of row j
    share_i  mean over the rows of rho_ij squared: about the share of what varies in them that goes with number i alone
    chance   the largest share that any number has, in 95 of 100 tables whose runs were shuffled against their draws
    like_i   the number above it with the same effects on the rows, up to their size: |cosine| of the rho at least ALIKE

Nothing of what was observed goes into this: rows are read off runs, and no run is held against the record. Numbers are
drawn independently, so that one can be told from another where their effects on the rows differ. Rank correlation sees
what rises or falls throughout and misses what rises and falls again.

Source  rank correlation as sensitivity measure: Helton et al. 2006, doi:10.1016/j.ress.2005.11.017
Check   tests/experiment/calibration/test_screening.py: shares known in closed form, effects of one direction
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact.engine.setup import drawn
from contrafact.errors import InputError, InputErrors
from contrafact.experiment import results
from contrafact.experiment.calibration.fitting import asked_for, runner_of
from contrafact.experiment.calibration.settings import Settings
from contrafact.experiment.calibration.smc import Batch
from contrafact.experiment.calibration.trials import Space
from contrafact.experiment.plan import check_range
from contrafact.experiment.pools import Workers
from contrafact.experiment.protocol import Notify, Progress, to_stderr

if TYPE_CHECKING:
    from contrafact.scenario.document import Document

Floats: TypeAlias = NDArray[np.float64]

ALIKE = 0.9
SHUFFLES, CHANCE = 200, 0.95
FEWEST = 20
OPTION = "--screen"


@dataclass(frozen=True)
class Screening:
    """How much each unknown number moves each row, the largest shares first.

    names   (number,)
    rows    (row,), as in the record
    rho     (number, row)
    chance  a share that no number reaches which has nothing to do with the rows, in 95 of 100 tables
    runs    runs that stayed calm before, of which the table is made
    """

    names: tuple[str, ...]
    rows: tuple[str, ...]
    rho: Floats
    chance: float
    runs: int

    @property
    def share(self) -> Floats:
        """Mean over the rows of the squared correlation, (number,)."""
        return np.asarray(np.square(self.rho).mean(axis=1))

    @property
    def like(self) -> tuple[str | None, ...]:
        """Of each number the first above it with effects of the same direction, (number,)."""
        norm = np.linalg.norm(self.rho, axis=1, keepdims=True)
        direction = np.divide(self.rho, norm, out=np.zeros_like(self.rho), where=norm > 0.0)
        cosine = np.abs(direction @ direction.T)
        found: list[str | None] = []
        for i in range(len(self.names)):
            same = (j for j in range(i) if found[j] is None and cosine[i, j] >= ALIKE)
            found.append(next((self.names[j] for j in same), None))
        return tuple(found)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, one row a number."""
        rows = zip(self.names, self.share, self.like, self.rho, strict=True)
        return {
            "runs": self.runs,
            "chance": self.chance,
            "numbers": [
                {
                    "name": name,
                    "share": float(share),
                    "like": like,
                    "rho": dict(zip(self.rows, map(float, rho), strict=True)),
                }
                for name, share, like, rho in rows
            ],
        }


def screened(names: Sequence[str], rows: Sequence[str], given: Floats, readings: Floats) -> Screening:
    """The screening of a table of runs.

    given     (run, number), what each run was given of each number
    readings  (run, row), what it showed of each row
    """
    number, row = _ranks(given), _ranks(readings)
    rho = number.T @ row
    generator = np.random.default_rng(0)
    shuffled = [number.T @ row[generator.permutation(len(row))] for _ in range(SHUFFLES)]
    largest = [float(np.square(one).mean(axis=1).max()) for one in shuffled]
    order = np.argsort(-np.square(rho).mean(axis=1), kind="stable")
    ordered = tuple(names[i] for i in order)
    return Screening(ordered, tuple(rows), rho[order], float(np.quantile(largest, CHANCE)), len(given))


def screen(
    scenario: Document,
    runs: int,
    calibration: str | Path | Settings | None = None,
    seed: int = 1,
    *,
    batch: int | None = None,
    threads: int | None = None,
    workers: Workers = 0,
    out: str | Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
    notify: Notify = to_stderr,
) -> Screening:
    """Which unknown numbers move the rows of a fit, from so many draws of all priors; nothing is fitted or held.

    Options as for ``calibrate``. Draws that set a calm week on fire are left out. InputErrors, also where too few runs
    stay calm.
    """
    asked = replace(asked_for(scenario, calibration, seed, None, None, batch, runs), space=Space((), {}))
    size = asked.settings.batch
    if errors := check_range(OPTION, runs, size, 10_000_000):
        raise InputErrors(errors)
    out = out or results.ROOT / f"{asked.crisis.name}-screening-seed{seed}"
    runner = runner_of(asked, threads, workers, out, resume, overwrite, progress, notify)
    readings: list[Floats] = []
    with runner.store:
        for index in range(runs // size):
            runner(Batch(0, index, index * size, np.zeros((size, 0))))
            readings.append(runner.readings(0, index))
    shown = np.concatenate(readings)
    calm = np.flatnonzero(np.isfinite(shown).all(axis=1))
    if len(calm) < FEWEST:
        message = f"{len(calm)} runs stayed calm before, expected at least {FEWEST}"
        raise InputError(message, key=OPTION, found=str(len(calm)))
    given = [drawn(runner.base.model, seed, int(number)).values for number in calm]
    table = np.array([list(one.values()) for one in given])
    varies = np.flatnonzero(np.ptp(table, axis=0) > 0.0)
    names = list(given[0])
    rows = [row.observation.id for row in asked.distance.rows]
    return screened([names[i] for i in varies], rows, table[:, varies], shown[calm])


def _ranks(columns: Floats) -> Floats:
    """Ranks of each column, centred and of unit length, so that their products are correlations; 0 where constant."""
    from scipy import stats  # noqa: PLC0415  heavy

    centred = stats.rankdata(columns, axis=0) - (len(columns) + 1) / 2
    length = np.linalg.norm(centred, axis=0)
    return np.asarray(np.divide(centred, length, out=np.zeros_like(centred), where=length > 0.0))
