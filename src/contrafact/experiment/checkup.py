"""Whether a scenario is sound and what this machine can do."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from contrafact import engine, scenario
from contrafact.errors import InputError, InputErrors
from contrafact.experiment import kinds, manifest
from contrafact.experiment.city import prepared
from contrafact.experiment.loading import is_results, load
from contrafact.experiment.protocol import Notify, to_stderr
from contrafact.experiment.replications import processors
from contrafact.extras import can_draw
from contrafact.kernels import cache_folder
from contrafact.scenario.loading import find
from contrafact.translation import noted

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MEASURED = "almaty-2022"
MEASURED_HOURS = 24.0


def validate(name_or_path: str | Path) -> list[InputError]:
    """All that is wrong with a scenario, from its spelling to places outside its map; empty when it can be run.

    InputErrors where there is no such scenario.
    """
    if not is_results(name_or_path):
        find(name_or_path)
    try:
        return kinds.of(load(name_or_path)).problems()
    except InputError as error:
        return [error]
    except InputErrors as error:
        return error.errors


@dataclass(frozen=True)
class Checkup:
    """What ``contrafact doctor`` found; ``problems`` is empty when everything needed is there."""

    python: str
    threads: int
    versions: dict[str, str]
    persons_per_second: float
    chromium: str | None
    pictures: bool
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether a run can be made and kept here."""
        return not self.problems

    def as_dict(self) -> dict[str, object]:
        """What ``contrafact doctor --json`` prints."""
        return {
            "python": self.python,
            "threads": self.threads,
            "versions": self.versions,
            "kernel_rate": {"persons_per_second": self.persons_per_second},
            "chromium": self.chromium,
            "pictures": self.pictures,
            "problems": list(self.problems),
            "ok": self.ok,
        }


def doctor(notify: Notify = to_stderr) -> Checkup:
    """Versions, processors, and how many residents a thread advances by a tick in a second of a first day."""
    problems = []
    if not _can_write(cache_folder()):
        problems.append(
            noted("{folder} cannot be written to: every run will compile its kernels anew", folder=cache_folder())
        )
    return Checkup(
        python=manifest.python_version(),
        threads=processors(),
        versions=manifest.packages(),
        persons_per_second=_rate(notify),
        chromium=next((name for name in BROWSERS if shutil.which(name)), None),
        pictures=can_draw(),
        problems=tuple(problems),
    )


def _rate(notify: Notify) -> float:
    measured = scenario.load(MEASURED)
    job = prepared(measured, 1, frozenset(), MEASURED_HOURS, notify)
    engine.simulate(job.model, job.seed, 0, record=job.record, until_hours=measured.tick)
    begun = time.perf_counter()
    engine.simulate(job.model, job.seed, 0, record=job.record, until_hours=job.until_hours)
    seconds = time.perf_counter() - begun
    return round(job.world.persons * MEASURED_HOURS / measured.tick / seconds)


def _can_write(folder: Path) -> bool:
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)
