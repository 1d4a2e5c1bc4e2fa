"""The small scenario of tests/data, as it is and with a few words changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from contrafact import scenario
from contrafact.scenario import Scenario

SMALL = Path(__file__).parents[1] / "data" / "small"

Edit = Callable[..., Path]


@pytest.fixture(scope="session")
def small() -> Scenario:
    """The small scenario, loaded once."""
    return scenario.load(SMALL)


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """Write the small scenario with some of its words replaced, each of which must occur; returns its file."""

    def write(*replacements: tuple[str, str]) -> Path:
        folder = tmp_path / "town"
        shutil.copytree(SMALL, folder)
        file = folder / "scenario.yaml"
        text = file.read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new, 1)
        file.write_text(text, encoding="utf-8")
        return file

    return write
