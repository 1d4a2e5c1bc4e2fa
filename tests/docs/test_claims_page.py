"""The page on the claims is what the answers that ship say, and they are of the scenario that ships."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import contrafact as cf

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@pytest.fixture(autouse=True)
def examples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(EXAMPLES), *sys.path])


def test_answers_ship_for_the_scenario_that_ships() -> None:
    found = cf.claims(cf.load("almaty-2022"))
    assert found.asked is not None
    assert found.readings.keys() == found.asked.questions.keys(), "they are of an older scenario: run make claims"


def test_the_page_is_current() -> None:
    import claims_page  # noqa: PLC0415

    assert claims_page.PAGE.read_text(encoding="utf-8") == claims_page.page(), "run docs/examples/claims_page.py"
