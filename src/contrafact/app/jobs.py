"""Runs and comparisons that the page asks for: one at a time, a few waiting, the last ones kept.

A job belongs to the server, not to the page that started it: a browser that goes away finds it again by its id. What a
job computes is written below a folder that the server made for itself; no name in it comes from a request.
"""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Literal, TypeAlias

from contrafact.app.security import problem_of
from contrafact.errors import InputError, InputErrors, RunError
from contrafact.experiment.comparing import ComparisonInterrupted, compare
from contrafact.experiment.comparison import Comparison, effect_as_dict
from contrafact.experiment.pools import Workers
from contrafact.experiment.result import Result
from contrafact.experiment.run import Interrupted, run
from contrafact.scenario.document import Document

State: TypeAlias = Literal["waiting", "running", "done", "cancelled", "failed"]
ENDED: tuple[State, ...] = ("done", "cancelled", "failed")

MOST_WAITING = 4
MOST_KEPT = 8
MOST_REPLICATIONS = 400
LONGEST_S = 3600.0
"""After so long a job is stopped between two replications, and what is done is kept."""


@dataclass
class Job:
    """One run or comparison, from the moment it was asked for.

    title    that of the variant, empty where there is none
    changes  overrides of the arm that is compared with the scenario; None for a run of the scenario alone
    done     replications or pairs finished, of ``total``
    errors   what was wrong, in the form of ``validate --json``
    provisional  effects over the pairs so far, while a comparison runs: one for each outcome, so its size is bounded
    """

    crisis: Document
    title: str
    changes: Mapping[str, Any] | None
    total: int
    seed: int
    id: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    state: State = "waiting"
    done: int = 0
    begun: float | None = None
    elapsed_s: float = 0.0
    message: str = ""
    errors: list[dict[str, Any]] = field(default_factory=list)
    found: Result | Comparison | None = None
    provisional: dict[str, Any] | None = None
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def kind(self) -> str:
        """Whether it is a run or a comparison."""
        return "run" if self.changes is None else "comparison"

    def as_dict(self) -> dict[str, Any]:
        """What the page is told of it."""
        elapsed = self.elapsed_s if self.begun is None or self.state in ENDED else time.monotonic() - self.begun
        return {
            "id": self.id,
            "kind": self.kind,
            "scenario": self.crisis.name,
            "title": self.title,
            "changes": None if self.changes is None else dict(self.changes),
            "state": self.state,
            "done": self.done,
            "total": self.total,
            "seed": self.seed,
            "elapsed_s": round(elapsed, 1),
            "message": self.message,
            "errors": self.errors,
            "has_result": self.found is not None,
            "provisional": None if self.state in ENDED else self.provisional,
        }


def provisional(found: Comparison) -> dict[str, Any]:
    """Effects over the pairs so far, harm first; what an assumption decides has none, as in the end."""
    told = ("outcome", "unit", "effect", "sign_flip_share", "zero_share")
    effects = [effect_as_dict(effect) for effect in found.effects]
    return {"pairs": found.replications, "effects": [{key: effect[key] for key in told} for effect in effects]}


class QueueFullError(Exception):
    """As many jobs wait as may."""


class Jobs:
    """The jobs of one server; a thread of its own works through them."""

    def __init__(self, folder: Path, threads: int | None = None, workers: Workers = 0) -> None:
        self.folder, self.threads, self.workers = folder, threads, workers
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._worker = threading.Thread(target=self._work, name="jobs", daemon=True)
        self._worker.start()

    def start(self, crisis: Document, title: str, changes: Mapping[str, Any] | None, total: int, seed: int) -> Job:
        """Put a job in the queue; QueueFullError where too many wait."""
        job = Job(crisis, title, changes, total, seed)
        with self._lock:
            if sum(one.state == "waiting" for one in self._jobs.values()) >= MOST_WAITING:
                raise QueueFullError
            self._jobs[job.id] = job
            self._forget()
        self._queue.put(job)
        return job

    def of(self, name: str) -> Job | None:
        """The job with this id, None where there is none or it has been forgotten."""
        with self._lock:
            return self._jobs.get(name)

    def all(self) -> list[Job]:
        """Every job that is remembered, the latest last."""
        with self._lock:
            return list(self._jobs.values())

    def cancel(self, job: Job) -> None:
        """Stop a job: one that waits at once, one that runs after the replications under way."""
        job.stopping.set()
        with self._lock:
            if job.state == "waiting":
                job.state = "cancelled"

    def results_of(self, job: Job) -> Path:
        """The results folder of a job that has ended well, below the server's own folder."""
        return self.folder / job.id

    def close(self) -> None:
        """Stop what runs and end the thread."""
        for job in self.all():
            self.cancel(job)
        self._queue.put(None)
        self._worker.join(timeout=60.0)

    def _forget(self) -> None:
        """Drop the oldest jobs that have ended beyond those that are kept; called with the lock held."""
        ended = [job for job in self._jobs.values() if job.state in ENDED]
        for job in ended[: max(0, len(self._jobs) - MOST_KEPT)]:
            del self._jobs[job.id]
            shutil.rmtree(self.results_of(job), ignore_errors=True)

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            with self._lock:
                if job.state != "waiting":
                    continue
                job.state, job.begun = "running", time.monotonic()
            state: State = "failed"
            try:
                state = self._simulate(job)
            except (InputError, InputErrors) as error:
                wrong = error.errors if isinstance(error, InputErrors) else [error]
                job.errors = [problem_of(one) for one in wrong]
                job.message = str(error)
            except (RunError, MemoryError, RecursionError, ArithmeticError, ValueError, OSError) as error:
                job.message = f"{type(error).__name__}: {error}"
            job.elapsed_s = time.monotonic() - (job.begun or 0.0)
            job.state = state

    def _simulate(self, job: Job) -> State:
        """Run a job to its end; what had finished is kept where it was stopped."""

        def told(done: int, _total: int) -> None:
            job.done = done

        def noted(sentence: str) -> None:
            job.message = sentence

        def looked(found: Comparison) -> None:
            job.provisional = provisional(found)

        begun = time.monotonic()

        def stop() -> bool:
            return job.stopping.is_set() or time.monotonic() - begun > LONGEST_S

        options: dict[str, Any] = {
            "seed": job.seed,
            "threads": self.threads,
            "workers": self.workers,
            "out": self.results_of(job),
            "progress": told,
            "notify": noted,
            "stop": stop,
        }
        try:
            if job.changes is None:
                found = run(job.crisis, job.total, **options)
                if not isinstance(found, Result):
                    raise InputError(f"{job.crisis.name} has no map to show")
                job.found = found
            else:
                arms = {"what if": job.changes}
                job.found = compare(job.crisis, arms, job.total, watch=True, preview=looked, **options)
        except Interrupted as stopped:
            job.found = stopped.result if isinstance(stopped.result, Result) else None
            return "cancelled"
        except ComparisonInterrupted as stopped:
            job.found = stopped.comparison
            return "cancelled"
        job.message = ""
        return "done"
