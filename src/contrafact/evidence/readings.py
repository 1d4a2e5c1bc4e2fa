"""What runs say of a question: consistent, inconsistent, not identified, or decided by an assumption. Pure functions.

A model never proves or refutes what happened. A reading says whether what would follow from a claim is found in the
model, with a 95 % interval, and under which of the contested settings.

Under one setting the runs            where the interval of
bear the claim out                    every comparison lies wholly on the expected side, beyond what matters;
                                      a probability or a share lies wholly beyond its bound
speak against it                      a comparison lies wholly short of what matters, or on the other side;
                                      a probability or a share lies wholly short of its bound
leave it open                         neither

reading                  where, over the question's settings, the recorded one first, the runs
consistent               all bear the claim out
inconsistent             all speak against it
decided_by_assumption    bear it out under one and speak against it under another
not_identified           anything else

Means have Student's interval, shares of replications that of Wilson (1927), doi 10.1080/01621459.1927.10502953. Few
replications could bear a probability out and never speak against it, since with 0 of n the interval still reaches above
the bound; so with fewer than ``needed`` they leave it open, whatever they say.

Beside every answer stands the harm: deaths, injured and detained of the arm, less those of the arm it is set against.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from contrafact.errors import InputError
from contrafact.evidence.questions import Comparison, Measure, Probability, Question, Share
from contrafact.evidence.reporting.runs import Occurrence, befell
from contrafact.evidence.tables import nearest
from contrafact.translation import Said, text

CONFIDENCE = 0.95
NORMAL = 1.959963984540054  # quantile of the normal distribution at 0.975

Floats: TypeAlias = NDArray[np.float64]
Verdict: TypeAlias = Literal["bears out", "speaks against", "leaves open"]
ModelReading: TypeAlias = Literal["consistent", "inconsistent", "not_identified", "decided_by_assumption"]

HARM = ("deaths_total", "injured_total", "detained")
"""Outcomes that are told beside every answer."""

SENTENCES: Mapping[ModelReading, str] = {
    "consistent": "What would follow from the claim {is_found}, under every setting asked about",
    "inconsistent": "What would follow from the claim {is_not_found}, under any setting asked about",
    "not_identified": "These runs do not tell whether what would follow from the claim {is_found}",
    "decided_by_assumption": "Whether what would follow from the claim {is_found} turns with an assumption",
}
FOUND, NOT_FOUND = "is found in the model", "is not found in the model"
NOT_RARE, RARER = "is not rare in the model (at least {share} of the runs)", "is rarer than {share} of runs"
RARITY = {"consistent": "not_rare", "inconsistent": "rare"}
LIMIT = "A model neither proves nor refutes what happened."


class Runs(Protocol):
    """The replications of one arm, in the order of their numbers; a run's `Result` is one.

    outcomes    by name, (replication,)
    timeline    quantity -> (replication, time)
    hours       (time,), hours since the scenario's start at the ends of ticks
    events      one sequence per replication
    """

    @property
    def outcomes(self) -> Mapping[str, NDArray[Any]]: ...
    @property
    def timeline(self) -> Mapping[str, NDArray[Any]]: ...
    @property
    def hours(self) -> NDArray[Any]: ...
    @property
    def events(self) -> Sequence[Sequence[Occurrence]]: ...
    @property
    def until_hours(self) -> float: ...


class Setting(NamedTuple):
    """What must be run for a question: an arm, with a switch laid over it, or none."""

    arm: str
    switch: str | None = None


class Interval(NamedTuple):
    """A number with its 95 % interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Answer:
    """What the runs say under one setting, set against one arm where the question compares.

    estimate   difference arm minus against, probability, or share; None where no replication can be read
    runs       how many replications or pairs it rests on
    unreached  share of replications or pairs in which a time was not reached, so that the end of the run stands for it
    harm       outcome -> difference of the two arms, or mean of the one arm; empty where there are too few runs
    """

    switch: str | None
    against: str | None
    estimate: Interval | None
    runs: int
    verdict: Verdict
    unreached: float = 0.0
    harm: Mapping[str, Interval] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As JSON shows it."""
        estimate = None if self.estimate is None else self.estimate._asdict()
        return {
            "switch": self.switch,
            "against": self.against,
            "estimate": estimate,
            "runs": self.runs,
            "verdict": self.verdict,
            "unreached": self.unreached,
            "harm": {name: interval._asdict() for name, interval in self.harm.items()},
        }


@dataclass(frozen=True)
class Reading:
    """The answer to a question; `decided_by` names the switches with which it turns."""

    question: Question
    reading: ModelReading
    answers: tuple[Answer, ...]
    decided_by: tuple[str, ...]

    @property
    def word(self) -> str:
        """The reading as it is shown."""
        return worded(self.question.kind, self.reading)

    @property
    def sentence(self) -> Said:
        """What follows from what, and what does not: English, which ``text`` says anew."""
        return Said(self._sentence)

    def _sentence(self) -> str:
        """The same in the language that is spoken."""
        found = {"is_found": text(FOUND), "is_not_found": text(NOT_FOUND)}
        if isinstance(self.question, Probability):
            share = f"{self.question.at_least:.0%}"
            found = {"is_found": text(NOT_RARE, share=share), "is_not_found": text(RARER, share=share)}
        turns = f": {', '.join(self.decided_by)}" if self.decided_by else ""
        return f"{text(SENTENCES[self.reading], **found)}{turns}. {text(LIMIT)}"

    def as_dict(self) -> dict[str, Any]:
        """The key `model` of `contrafact claims --json`; `runs` is the smallest number that any answer rests on."""
        return {
            "question": self.question.question,
            "result": {
                "kind": self.question.kind,
                "arm": self.question.arm,
                "text": self.sentence,
                "decided_by": list(self.decided_by),
                "answers": [answer.as_dict() for answer in self.answers],
            },
            "assumption": self.question.assumption,
            "runs": min(answer.runs for answer in self.answers),
        }


def worded(kind: str, reading: str) -> str:
    """A reading as it is shown: "consistent" says too much where no more was asked than whether a thing is rare."""
    return RARITY.get(reading, reading) if kind == "probability" else reading


def settings_of(question: Question) -> tuple[Setting, ...]:
    """Everything that must be run for a question, each once, the recorded settings first."""
    arms = (question.arm, *(question.against if isinstance(question, Comparison) else ()))
    return tuple(dict.fromkeys(Setting(arm, switch) for switch in (None, *question.switches) for arm in arms))


def answer(question: Question, runs: Mapping[Setting, Runs], start: datetime) -> Reading:
    """Read a question off its runs, which must hold every setting of `settings_of`, paired by replication.

    start  local time at which the scenario begins
    InputError tells of a name or a time that the runs do not have.
    """
    answers = [one for switch in (None, *question.switches) for one in _under(question, switch, runs, start)]
    verdicts = {
        switch: _joint([one for one in answers if one.switch == switch]) for switch in (None, *question.switches)
    }
    found = set(verdicts.values())
    if {"bears out", "speaks against"} <= found:
        turned = [switch for switch, one in verdicts.items() if switch and one not in (verdicts[None], "leaves open")]
        return Reading(question, "decided_by_assumption", tuple(answers), tuple(turned))
    plain: Mapping[Verdict, ModelReading] = {"bears out": "consistent", "speaks against": "inconsistent"}
    reading = plain.get(found.pop(), "not_identified") if len(found) == 1 else "not_identified"
    return Reading(question, reading, tuple(answers), ())


def needed(question: Question, replications: int) -> int:
    """How many replications a question needs: those asked for, and of a probability enough for either verdict."""
    count = replications
    if isinstance(question, Probability):
        while share_interval(0, count).high >= question.at_least:
            count += 1
    return count


def measured(measure: Measure, runs: Runs, start: datetime) -> Floats:
    """The measure of each replication, (replication,), always finite.

    A time that was not reached and an event that did not happen count as the end of the run.
    """
    if measure.outcome is not None:
        values = np.asarray(_named("outcome", measure.outcome, runs.outcomes), dtype=np.float64)
        return np.where(np.isfinite(values), values, runs.until_hours)
    if measure.event is not None:
        return _first(measure.event, str(measure.place), runs)
    total = np.zeros(len(runs.events))
    for name in (str(measure.quantity), *measure.plus):
        series = np.asarray(_named("quantity", name, runs.timeline), dtype=np.float64)
        if measure.at is not None:
            total = total + series[:, _tick(measure.at, runs, start)]
        else:
            assert measure.start is not None
            assert measure.end is not None
            total = total + series[:, _tick(measure.end, runs, start)] - series[:, _tick(measure.start, runs, start)]
    return total


def mean_interval(values: Floats) -> Interval:
    """Mean and Student's 95 % interval of at least two numbers; a point where all are alike."""
    spread = float(values.std(ddof=1)) / math.sqrt(values.size)
    reach = float(stdtrit(values.size - 1, (1 + CONFIDENCE) / 2)) * spread
    mean = float(values.mean())
    return Interval(mean, mean - reach, mean + reach)


