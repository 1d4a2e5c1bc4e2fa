"""Where replications run: threads of this process, processes of this machine, or the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from contrafact.errors import InputError
from contrafact.experiment.dask_pool import DaskWorkers
from contrafact.experiment.replications import Pool, Processes, Threads

if TYPE_CHECKING:
    from contrafact.experiment.protocol import AnyJob

Workers: TypeAlias = int | str
"""How many processes, 0 for threads, or ``dask:ADDRESS`` of a scheduler."""

DASK = "dask:"
MOST_WORKERS = 1024


@contextmanager
def pool_of(job: AnyJob, threads: int, workers: Workers) -> Iterator[Pool]:
    """Threads, or workers where any are asked for, closed at the end; InputError where a cluster cannot be reached."""
    pool = _started(job, threads, workers)
    try:
        yield pool
    finally:
        pool.close()


def check_workers(workers: Workers) -> list[InputError]:
    """What is wrong with ``--workers``: one error or none."""
    if isinstance(workers, int):
        is_right = 0 <= workers <= MOST_WORKERS
    else:
        is_right = workers.startswith(DASK) and workers != DASK
    if is_right:
        return []
    allowed = f"0 to {MOST_WORKERS}, or dask:ADDRESS such as dask:tcp://node-1:8786"
    message = f"found {workers}, expected {allowed}"
    return [InputError(message, key="--workers", found=str(workers), allowed=allowed)]


def _started(job: AnyJob, threads: int, workers: Workers) -> Pool:
    if isinstance(workers, str):
        return DaskWorkers(job, workers.removeprefix(DASK))
    return Processes(job, workers) if workers else Threads(job, threads)
