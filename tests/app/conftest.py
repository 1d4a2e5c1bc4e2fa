"""A server of a small town: as an object that a test client asks, and as one that listens on this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from contrafact.app import view
from contrafact.app.server import application
from contrafact.app.showing import Shown
from contrafact.experiment.loading import load
from contrafact.experiment.result import Result
from contrafact.experiment.run import run
from contrafact.scenario.schema import Scenario
from tests.app.listening import listening

LIVELY = Path(__file__).parents[1] / "data" / "lively"
PORT = 8000


@pytest.fixture(scope="session")
def lively() -> Scenario:
    crisis = load(LIVELY)
    assert isinstance(crisis, Scenario)
    return crisis


@pytest.fixture(scope="session")
def lively_texts() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in LIVELY.iterdir()}


@pytest.fixture(scope="session")
def lively_result(lively: Scenario) -> Result:
    result = run(lively, replications=6, seed=5)
    assert isinstance(result, Result)
    return result


@pytest.fixture(scope="session")
def shown(lively: Scenario, lively_result: Result) -> Shown:
    return Shown(lively, view.compressed(view.of_result(lively_result, "contrafact run lively")))


@pytest.fixture
def client(shown: Shown) -> Iterator[TestClient]:
    with TestClient(application(shown, PORT, threads=1), base_url=f"http://127.0.0.1:{PORT}") as asking:
        yield asking


@pytest.fixture(scope="module")
def address(shown: Shown) -> Iterator[str]:
    yield from listening(shown)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium; where there is none the test is skipped and says so."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium: install the package chromium, or name its program in CHROMIUM")
    return found