def share_interval(count: int, size: int) -> Interval:
    """Share of successes and Wilson's 95 % interval."""
    share, square = count / size, NORMAL**2
    centre = (share + square / (2 * size)) / (1 + square / size)
    reach = NORMAL / (1 + square / size) * math.sqrt(share * (1 - share) / size + square / (4 * size**2))
    return Interval(share, max(centre - reach, 0.0), min(centre + reach, 1.0))


def _under(question: Question, switch: str | None, runs: Mapping[Setting, Runs], start: datetime) -> list[Answer]:
    """The answers under one setting: one for each arm that a comparison is set against, else one."""
    arm = runs[Setting(question.arm, switch)]
    values, late = measured(question.measure, arm, start), _unreached(question.measure, arm)
    if isinstance(question, Comparison):
        answers = []
        for name in question.against:
            other = runs[Setting(name, switch)]
            pairs = values, measured(question.measure, other, start)
            share = float(np.mean(late | _unreached(question.measure, other)))
            answers.append(replace(_compared(question, switch, name, *pairs, share), harm=_harm(arm, other)))
        return answers
    if isinstance(question, Probability):
        found = _likely(question, switch, values)
    else:
        found = _part(question, switch, values, measured(question.of, arm, start))
    return [replace(found, unreached=float(np.mean(late)), harm=_harm(arm, None))]


