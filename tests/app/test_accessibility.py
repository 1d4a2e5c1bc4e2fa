"""An audit of every part of the page by axe-core: https://github.com/dequelabs/axe-core

It finds what a machine can find: names, roles, contrast, order of headings, what the keyboard cannot scroll. What is
serious or critical fails. axe-core is a development dependency of frontend/, installed by frontend/build.sh.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from contrafact.experiment.loading import load
from contrafact.scenario.schema import Scenario
from tests.app.test_page import almaty, browser, keep, moving, page

__all__ = ["almaty", "browser", "page"]

FRONTEND = Path(__file__).parents[2] / "frontend"
AXE = FRONTEND / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
FIRST = ".sight"
TABS = {"whatif": ".levers", "claims": ".claim", "evidence": ".ledger", "method": "pre"}
"""What the page shows at first, and its other parts, each with something that it alone has."""

READERS = [
    {"width": width, "scheme": scheme, "language": language}
    for scheme, language in (("light", "en"), ("dark", "vi"))
    for width in (360, 1280)
]
RUN = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map(one => [one.impact, one.id, one.nodes.map(node => node.html.slice(0, 160))]);
}"""


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core; where there is no Node to install it the test is skipped and says so."""
    if not AXE.is_file():
        if shutil.which("npm") is None:
            pytest.skip("no axe-core: install Node, then run npm ci in frontend/")
        subprocess.run(["npm", "ci", "--silent"], cwd=FRONTEND, check=True)
    return AXE.read_text(encoding="utf-8")


def grave(page: Page, axe: str) -> list[Any]:
    """Violations of serious or critical impact in what the page shows now."""
    page.evaluate(axe)
    return [one for one in page.evaluate(RUN) if one[0] in GRAVE]


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", [{"width": 360}, {"width": 1280}], indirect=True, ids=lambda one: str(one["width"]))
def test_first_sight_shuts_nobody_out(page: Page, almaty: str, axe: str, scheme: Any, language: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{almaty}/?lang={language}")
    page.wait_for_selector(f"main {FIRST}")
    width = page.evaluate("innerWidth")
    keep(page, f"axe-first-{width}-{scheme}-{language}")
    assert grave(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("page", READERS, indirect=True, ids=lambda one: f"{one['width']}-{one['scheme']}")
def test_no_part_of_the_page_shuts_anyone_out(
    page: Page, almaty: str, axe: str, request: pytest.FixtureRequest
) -> None:
    reader = request.node.callspec.params["page"]
    page.goto(f"{almaty}/?lang={reader['language']}#tab=whatif&hour=44")
    found = {}
    for tab, mark in TABS.items():
        page.evaluate("tab => { location.hash = `#tab=${tab}&hour=44`; }", tab)
        page.wait_for_selector(f"main {mark}")
        page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
        keep(page, f"axe-{tab}-{reader['width']}-{reader['scheme']}")
        found[tab] = grave(page, axe)
        assert page.evaluate("document.documentElement.scrollWidth") <= reader["width"], tab
    assert found == {tab: [] for tab in TABS}


@pytest.mark.parametrize("page", READERS, indirect=True, ids=lambda one: f"{one['width']}-{one['scheme']}")
def test_nor_does_a_comparison_under_way_or_done(
    page: Page, almaty: str, axe: str, request: pytest.FixtureRequest
) -> None:
    reader = request.node.callspec.params["page"]
    crisis = load("almaty-2022")
    assert isinstance(crisis, Scenario)
    job: dict[str, Any] = {"kind": "comparison", "scenario": crisis.name, "title": "", "changes": {}, "message": ""}
    job |= {"done": 8, "total": 40, "elapsed_s": 1, "errors": []}
    pooled = {"mean": 4.0, "low": -6.0, "high": 14.0, "pairs": 8, "median": 4.0}
    effect = {"arm": "what if", "outcome": "deaths_total", "unit": "persons", "effect": pooled}
    effect |= {"sign_flip_share": 0.25, "zero_share": 0.0, "decided_by": None, "by_setting": []}
    so_far = {"pairs": 8, "effects": [effect]}
    running = {**job, "id": "x", "state": "running", "has_result": False, "provisional": so_far}
    done = {**job, "id": "y", "state": "cancelled", "has_result": True, "provisional": None}
    district = {"arm": "what if", "district": "Medeu", "quantity": "crowd_hours", "unit": "person h", "effect": pooled}
    page.route("**/api/jobs/x", lambda route: route.fulfill(json=running))
    page.route("**/api/jobs/y", lambda route: route.fulfill(json=done))
    page.route("**/events", lambda route: route.fulfill(body=": none\n\n", content_type="text/event-stream"))
    shown = {**moving(crisis), "effects": [effect], "districts": [district]}
    page.route("**/api/jobs/y/view", lambda route: route.fulfill(json=shown))
    for name, seen in (("x", ".provisional tbody tr"), ("y", ".panes")):
        page.goto(f"{almaty}/?lang={reader['language']}#tab=whatif&hour=44&job={name}")
        page.wait_for_selector(seen)
        keep(page, f"axe-job-{name}-{reader['width']}-{reader['scheme']}")
        assert grave(page, axe) == []
