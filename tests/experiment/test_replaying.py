"""Manifests: trusted only when whole, and enough to run a replication again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import contrafact as cf
from contrafact.experiment.manifest import FORMAT, read_manifest
from contrafact.experiment.result import Result, overall_digest

Edit = Callable[[dict[str, Any]], object]


@pytest.fixture
def folder(result: Result, tmp_path: Path) -> Path:
    """A copy of the results to spoil."""
    assert result.folder is not None
    return Path(shutil.copytree(result.folder, tmp_path / "copy"))


def edit(folder: Path, change: Edit) -> None:
    """Change the manifest in place."""
    path = folder / "manifest.json"
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_every_replication_comes_out_the_same_again(result: Result, folder: Path) -> None:
    for number in range(3):
        replayed = cf.replay(folder, number)
        assert replayed.match
        assert replayed.digest == replayed.recorded_digest == result.digests[number]
        assert replayed.differences == ()


def test_a_scenario_is_loaded_from_its_results_and_can_be_overridden(result: Result, folder: Path) -> None:
    assert cf.load(folder).digest == cf.load(folder / "manifest.json").digest == result.scenario.digest
    changed = cf.load(folder, ["forces.police.strength=100 persons"])
    assert changed.forces["police"].strength.value == 100


def test_a_run_that_no_command_started_tells_the_command_that_does_the_same(tmp_path: Path) -> None:
    town = cf.load(Path(__file__).parents[1] / "data" / "small", ["draw=central"])
    cf.run(town, 2, seed=3, until="90 min", out=tmp_path / "out")
    command = f"contrafact run {tmp_path}/out --replications 2 --seed 3 --until '90 min'"
    assert read_manifest(tmp_path / "out").command == command


def test_an_overridden_scenario_replays(tmp_path: Path) -> None:
    town = cf.load(Path(__file__).parents[1] / "data" / "small", ["forces.police.strength=90 persons", "draw=central"])
    written = cf.run(town, 1, until="20 h", out=tmp_path / "out")
    assert cf.replay(tmp_path / "out").digest == written.digests[0]


def test_a_manifest_tells_how_the_run_was_made(result: Result, folder: Path) -> None:
    manifest = read_manifest(folder)
    assert manifest.command == "a command"
    assert manifest.seed == 5
    assert manifest.until_hours == 27.0
    assert manifest.arms == ["recorded"]
    assert manifest.resolved == result.scenario.resolved()
    assert {"numpy", "numba", "scipy"} <= set(manifest.packages)


def test_another_digest_is_a_mismatch(folder: Path) -> None:
    def other_digest(content: dict[str, Any]) -> None:
        content["replications"][1]["digest"] = "0" * 32
        content["digest"] = overall_digest(one["digest"] for one in content["replications"])

    edit(folder, other_digest)
    assert not cf.replay(folder, 1).match
    assert cf.replay(folder, 0).match


def test_changed_versions_are_told(folder: Path) -> None:
    edit(folder, lambda content: content["packages"].update(numpy="1.0"))
    assert cf.replay(folder).differences[0].startswith("numpy was 1.0 and is ")


def test_a_replication_that_was_not_run_is_refused(folder: Path) -> None:
    with pytest.raises(cf.InputError, match="found 3, expected one of 3 replications from 0 to 2"):
        cf.replay(folder, 3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content.pop("seed"), "seed: Field required"),
        (lambda content: content.update(seed="five"), 'seed: found "five"'),
        (lambda content: content.update(colour="red"), "colour"),
        (lambda content: content.update(format=FORMAT + 1), f"found format {FORMAT + 1}, this version reads up to"),
        (lambda content: content.pop("format"), "not a manifest"),
        (lambda content: content.update(replications=[]), "lists no replication"),
        (lambda content: content["replications"].pop(), "not the digest of the replications"),
        (lambda content: content["resolved"].update(title="Another town"), "edited after the run"),
        (lambda content: content["resolved"].update(colour="red"), 'unknown key "colour"'),
    ],
)  # fmt: skip
def test_an_edited_manifest_is_refused_with_the_reason(folder: Path, change: Edit, message: str) -> None:
    edit(folder, change)
    with pytest.raises((cf.InputError, cf.InputErrors), match=message):
        cf.replay(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"format": true}'])
def test_a_torn_manifest_is_refused(folder: Path, content: bytes) -> None:
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(cf.InputError, match=r"torn|not a manifest"):
        cf.replay(folder)


def test_a_folder_without_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(cf.InputError, match="expected a folder with"):
        cf.replay(tmp_path)
