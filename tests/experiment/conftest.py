"""A short run of the made-up town of tests/data/small, shared by the tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

import contrafact as cf
from contrafact.experiment.result import Result
from contrafact.scenario import Scenario

SMALL = Path(__file__).parents[1] / "data" / "small"
UNTIL = "27 h"


@pytest.fixture(scope="session")
def town() -> Scenario:
    """The made-up town."""
    return cf.load(SMALL)


@pytest.fixture(scope="session")
def result(town: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Three replications of its first 27 hours, written to a folder."""
    return cf.run(town, 3, seed=5, until=UNTIL, out=tmp_path_factory.mktemp("results") / "town", command="a command")