def _harm(arm: Runs, other: Runs | None) -> dict[str, Interval]:
    """Mean harm of an arm, or its mean paired difference from another one."""
    found = {}
    for name in HARM:
        if name in arm.outcomes and (other is None or name in other.outcomes):
            values = np.asarray(arm.outcomes[name], dtype=np.float64)
            if other is not None:
                values = values - np.asarray(other.outcomes[name], dtype=np.float64)
            if values.size > 1:
                found[name] = mean_interval(values)
    return found


def _unreached(measure: Measure, arm: Runs) -> NDArray[np.bool_]:
    """Whether the time that a measure reads was not reached, (replication,)."""
    if measure.outcome is not None:
        return ~np.isfinite(np.asarray(arm.outcomes[measure.outcome], dtype=np.float64))
    if measure.event is not None:
        return np.asarray(_first(measure.event, str(measure.place), arm) >= arm.until_hours)
    return np.zeros(len(arm.events), np.bool_)


def _compared(
    question: Comparison, switch: str | None, name: str, values: Floats, other: Floats, unreached: float
) -> Answer:
    """Paired difference between the arm and another one.

    Where the end of the run stands for a time that was not reached, differences are drawn toward zero: one that falls
    short of what matters then leaves the question open.
    """
    if values.shape != other.shape:
        raise ValueError(
            f"{question.arm} has {values.size} replications and {name} has {other.size}: they are no pairs"
        )
    if values.size < 2:
        return Answer(switch, name, None, values.size, "leaves open", unreached)
    found = mean_interval(values - other)
    low, high = (found.low, found.high) if question.expected == "higher" else (-found.high, -found.low)
    verdict: Verdict = "leaves open"
    if low > 0 and low >= question.matters:
        verdict = "bears out"
    elif high <= 0 or (high < question.matters and not unreached):
        verdict = "speaks against"
    return Answer(switch, name, found, values.size, verdict, unreached)


def _likely(question: Probability, switch: str | None, values: Floats) -> Answer:
    """Share of the replications in which the measure agrees with the claim."""
    if values.size == 0:
        return Answer(switch, None, None, 0, "leaves open")
    low, high = question.between
    inside = (values >= (-math.inf if low is None else low)) & (values <= (math.inf if high is None else high))
    found = share_interval(int(inside.sum()), values.size)
    enough = values.size >= needed(question, values.size)
    verdict = _beyond(found, question.at_least) if enough else "leaves open"
    return Answer(switch, None, found, values.size, verdict)


def _part(question: Share, switch: str | None, values: Floats, whole: Floats) -> Answer:
    """Mean over replications of a share; those in which there is nothing to take a share of are left out."""
    some = whole > 0
    size = int(some.sum())
    if size < 2:
        return Answer(switch, None, None, size, "leaves open")
    found = mean_interval(values[some] / whole[some])
    if question.at_least is not None:
        return Answer(switch, None, found, size, _beyond(found, question.at_least))
    assert question.at_most is not None
    turned = _beyond(Interval(-found.mean, -found.high, -found.low), -question.at_most)
    return Answer(switch, None, found, size, turned)


def _beyond(found: Interval, bound: float) -> Verdict:
    """Whether an interval lies wholly at or above a bound, or wholly below it."""
    if found.low >= bound:
        return "bears out"
    return "speaks against" if found.high < bound else "leaves open"


def _joint(answers: Sequence[Answer]) -> Verdict:
    """The claim implies all of them, so one that speaks against it is enough."""
    verdicts = {one.verdict for one in answers}
    if "speaks against" in verdicts:
        return "speaks against"
    return "leaves open" if "leaves open" in verdicts else "bears out"


def _first(kind: str, place: str, runs: Runs) -> Floats:
    """Hour of the first event of a kind at a place, (replication,)."""
    hours = [
        [event.hour for event in events if event.kind == kind and befell(event) == place] for events in runs.events
    ]
    return np.array([min(found, default=runs.until_hours) for found in hours], dtype=np.float64)


def _tick(time: datetime, runs: Runs, start: datetime) -> int:
    """Index of the tick that ends at or after a time."""
    hour = (time - start) / timedelta(hours=1)
    tick = int(np.searchsorted(runs.hours, hour - 1e-9))
    if hour < 0 or tick >= runs.hours.size:
        allowed = f"a time within the {runs.until_hours:g} h from {start:%Y-%m-%dT%H:%M}"
        raise InputError(f"found {time:%Y-%m-%dT%H:%M}, expected {allowed}", found=str(time), allowed=allowed)
    return tick


def _named(what: str, name: str, found: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    """An array by name; InputError with the nearest spelling where there is none."""
    if name not in found:
        raise InputError(f'the runs have no {what} "{name}"{nearest(name, list(found))}', found=name)
    return found[name]
