"""The report: one file that needs nothing else, in every language that there is a catalogue for."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from contrafact.app import view
from contrafact.app.reporting import write_report
from contrafact.app.showing import SHIPPED
from contrafact.cli import main
from contrafact.engine import ORDER
from contrafact.errors import InputError
from contrafact.experiment.comparing import compare
from contrafact.experiment.loading import load
from contrafact.experiment.run import run
from contrafact.report.html import html_report
from contrafact.report.odd import mechanisms
from contrafact.scenario.schema import Scenario

LIVELY = Path(__file__).parents[1] / "data" / "lively"
ELSEWHERE = re.compile(r"(?:src|href|url)\s*[=(]\s*[\"']?(?!#)[^\"'\s>)]+|@import|<script|<link|<img", re.IGNORECASE)
EMPTY = frozenset({"meta", "br"})


class Nested(HTMLParser):
    """Whether every element that begins also ends, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def shipped() -> dict[str, Any]:
    return view.unfolded((SHIPPED / "almaty-2022.json.gz").read_bytes())


@pytest.mark.parametrize("language", ["en", "vi"])
def test_it_is_one_file_below_three_megabytes_that_fetches_nothing(shipped: dict[str, Any], language: str) -> None:
    text = html_report(shipped, language)
    assert len(text.encode()) < 3_000_000
    assert not ELSEWHERE.findall(text)
    parser = Nested()
    parser.feed(text)
    assert parser.open == []
    assert f'<html lang="{language}">' in text


def test_harm_comes_first_and_custody_is_noted(shipped: dict[str, Any]) -> None:
    text = html_report(shipped)
    first = text.index("Deaths, bystanders")
    assert first < text.index("Most people in the street at one time")
    assert "not simulated; of Almaty they are documented [R202–R204]" in text
    assert "All persons are synthetic" in text


def test_the_command_and_the_methods_are_in_it(shipped: dict[str, Any]) -> None:
    text = html_report(shipped)
    assert "contrafact run almaty-2022 --replications 40 --seed 1" in text
    for module in ORDER:
        assert escape(mechanisms.read(module).title) in text


def test_vietnamese_numbers_and_dates_are_written_as_there(shipped: dict[str, Any]) -> None:
    text = html_report(shipped, "vi")
    assert "Người chết, mọi nhóm" in text
    assert re.search(r">\d\.\d{3} \(", text)
    assert re.search(r"5/1 \d\d:00", text)
    assert " million" not in text


def test_what_is_in_a_scenario_cannot_become_markup(shipped: dict[str, Any]) -> None:
    scenario = {**shipped["scenario"], "summary": "<script>alert(1)</script>"}
    text = html_report({**shipped, "scenario": scenario})
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_a_recent_scenario_is_stamped(shipped: dict[str, Any]) -> None:
    scenario = {**shipped["scenario"], "recent": True}
    assert "Not for operational use" in html_report({**shipped, "scenario": scenario})
    assert "Not for operational use" not in html_report(shipped)


def test_a_comparison_has_its_effects() -> None:
    crisis = load(LIVELY)
    assert isinstance(crisis, Scenario)
    found = compare(crisis, {"what if": {"actions.curfew": None}}, 8, watch=True)
    text = html_report(view.of_comparison(found, "contrafact compare lively", "no curfew"))
    assert "What difference it makes" in text
    assert "no curfew" in text


def test_the_command_writes_beside_the_results_and_replaces_nothing_unasked(tmp_path: Path) -> None:
    folder = tmp_path / "lively"
    run(load(LIVELY), replications=2, out=folder)
    first = CliRunner().invoke(main, ["report", str(folder), "--lang", "vi"])
    assert first.exit_code == 0
    assert (tmp_path / "lively.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    again = CliRunner().invoke(main, ["report", str(folder)])
    assert again.exit_code == 2
    assert "--overwrite" in again.output


def test_an_unknown_language_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected one of en, vi"):
        write_report(tmp_path, language="tlh")


def test_a_comparison_of_one_arm_is_written_as_a_report(tmp_path: Path) -> None:
    page = tmp_path / "arm.html"
    options = ["--replications", "2", "--until", "12 h", "--no-pictures", "--quiet", "--out", str(tmp_path / "arms")]
    command = ["compare", str(LIVELY), "--arm", "no curfew:actions.curfew=null", "--report", str(page), *options]
    first = CliRunner().invoke(main, command, catch_exceptions=False)
    assert first.exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert "What difference it makes" in text
    assert "contrafact compare" in text
    again = CliRunner().invoke(main, command)
    assert (again.exit_code, "--report: found" in again.output) == (2, True)
    two = CliRunner().invoke(main, [*command, "--arm", "null:", "--overwrite"])
    assert (two.exit_code, "give one --arm" in two.output) == (2, True)
