"""The claims that a model is asked about, named beforehand, and what each question is: data, in `questions.yaml`.

A question never asks whether a claim is true. It asks what would follow within the model if it were, and says on which
assumption the answer rests.

kind          the claim would be borne out if, in the model,
comparison    the measure differs between the arm and every arm that it is set against, in the expected direction and
              by at least what matters
probability   the measure lies within `between` in at least `at_least` of the replications of the arm
share         the measure is, in the mean over replications, at least (or at most) this share of another measure

measure       reading, one number per replication
outcome       an outcome by name; a time that was not reached counts as the end of the run
quantity      a quantity of the timeline at a time, or its change from one time to another
event         hour of the first event of a kind at a place; one that never happens counts as the end of the run

`switches` are contested settings under which the question is asked again; where the answer turns with one of them, that
is the answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from contrafact.errors import InputError, InputErrors
from contrafact.evidence.bundle import Evidence
from contrafact.scenario import units
from contrafact.scenario.context import Id
from contrafact.scenario.document import RECORDED, Variant
from contrafact.scenario.parts import Listed, Part, Text
from contrafact.scenario.problems import Marks, Problems, TreePath, input_errors, listed, nearest, problem, show
from contrafact.scenario.reading import read_yaml

FILE = "questions.yaml"


def _time(raw: object) -> datetime:
    try:
        return units.read_local_time(raw)
    except units.UnitError as error:
        raise problem(str(error), raw, units.expected(units.TIME)) from error


Time = Annotated[datetime, BeforeValidator(_time)]


class Measure(Part):
    """What is read off each replication: an outcome, a quantity at a time or over a window, or the hour of an event.

    plus  further quantities that are added to the first
    """

    outcome: Text | None = None
    quantity: Text | None = None
    plus: Listed[Text] = ()
    at: Time | None = None
    start: Time | None = None
    end: Time | None = None
    event: Text | None = None
    place: Text | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        """Exactly one reading, with what it needs and nothing else."""
        given = {name for name in type(self).model_fields if getattr(self, name)}
        if given - {"plus"} not in ({"outcome"}, {"quantity", "at"}, {"quantity", "start", "end"}, {"event", "place"}):
            allowed = "outcome; quantity with at, or with start and end; or event with place"
            raise problem(f"found {listed(sorted(given))}, expected {allowed}", sorted(given), allowed)
        if self.plus and not self.quantity:
            raise problem("found plus without a quantity", list(self.plus), "quantity, and plus what is added to it")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise problem("end is not later than start", f"{self.end}", "a later time")
        return self


class Asked(Part):
    """What every question has.

    question    one sentence
    arm         variant or arm of this file that the claim speaks of
    switches    variants or arms of this file, each laid over the arms that are compared
    assumption  what the answer rests on, one sentence
    """

    question: Text
    arm: Text = RECORDED
    measure: Measure
    switches: Listed[Text] = ()
    assumption: Text


class Comparison(Asked):
    """Paired arms: would the claim hold, the measure would be lower or higher in `arm` than in each of `against`.

    matters  smallest difference that would matter, in the unit of the measure
    """

    kind: Literal["comparison"]
    against: Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]
    expected: Literal["lower", "higher"]
    matters: Annotated[float, Field(ge=0, strict=False)]


class Probability(Asked):
    """One arm: would the claim hold, the measure would lie within `between` in some share of the replications.

    between   lowest and highest number that agree with the claim; None leaves an end open
    at_least  share of the replications above which the model does not rule the claim out
    """

    kind: Literal["probability"]
    between: Annotated[tuple[float | None, float | None], Field(strict=False)]
    at_least: Annotated[float, Field(gt=0, lt=1)]

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        low, high = self.between
        if (low is None and high is None) or (low is not None and high is not None and low > high):
            allowed = "[low, high] in rising order, one of which may be null"
            raise problem(f"found {show(list(self.between))}, expected {allowed}", list(self.between), allowed)
        return self


class Share(Asked):
    """One arm: would the claim hold, the measure would be at least or at most a share of another one."""

    kind: Literal["share"]
    of: Measure
    at_least: Annotated[float, Field(gt=0, lt=1)] | None = None
    at_most: Annotated[float, Field(gt=0, lt=1)] | None = None

    @model_validator(mode="after")
    def _has_one_bound(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            allowed = "either at_least or at_most"
            found = "neither bound" if self.at_least is None else "both bounds"
            raise problem(f"found {found}, expected {allowed}", found, allowed)
        return self


Question = Comparison | Probability | Share
KINDS = ("comparison", "probability", "share")


def _of_a_kind(raw: object) -> object:
    """A question whose kind is known, so that pydantic need not say so in words of its own."""
    if isinstance(raw, Asked) or not isinstance(raw, dict) or raw.get("kind") in KINDS:
        return raw
    kind = raw.get("kind")
    raise problem(f"found kind {show(kind)}, expected {listed(KINDS)}{nearest(kind, KINDS)}", kind, listed(KINDS))


AnyQuestion = Annotated[Question, Field(discriminator="kind"), BeforeValidator(_of_a_kind)]


class Questions(Part):
    """A file of questions.

    arms       arms made on the spot, by name, beside the scenario's variants
    questions  by id of the claim
    """

    format: Literal[1]
    arms: Mapping[Id, Variant] = Field(default_factory=dict)
    questions: Mapping[str, AnyQuestion] = Field(min_length=1)


class Names(NamedTuple):
    """What exists and may be named: claims, arms (the scenario's variants), and what a run can be read for."""

    claims: Collection[str]
    arms: Collection[str]
    outcomes: Collection[str]
    quantities: Collection[str]
    events: Collection[str]
    places: Collection[str]


def questions_of(evidence: Evidence) -> Questions | None:
    """The questions about a crisis, None where its tables have none; InputErrors tells file, line and key."""
    text = evidence.text(FILE)
    return None if text is None else parse_questions(text, evidence.path(FILE))


def parse_questions(text: str, file: str = FILE) -> Questions:
    """Questions of a YAML text; InputErrors tells everything that is wrong with it."""
    tree, marks = read_yaml(text, file)
    if not isinstance(tree, dict):
        allowed = "a mapping that begins with format: 1"
        raise InputErrors(
            [InputError(f"found {show(tree)}, expected {allowed}", file, 1, 1, None, show(tree), allowed)]
        )
    try:
        return Questions.model_validate(tree)
    except ValidationError as error:
        raise InputErrors(_told(error, marks, file)) from None


def unknown_names(asked: Questions, names: Names, evidence: Evidence) -> list[InputError]:
    """Names in the questions that stand for nothing, each with file, line and key; empty where all are known."""
    file = evidence.path(FILE)
    _, marks = read_yaml(evidence.text(FILE) or "", file)
    kinds = {**names._asdict(), "arms": (RECORDED, *names.arms, *asked.arms)}
    problems = Problems()
    for claim, question in asked.questions.items():
        for kind, path, name in (("claims", (), claim), *_named_by(question)):
            known = kinds[kind]
            if name not in known:
                message = f"there is nothing called {show(name)} among the {kind}{nearest(name, known)}"
                problems.add(("questions", claim, *path), problem(message, name, listed(known, 40)))
    return input_errors(problems.details, marks, file)


def _named_by(question: Question) -> Iterator[tuple[str, TreePath, str]]:
    """Kind, path and text of every name in a question."""
    yield "arms", ("arm",), question.arm
    for index, switch in enumerate(question.switches):
        yield "arms", ("switches", index), switch
    for index, arm in enumerate(question.against if isinstance(question, Comparison) else ()):
        yield "arms", ("against", index), arm
    yield from _read_by(question.measure, ("measure",))
    if isinstance(question, Share):
        yield from _read_by(question.of, ("of",))


def _read_by(measure: Measure, path: TreePath) -> Iterator[tuple[str, TreePath, str]]:
    """Kind, path and text of every name in a measure."""
    if measure.outcome is not None:
        yield "outcomes", (*path, "outcome"), measure.outcome
    if measure.quantity is not None:
        yield "quantities", (*path, "quantity"), measure.quantity
    for index, more in enumerate(measure.plus):
        yield "quantities", (*path, "plus", index), more
    if measure.event is not None and measure.place is not None:
        yield "events", (*path, "event"), measure.event
        yield "places", (*path, "place"), measure.place


def _told(error: ValidationError, marks: Marks, file: str) -> list[InputError]:
    """The findings with their lines; the name of the kind, which pydantic puts into the path, is taken out."""
    problems = Problems()
    problems.include((), error)
    details: list[Any] = []
    for item in problems.details:
        path = item.get("loc", ())
        inside = path[:1] == ("questions",) and len(path) > 2 and path[2] in KINDS
        details.append({**item, "loc": (*path[:2], *path[3:]) if inside else path})
    return input_errors(details, marks, file)
