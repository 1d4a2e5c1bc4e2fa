"""Proposals of a fit, run on a city: first a calm week, then, only where it stayed calm, the crisis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from contrafact import engine
from contrafact.engine import calm
from contrafact.experiment import city
from contrafact.experiment.calibration.distance import Distance
from contrafact.experiment.calibration.smc import shares
from contrafact.experiment.sweeps import Axis


@dataclass(frozen=True)
class Space:
    """What is fitted, (parameter,), and what is held, value by path."""

    axes: tuple[Axis, ...]
    held: Mapping[str, float]

    def values(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values of the parameters at probits z, both (row, parameter)."""
        found = [[axis.at(float(u)) for axis, u in zip(self.axes, row, strict=True)] for row in shares(z)]
        return np.array(found).reshape(z.shape)

    def given(self, z: NDArray[np.float64]) -> dict[str, float]:
        """What a replication at these probits, (parameter,), is given."""
        row = self.values(z[np.newaxis])[0]
        return {**self.held, **{axis.path: float(value) for axis, value in zip(self.axes, row, strict=True)}}


@dataclass(frozen=True)
class Trials:
    """The proposals of one batch.

    first  number of the first; number, and so chance and every other prior, differ from run to run
    z      (proposal, parameter)
    """

    base: city.Job
    space: Space
    distance: Distance
    first: int
    z: NDArray[np.float64]

    def simulate(self, number: int) -> NDArray[np.float64]:
        """Residuals and readings of one proposal, (2, row); NaN where it sets a calm week on fire."""
        job, given, replication = self.base, self.space.given(self.z[number]), self.first + number
        if not calm.stays_calm(job.model, job.seed, replication, given):
            return np.full((2, len(self.distance.rows)), np.nan)
        run = engine.simulate(job.model, job.seed, replication, job.record, self.distance.until, given=given)
        return self.distance.compared(run, job.seed, replication)

    def recipe(self) -> Callable[[], Trials]:
        """Makes the same in another process."""
        return partial(_made_again, self.base.recipe(), self.space, self.distance, self.first, self.z)


def _made_again(
    base: Callable[[], city.Job], space: Space, distance: Distance, first: int, z: NDArray[np.float64]
) -> Trials:
    return Trials(base(), space, distance, first, z)
