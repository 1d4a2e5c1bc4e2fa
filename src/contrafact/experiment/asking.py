"""Asking the model what a file of questions names beforehand: every arm is run once, on paired draws."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from contrafact.errors import InputError
from contrafact.evidence.questions import Measure, Question, Questions, Share
from contrafact.evidence.readings import Answer, Interval, Reading, Setting, answer, needed, settings_of
from contrafact.evidence.reporting.runs import Occurrence, befell
from contrafact.experiment import kinds
from contrafact.experiment.pools import Workers
from contrafact.experiment.protocol import Notify, Progress, to_stderr
from contrafact.experiment.result import Result
from contrafact.experiment.run import run
from contrafact.kernels import PACKAGE, Array
from contrafact.scenario.document import RECORDED
from contrafact.scenario.schema import Scenario

KEPT = "answers.json"
FORMAT = 1
SIMULATES = ("engine", "model", "scenario", "world")
"""Folders of the package by which a city is simulated."""


@cache
def code_of_a_city() -> str:
    """Digest of every source by which a city is simulated."""
    sources = sorted(path for folder in SIMULATES for path in PACKAGE.glob(f"{folder}/*.py"))
    digest = hashlib.sha256()
    for source in (*(PACKAGE / f"{name}.py" for name in ("kernels", "parameters", "rng")), *sources):
        digest.update(source.relative_to(PACKAGE).as_posix().encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Kept:
    """What is needed of the replications of an arm; the whole of thirty arms would not fit into memory."""

    outcomes: Mapping[str, Array]
    timeline: Mapping[str, Array]
    hours: Array
    events: tuple[tuple[Occurrence, ...], ...]
    until_hours: float

    def first(self, count: int) -> Kept:
        """The first so many replications."""
        return replace(
            self,
            outcomes={name: values[:count] for name, values in self.outcomes.items()},
            timeline={name: curves[:count] for name, curves in self.timeline.items()},
            events=self.events[:count],
        )


@dataclass(frozen=True)
class Asking:
    """What the model said: by id of the claim, from so many replications of each arm with this seed.

    digest   of the scenario that was asked
    code     digest of the code that was run; None where it is not known
    """

    readings: Mapping[str, Reading]
    replications: int
    seed: int
    digest: str
    code: str | None = None

    @property
    def current(self) -> bool:
        """Whether the code that gave these answers is the code that is installed."""
        return self.code == code_of_a_city()

    def as_dict(self) -> dict[str, Any]:
        """The document in which answers are kept."""
        return {
            "format": FORMAT,
            "scenario_digest": self.digest,
            "code": self.code,
            "seed": self.seed,
            "replications": self.replications,
            "answers": {claim: _as_kept(reading) for claim, reading in self.readings.items()},
        }


def arm_of(crisis: Scenario, asked: Questions, setting: Setting) -> Scenario:
    """The scenario that a setting of a question runs: an arm, with a switch laid over it.

    InputErrors where the settings do not fit the scenario.
    """
    arm = crisis
    for name in (setting.arm, setting.switch):
        if name is not None and name != RECORDED:
            found = asked.arms.get(name) or crisis.variants[name]
            arm = kinds.City(arm).overridden(found.settings)
    return arm


def ask(
    crisis: Scenario,
    asked: Questions,
    replications: int,
    seed: int,
    *,
    threads: int | None = None,
    workers: Workers = 0,
    progress: Progress | None = None,
    notify: Notify = to_stderr,
) -> Asking:
    """Run every arm and answer every question; the errors are those of ``run``.

    replications  of each arm, at least 2, paired by their numbers: common random numbers and one draw of every prior;
                  of an arm of which a probability is asked so many more as either verdict needs
    """
    if replications < 2:
        allowed = "at least 2, since arms are compared in pairs"
        raise InputError(
            f"found {replications}, expected {allowed}", key="--replications", found=str(replications), allowed=allowed
        )
    arms: dict[str, Scenario] = {}
    counts: dict[str, int] = {}
    digest_of: dict[Setting, str] = {}
    for question in asked.questions.values():
        for setting in settings_of(question):
            if setting not in digest_of:
                arm = arm_of(crisis, asked, setting)
                digest_of[setting] = arm.digest
                arms.setdefault(arm.digest, arm)
            digest = digest_of[setting]
            counts[digest] = max(counts.get(digest, 0), needed(question, replications))
    runs: dict[str, Kept] = {}
    done = 0
    for digest, arm in arms.items():
        counted = _counted(progress, done, sum(counts.values()))
        result = run(
            arm,
            counts[digest],
            seed,
            threads=threads,
            workers=workers,
            record=("timeline", "events"),
            progress=counted,
            notify=notify,
        )
        assert isinstance(result, Result)
        runs[digest] = keep(result, asked)
        done += counts[digest]
    answered = {}
    for claim, question in asked.questions.items():
        count = needed(question, replications)
        read = {one: runs[digest_of[one]].first(count) for one in settings_of(question)}
        answered[claim] = answer(question, read, crisis.start)
    return Asking(answered, replications, seed, crisis.digest, code_of_a_city())


def keep(result: Result, asked: Questions) -> Kept:
    """The part of a result that these questions read."""
    measures = [measure for question in asked.questions.values() for measure in _measures(question)]
    quantities = {name for one in measures for name in (one.quantity, *one.plus) if name is not None}
    told = {(one.event, one.place) for one in measures if one.event is not None}
    events = tuple(tuple(event for event in events if (event.kind, befell(event)) in told) for events in result.events)
    timeline = {name: np.asarray(result.timeline[name], np.float32) for name in sorted(quantities)}
    return Kept(result.outcomes, timeline, result.hours, events, result.until_hours)


def kept_answers(text: str, path: str, asked: Questions) -> Asking:
    """The answers that ``Asking.as_dict`` gave, of whichever scenario; InputError where they cannot be read."""
    allowed = "what contrafact claims --answers writes"
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise ValueError(f"format {document['format']}")
        readings = {
            claim: _from_kept(asked.questions[claim], found)
            for claim, found in document["answers"].items()
            if claim in asked.questions
        }
        made_of = (document["replications"], document["seed"], document["scenario_digest"], document["code"])
        return Asking(readings, *made_of)
    except (ValueError, KeyError, TypeError) as error:
        message = f"these answers cannot be read ({type(error).__name__}: {error}), expected {allowed}"
        raise InputError(message, path, allowed=allowed) from None


def _counted(progress: Progress | None, before: int, total: int) -> Progress | None:
    return None if progress is None else lambda done, _: progress(before + done, total)


def _measures(question: Question) -> Iterator[Measure]:
    yield question.measure
    if isinstance(question, Share):
        yield question.of


def _as_kept(reading: Reading) -> dict[str, Any]:
    answers = [one.as_dict() for one in reading.answers]
    return {"reading": reading.reading, "decided_by": list(reading.decided_by), "answers": answers}


def _from_kept(question: Question, found: Mapping[str, Any]) -> Reading:
    answers = tuple(
        Answer(
            one["switch"],
            one["against"],
            None if one["estimate"] is None else Interval(**one["estimate"]),
            one["runs"],
            one["verdict"],
            one["unreached"],
            {name: Interval(**interval) for name, interval in one["harm"].items()},
        )
        for one in found["answers"]
    )
    return Reading(question, found["reading"], answers, tuple(found["decided_by"]))
