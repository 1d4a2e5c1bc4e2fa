"""The claims of the article beside the record, and what the model says of those that a file names as testable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contrafact.errors import InputError, InputErrors
from contrafact.evidence import Evidence, required_evidence
from contrafact.evidence.claims import Compared, claims_of, compared_claims
from contrafact.evidence.questions import Names, Questions, questions_of, unknown_names
from contrafact.evidence.readings import Reading, Setting
from contrafact.evidence.reporting.as_published import AT_A_PLACE
from contrafact.experiment import kinds
from contrafact.model.recording import OUTCOMES, UNSEEN
from contrafact.model.state import COUNTS
from contrafact.scenario.document import RECORDED, Document
from contrafact.scenario.schema import Scenario

NOT_ASKED = "not_asked"
LEVELS = ("crowd", "armed", "hidden", "network", "facilities_lost")
"""What a timeline holds beside the crowds at sites and the counts."""


@dataclass(frozen=True)
class Claims:
    """Every claim about a crisis, in the order of their table.

    asked     the questions that a file names beforehand, None where there is none
    readings  what runs said of them, by id of the claim; a claim without one was not asked about
    """

    scenario: Document
    evidence: Evidence
    compared: tuple[Compared, ...]
    asked: Questions | None = None
    readings: Mapping[str, Reading] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Compared]:
        return iter(self.compared)

    def __len__(self) -> int:
        return len(self.compared)

    def reading(self, claim: str) -> str:
        """The model's reading of a claim, ``not_asked`` where no run was read for it."""
        return self.readings[claim].reading if claim in self.readings else NOT_ASKED

    def as_dict(self) -> dict[str, Any]:
        """What ``contrafact claims --json`` prints."""
        return {
            "scenario": self.scenario.name,
            "record": self.evidence.path("record.csv"),
            "claims": [{**one.as_dict(), **self._of_model(one.claim.id)} for one in self.compared],
        }

    def _of_model(self, claim: str) -> dict[str, Any]:
        """Reading and model of one claim; the question alone where it is named and no run was read for it."""
        reading = self.readings.get(claim)
        if reading is not None:
            return {"model_reading": reading.reading, "model": reading.as_dict()}
        question = None if self.asked is None else self.asked.questions.get(claim)
        if question is None:
            return {"model_reading": NOT_ASKED, "model": None}
        named = {"question": question.question, "result": None, "assumption": question.assumption, "runs": 0}
        return {"model_reading": NOT_ASKED, "model": named}


def claims(crisis: Document) -> Claims:
    """Every claim about a scenario's crisis beside the record.

    InputError where the scenario has no record or no claims, and InputErrors where its tables or questions are wrong.
    """
    evidence = required_evidence(crisis)
    compared = compared_claims(evidence)
    if not compared:
        allowed = "claims.csv beside the record"
        message = f"the record of {crisis.name} comes without claims, expected {allowed}"
        raise InputError(message, evidence.path("claims.csv"), allowed=allowed)
    errors = unknown_in_questions(crisis, evidence)
    if errors:
        raise InputErrors(errors)
    return Claims(crisis, evidence, compared, questions_of(evidence))


def arm_of(crisis: Document, asked: Questions, setting: Setting) -> Document:
    """The scenario that a setting of a question runs: an arm, with a switch laid over it.

    InputErrors where the settings do not fit the scenario.
    """
    arm = crisis
    for name in (setting.arm, setting.switch):
        if name is not None and name != RECORDED:
            found = asked.arms.get(name) or crisis.variants[name]
            arm = kinds.of(arm).overridden(found.settings)
    return arm


def unknown_in_questions(crisis: Document, evidence: Evidence) -> list[InputError]:
    """Names in the questions about a crisis that stand for nothing; none where there are no questions."""
    asked = questions_of(evidence)
    return [] if asked is None else unknown_names(asked, _names(crisis, evidence), evidence)


def quantities(sites: Iterable[str]) -> tuple[str, ...]:
    """Names of what a timeline holds, for a scenario with these sites."""
    return (*LEVELS, *(f"crowd@{site}" for site in sites), *(name for name in COUNTS if name not in UNSEEN))


def _names(crisis: Document, evidence: Evidence) -> Names:
    """What a question about this crisis may name."""
    sites, places = (crisis.sites, crisis.places) if isinstance(crisis, Scenario) else ((), ())
    return Names(
        claims=[claim.id for claim in claims_of(evidence)],
        arms=list(crisis.variants),
        outcomes=[outcome.name for outcome in OUTCOMES],
        quantities=quantities(sites),
        events=AT_A_PLACE,
        places=places,
    )
