"""Join the parts of a job array, made with ``--shard I/N``, into the results of one run or comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from contrafact.errors import InputError
from contrafact.experiment import comparison_tables, kinds, results
from contrafact.experiment.comparing import recorded_job
from contrafact.experiment.comparison import Comparison
from contrafact.experiment.keeper import HASHES, REPLICATIONS, TABLES
from contrafact.experiment.kept import Kept, joined
from contrafact.experiment.loading import scenario_of
from contrafact.experiment.manifest import Manifest, read_manifest
from contrafact.experiment.plan import Plan
from contrafact.experiment.protocol import Tables
from contrafact.experiment.result import AnyResult, overall_digest
from contrafact.experiment.store import PLAN, check_same, plan_text, read_arrays, read_plan
from contrafact.model.extending import check_same as check_mechanisms
from contrafact.model.extending import read_mechanisms
from contrafact.scenario.document import Document

OF_ONE_RUN = "the parts of one run agree in all but --shard"


def merge(
    folders: Sequence[str | Path],
    out: str | Path,
    *,
    overwrite: bool = False,
    mechanisms: Sequence[str | Path] = (),
) -> AnyResult | Comparison:
    """Write into ``out`` what one call for all replications would have written, tables byte for byte, and give it.

    folders     results folders of all the parts, in any order; they stay as they are
    mechanisms  files of the user's own with which the parts were made, the same to the byte

    InputError where parts are of different runs, where one is torn, or where replications are missing or there twice.
    """
    places = [Path(folder) for folder in folders]
    if not places:
        raise InputError("found no folder, expected those of all parts", key="FOLDER")
    target = results.named(out)
    results.check_free(target, overwrite)
    planned = _plan_of(places)
    records = [read_manifest(place) for place in places]
    parts = sorted(chain.from_iterable(map(_parts, places, records)), key=lambda part: int(part["number"][0]))
    _check_all(parts, planned["replications"])
    own = read_mechanisms(mechanisms)
    check_mechanisms(planned["mechanisms"], own, str(places[0]))
    crisis = scenario_of(records[0], places[0], own)
    asked = Plan(planned["replications"], planned["seed"], 1, 0, frozenset(planned["record"]), planned["until"])
    elapsed_s = sum(record.elapsed_s for record in records)
    maker, writer = _kind_of(planned, crisis, records[0])
    result: AnyResult | Comparison = maker.result(asked, joined(parts), elapsed_s)
    with results.whole(target) as folder:
        writer.write_shards(result, folder, planned["shard_size"])
        writer.write_means(result, folder)
        (folder / PLAN).write_text(plan_text(planned), encoding="utf-8")
        results.write_records(result, folder, _command(records[0]))
    return replace(result, folder=target)


def _kind_of(planned: Mapping[str, Any], crisis: Document, record: Manifest) -> tuple[Any, Tables]:
    """What makes the result, and what writes its tables, of a run or of a comparison."""
    if planned["kind"] == "comparison":
        return recorded_job(crisis, record, lambda _: None), comparison_tables
    experiment = kinds.of(crisis)
    return experiment, experiment


def _plan_of(places: Sequence[Path]) -> dict[str, Any]:
    """The plan of the run of which all these are parts."""
    plans = [{**read_plan(place), "shard": "1/1"} for place in places]
    for place, plan in zip(places, plans, strict=True):
        check_same(place, plan, plans[0], "FOLDER", OF_ONE_RUN)
    return plans[0]


def _parts(place: Path, record: Manifest) -> list[Kept]:
    """What one folder keeps of its replications; InputError where that is not what its manifest lists."""
    parts = [read_arrays(path) for path in sorted((place / REPLICATIONS).glob("part-*.npz"))]
    digests = chain.from_iterable(part["digest"].tolist() for part in parts)
    if overall_digest(digests) != record.digest:
        message = (
            f"does not hold below {REPLICATIONS}/ what its manifest lists; of a run that is complete it is removed"
        )
        raise InputError(message, file=str(place), key="FOLDER")
    return [{name: values for name, values in part.items() if name not in (TABLES, HASHES)} for part in parts]


def _check_all(parts: Iterable[Kept], count: int) -> None:
    """InputError where replications are missing or there twice."""
    numbers = Counter(number for part in parts for number in part["number"].tolist())
    twice = sorted(number for number, times in numbers.items() if times > 1)
    missing = sorted(set(range(count)) - numbers.keys())
    for what, listed in (("are in two of the folders", twice), ("are in none of the folders", missing)):
        if listed:
            message = f"{len(listed)} of {count} replications {what} that were named, the first of them {listed[0]}"
            raise InputError(message, key="FOLDER", found=str(listed[0]))


def _command(record: Manifest) -> str:
    """The command of the whole run, from that of a part."""
    return record.command.rpartition(" --shard ")[0] or record.command
