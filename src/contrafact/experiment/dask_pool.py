"""Replications on the workers of a Dask cluster, wherever they are; needs the extra ``cluster``.

The scheduler gives the replications of a worker that dies to another one; a replication with which several workers died
one after the other is given up (``distributed.scheduler.allowed-failures``). A worker makes the job once.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from contrafact import __version__
from contrafact.errors import InputError, RunError

if TYPE_CHECKING:
    from contrafact.experiment.protocol import AnyJob

TIMEOUT_S = 10.0
MISSING = "needs what is not installed; get it with: pip install 'contrafact[cluster]'"


class DaskWorkers:
    """Replications on a Dask cluster; InputError where ``distributed`` is not installed or no scheduler answers."""

    def __init__(self, job: AnyJob, address: str) -> None:
        self._client, self._address, self._size = _client(address), address, 1
        self._executor = self._client.get_executor(pure=False)
        self._token = uuid.uuid4().hex
        self._recipe = self._client.submit(_itself, job.recipe(), pure=False)
        self._started: list[Future[Any]] = []

    @property
    def size(self) -> int:
        """Threads of all workers that there are now, at least 1, since more may still come; RunError as ``check``."""
        self.check()
        with suppress(OSError):  # the client is looking for its scheduler; what was known last is near enough
            self._size = max(1, sum(self._client.nthreads().values()))
        return self._size

    def submit(self, number: int) -> Future[Any]:
        """Start one replication as soon as a worker is free."""
        self._started = [future for future in self._started if not future.done()]
        future: Future[Any] = self._executor.submit(_simulate_there, self._token, __version__, self._recipe, number)
        self._started.append(future)
        return future

    def check(self) -> None:
        """The client gives a scheduler up that cannot be reached for some seconds; replications would wait for ever."""
        if self._client.status not in ("running", "connecting"):
            raise RunError(f"the Dask scheduler at {self._address} is gone")

    def close(self) -> None:
        """Start nothing more and let go of what is under way: a cluster without workers would keep us for ever."""
        for future in self._started:
            future.cancel()
        self._client.close()


def _client(address: str) -> Any:
    found = f"dask:{address}"
    try:
        distributed = import_module("distributed")
    except ImportError:
        raise InputError(f'found "{found}", which {MISSING}', key="--workers", found=found) from None
    try:
        return distributed.Client(address, timeout=TIMEOUT_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        message = f'found "{found}", but no Dask scheduler answers there ({error})'
        raise InputError(message, key="--workers", found=found) from None


def _itself(recipe: Callable[[], AnyJob]) -> Callable[[], AnyJob]:
    return recipe


_lock = threading.Lock()
_jobs: dict[str, AnyJob] = {}
"""In a worker: the job of the replications that it ran last, by token."""


def _simulate_there(token: str, version: str, recipe: Callable[[], AnyJob], number: int) -> Any:
    if version != __version__:
        raise RunError(f"a worker has contrafact {__version__}, the run was started with {version}")
    with _lock:
        if token not in _jobs:
            _jobs.clear()
            _jobs[token] = recipe()
        job = _jobs[token]
    return job.simulate(number)
