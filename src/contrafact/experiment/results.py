"""Results folders: written beside their final name and renamed when whole; a failed run leaves nothing behind."""

from __future__ import annotations

import json
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from contrafact import __version__
from contrafact.errors import InputError, RunError
from contrafact.experiment import crate, kinds, manifest
from contrafact.experiment.comparison import Comparison
from contrafact.experiment.loading import scenario_of
from contrafact.experiment.manifest import MILESTONES, Finished, Manifest, read_manifest
from contrafact.experiment.parquet import sync
from contrafact.experiment.result import RECORDED, AnyResult
from contrafact.experiment.shards import SHARD
from contrafact.experiment.store import holds_something

ROOT = Path("results")
R = TypeVar("R", bound=AnyResult)


def check_free(out: Path, overwrite: bool = False) -> None:
    """InputError where no folder of this name can be made, or where it holds what the run may not replace."""
    check_place(out)
    if not holds_something(out):
        return
    if not (out.is_dir() and manifest.is_results_folder(out)):
        message = f'found "{out}", which exists and is not a results folder; choose another name'
        raise InputError(message, key="--out", found=str(out))
    if not overwrite:
        message = f'found "{out}", which holds the results of another run; choose another name or give --overwrite'
        raise InputError(message, key="--out", found=str(out))


def named(out: str | Path) -> Path:
    """The path of a results folder; InputError where it has no name of its own, as in "", "." and "/".

    Of a link to a folder: the folder, since it is replaced as a whole.
    """
    path = Path(out)
    if path.name in ("", ".."):
        allowed = "the name of a folder to make"
        raise InputError(f'found "{out}", expected {allowed}', key="--out", found=str(out), allowed=allowed)
    return path.resolve() if os.path.islink(path) and os.path.isdir(path) else path


def check_place(out: Path) -> None:
    """InputError where no folder of this name can be made.

    A folder is made and removed beside it: what permissions promise, a file system may still refuse.
    """
    parent = next(folder for folder in out.absolute().parents if folder.exists())
    try:
        Path(tempfile.mkdtemp(prefix=f"{out.name}.partial-", dir=parent)).rmdir()
    except OSError as error:
        message = f'found "{out}", but {parent} is not a folder in which you may write ({error.strerror})'
        raise InputError(message, key="--out", found=str(out)) from None
    if out.is_symlink() and not out.exists():
        message = f'found "{out}", a link to what does not exist; choose another name'
        raise InputError(message, key="--out", found=str(out))


def default_out(scenario_name: str, seed: int) -> Path:
    """results/SCENARIO-seedSEED, with the first free number behind it where the name is taken."""
    plain = ROOT / f"{scenario_name}-seed{seed}"
    numbered = (plain.with_name(f"{plain.name}-{number}") for number in count(2))
    return plain if not plain.exists() else next(name for name in numbered if not name.exists())


def write(result: R, out: Path | None = None, *, overwrite: bool = False, command: str = "") -> R:
    """Write the results folder and return the result that knows where it lies; out=None takes the default name."""
    target = default_out(result.scenario.name, result.seed) if out is None else out
    check_free(target, overwrite)
    with whole(target) as folder:
        write_tables(result, folder)
        write_records(result, folder, command)
    return replace(result, folder=target)


def read(folder: str | Path) -> AnyResult:
    """Result of the run that wrote this folder; InputError(s) where a part is missing, torn or edited."""
    folder = Path(folder)
    record = read_manifest(folder)
    if record.comparison is not None:
        allowed = "the results of a run; the tables of a comparison are read as Parquet files"
        raise InputError(f"holds a comparison, expected {allowed}", file=str(folder), allowed=allowed)
    found: AnyResult = kinds.of(scenario_of(record, folder)).read(folder, record)
    return found


def write_tables(result: AnyResult, folder: Path, shard_size: int = SHARD) -> None:
    """Every table of a result."""
    experiment = kinds.of(result.scenario)
    experiment.write_shards(result, folder, shard_size)
    experiment.write_means(result, folder)


def write_records(result: AnyResult | Comparison, folder: Path, command: str) -> None:
    """Of a run milestones, description of the folder and, last of all, the manifest, beside its tables."""
    record = describe_run(result, command)
    if isinstance(result, AnyResult):
        _write_json(folder / MILESTONES, {"milestones": [dict(milestone) for milestone in result.milestones]})
    _write_json(folder / crate.NAME, crate.crate(record, result.scenario.title, folder))
    _write_json(folder / manifest.NAME, record.model_dump())


def describe_run(result: AnyResult | Comparison, command: str) -> Manifest:
    """The manifest of a run or a comparison that has just ended."""
    compared = result if isinstance(result, Comparison) else None
    return Manifest(
        format=manifest.FORMAT,
        contrafact=__version__,
        scenario=result.scenario.name,
        scenario_digest=result.scenario.digest,
        seed=result.seed,
        until_hours=result.until_hours,
        record=sorted(result.record),
        arms=[RECORDED] if compared is None else list(compared.arm_names),
        comparison=None if compared is None else comparison_of(compared),
        requested=result.requested,
        replications=[
            Finished(number=int(number), digest=digest)
            for number, digest in zip(result.numbers, result.digests, strict=True)
        ],
        digest=result.digest,
        persons=result.persons,
        cells=result.cell_count,
        ticks=result.ticks,
        command=command,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        elapsed_s=round(result.elapsed_s, 3),
        python=manifest.python_version(),
        packages=manifest.packages(),
        platform=platform.platform(),
        resolved=result.scenario.resolved(),
        mechanisms=[extension.as_dict() for extension in result.scenario.mechanisms],
    )


def comparison_of(comparison: Comparison) -> dict[str, Any]:
    """What a manifest holds of a comparison beside what it holds of a run."""
    return {"arms": [arm.as_dict() for arm in comparison.arms], "switches": comparison.design.drawn}


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A temporary sibling that takes the target's name when the block ends well and vanishes when it does not.

    RunError where it cannot be written.
    """
    try:
        with _whole(target) as folder:
            yield folder
    except (OSError, duckdb.Error) as error:
        raise RunError(f"the results could not be written to {target}: {error}") from error


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f"{target.name}.partial-", dir=target.parent))
    try:
        yield partial
        partial.chmod(0o755)
        for folder in [partial, *(path for path in partial.rglob("*") if path.is_dir())]:
            sync(folder)
        _take_name(partial, target)
        sync(target.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _take_name(partial: Path, target: Path) -> None:
    if not target.exists():
        os.rename(partial, target)
        return
    old = Path(tempfile.mkdtemp(prefix=f"{target.name}.old-", dir=target.parent))
    os.rename(target, old)
    try:
        os.rename(partial, target)
    except OSError:
        os.rename(old, target)
        raise
    shutil.rmtree(old)


def _write_json(path: Path, content: object) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text + "\n", encoding="utf-8")
    sync(partial)
    os.replace(partial, path)
