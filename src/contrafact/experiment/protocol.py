"""What a model must bring so that its scenarios are run, kept, executed again and described like those of any other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from contrafact.errors import InputError
    from contrafact.experiment.kept import Kept
    from contrafact.experiment.manifest import Manifest
    from contrafact.experiment.plan import Plan
    from contrafact.scenario.document import Document
    from contrafact.scenario.overrides import Overrides

Progress: TypeAlias = Callable[[int, int], None]
Notify: TypeAlias = Callable[[str], None]
Row: TypeAlias = tuple[str, ...]
Until: TypeAlias = str | float | datetime
R = TypeVar("R")


def to_stderr(message: str) -> None:
    """Tell the user something that is no part of the results."""
    print(message, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Section:
    """A part of a description: a table with its columns and rows, or plain lines."""

    title: str
    columns: Row = ()
    rows: tuple[Row, ...] = ()
    lines: Row = ()


class AnyDescription(Protocol):
    """A scenario, laid open."""

    @property
    def scenario(self) -> Document:
        """What is described."""

    @property
    def sections(self) -> Iterator[Section]:
        """The description for people, in the order in which it is read."""

    def as_dict(self) -> dict[str, Any]:
        """What ``contrafact describe --json`` prints."""


class Adding(Protocol):
    """Keeps what is worth keeping of replications, which it gets in the order of their numbers."""

    @property
    def count(self) -> int:
        """How many it has got."""

    def add(self, replication: Any, /) -> None:
        """Keep one replication."""


class Collector(Adding, Protocol):
    """Gives what it keeps as arrays, which can be written to a file."""

    def arrays(self) -> Kept:
        """All that was kept of at least one replication."""


class AnyJob(Protocol):
    """What all replications share, of a run or of a comparison."""

    def simulate(self, number: int) -> Any:
        """Run one replication on this thread; what it gives has a ``digest``."""

    def recipe(self) -> Callable[[], AnyJob]:
        """Makes the same job in another process, to which it is sent."""


class Job(AnyJob, Protocol):
    """What every replication shares, and what is made of those that were kept."""

    def collector(self, asked: Plan) -> Collector:
        """Something empty that keeps the replications of this job."""

    def result(self, asked: Plan, kept: Kept, elapsed_s: float) -> Any:
        """The result, or the comparison, of replications that were kept."""


class Tables(Protocol):
    """Writes the tables of a result or of a comparison."""

    def write_shards(self, result: Any, folder: Path, size: int = ...) -> None:
        """Write the tables with rows for each replication into a folder that has none, so many in each file."""

    def write_means(self, result: Any, folder: Path) -> None:
        """Write the tables over all replications into a folder that has none of them."""


class Experiment(Protocol[R]):
    """A scenario of one model, whose results are of the type R, with all that it takes to experiment with it."""

    @property
    def recorders(self) -> frozenset[str]:
        """What can be kept of a replication beside its outcomes."""

    @property
    def scenario(self) -> Document:
        """What is run."""

    def overridden(self, overrides: Overrides) -> Document:
        """The same scenario with more overrides; InputErrors where they are wrong."""

    def problems(self) -> list[InputError]:
        """What is wrong although the file can be read."""

    def length(self, until: Until | None) -> float:
        """How much is run, in the model's own measure, hours or ticks; InputError where ``until`` is wrong."""

    def job(self, seed: int, record: frozenset[str], length: float, notify: Notify) -> Job:
        """Prepare to run replications."""

    def result(self, asked: Plan, kept: Kept, elapsed_s: float) -> R:
        """The result of replications that were kept."""

    def write_shards(self, result: R, folder: Path, size: int = ...) -> None:
        """Write the tables with rows for each replication into a folder that has none, so many in each file."""

    def write_means(self, result: R, folder: Path) -> None:
        """Write the tables of means over replications into a folder that has none of them."""

    def read(self, folder: Path, record: Manifest) -> R:
        """The result whose tables and manifest stand in this folder."""

    def describe(
        self, draws: int, seed: int, threads: int | None, progress: Progress | None, notify: Notify
    ) -> AnyDescription:
        """Lay the scenario open; ``draws`` tells how many runs it may take where that needs runs."""
