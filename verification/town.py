"""The town in which most targets are checked: the one of ``tests/reference/lively.py``, with every number pinned there.

20,000 residents, three days, 123 cells at resolution 8; every mechanism has something to do. Nothing rests on defaults,
so that tuning them changes no target.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from contrafact import engine, scenario, world
from contrafact.kernels import Array
from contrafact.scenario import Scenario
from contrafact.world.reading import inputs_of
from tests.reference.lively import FOLDER, PARAMETERS

_worlds: dict[str, world.World] = {}


def described(numbers: Mapping[str, str] | None = None, changes: Mapping[str, object] | None = None) -> Scenario:
    """The town with some parameters changed (``numbers``, with their units) and other overrides of the scenario."""
    values = PARAMETERS | dict(numbers or {})
    overrides: dict[str, object] = {f"parameters.{name}": value for name, value in values.items()}
    return scenario.load(FOLDER, overrides | dict(changes or {}))


def prepared(numbers: Mapping[str, str] | None = None, changes: Mapping[str, object] | None = None) -> engine.Model:
    """The same, ready for the engine. Worlds that differ in nothing are built once."""
    read = described(numbers, changes)
    digest = inputs_of(read).digest
    if digest not in _worlds:
        _worlds[digest] = world.build(read, cache=False)
    return engine.prepare(read, _worlds[digest])


def sample(model: engine.Model, seed: int, numbers: Sequence[int] | range,
           row: Callable[[engine.Replication], list[float]]) -> Array:  # fmt: skip
    """A row of each replication, in order of the replications' numbers; on all cores, kernels hold no interpreter."""

    def one(number: int) -> list[float]:
        return row(engine.simulate(model, seed, number, frozenset({"timeline"})))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.array(list(pool.map(one, numbers)))
