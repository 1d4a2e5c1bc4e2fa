"""A lattice scenario is run, kept, read back, executed again and described like a city."""

from __future__ import annotations

import json
import os
import pickle
import signal
from pathlib import Path

import numpy as np
import pytest

import contrafact as cf
from contrafact.experiment import kinds
from contrafact.experiment.lattice import LatticeResult
from contrafact.experiment.manifest import read_manifest
from contrafact.experiment.parquet import read_metadata, read_tables
from contrafact.experiment.plan import plan
from contrafact.lattice import RUNS
from contrafact.scenario.document import Document

SHORT = ["rules.ratio=floor", "ticks=60"]


@pytest.fixture(scope="module")
def society() -> Document:
    """Sixty ticks of run 2 with C/A rounded down."""
    return cf.load("epstein-2002", SHORT)


@pytest.fixture(scope="module")
def written(society: Document, tmp_path_factory: pytest.TempPathFactory) -> LatticeResult:
    """Four replications of it, written to a folder."""
    found = cf.run(society, 4, seed=5, threads=1, out=tmp_path_factory.mktemp("results") / "out", command="a command")
    assert isinstance(found, LatticeResult)
    return found


def folder_of(result: LatticeResult) -> Path:
    assert result.folder is not None
    return result.folder


def test_replications_are_those_of_the_model(written: LatticeResult) -> None:
    for number in (0, 3):
        alone = RUNS["run-2"].replicate(5, number, ticks=60, ratio="floor")
        assert written.digests[number] == alone.digest
        np.testing.assert_array_equal(written.timeline["active"][number], alone.timeline["active"])
    assert written.outcomes["active_peak"][3] == written.timeline["active"][3].max()


@pytest.mark.parametrize("threads", [1, 2])
def test_digests_do_not_depend_on_threads(society: Document, written: LatticeResult, threads: int) -> None:
    assert cf.run(society, 4, seed=5, threads=threads).digests == written.digests


def test_a_job_that_was_sent_to_another_process_is_the_same(society: Document, written: LatticeResult) -> None:
    job = kinds.of(society).job(5, frozenset(), 60, lambda message: None)
    sent = pickle.loads(pickle.dumps(job.recipe()))()
    assert sent.simulate(2).digest == written.digests[2]


def test_another_seed_gives_other_digests_and_recording_gives_the_same(
    society: Document, written: LatticeResult
) -> None:
    assert not set(cf.run(society, 2, seed=6).digests) & set(written.digests)
    unrecorded = cf.run(society, 4, seed=5, record=())
    assert unrecorded.digests == written.digests
    assert not unrecorded.timeline


def test_the_json_form_has_the_keys_of_every_run(written: LatticeResult) -> None:
    document = json.loads(json.dumps(written.as_dict(), allow_nan=False))
    assert set(document) == {
        "scenario", "seed", "replications", "persons", "cells", "ticks",
        "elapsed_s", "digest", "results", "outcomes", "milestones",
    }  # fmt: skip
    assert (document["persons"], document["cells"], document["ticks"]) == (1120, 1600, 60)
    assert document["milestones"] == []
    assert set(document["outcomes"]["active_peak"]) == {"median", "low", "high", "unit"}


def test_what_has_nothing_to_measure_is_null_and_said(society: Document) -> None:
    calm = cf.run(cf.load("epstein-2002", ["ticks=5"]), 2)
    assert calm.as_dict()["outcomes"]["wait_mean"]["median"] is None
    assert "some have nothing to measure" not in " ".join(calm.notes)


def test_a_folder_holds_what_repeats_and_what_came_out(written: LatticeResult) -> None:
    folder = folder_of(written)
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "manifest.json", "milestones.json", "plan.json", "ro-crate-metadata.json", "run.log",
        "outcomes", "timeline",
    }  # fmt: skip
    record = read_manifest(folder)
    assert (record.until_hours, record.ticks, record.command) == (None, 60, "a command")
    assert record.resolved == written.scenario.resolved()
    outcomes = read_tables(folder / "outcomes")
    assert list(outcomes) == ["replication", "arm", "outcome", "value", "unit"]
    assert len(outcomes["value"]) == 4 * 8
    timeline = read_tables(folder / "timeline")
    assert list(timeline) == ["replication", "arm", "tick", "quantity", "value"]
    chosen = (timeline["quantity"] == "jailed") & (timeline["replication"] == 2)
    assert timeline["tick"][chosen].tolist() == list(range(1, 61))
    assert timeline["value"][chosen].tolist() == written.timeline["jailed"][2].tolist()
    metadata = read_metadata(next((folder / "timeline").iterdir()))
    assert (metadata["units"]["active"], metadata["digest"]) == ("agents", written.digest)


