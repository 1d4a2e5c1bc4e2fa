"""A folder of results that a later call goes on with.

``plan.json`` says what the folder is for. Every file is whole once it has its name, since it is written beside it,
synced and renamed. The same plan gives the same tables, byte for byte, whatever interrupted the work. One process works
on a folder at a time (see locking.py).
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from contrafact.errors import InputError, RunError
from contrafact.experiment.locking import LOCK, Lock
from contrafact.experiment.parquet import read_files, sync, write_table

PLAN = "plan.json"
OUT, RESUME = "--out", "--resume"
PARTIAL = ".partial"
MOST_TOLD = 3
GO_ON = "go on as it was begun, or choose another name"


@dataclass(frozen=True)
class Store:
    """A folder with its plan, held by this process until the ``with`` block ends.

    made  the folders that were made for it, the innermost first
    """

    folder: Path
    lock: Lock
    made: tuple[Path, ...] = ()

    @staticmethod
    def check(
        folder: Path, plan: Mapping[str, Any], resume: bool = False, overwrite: bool = False, known: bool = False
    ) -> bool:
        """Whether the folder holds a part of this plan that is gone on with; InputError where it holds something else.

        overwrite  whether a folder with a plan may be emptied
        known      whether the folder, though it has no plan, is known to hold what may be overwritten
        """
        held = _plan_of(folder)
        if held is not None and resume:
            check_same(folder, held, _as_read(plan))
            return True
        if (held is not None or known) and not overwrite:
            message = f'found "{folder}", which holds such work already; choose another name, {RESUME} or --overwrite'
            raise InputError(message, key=OUT, found=str(folder))
        if held is None and not known and holds_something(folder):
            message = f'found "{folder}", which holds something else; choose another name'
            raise InputError(message, key=OUT, found=str(folder))
        return False

    @staticmethod
    def opened(
        folder: Path, plan: Mapping[str, Any], resume: bool = False, overwrite: bool = False, known: bool = False
    ) -> Store:
        """The folder of a plan: made anew, or gone on with; arguments and InputErrors as for ``check``."""
        Store.check(folder, plan, resume, overwrite, known)
        lock, made = _locked(folder)
        store = Store(folder, lock, made)
        try:
            if not Store.check(folder, plan, resume, overwrite, known):  # another process may have come in between
                store._begin(plan)
        except BaseException:
            lock.release()
            raise
        return store

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.lock.release()

    def has(self, name: str) -> bool:
        """Whether a shard is there, and so whole."""
        return self.path(name).is_file()

    def path(self, name: str) -> Path:
        """The file of a shard, whose name may hold slashes."""
        return self.folder / f"{name}.parquet"

    def read(self, name: str) -> dict[str, NDArray[Any]]:
        """Columns of a shard, each (row,); InputError where the file was torn or edited afterwards."""
        return read_files([self.path(name)], self.path(name))

    def write(self, name: str, columns: Mapping[str, NDArray[Any]], metadata: Mapping[str, object]) -> None:
        """Write a shard; RunError where the disk refuses."""
        self._replace(self.path(name), lambda partial: write_table(partial, columns, metadata))

    def write_arrays(self, path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Write arrays of any shapes; RunError where the disk refuses."""

        def write(partial: Path) -> None:
            with partial.open("wb") as file:
                np.savez_compressed(file, allow_pickle=False, **dict(arrays))
            sync(partial)

        self._replace(path, write)

    def write_text(self, name: str, text: str) -> None:
        """Write a text file as safely as a shard; RunError where the disk refuses."""

        def write(partial: Path) -> None:
            partial.write_text(text, encoding="utf-8")
            sync(partial)

        self._replace(self.folder / name, write)

    def fill(self, write: Callable[[Path], None]) -> list[str]:
        """Names of the files that ``write`` puts into an empty folder, each moved here; RunError where it cannot.

        What ``write`` writes must be synced.
        """
        with self._scratch() as partial:
            write(partial)
            written = sorted(path for path in partial.rglob("*") if path.is_file())
            targets = [self.folder / path.relative_to(partial) for path in written]
            for path, target in zip(written, targets, strict=True):
                target.parent.mkdir(exist_ok=True)
                os.replace(path, target)
            for place in {self.folder, *(target.parent for target in targets)}:
                sync(place)
        return [str(target.relative_to(self.folder)) for target in targets]

    def measured(self, write: Callable[[Path], None]) -> int:
        """How many bytes ``write`` would put into the folder; nothing stays. RunError where it cannot."""
        with self._scratch() as partial:
            write(partial)
            return sum(path.stat().st_size for path in partial.rglob("*") if path.is_file())

    @contextmanager
    def _scratch(self) -> Iterator[Path]:
        """An empty folder in this one, removed at the end; one that a killed process left is removed first."""
        partial = self.folder / PARTIAL
        try:
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            yield partial
        except (OSError, duckdb.Error) as error:
            raise RunError(_refused(self.folder, error)) from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def abandon(self) -> None:
        """Leave nothing behind of a folder in which nothing has been kept."""
        self._empty()
        self.lock.release()
        with suppress(OSError):  # something else may have come into one of them
            for folder in self.made:
                folder.rmdir()

    def _begin(self, plan: Mapping[str, Any]) -> None:
        try:
            self._empty()
            self.write_text(PLAN, plan_text(plan))
        except (OSError, RunError) as error:
            self.abandon()
            raise _unwritable(self.folder, error) from None

    def _empty(self) -> None:
        for path in self.folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name != LOCK:
                path.unlink()

    def _replace(self, path: Path, write: Callable[[Path], None]) -> None:
        partial = path.with_name(f".{path.name}{PARTIAL}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write(partial)
            os.replace(partial, path)
            sync(path.parent)
        except (OSError, duckdb.Error) as error:
            partial.unlink(missing_ok=True)
            raise RunError(_refused(path, error)) from error


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Arrays that ``write_arrays`` wrote; InputError where the file was torn or edited afterwards."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            return {name: held[name] for name in held.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"cannot be read ({error}); the file was torn or edited", file=str(path)) from error


def read_plan(folder: Path) -> dict[str, Any]:
    """The plan of a folder; InputError where it has none."""
    held = _plan_of(folder)
    if held is None:
        raise InputError(f"found no results here that can be gone on with, expected a folder with {PLAN}", str(folder))
    return held


def plan_text(plan: Mapping[str, Any]) -> str:
    """What the file of a plan holds."""
    return json.dumps(_as_read(plan), ensure_ascii=False, indent=1) + "\n"


def check_same(
    folder: Path, held: Mapping[str, Any], wanted: Mapping[str, Any], key: str = RESUME, advice: str = GO_ON
) -> None:
    """InputError, which names what differs and says what to do, where the folder was begun for another plan."""
    changed = [name for name in (*wanted, *held) if held.get(name) != wanted.get(name)]
    if not changed:
        return
    names = ", ".join(dict.fromkeys(changed))
    told = _differences({name: held.get(name) for name in changed}, {name: wanted.get(name) for name in changed})
    shown = f" ({'; '.join(told[:MOST_TOLD])})" if told else ""
    said = f'"{folder}" was begun with something else under {names}{shown}'
    message = f"{said}; {advice}"
    raise InputError(message, file=str(folder / PLAN), key=key, found=names)


def _plan_of(folder: Path) -> dict[str, Any] | None:
    try:
        found = json.loads((folder / PLAN).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise InputError(f"is not readable as JSON ({error})", file=str(folder / PLAN)) from None
    return dict(found)


def _as_read(plan: Mapping[str, Any]) -> dict[str, Any]:
    """A plan as it comes back from its file."""
    found: dict[str, Any] = json.loads(json.dumps(plan, allow_nan=False))
    return found


def holds_something(folder: Path) -> bool:
    """Whether there is more than an empty folder, in which a killed process may have left a lock or half a plan."""
    if not folder.is_dir():
        return folder.exists()
    return any(path.name not in (LOCK, f".{PLAN}{PARTIAL}") for path in folder.iterdir())


def _locked(folder: Path) -> tuple[Lock, tuple[Path, ...]]:
    """The lock of a folder and the folders that had to be made; InputError where another process is at work there."""
    made = tuple(path for path in (folder, *folder.parents) if not path.exists())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return Lock(folder), made
    except OSError as error:
        raise _unwritable(folder, error) from None


def _unwritable(folder: Path, error: Exception) -> InputError:
    reason = error.strerror if isinstance(error, OSError) else error
    return InputError(f'found "{folder}", which cannot be written ({reason})', key=OUT, found=str(folder))


def _refused(path: Path, error: Exception) -> str:
    kept = "what was finished before is kept"
    return f"{path} could not be written: {error}; {kept}, and the same command with {RESUME} goes on"


def _differences(held: Mapping[str, Any], wanted: Mapping[str, Any], prefix: str = "") -> list[str]:
    """What differs between two plans, key by key: short values alone."""
    found: list[str] = []
    for key in dict.fromkeys((*wanted, *held)):
        before, now = held.get(key), wanted.get(key)
        if before == now:
            continue
        if isinstance(before, dict) and isinstance(now, dict):
            found += _differences(before, now, f"{prefix}{key}.")
        elif all(isinstance(value, str | int | float | None) and len(str(value)) < 60 for value in (before, now)):
            found.append(f"{prefix}{key} was {before} and is {now}")
    return found
