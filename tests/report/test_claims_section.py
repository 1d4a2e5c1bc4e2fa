"""Claims in the report: what was asked, under which setting, and the harm beside every answer."""

from __future__ import annotations

from pathlib import Path

import pytest

import contrafact as cf
from contrafact.report.claims_section import claims_section
from contrafact.translation import speaking
from tests.experiment.test_asking import crisis, told
from tests.experiment.test_claiming import CLAIM, write_claims
from tests.experiment.test_own_evidence import town

__all__ = ["crisis", "town"]


@pytest.fixture
def asked(request: pytest.FixtureRequest) -> list[dict[str, object]]:
    """A claim whose question was answered under two settings."""
    found: list[dict[str, object]] = told(request.getfixturevalue("crisis")).as_dict()["claims"]
    return found


def test_every_setting_has_its_answer_with_the_harm_before_it(asked: list[dict[str, object]]) -> None:
    section = claims_section(asked)
    for said in ("Would fewer people be in the street", "decided by an assumption", "Joining is what fills", "hushed"):
        assert said in section
    heads = [section.index(f">{name}<") for name in ("Deaths", "Injured", "Detained", "Setting", "Answer")]
    assert heads == sorted(heads)
    assert section.count("<tr>") == 2 + 1 + 2  # one claim under its heads, two settings under theirs


def test_what_no_run_was_read_for_is_asked_and_not_answered(town: Path) -> None:
    write_claims(town, CLAIM)
    section = claims_section(cf.claims(cf.load(town)).as_dict()["claims"])
    assert "not asked" in section
    assert "What was asked of the model" not in section


def test_numbers_are_written_as_the_language_writes_them(asked: list[dict[str, object]]) -> None:
    with speaking("vi"):
        assert "giả định" in claims_section(asked)


def test_no_claims_make_no_section() -> None:
    assert claims_section([]) == ""
