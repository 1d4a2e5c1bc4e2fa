"""Lay a scenario of any model open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contrafact.errors import InputErrors
from contrafact.experiment import kinds
from contrafact.experiment.plan import LARGEST_SEED, check_range
from contrafact.experiment.pools import MOST_WORKERS
from contrafact.experiment.protocol import AnyDescription, Notify, Progress, to_stderr

if TYPE_CHECKING:
    from contrafact.scenario.document import Document


def describe(
    described: Document,
    draws: int = 40,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
    notify: Notify = to_stderr,
) -> AnyDescription:
    """Lay a scenario open; ``draws`` is the number of calm weeks to simulate for a city, 0 for none.

    InputErrors names options that are wrong.
    """
    errors = [
        *check_range("--draws", draws, 0, 100_000),
        *check_range("--seed", seed, 0, LARGEST_SEED),
        *check_range("--threads", 1 if threads is None else threads, 1, MOST_WORKERS),
    ]
    if errors:
        raise InputErrors(errors)
    return kinds.of(described).describe(draws, seed, threads, progress, notify)
