"""Where replications run: threads of this process, processes of this machine, or the workers of a Dask cluster.

Two threads get little more done than one wherever a replication spends much of its time in Python between kernels, as
that of a city does; processes each have an interpreter of their own, but take seconds to start.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from contrafact.errors import InputError
from contrafact.experiment.dask_pool import DaskWorkers
from contrafact.experiment.replications import Pool, Processes, Threads

if TYPE_CHECKING:
    from contrafact.experiment.protocol import AnyJob

Workers: TypeAlias = int | str
"""How many processes, 0 for threads, ``dask:ADDRESS`` of a scheduler, or AUTO."""

AUTO = "auto"
"""Processes where so much is to be done that they are worth their start, threads otherwise."""
WORTH_S = 20.0
"""Seconds of work on one processor from which on they are."""
DASK = "dask:"
MOST_WORKERS = 1024


@contextmanager
def pool_of(job: AnyJob, threads: int, workers: Workers, number: int) -> Iterator[Pool]:
    """What runs so many replications side by side, closed at the end; InputError where a cluster cannot be reached."""
    pool = _started(job, threads, workers, number)
    try:
        yield pool
    finally:
        pool.close()


def check_workers(workers: Workers) -> list[InputError]:
    """What is wrong with ``--workers``: one error or none."""
    if isinstance(workers, int):
        is_right = 0 <= workers <= MOST_WORKERS
    else:
        is_right = workers == AUTO or (workers.startswith(DASK) and workers != DASK)
    if is_right:
        return []
    allowed = f"{AUTO}, 0 to {MOST_WORKERS}, or dask:ADDRESS such as dask:tcp://node-1:8786"
    message = f"found {workers}, expected {allowed}"
    return [InputError(message, key="--workers", found=str(workers), allowed=allowed)]


class Chosen:
    """Threads or processes: the first replication runs at once and shows whether the others are worth processes."""

    def __init__(self, job: AnyJob, size: int, number: int) -> None:
        self.job, self.size = job, min(size, number)
        self._left = number - 1
        self._pool: Pool | None = None

    def submit(self, number: int) -> Future[Any]:
        """Run the first replication; start any other as soon as there is room."""
        if self._pool is not None:
            return self._pool.submit(number)
        first: Future[Any] = Future()
        begun = time.perf_counter()
        try:
            first.set_result(self.job.simulate(number))
        except Exception as error:
            first.set_exception(error)
        work = 0.0 if first.exception() else (time.perf_counter() - begun) * self._left
        self._pool = (Processes if self.size > 1 and work > WORTH_S else Threads)(self.job, self.size)
        return first

    def check(self) -> None:
        """RunError where nothing that was started can come to an end any more."""
        if self._pool is not None:
            self._pool.check()

    def close(self) -> None:
        """Start nothing more and wait for what is under way."""
        if self._pool is not None:
            self._pool.close()


def _started(job: AnyJob, threads: int, workers: Workers, number: int) -> Pool:
    if workers == AUTO:
        return Chosen(job, threads, number)
    if isinstance(workers, str):
        return DaskWorkers(job, workers.removeprefix(DASK))
    return Processes(job, workers) if workers else Threads(job, threads)