def test_what_is_read_is_what_was_written(written: LatticeResult) -> None:
    read = cf.read(folder_of(written))
    assert isinstance(read, LatticeResult)
    assert (read.digest, read.ticks, read.scenario.digest) == (written.digest, 60, written.scenario.digest)
    np.testing.assert_equal(read.outcomes, written.outcomes)
    np.testing.assert_equal(dict(read.timeline), dict(written.timeline))
    assert repr(read.summary) == repr(written.summary)


def test_a_replication_comes_out_the_same_again(written: LatticeResult) -> None:
    replayed = cf.replay(folder_of(written), 2)
    assert replayed.match
    assert replayed.digest == written.digests[2]


def test_an_edited_manifest_is_refused(written: LatticeResult, tmp_path: Path) -> None:
    content = json.loads((folder_of(written) / "manifest.json").read_text())
    content["resolved"]["rules"]["ratio"] = "round"
    (tmp_path / "manifest.json").write_text(json.dumps(content))
    with pytest.raises(cf.InputError, match="edited after the run"):
        cf.replay(tmp_path)
    content["resolved"]["model"] = "latice"
    (tmp_path / "manifest.json").write_text(json.dumps(content))
    with pytest.raises(cf.InputErrors, match='did you mean "lattice"'):
        cf.replay(tmp_path)


def test_a_run_that_no_command_started_tells_the_command_that_does_the_same(society: Document, tmp_path: Path) -> None:
    cf.run(society, 1, seed=3, until="20 ticks", out=tmp_path / "out")
    record = read_manifest(tmp_path / "out")
    assert record.command == f"contrafact run {tmp_path}/out --replications 1 --seed 3 --until '20 ticks'"
    again = cf.run(cf.load(tmp_path / "out"), 1, seed=3, until="20 ticks")
    assert again.digest == record.digest
    other = cf.load(tmp_path / "out", ["run=run-7"])
    assert other.digest != cf.load(tmp_path / "out").digest


@pytest.mark.parametrize("until", ["20", "20 ticks", " 20 ticks ", 20, 20.0])
def test_a_run_may_end_after_some_ticks(society: Document, until: str | float) -> None:
    assert kinds.of(society).length(until) == 20


@pytest.mark.parametrize(
    "until", ["36 h", "2022-01-05T12:00", "0", "61 ticks", "1.5", "", -1, 2.5, float("nan"), float("inf")]
)
def test_an_end_that_is_no_tick_of_the_run_is_refused(society: Document, until: str | float) -> None:
    with pytest.raises(cf.InputError, match=r"expected 1 to 60 ticks, .* since the model has no clock"):
        kinds.of(society).length(until)


def test_what_the_lattice_does_not_keep_is_refused(society: Document) -> None:
    with pytest.raises(cf.InputErrors, match='found "cells", expected any of timeline'):
        plan(kinds.of(society), 1, 1, None, 0, None, ["cells"])


def test_an_interrupted_run_keeps_what_had_finished(society: Document, written: LatticeResult, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done == 2:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(cf.Interrupted) as raised:
        cf.run(society, 900, seed=5, threads=1, out=tmp_path / "out", progress=stop, notify=lambda message: None)
    kept = raised.value.result
    assert kept is not None
    assert 2 <= kept.replications < 900
    assert kept.digests[:2] == written.digests[:2]
    assert cf.read(tmp_path / "out").digests == kept.digests


def test_a_description_lays_open_rules_values_runs_and_sources(society: Document) -> None:
    description = cf.describe(society)
    document = json.loads(json.dumps(description.as_dict(), allow_nan=False))
    values = {value["name"]: value for value in document["values"]}
    assert values["ratio"]["assumption"] == "set by the user"
    assert values["jailed"]["assumption"] == "the paper leaves it open"
    assert (values["k"]["path"], values["k"]["evidence"]) == ("common.k", ["epstein2002"])
    assert [run["name"] for run in document["runs"]] == list(RUNS)
    assert document["entities"] == {"agents": 1120, "cops": 64, "groups": 1, "sites": 1600, "ticks": 60}
    text = "\n".join(str(section) for section in description.sections)
    for part in ("P = 1 - exp(-k C/A)", "punctuated equilibrium", "activation_mean", "doi:10.1073/pnas.092080199"):
        assert part in text


def test_the_shipped_file_and_a_copy_of_it_have_no_errors(tmp_path: Path) -> None:
    assert cf.validate("epstein-2002") == []
    text = (Path(cf.load("epstein-2002").source)).read_text(encoding="utf-8")
    copy = tmp_path / "scenario.yaml"
    copy.write_text(text.replace("epstein2002", "epstein2003"), encoding="utf-8")
    assert {error.message for error in cf.validate(tmp_path)} == {
        'no evidence has the id "epstein2003"; did you mean "epstein2002"?'
    }
    copy.write_text(text.replace("model: lattice", "model: latice"), encoding="utf-8")
    (error,) = cf.validate(copy)
    assert (error.file, error.line, error.key) == (str(copy), 12, "model")
    assert "a file without the key is a city" in error.message
