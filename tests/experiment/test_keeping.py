"""A run that was stopped, torn or shared out must end in the bytes of one that nobody disturbed."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import contrafact as cf
from contrafact import engine
from contrafact.engine import Replication
from contrafact.experiment import estimating
from contrafact.experiment.result import AnyResult
from contrafact.scenario import Scenario
from verification.killing import contents, differing

ROOT = Path(__file__).parents[2]
REAL = engine.simulate
SIZE = 3
OPTIONS: dict[str, Any] = {"replications": 8, "until": "6 h", "shard_size": SIZE, "command": "a command"}


def run(town: Scenario, out: Path | None, **options: Any) -> AnyResult:
    return cf.run(town, out=out, notify=lambda _: None, **{"threads": 1, **OPTIONS, **options})


@pytest.fixture(scope="module")
def whole(town: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("kept") / "whole"
    run(town, out)
    return out


class Stopped(Exception):
    """Whatever may end a run."""


def stopped_after(town: Scenario, out: Path, count: int, **options: Any) -> None:
    def stop(done: int, _total: int) -> None:
        if done == count:
            raise Stopped

    with pytest.raises(Stopped):
        run(town, out, progress=stop, **options)


def test_killed_runs_end_in_the_same_bytes() -> None:
    script = [sys.executable, "-m", "verification.killing", "--kills", "4", "--worker-kills", "0"]
    done = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("on one thread: 4 kills, 0 of them of workers")


def test_a_shard_stands_in_the_folder_as_soon_as_its_replications_are_done(town: Scenario, tmp_path: Path) -> None:
    seen: dict[int, set[str]] = {}

    def look(done: int, _total: int) -> None:
        seen[done] = {path.name for path in (tmp_path / "out").glob("outcomes/*")}

    run(town, tmp_path / "out", progress=look)
    first, second = "part-000000-000002.parquet", "part-000003-000005.parquet"
    assert [seen[done] for done in (2, 3, 5, 6)] == [set(), {first}, {first}, {first, second}]
    assert not (tmp_path / "out" / "replications").exists()


@pytest.mark.parametrize("count", [1, 3, 7])
@pytest.mark.parametrize("save_s", [0.0, 1e9])
def test_what_had_finished_is_not_run_again(
    town: Scenario, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, save_s: float
) -> None:
    out = tmp_path / "out"
    stopped_after(town, out, count, save_s=save_s)
    ran: list[int] = []

    def noted(model: engine.Model, seed: int, replication: int, **how: Any) -> Replication:
        ran.append(replication)
        return REAL(model, seed, replication, **how)

    monkeypatch.setattr(engine, "simulate", noted)
    resumed = run(town, out, resume=True)
    assert ran == list(range(count, 8))
    assert differing(out, contents(whole)) == []
    assert resumed.digest == cf.read(whole).digest
    ran.clear()
    assert run(town, out, resume=True).digest == resumed.digest
    assert ran == []


def test_an_interrupted_run_can_be_read_and_gone_on_with(town: Scenario, whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done: list[int] = []
    with pytest.raises(cf.Interrupted):
        run(town, out, progress=lambda count, _: done.append(count), stop=lambda: len(done) >= 4)
    kept = cf.read(out)
    assert 4 <= kept.replications < 8
    assert cf.replay(out, 3).match
    run(town, out, resume=True)
    assert differing(out, contents(whole)) == []


@pytest.mark.parametrize(
    ("torn", "told"),
    [
        ("events/part-000003-000005.parquet", "torn, lost or edited; written again from"),
        ("replications/part-000003-000005.npz", "the file was torn or edited; its replications are run again"),
    ],
)
def test_a_torn_file_is_named_and_made_again(town: Scenario, whole: Path, tmp_path: Path, torn: str, told: str) -> None:
    out = tmp_path / "out"
    stopped_after(town, out, 7)
    content = (out / torn).read_bytes()
    (out / torn).write_bytes(content[: len(content) // 2])
    said: list[str] = []
    cf.run(town, out=out, threads=1, resume=True, notify=said.append, **OPTIONS)
    assert [str(out / torn) in line and told in line for line in said] == [True]
    assert differing(out, contents(whole)) == []


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"seed": 2}, "seed was 1 and is 2"),
        ({"replications": 9}, "replications was 8 and is 9"),
        ({"until": "7 h"}, "until was 6.0 and is 7.0"),
        ({"record": ("events",)}, "under record"),
        ({"shard": "1/2"}, "shard was 1/1 and is 1/2"),
    ],
)
def test_another_run_is_not_gone_on_with(town: Scenario, whole: Path, options: dict[str, Any], named: str) -> None:
    before = contents(whole)
    with pytest.raises(cf.InputError, match=named):
        run(town, whole, resume=True, **options)
    other = cf.load(ROOT / "tests" / "data" / "small", ["forces.police.strength=90 persons"])
    with pytest.raises(cf.InputError, match=r"resolved.forces.police.strength"):
        run(other, whole, resume=True)
    assert contents(whole) == before


def test_a_folder_in_which_a_run_is_at_work_is_refused(town: Scenario, whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def again(done: int, _total: int) -> None:
        if done == 4:
            for how in ({"resume": True}, {"overwrite": True}):
                with pytest.raises(cf.InputError, match="another process is at work"):
                    run(town, out, **how)

    run(town, out, progress=again)
    assert differing(out, contents(whole)) == []


def test_a_disk_that_is_full_ends_the_run_and_loses_nothing(town: Scenario, whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(done: int, _total: int) -> None:
        if done == 5:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))

    try:
        with pytest.raises(cf.RunError, match=r"could not be written: .*--resume goes on"):
            run(town, out, progress=fill)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    run(town, out, resume=True)
    assert differing(out, contents(whole)) == []


def test_a_long_run_is_told_beforehand_with_time_and_disk(
    town: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    run(town, tmp_path / "short", tell=told.append)
    assert told == []
    monkeypatch.setattr(estimating, "LONG_S", 0.0)
    run(town, tmp_path / "long", tell=told.append)
    (text,) = told
    assert text.startswith("about ")
    assert "kB of disk to go, judged by the first replications" in text
    assert text in (tmp_path / "long" / "run.log").read_text()


@pytest.mark.parametrize("parts", [3, 8])
def test_merged_parts_are_the_bytes_of_one_run(town: Scenario, whole: Path, tmp_path: Path, parts: int) -> None:
    folders = [tmp_path / str(part) for part in range(parts, 0, -1)]
    for folder in folders:
        run(town, folder, shard=f"{folder.name}/{parts}")
        assert cf.replay(folder, int(cf.read(folder).numbers[-1])).match
    merged = cf.merge(folders, tmp_path / "merged")
    assert merged.digest == cf.read(whole).digest
    assert differing(tmp_path / "merged", contents(whole)) == []


def test_parts_that_do_not_make_one_run_are_refused(town: Scenario, tmp_path: Path) -> None:
    for part in (1, 2, 3):
        run(town, tmp_path / str(part), shard=f"{part}/3")
    run(town, tmp_path / "other", shard="3/3", seed=2)
    one, two, three = (tmp_path / str(part) for part in (1, 2, 3))
    for folders, told in (
        ((one, three), "3 of 8 replications are in none of the folders that were named, the first of them 2"),
        ((one, two, two, three), "3 of 8 replications are in two of the folders that were named, the first of them 2"),
        ((one, two, tmp_path / "other"), r"seed was 2 and is 1.*agree in all but --shard"),
        ((one, two, tmp_path), "found no results here that can be gone on with"),
    ):
        with pytest.raises(cf.InputError, match=told):
            cf.merge(folders, tmp_path / "merged")
    next(two.glob("replications/*")).write_bytes(b"torn")
    with pytest.raises(cf.InputError, match="torn or edited"):
        cf.merge((one, two, three), tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


@pytest.mark.parametrize("shard", ["0/2", "3/2", "1/9", "2", "a/b"])
def test_a_part_that_cannot_be_is_told(town: Scenario, shard: str) -> None:
    with pytest.raises(cf.InputErrors, match="--shard: found"):
        run(town, None, shard=shard)


def test_a_folder_that_was_made_for_a_run_that_came_to_nothing_is_gone(
    town: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("rate")

    monkeypatch.setattr(engine, "simulate", fail)
    with pytest.raises(cf.RunError, match=r"replication 0 failed: ZeroDivisionError: rate$"):
        run(town, tmp_path / "a" / "out")
    assert list(tmp_path.iterdir()) == []
