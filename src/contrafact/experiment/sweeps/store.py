"""A folder of shards that a later call goes on with.

``plan.json`` says what the folder is for; a shard is whole once it has its name, since it is written beside it, synced
and renamed. The same plan gives the same shards, byte for byte, whatever interrupted the work.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from numpy.typing import NDArray

from contrafact.errors import InputError, RunError
from contrafact.experiment.parquet import read_files, sync, write_table

PLAN = "plan.json"
OUT, RESUME = "--out", "--resume"


@dataclass(frozen=True)
class Store:
    """A folder with its plan."""

    folder: Path

    @staticmethod
    def opened(folder: Path, plan: Mapping[str, Any], resume: bool = False, overwrite: bool = False) -> Store:
        """The folder of a plan: made anew, or gone on with; InputError where it holds something else."""
        wanted = json.loads(json.dumps(plan, allow_nan=False))
        held = _plan_of(folder)
        if held is not None and resume:
            _check_same(folder, held, wanted)
            return Store(folder)
        if held is not None and overwrite:
            shutil.rmtree(folder)
        elif held is not None:
            message = f'found "{folder}", which holds such work already; choose another name, {RESUME} or --overwrite'
            raise InputError(message, key=OUT, found=str(folder))
        elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            message = f'found "{folder}", which holds something else; choose another name'
            raise InputError(message, key=OUT, found=str(folder))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            store = Store(folder)
            store.write_text(PLAN, json.dumps(wanted, ensure_ascii=False, indent=1) + "\n")
        except OSError as error:
            raise InputError(f'found "{folder}", which cannot be written ({error.strerror})', key=OUT) from None
        return store

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
        path = self.path(name)
        partial = path.with_name(f".{path.name}.partial")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_table(partial, columns, metadata)
            os.replace(partial, path)
            sync(path.parent)
        except (OSError, duckdb.Error) as error:
            raise RunError(f"{path} could not be written: {error}; what was finished before is kept") from error

    def write_text(self, name: str, text: str) -> None:
        """Write a text file as safely as a shard."""
        partial = self.folder / f".{name}.partial"
        partial.write_text(text, encoding="utf-8")
        sync(partial)
        os.replace(partial, self.folder / name)
        sync(self.folder)


def _plan_of(folder: Path) -> dict[str, Any] | None:
    try:
        found = json.loads((folder / PLAN).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise InputError(f"is not readable as JSON ({error})", file=str(folder / PLAN)) from None
    return dict(found)


def _check_same(folder: Path, held: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """InputError where the folder was begun for another plan."""
    changed = [key for key in (*wanted, *held) if held.get(key) != wanted.get(key)]
    if changed:
        names = ", ".join(dict.fromkeys(changed))
        message = (
            f'"{folder}" was begun with something else under {names}; go on as it was begun, or choose another name'
        )
        raise InputError(message, file=str(folder / PLAN), key=RESUME, found=names)
