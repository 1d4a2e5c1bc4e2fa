"""Many replications of one job, on threads or processes; what comes out does not depend on which finishes first.

A replication runs on one thread, and kernels release the interpreter's lock, so that threads run side by side. Results
are taken in the order of the replications' numbers, and only a few are under way at a time, so that the state of few
replications is in memory at once.
"""

from __future__ import annotations

import os
import pickle
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice, takewhile
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from contrafact.errors import InputError, InputErrors, RunError
from contrafact.experiment.interruption import Interruption, deaf_children, die_with_parent

if TYPE_CHECKING:
    from contrafact.experiment.protocol import AnyJob

POLL_S = 0.2
ATTEMPTS = 3
"""How often worker processes may die before the run is given up."""


class Pool(Protocol):
    """Something that runs replications by their number."""

    @property
    def size(self) -> int:
        """Replications that run side by side."""

    def submit(self, number: int) -> Future[Any]:
        """Start one replication as soon as there is room."""

    def check(self) -> None:
        """RunError where nothing that was started can come to an end any more."""

    def close(self) -> None:
        """Start nothing more and wait for what is under way."""


class Threads:
    """Replications on threads of this process."""

    def __init__(self, job: AnyJob, size: int) -> None:
        self.job, self.size = job, size
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="replication")

    def submit(self, number: int) -> Future[Any]:
        """Start one replication as soon as a thread is free."""
        return self._pool.submit(self.job.simulate, number)

    def check(self) -> None:
        """Threads are always there."""

    def close(self) -> None:
        """Start nothing more and wait for what is under way."""
        self._pool.shutdown(wait=True, cancel_futures=True)


class Processes:
    """Replications in processes of their own; each makes the job once.

    The recipe goes through a file. Sent as an argument it may fill the pipe to a process that dies before it reads, and
    the standard library would then wait for ever, since it holds the reading end as well.
    """

    def __init__(self, job: AnyJob, size: int) -> None:
        self.job, self.size = job, size
        self._deaths = 0
        self._recipe = _written(job.recipe())
        self._pool = self._start()

    def submit(self, number: int) -> Future[Any]:
        """Start one replication as soon as a process is free; where one has died, all are replaced first."""
        while True:
            try:
                with deaf_children():
                    return self._pool.submit(_simulate_in_worker, number)
            except BrokenProcessPool as error:
                self._replace(error)

    def check(self) -> None:
        """A process that dies is noticed by its replications."""

    def close(self) -> None:
        """Start nothing more and wait for what is under way."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._recipe.unlink(missing_ok=True)

    def _replace(self, error: BrokenProcessPool) -> None:
        self._deaths += 1
        if self._deaths >= ATTEMPTS:
            reasons = (
                'too little memory for so many, or a script that starts a run outside `if __name__ == "__main__":`'
            )
            raise RunError(f"worker processes died {self._deaths} times; reasons may be {reasons}") from error
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._start()

    def _start(self) -> ProcessPoolExecutor:
        spawn = get_context("spawn")
        return ProcessPoolExecutor(self.size, spawn, initializer=_start_worker, initargs=(self._recipe,))


class InOrder:
    """Iterates over replications in the order in which they are asked for, whichever ends first, until interrupted."""

    def __init__(self, pool: Pool, numbers: Iterable[int], interruption: Interruption) -> None:
        self.pool, self.interruption = pool, interruption
        self._waiting: deque[tuple[int, Future[Any]]] = deque()
        self._numbers = iter(numbers)

    def __iter__(self) -> Iterator[Any]:
        self._fill()
        while self._waiting:
            number, future = self._waiting[0]
            while not future.done() and not self.interruption.asked:
                wait([future], timeout=POLL_S)
                self.pool.check()
            if self.interruption.asked:
                return
            try:
                replication = future.result()
            except BrokenProcessPool:
                self._waiting[0] = (number, self.pool.submit(number))
                continue
            except (InputError, InputErrors, RunError):
                raise
            except Exception as error:
                self.pool.check()
                raise RunError(f"replication {number} failed: {type(error).__name__}: {error}") from error
            self._waiting.popleft()
            self._fill()
            yield replication

    def finished(self) -> list[Any]:
        """After an interruption: wait for what is under way and give what came to a good end, up to the first gap."""
        self.pool.close()
        done = takewhile(_is_good, (future for _, future in self._waiting))
        return [future.result() for future in done]

    def _fill(self) -> None:
        room = max(0, 2 * self.pool.size - len(self._waiting))  # a pool shrinks where workers leave it
        for number in islice(self._numbers, room):
            if self.interruption.asked:
                return
            self._waiting.append((number, self.pool.submit(number)))


def _is_good(future: Future[Any]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_worker: dict[str, AnyJob] = {}
"""In a worker process: the job of all its replications."""


def _written(recipe: Callable[[], AnyJob]) -> Path:
    """A temporary file, readable by this user alone, that holds what makes a job."""
    handle, name = tempfile.mkstemp(prefix="contrafact-", suffix=".job")
    with os.fdopen(handle, "wb") as file:
        pickle.dump(recipe, file)
    return Path(name)


def _start_worker(recipe: Path) -> None:
    die_with_parent()
    _worker["job"] = pickle.loads(recipe.read_bytes())()


def _simulate_in_worker(number: int) -> Any:
    return _worker["job"].simulate(number)
