"""Running replications: same digests however they are run, order, failures, interruptions, what is kept."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import contrafact as cf
from contrafact import engine, kernels, world
from contrafact.engine import Replication
from contrafact.evidence import shipped_evidence
from contrafact.experiment import city
from contrafact.experiment.interruption import Interruption
from contrafact.experiment.replications import InOrder
from contrafact.experiment.result import Result
from contrafact.scenario import Scenario

REAL = engine.simulate
SHORT = "20 h"


@pytest.fixture(scope="module")
def digests(town: Scenario) -> tuple[str, ...]:
    """Digests of six replications on one thread."""
    return cf.run(town, 6, threads=1, until=SHORT).digests


def test_replications_differ(digests: tuple[str, ...]) -> None:
    assert len(set(digests)) == 6


@pytest.mark.parametrize("threads", [2, 4])
def test_digests_do_not_depend_on_threads(town: Scenario, digests: tuple[str, ...], threads: int) -> None:
    assert cf.run(town, 6, threads=threads, until=SHORT).digests == digests


def test_digests_do_not_depend_on_processes_even_when_one_is_killed(town: Scenario, digests: tuple[str, ...]) -> None:
    killed: list[multiprocessing.process.BaseProcess] = []

    def kill_one(done: int, total: int) -> None:
        if not killed:
            killed.extend(multiprocessing.active_children()[:1])
            killed[0].kill()

    assert cf.run(town, 6, workers=2, until=SHORT, progress=kill_one).digests == digests
    assert killed


def test_digests_do_not_depend_on_what_is_recorded(town: Scenario, digests: tuple[str, ...]) -> None:
    result = cf.run(town, 6, until=SHORT, record=())
    assert result.digests == digests
    assert not result.timeline
    assert not result.cells


def test_another_seed_gives_other_digests(town: Scenario, digests: tuple[str, ...]) -> None:
    assert not set(cf.run(town, 2, seed=2, until=SHORT).digests) & set(digests)


def test_results_stand_in_the_order_of_their_numbers_whichever_finishes_first(
    town: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished = []

    def first_is_slow(model: engine.Model, seed: int, replication: int, **how: Any) -> Replication:
        result = REAL(model, seed, replication, **how)
        time.sleep(0.3 if replication == 0 else 0.0)
        finished.append(replication)
        return result

    monkeypatch.setattr(engine, "simulate", first_is_slow)
    assert list(cf.run(town, 4, threads=2, until="1 h").numbers) == [0, 1, 2, 3]
    assert finished[0] != 0


def test_only_twice_as_many_replications_are_started_ahead_as_run_side_by_side() -> None:
    class Counting:
        size = 3
        started = 0

        def submit(self, number: int) -> Future[Any]:
            self.started = number + 1
            future: Future[Any] = Future()
            future.set_result(number)
            return future

        def close(self) -> None:
            pass

    pool = Counting()
    taken: list[Any] = [(number, pool.started) for number in InOrder(pool, range(50), Interruption())]
    assert [number for number, _ in taken] == list(range(50))
    assert all(started <= number + 1 + 2 * pool.size for number, started in taken)


def test_a_pool_that_shrinks_is_not_asked_for_more_than_it_can_run() -> None:
    class Shrinking:
        size = 4

        def submit(self, number: int) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_result(number)
            return future

        def close(self) -> None:
            pass

    pool = Shrinking()
    taken = []
    for number in InOrder(pool, range(20), Interruption()):
        pool.size = 1
        taken.append(number)
    assert taken == list(range(20))


def test_mean_crowd_is_the_mean_of_the_replications(town: Scenario, result: Result) -> None:
    model = engine.prepare(town, world.build(town))
    crowds = [REAL(model, 5, number, until_hours=27.0).crowd for number in range(3)]
    np.testing.assert_allclose(result.cells["crowd"], np.mean(crowds, axis=0), rtol=1e-12)
    np.testing.assert_array_equal(result.first_cells["crowd"], crowds[0])
    assert result.cells["crowd"].shape == (27, result.cell_count)


def test_outcomes_and_curves_agree(result: Result) -> None:
    crowd = result.timeline["crowd"]
    assert crowd.shape == (3, 27 * 6)
    np.testing.assert_array_equal(crowd.max(axis=1), result.outcomes["peak_crowd"])
    np.testing.assert_array_equal(result.timeline["detained"][:, -1], result.outcomes["detained"])


def test_a_milestone_that_cannot_be_read_is_told_after_the_first_replication(
    town: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    monkeypatch.setattr(city, "evidence_of", lambda _: shipped_evidence("almaty-2022"))
    monkeypatch.setattr(city, "read_milestones", _unreadable)
    with pytest.raises(cf.InputError, match="there is no reading"):
        cf.run(town, 50, threads=1, until="1 h", progress=lambda done, total: told.append(done))
    assert told == []


def _unreadable(*_: object) -> None:
    raise cf.InputError("there is no reading")


def test_progress_is_told_after_each_replication(town: Scenario) -> None:
    told: list[tuple[int, int]] = []
    cf.run(town, 3, until="1 h", progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_failing_replication_is_named_and_what_had_finished_is_kept(
    town: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def second_fails(model: engine.Model, seed: int, replication: int, **how: Any) -> Replication:
        if replication == 1:
            raise ZeroDivisionError("rate")
        return REAL(model, seed, replication, **how)

    monkeypatch.setattr(engine, "simulate", second_fails)
    out = tmp_path / "out"
    with pytest.raises(
        cf.RunError, match=r"replication 1 failed: ZeroDivisionError: rate; 1 replication kept in .*out"
    ):
        cf.run(town, 4, threads=2, until="1 h", out=out)
    monkeypatch.setattr(engine, "simulate", REAL)
    assert cf.run(town, 4, threads=2, until="1 h", out=out, resume=True).replications == 4
    assert "going on: 1 of 4 replications are kept" in (out / "run.log").read_text()


def test_an_interrupted_run_keeps_what_had_finished(town: Scenario, tmp_path: Path, digests: tuple[str, ...]) -> None:
    def stop(done: int, total: int) -> None:
        if done == 2:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(cf.Interrupted) as raised:
        cf.run(town, 60, threads=1, until=SHORT, out=tmp_path / "out", progress=stop, notify=lambda message: None)
    kept = raised.value.result
    assert kept is not None
    assert 2 <= kept.replications < 60
    assert kept.digests[:2] == digests[:2]
    assert cf.read(tmp_path / "out").digests == kept.digests
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_compiling_is_told_and_timed_once(town: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "cache_folder", lambda: tmp_path / "kernels")
    told: list[str] = []
    for _ in range(2):
        cf.run(town, 1, until="1 h", notify=told.append)
    assert [words.split()[0] for words in told] == ["compiling", "compiled"]
