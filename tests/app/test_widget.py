"""The map in a notebook: what its model holds, and that the module which a notebook loads draws it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect, sync_playwright

import contrafact as cf
from contrafact import extras
from contrafact.app import view
from contrafact.app import widget as module
from contrafact.app.showing import shown as showing
from contrafact.experiment.comparison import Comparison
from contrafact.experiment.result import Result
from contrafact.scenario.schema import Scenario
from tests.app.test_page import keep, moving

STATIC = Path(view.__file__).parent / "static"
NOTEBOOK = "http://127.0.0.1:9"
CELL = """<!doctype html><html lang="en"><meta charset="utf-8"><title>notebook</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="widget.css"><div id="cell"></div>
<script type="module">
import widget from "./widget.js";
const state = await (await fetch("state.json")).json();
const told = new Map();
const model = {
  get: name => state[name],
  set: (name, value) => { state[name] = value; (told.get("change:" + name) ?? []).forEach(then => then()); },
  save_changes: () => { window.kept = state.hour; },
  on: (event, then) => told.set(event, [...(told.get(event) ?? []), then]),
  off: (event, then) => told.set(event, told.get(event).filter(one => one !== then)),
};
window.model = model;
window.end = widget.render({ model, el: document.getElementById("cell") });
</script></html>"""
"""As anywidget calls the module of a widget: https://anywidget.dev/en/afm/"""

COLOURS = """number => {
  const canvas = document.querySelectorAll(".map canvas")[number];
  const dots = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return new Set(new Uint32Array(dots.buffer)).size;
}"""


@pytest.fixture(scope="module")
def compared(lively: Scenario) -> Comparison:
    return cf.compare(lively, {"no curfew": {"actions.curfew": None}}, 4, seed=5, threads=1, watch=True)


@pytest.fixture
def page(chromium: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1100, "height": 700})
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        yield page
        browser.close()
        assert not errors


def shown_in(page: Page, shown: Any, document: dict[str, Any]) -> None:
    """Put a widget into a page as a notebook does, with a document that has crowds."""
    shown.view = document
    state = {name: getattr(shown, name) for name in ("view", "hour", "language", "words")}
    files = {
        "/": (CELL, "text/html"),
        "/widget.js": (shown._esm, "text/javascript"),
        "/widget.css": (shown._css, "text/css"),
        "/state.json": (json.dumps(state), "application/json"),
    }

    def serve(route: Route) -> None:
        body, kind = files[route.request.url.removeprefix(NOTEBOOK)]
        route.fulfill(body=body, content_type=kind)

    page.route(f"{NOTEBOOK}/**", serve)
    page.goto(f"{NOTEBOOK}/")


def test_the_model_holds_the_view(lively_result: Result, compared: Comparison) -> None:
    shown = cf.widget(lively_result, hour=20, language="vi")
    assert shown.view == view.of_result(lively_result)
    assert (shown.hour, shown.language) == (20, "vi")
    assert shown.words["Play"] != "Play"
    assert cf.widget(lively_result, language="en").words == {}
    synced = shown.get_state()
    assert view.of_comparison(compared) == cf.widget(compared).view
    assert {"view", "hour", "language", "words", "_esm", "_css"} <= set(synced)
    assert json.loads(json.dumps(synced["view"], allow_nan=False)) == shown.view


def test_a_run_is_drawn_and_its_clock_moves(page: Page, lively_result: Result) -> None:
    shown_in(page, cf.widget(lively_result, hour=40, language="en"), showing(None, print).document())
    expect(page.locator(".map canvas")).to_have_count(1)
    expect(page.get_by_role("slider", name="Hour")).to_have_value("40")
    page.wait_for_timeout(300)
    assert page.evaluate(COLOURS, 0) > 30
    before = page.evaluate("document.querySelector('.map canvas').toDataURL()")
    page.evaluate("model.set('hour', 44)")
    expect(page.get_by_role("slider", name="Hour")).to_have_value("44")
    assert page.evaluate("document.querySelector('.map canvas').toDataURL()") != before
    page.get_by_role("slider", name="Hour").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("kept") == 45
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("slider", name="Hour")).not_to_have_value("45")
    page.get_by_role("button", name="Pause").click()
    page.evaluate("end()")
    keep(page, "widget")


def test_a_comparison_is_drawn_beside_the_recorded_run(page: Page, compared: Comparison) -> None:
    crisis = cf.load("almaty-2022")
    assert isinstance(crisis, Scenario)
    shown_in(page, cf.widget(compared, hour=20, language="vi"), moving(crisis))
    expect(page.locator(".map canvas")).to_have_count(3)
    expect(page.locator(".arm")).to_contain_text(["Như đã ghi", "giả sử", "khác nhau"])
    page.wait_for_timeout(300)
    assert all(page.evaluate(COLOURS, number) > 30 for number in range(2))
    keep(page, "widget-comparison")


def test_a_comparison_that_nobody_watched_has_no_map(lively: Scenario) -> None:
    found = cf.compare(lively, {"no curfew": {"actions.curfew": None}}, 2, seed=5, threads=1, until="6 h")
    with pytest.raises(cf.InputError, match="watch=True"):
        cf.widget(found)


def test_without_its_package_the_widget_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, lively_result: Result
) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    module._class.cache_clear()
    monkeypatch.setattr(extras, "import_module", missing)
    with pytest.raises(cf.InputError, match=r"pip install 'contrafact\[notebook\]'"):
        cf.widget(lively_result)


def test_a_notebook_shows_results_as_tables(lively_result: Result, compared: Comparison) -> None:
    html = lively_result._repr_html_()
    assert html.index("Deaths") < html.index("Detained")
    assert html.count("<tr>") > len(lively_result.summary)
    assert "ill-treatment" in html
    html = compared._repr_html_()
    assert "no curfew" in html
    assert "95 % interval" in html
    assert compared.table()._repr_html_() == html


def test_a_data_frame_has_a_row_for_each_replication(lively_result: Result) -> None:
    frame = lively_result.to_pandas()
    assert frame.index.tolist() == lively_result.numbers.tolist()
    assert frame["deaths_total"].tolist() == lively_result.outcomes["deaths_total"].tolist()
