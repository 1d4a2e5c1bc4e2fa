"""What a user asks of a run, checked before anything is computed."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from contrafact.errors import InputError, InputErrors
from contrafact.experiment.pools import AUTO, MOST_WORKERS, Workers, check_workers
from contrafact.experiment.replications import processors
from contrafact.scenario import units

if TYPE_CHECKING:
    from contrafact.experiment.protocol import Experiment, Until
    from contrafact.scenario import Scenario

LARGEST_SEED = 2**64 - 1
SHARD = re.compile(r"([0-9]{1,7})/([0-9]{1,7})")
UNTIL = 'a local time such as "2022-01-06T12:00" or a duration such as "36 h", "2 days" or "90 min"'


@dataclass(frozen=True)
class Plan:
    """A run that may start: numbers of replications, threads and processes, seed, what is kept, how much to simulate.

    length  in the model's own measure: hours, or ticks of a model without a clock
    shard   which part of the replications is run, (1, 1) for all: part I of N
    """

    replications: int
    seed: int
    threads: int
    workers: Workers
    record: frozenset[str]
    length: float
    shard: tuple[int, int] = (1, 1)

    @property
    def side_by_side(self) -> int:
        """Replications under way at one time on this machine."""
        workers = self.workers if isinstance(self.workers, int) else 0
        return min(workers or self.threads, self.replications)

    @property
    def numbers(self) -> range:
        """Numbers of the replications that are run."""
        part, parts = self.shard
        return range(self.replications * (part - 1) // parts, self.replications * part // parts)


def plan(
    experiment: Experiment[Any],
    replications: int,
    seed: int,
    threads: int | None,
    workers: Workers,
    until: Until | None,
    record: Iterable[str] | None,
    shard: str | None = None,
) -> Plan:
    """The checked plan; InputErrors names every option that is wrong."""
    errors = [
        *check_range("--replications", replications, 1, 1_000_000),
        *_wrong_options(seed, threads, workers),
    ]
    kept = experiment.recorders if record is None else frozenset(record)
    errors += [_unknown_recorder(name, experiment.recorders) for name in sorted(kept - experiment.recorders)]
    length = 0.0
    try:
        length = experiment.length(until)
    except InputError as error:
        errors.append(error)
    part = (1, 1)
    try:
        part = shard_of(shard, replications)
    except InputError as error:
        errors.append(error)
    if errors:
        raise InputErrors(errors)
    return Plan(replications, seed, *_side_by_side(threads, workers), kept, length, part)


def shard_of(text: str | None, replications: int) -> tuple[int, int]:
    """I and N of "I/N", (1, 1) for None; InputError where that is no part of so many replications."""
    if text is None:
        return 1, 1
    matched = SHARD.fullmatch(text)
    part, parts = (int(matched[1]), int(matched[2])) if matched else (0, 0)
    if not 1 <= part <= parts <= max(replications, 1):
        allowed = f'I/N such as "2/8", with I from 1 to N and N at most the {replications} replications'
        raise InputError(f'found "{text}", expected {allowed}', key="--shard", found=text, allowed=allowed)
    return part, parts


def checked_options(seed: int, threads: int | None, workers: Workers) -> tuple[int, Workers]:
    """Threads and workers to use; InputErrors names what is wrong."""
    if errors := _wrong_options(seed, threads, workers):
        raise InputErrors(errors)
    return _side_by_side(threads, workers)


def _side_by_side(threads: int | None, workers: Workers) -> tuple[int, Workers]:
    """As many threads as there are processors where none are given; where they are, nothing is left to choose."""
    return threads or processors(), 0 if threads and workers == AUTO else workers


def _wrong_options(seed: int, threads: int | None, workers: Workers) -> list[InputError]:
    errors = [*check_range("--seed", seed, 0, LARGEST_SEED), *check_workers(workers)]
    if threads is not None:
        errors += check_range("--threads", threads, 1, MOST_WORKERS)
        if workers not in (0, AUTO):
            message = "is given together with --workers; a worker process runs one replication at a time, so choose one"
            errors.append(InputError(message, key="--threads", found=str(threads)))
    return errors


def hours_until(scenario: Scenario, until: str | float | datetime) -> float:
    """Hours from the start to a local time, or to the end of a duration such as "36 h"; a number counts hours."""
    hours = _hours(scenario, until)
    last, step = scenario.hours, scenario.tick
    times = f"a time after {scenario.start:%Y-%m-%dT%H:%M} up to {scenario.end:%Y-%m-%dT%H:%M}"
    allowed = f"more than 0 and at most {last:g} h, or {times}"
    if not 0 < hours <= last:
        raise InputError(f'found "{until}", expected {allowed}', key="--until", found=str(until), allowed=allowed)
    if abs(hours / step - round(hours / step)) > 1e-9:
        ticks = f"a whole number of ticks of {step * 60:g} min"
        raise InputError(f'found "{until}", expected {ticks}', key="--until", found=str(until), allowed=ticks)
    return round(hours / step) * step


def _hours(scenario: Scenario, until: str | float | datetime) -> float:
    if isinstance(until, int | float):
        return float(until) if math.isfinite(until) else -1.0
    if isinstance(until, str):
        try:
            return _hours(scenario, units.read_local_time(until))
        except units.UnitError:
            pass
        try:
            return units.read(until, "h")[0]
        except units.UnitError:
            message = f'found "{until}", expected {UNTIL}'
            raise InputError(message, key="--until", found=until, allowed=UNTIL) from None
    if until.tzinfo is not None:
        message = f"found {until.isoformat()}, expected local civil time of {scenario.timezone} without an offset"
        raise InputError(message, key="--until", found=until.isoformat())
    return (until - scenario.start).total_seconds() / 3600


def check_range(key: str, found: int, low: int, high: int) -> list[InputError]:
    """What is wrong with a number that must lie between two others, ends included: one error or none."""
    if low <= found <= high:
        return []
    allowed = f"{low} to {high}"
    return [InputError(f"found {found}, expected {allowed}", key=key, found=str(found), allowed=allowed)]


def _unknown_recorder(name: str, known: frozenset[str]) -> InputError:
    allowed = ", ".join(sorted(known))
    near = difflib.get_close_matches(name, sorted(known), 1)
    hint = f'; did you mean "{near[0]}"?' if near else ""
    return InputError(f'found "{name}", expected any of {allowed}{hint}', key="record", found=name, allowed=allowed)
