"""Replications must come out the same on threads, on processes and on a Dask cluster, whichever worker dies."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

import contrafact as cf
from contrafact.experiment.dask_pool import DaskWorkers
from contrafact.experiment.interruption import Interruption
from contrafact.experiment.pools import AUTO, check_workers, pool_of
from contrafact.experiment.replications import InOrder
from contrafact.experiment.sweeps.sweeping import sweep
from contrafact.scenario import Scenario
from verification.killing import contents, differing

UNTIL = "12 h"
OVER = ["parameters.participation.legitimacy=0.7..0.9"]


class Failing:
    """A job whose replications fail."""

    def simulate(self, number: int) -> None:
        raise ZeroDivisionError("rate")

    def recipe(self) -> Callable[[], Failing]:
        return Failing


class Where:
    """A job that tells in which process it runs."""

    def simulate(self, number: int) -> int:
        return os.getpid()

    def recipe(self) -> Callable[[], Where]:
        return Where


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two worker processes of a real cluster on this machine."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as found:
        yield found


def test_a_cluster_gives_the_same_bytes_even_when_a_worker_is_killed(
    town: Scenario, tmp_path: Path, cluster: Any
) -> None:
    options: dict[str, Any] = {"until": UNTIL, "shard_size": 3, "command": "a command"}
    here = cf.run(town, 10, threads=1, out=tmp_path / "here", **options)
    killed: list[int] = []

    def kill_one(done: int, _total: int) -> None:
        if done == 2:
            killed.append(next(iter(cluster.workers.values())).pid)
            os.kill(killed[0], signal.SIGKILL)

    workers = f"dask:{cluster.scheduler_address}"
    there = cf.run(town, 10, workers=workers, out=tmp_path / "there", progress=kill_one, **options)
    assert killed
    assert there.digest == here.digest
    assert differing(tmp_path / "there", contents(tmp_path / "here")) == []


def test_a_sweep_runs_on_a_cluster(town: Scenario, tmp_path: Path, cluster: Any) -> None:
    options: dict[str, Any] = {"points": 2, "replications": 2, "until": "6 h"}
    here = sweep(town, OVER, out=tmp_path / "here", threads=1, **options)
    there = sweep(town, OVER, out=tmp_path / "there", workers=f"dask:{cluster.scheduler_address}", **options)
    assert {name: values.tolist() for name, values in there.outcomes.items()} == {
        name: values.tolist() for name, values in here.outcomes.items()
    }


def test_what_was_finished_is_kept_when_a_run_on_a_cluster_is_stopped(
    town: Scenario, tmp_path: Path, cluster: Any
) -> None:
    done: list[int] = []
    workers = f"dask:{cluster.scheduler_address}"
    with pytest.raises(cf.Interrupted) as raised:
        cf.run(
            town, 30, until=UNTIL, workers=workers, out=tmp_path / "out", notify=lambda _: None,
            progress=lambda count, _: done.append(count), stop=lambda: len(done) >= 3,
        )  # fmt: skip
    assert raised.value.result is not None
    assert 3 <= raised.value.result.replications < 30
    assert cf.replay(tmp_path / "out", 2).match


@pytest.mark.parametrize(("worth", "processes"), [(20.0, False), (-1.0, True)])
def test_processes_are_taken_where_what_is_left_is_worth_their_start(
    worth: float, processes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contrafact.experiment.pools.WORTH_S", worth)
    with pool_of(Where(), 2, AUTO, 4) as pool:
        first, *others = InOrder(pool, range(4), Interruption())
    assert first == os.getpid()
    assert len(others) == 3
    assert all((one != os.getpid()) == processes for one in others)


def test_nothing_is_started_once_a_stop_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contrafact.experiment.pools.WORTH_S", -1.0)
    done: list[int] = []

    class Stopped(Where):
        def simulate(self, number: int) -> int:
            done.append(number)
            return number

    with pool_of(Stopped(), 2, AUTO, 9) as pool:
        under_way = InOrder(pool, range(9), Interruption(lambda: bool(done)))
        assert list(under_way) == []
        assert under_way.finished() == [0]
    assert done == [0]


def test_an_error_of_the_first_replication_is_told_like_any_other() -> None:
    told = "replication 0 failed: ZeroDivisionError: rate"
    with pytest.raises(cf.RunError, match=told), pool_of(Failing(), 2, AUTO, 3) as pool:
        list(InOrder(pool, range(3), Interruption()))


def test_an_error_of_a_replication_on_a_cluster_is_told(cluster: Any) -> None:
    pool = DaskWorkers(Failing(), cluster.scheduler_address)
    with pytest.raises(cf.RunError, match="replication 7 failed: ZeroDivisionError: rate"):
        list(InOrder(pool, [7], Interruption()))
    pool.close()


def test_a_scheduler_that_is_gone_ends_the_run(cluster: Any) -> None:
    pool = DaskWorkers(Failing(), cluster.scheduler_address)
    pool.check()
    pool._client.close()
    pool.submit = lambda _: Future()  # a replication that never ends
    with pytest.raises(cf.RunError, match=r"the Dask scheduler at tcp://.* is gone"):
        list(InOrder(pool, [0], Interruption()))
    pool.close()


def test_a_scheduler_that_does_not_answer_is_told(town: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("contrafact.experiment.dask_pool.TIMEOUT_S", 0.2)
    with pytest.raises(cf.InputError, match="but no Dask scheduler answers there"):
        cf.run(town, 2, until="1 h", workers="dask:tcp://127.0.0.1:1")


def test_a_missing_extra_is_named(town: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(cf.InputError, match=r"--workers: .*pip install 'contrafact\[cluster\]'"):
        cf.run(town, 2, until="1 h", workers="dask:tcp://127.0.0.1:1")


@pytest.mark.parametrize("workers", [-1, 1025, "dask", "dask:", "8 processes"])
def test_workers_that_cannot_be_are_told(town: Scenario, workers: int | str) -> None:
    with pytest.raises(cf.InputErrors, match="expected auto, 0 to 1024, or dask:ADDRESS"):
        cf.run(town, 2, workers=workers)


@pytest.mark.parametrize("workers", [0, 1, 1024, "dask:tcp://node-1:8786"])
def test_workers_that_can_be_are_taken(workers: int | str) -> None:
    assert check_workers(workers) == []
