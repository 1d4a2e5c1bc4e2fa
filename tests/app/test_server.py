"""What the server answers, and what it refuses."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from contrafact.app import jobs as jobs_module
from contrafact.app.security import POLICY
from contrafact.app.server import application
from contrafact.app.showing import Shown
from contrafact.app.uploads import checked
from contrafact.errors import InputErrors

PATIENCE_S = 120.0
LARGEST_EVENT = 8000


def ended(client: TestClient, job: str) -> dict[str, Any]:
    """The job when it has ended."""
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE_S:
        state: dict[str, Any] = client.get(f"/api/jobs/{job}").json()
        if state["state"] in ("done", "cancelled", "failed"):
            return state
        time.sleep(0.05)
    raise AssertionError("the job did not end")


def test_the_page_and_its_policy_allow_nothing_from_elsewhere(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert "<script" in answer.text
    assert "http://" not in answer.text
    assert "https://" not in answer.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:9999", "localhost.evil.example:8000", ""])
def test_another_host_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/api/view", headers={"host": host}).status_code == 421


@pytest.mark.parametrize(
    "headers", [{"origin": "http://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
def test_pages_of_another_origin_start_nothing(client: TestClient, headers: Mapping[str, str]) -> None:
    assert client.post("/api/jobs", json={}, headers=headers).status_code == 403
    assert client.get("/api/jobs").json() == {"jobs": []}


def test_a_body_that_is_too_large_is_refused_whatever_it_announces(shown: Shown) -> None:
    with TestClient(application(shown, 8000), base_url="http://127.0.0.1:8000") as client:
        assert client.post("/api/scenarios", content=b"x" * 12_000_001).status_code == 413
        assert client.post("/api/scenarios", content=(b"x" * 1_000_000 for _ in range(13))).status_code == 413


def test_paths_that_leave_the_page_find_nothing(client: TestClient) -> None:
    for path in ("/../server.py", "/..%2fserver.py", "/%2e%2e/server.py", "/locale/../../server.py", "/.env"):
        assert client.get(path).status_code == 404


def test_a_run_is_a_job_with_a_view_a_report_and_an_archive(client: TestClient) -> None:
    started = client.post("/api/jobs", json={"kind": "run", "replications": 8})
    assert started.status_code == 202
    job = started.json()["id"]
    state = ended(client, job)
    assert (state["state"], state["done"], state["total"]) == ("done", 8, 8)
    assert client.get(f"/api/jobs/{job}/view").json()["run"]["replications"] == 8
    assert "<!doctype html>" in client.get(f"/api/jobs/{job}/report?lang=vi").text
    names = zipfile.ZipFile(io.BytesIO(client.get(f"/api/jobs/{job}/results.zip").content)).namelist()
    assert "results/manifest.json" in names


def test_events_tell_progress_until_the_job_has_ended(client: TestClient) -> None:
    job = client.post("/api/jobs", json={"changes": {"actions.curfew": None}, "replications": 8}).json()["id"]
    with client.stream("GET", f"/api/jobs/{job}/events") as stream:
        told = [json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: ")]
    assert told[-1]["state"] == "done"
    assert [one["done"] for one in told] == sorted(one["done"] for one in told)
    shown = client.get(f"/api/jobs/{job}/view").json()
    assert shown["kind"] == "comparison"
    assert {effect["outcome"] for effect in shown["effects"]} >= {"deaths_total", "injured_total"}


def test_a_comparison_tells_provisional_effects_until_it_has_ended(client: TestClient) -> None:
    body = {"changes": {"actions.curfew": None}, "replications": 24}
    job = client.post("/api/jobs", json=body).json()["id"]
    with client.stream("GET", f"/api/jobs/{job}/events") as stream:
        lines = [line for line in stream.iter_lines() if line.startswith("data: ")]
    told = [json.loads(line[6:])["provisional"] for line in lines]
    some = [one for one in told if one is not None]
    assert told[0] is None or told[0]["pairs"] < 24
    assert told[-1] is None, "what was found in the end takes its place"
    assert some, "effects come before the end"
    assert [one["pairs"] for one in some] == sorted(one["pairs"] for one in some)
    assert some[0]["effects"][0]["outcome"].startswith("deaths"), "harm first"
    assert max(map(len, lines)) < LARGEST_EVENT


def test_a_job_that_is_stopped_keeps_what_is_done(client: TestClient) -> None:
    job = client.post("/api/jobs", json={"kind": "run", "replications": 400}).json()["id"]
    while client.get(f"/api/jobs/{job}").json()["done"] < 2:
        time.sleep(0.02)
    assert client.delete(f"/api/jobs/{job}").status_code == 200
    state = ended(client, job)
    assert state["state"] == "cancelled"
    kept = client.get(f"/api/jobs/{job}/view").json()["run"]["replications"]
    assert 2 <= kept < 400


def test_so_many_wait_and_no_more(client: TestClient) -> None:
    codes = [client.post("/api/jobs", json={"kind": "run", "replications": 400}).status_code for _ in range(8)]
    assert codes[:4] == [202] * 4
    assert codes[-1] == 429
    for job in client.get("/api/jobs").json()["jobs"]:
        client.delete(f"/api/jobs/{job['id']}")
    assert jobs_module.MOST_WAITING == 4


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"replications": 401}, "400"),
        ({"changes": {"actions.curfw": None}}, "curfew"),
        ({"arm": "nonsense"}, "nonsense"),
        ({"scenario": "../../etc/passwd"}, "no scenario"),
        ({"changes": {"population.total": "many"}}, "persons"),
        ({"surprise": 1}, "Extra"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(client: TestClient, body: dict[str, Any], said: str) -> None:
    answer = client.post("/api/jobs", json=body)
    assert answer.status_code in (404, 422)
    assert said in json.dumps(answer.json()["errors"])
    assert client.get("/api/jobs").json() == {"jobs": []}


def test_a_scenario_that_is_brought_can_be_run(client: TestClient, lively_texts: dict[str, str]) -> None:
    brought = client.post("/api/scenarios", json={"files": lively_texts})
    assert brought.status_code == 200
    assert brought.json()["view"]["kind"] == "scenario"
    job = client.post("/api/jobs", json={"kind": "run", "scenario": brought.json()["id"], "replications": 8}).json()[
        "id"
    ]
    assert ended(client, job)["state"] == "done"


def test_errors_of_a_scenario_are_told_at_file_line_and_key(client: TestClient, lively_texts: dict[str, str]) -> None:
    broken = {**lively_texts, "scenario.yaml": lively_texts["scenario.yaml"].replace("20000 persons", "20000 kg")}
    line = next(n for n, text in enumerate(broken["scenario.yaml"].split("\n"), 1) if "20000 kg" in text)
    answer = client.post("/api/scenarios", json={"files": broken})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["file"], error["line"], error["key"]) == ("scenario.yaml", line, "population.total.value")
    assert error["told"]["en"] == error["message"]
    assert error["told"]["vi"].startswith('gặp "20000 kg"')


def test_a_scenario_names_no_file_of_this_machine(lively_texts: dict[str, str]) -> None:
    text = lively_texts["scenario.yaml"].replace("file: districts.geojson", "file: ../../../../etc/passwd")
    with pytest.raises(InputErrors, match="not among those of the scenario"):
        checked({**lively_texts, "scenario.yaml": text})


@given(st.text(max_size=200), st.dictionaries(st.sampled_from(["a.csv", "districts.geojson"]), st.text(max_size=60)))
def test_whatever_is_brought_is_read_or_refused(text: str, others: dict[str, str]) -> None:
    with pytest.raises(InputErrors):
        checked({**others, "scenario.yaml": text})


@settings(max_examples=30)
@given(st.data())
def test_a_scenario_with_a_part_torn_out_is_read_or_refused(lively_texts: dict[str, str], data: st.DataObject) -> None:
    text = lively_texts["scenario.yaml"]
    first = data.draw(st.integers(0, len(text)))
    last = data.draw(st.integers(first, min(len(text), first + 400)))
    with suppress(InputErrors):
        assert checked({**lively_texts, "scenario.yaml": text[:first] + text[last:]}).sites
