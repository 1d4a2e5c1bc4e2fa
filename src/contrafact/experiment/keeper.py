"""Keeps replications, of a run or a comparison, in memory and in its results folder, so that a later call goes on.

A run is kept in batches of some replications. Once all of a batch are done its tables are written, one shard of each
table, and after them one file below ``replications/`` with all that is needed of these replications and the hash of
each shard. A batch under way is saved there as well, from time to time and when the run stops. Whatever stops it, the
tables that come out in the end are the same, byte for byte.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from contrafact import translation
from contrafact.errors import InputError, RunError
from contrafact.experiment import crate, estimating, manifest, results
from contrafact.experiment.kept import Kept, joined, without_rows
from contrafact.experiment.store import Store, read_arrays
from contrafact.translation import noted
from contrafact.words import counted

if TYPE_CHECKING:
    from contrafact.experiment.plan import Plan
    from contrafact.experiment.protocol import Job, Notify, Tables

REPLICATIONS = "replications"
LOG = "run.log"
SAVE_S = 30.0
ROUNDS = 3
"""A long run is estimated after so many replications for each that runs side by side, without the first of them."""
TABLES, HASHES = "tables", "hashes"


class Keeper:
    """What is kept of a run, batch by batch; replications are added in the order of ``missing``.

    writer  writes its tables
    store   folder in which it is kept as well, if in any
    size    replications in a batch
    save_s  seconds after which a batch under way is saved
    tell    called with how long the run may take, once that is known, if it is long
    """

    def __init__(
        self,
        writer: Tables,
        job: Job,
        asked: Plan,
        store: Store | None,
        size: int,
        save_s: float,
        notify: Notify,
        tell: Notify | None,
    ) -> None:
        self.writer, self.job, self.asked, self.store = writer, job, asked, store
        self.size, self.save_s, self.notify, self.tell = size, save_s, notify, tell
        self._parts: dict[int, Kept] = {}
        self._open = job.collector(asked)
        self._begun = self._saved = time.monotonic()
        self._added = self._untimed = 0

    @property
    def count(self) -> int:
        """How many replications have been kept."""
        return sum(len(part["number"]) for part in self._parts.values()) + self._open.count

    @property
    def missing(self) -> list[int]:
        """Numbers of the replications that are still to be run."""
        return [number for batch in self._batches for number in self._numbers(batch)[self._kept_of(batch) :]]

    @property
    def is_complete(self) -> bool:
        """Whether the folder holds the results of all replications, so that nothing is left to do in it."""
        if self.store is None or not manifest.is_results_folder(self.store.folder):
            return False
        return len(manifest.read_manifest(self.store.folder).replications) == self.asked.replications

    @property
    def can_go_on(self) -> bool:
        """Whether the folder holds the replications themselves and not their tables alone."""
        return self.store is not None and (self.store.folder / REPLICATIONS).is_dir()

    def restore(self) -> None:
        """Take what the folder holds; what is torn is told and done again."""
        if self.store is None:
            return
        for name in (manifest.NAME, manifest.MILESTONES, crate.NAME):
            (self.store.folder / name).unlink(missing_ok=True)
        whole = {name for batch in self._batches for name in self._restored(batch)}
        for path in self.store.folder.glob("*/part-*.parquet"):
            if str(path.relative_to(self.store.folder)) not in whole:
                path.unlink()
        all_of_them = counted(len(self.asked.numbers), "replication")
        self.say(f"going on: {self.count} of {all_of_them} are kept" if self.count else f"begun: {all_of_them} to run")

    def add(self, replication: Any) -> None:
        """Keep one replication; RunError where it cannot be written."""
        self._open.add(replication)
        self._added += 1
        batch = replication.replication // self.size
        if self._kept_of(batch) + self._open.count == len(self._numbers(batch)):
            self._close(batch)
        elif time.monotonic() - self._saved >= self.save_s:
            self._save(batch)
        first, rounds = self.asked.side_by_side, ROUNDS * self.asked.side_by_side
        if self._added == first and len(self.missing) - self._open.count > rounds:
            self._begun, self._untimed = time.monotonic(), first  # processes have started by now
        elif self._added == (rounds if self._untimed else first):
            self._estimate(batch)

    def save(self) -> None:
        """Write what has not been written yet; RunError where that cannot be done."""
        if self._open.count:
            self._save(int(self._open.arrays()["number"][0]) // self.size)

    def result(self, elapsed_s: float) -> Any:
        """What the job makes of all that was kept; RunError where what was not saved yet cannot be written."""
        self.save()
        kept = joined([without_rows(self._parts[batch]) for batch in sorted(self._parts)])
        return self.job.result(self.asked, kept, elapsed_s)

    def finish(self, result: Any, command: str) -> None:
        """Write what is still lacking in the folder, the manifest last; RunError where it cannot be written."""
        if self.store is None:
            return
        for batch, part in self._parts.items():
            if len(part["number"]) < len(self._numbers(batch)):
                self._write_tables(part)
        self.store.fill(lambda folder: self.writer.write_means(result, folder))
        try:
            results.write_records(result, self.store.folder, command)
        except (OSError, duckdb.Error) as error:
            raise RunError(f"{self.store.folder} could not be written: {error}") from error
        self.say(f"{counted(result.replications, 'replication')} kept; digest {result.digest}")

    def clear(self) -> None:
        """Remove what is only needed to go on."""
        if self.store is not None:
            shutil.rmtree(self.store.folder / REPLICATIONS, ignore_errors=True)

    def say(self, text: str) -> None:
        """Write a line with the time into the folder's log; a log that cannot be written stops nothing."""
        if self.store is None:
            return
        line = f"{datetime.now(UTC).isoformat(timespec='seconds')} {text}\n"
        try:
            with (self.store.folder / LOG).open("a", encoding="utf-8") as log:
                log.write(line)
        except OSError:
            return

    @property
    def _batches(self) -> range:
        numbers = self.asked.numbers
        return range(numbers[0] // self.size, numbers[-1] // self.size + 1)

    def _numbers(self, batch: int) -> range:
        asked = self.asked.numbers
        return range(max(asked.start, batch * self.size), min(asked.stop, (batch + 1) * self.size))

    def _kept_of(self, batch: int) -> int:
        return len(self._parts[batch]["number"]) if batch in self._parts else 0

    def _file(self, store: Store, batch: int) -> Path:
        numbers = self._numbers(batch)
        return store.folder / REPLICATIONS / f"part-{numbers[0]:06d}-{numbers[-1]:06d}.npz"

    def _restored(self, batch: int) -> Sequence[str]:
        """Take a batch from its file, if there is one, and give the names of its tables."""
        if self.store is None or not (path := self._file(self.store, batch)).exists():
            return ()
        try:
            held = read_arrays(path)
            tables = dict(zip(held.pop(TABLES).tolist(), held.pop(HASHES).tolist(), strict=True))
            _check_numbers(held, self._numbers(batch), path)
        except (InputError, KeyError) as error:
            if isinstance(error, InputError):
                self._both(noted("{error}; its replications are run again", error=error))
            else:
                self._both(noted("{path}: lacks {what}; its replications are run again", path=path, what=error))
            return ()
        self._parts[batch] = without_rows(held) if tables else held
        torn = [self.store.folder / name for name, was in tables.items() if _hash(self.store.folder / name) != was]
        if torn:
            files = ", ".join(map(str, torn))
            self._both(noted("{files}: torn, lost or edited; written again from {path}", files=files, path=path))
            self._write_tables(held)
        return tuple(tables)

    def _close(self, batch: int) -> None:
        part = self._take(batch)
        names = self._write_tables(part)
        self._write(batch, part, names)
        self._parts[batch] = without_rows(part)
        self.say(f"replications {part['number'][0]} to {part['number'][-1]} kept")

    def _save(self, batch: int) -> None:
        self._write(batch, self._take(batch), ())

    def _take(self, batch: int) -> Kept:
        """Move the replications that have just finished to those of their batch."""
        earlier = [self._parts[batch]] if batch in self._parts else []
        self._parts[batch] = joined([*earlier, self._open.arrays()])
        self._open = self.job.collector(self.asked)
        return self._parts[batch]

    def _write_tables(self, part: Kept) -> Sequence[str]:
        if self.store is None:
            return ()
        result = self.job.result(self.asked, part, 0.0)
        return self.store.fill(lambda folder: self.writer.write_shards(result, folder))

    def _write(self, batch: int, part: Kept, tables: Sequence[str]) -> None:
        self._saved = time.monotonic()
        if self.store is None:
            return
        hashes = [_hash(self.store.folder / name) for name in tables]
        listed = {TABLES: np.array(tables, dtype=np.str_), HASHES: np.array(hashes, dtype=np.str_)}
        self.store.write_arrays(self._file(self.store, batch), {**part, **listed})

    def _estimate(self, batch: int) -> None:
        """Say how long a long run may take, and how much disk, from the first replications."""
        seconds = (time.monotonic() - self._begun) / (self._added - self._untimed)
        if self.store is None or not estimating.is_long(seconds, missing := len(self.missing) - self._open.count):
            return
        self.save()
        part = self._parts[batch]
        result = self.job.result(self.asked, part, 0.0)
        tables = self.store.measured(lambda folder: self.writer.write_shards(result, folder))
        size = (tables + self._file(self.store, batch).stat().st_size) / len(part["number"])
        free = shutil.disk_usage(self.store.folder).free
        text = estimating.sentence(seconds * missing, size * missing, free)
        self.say(text)
        if self.tell is not None:
            self.tell(translation.text(text))

    def _both(self, text: str) -> None:
        self.notify(translation.text(text))
        self.say(text)


def _check_numbers(kept: Kept, numbers: range, path: Path) -> None:
    if kept["number"].tolist() != list(numbers[: len(kept["number"])]):
        raise InputError("holds other replications than its name says", file=str(path))


def _hash(path: Path) -> str | None:
    """SHA-256 of a file, None where there is none that can be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
