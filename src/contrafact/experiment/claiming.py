"""The claims of the article beside the record, and what the model says of those that a file names as testable."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contrafact.errors import InputError, InputErrors, RunError
from contrafact.evidence import Evidence, required_evidence
from contrafact.evidence.claims import Compared, claims_of, compared_claims
from contrafact.evidence.questions import Names, Questions, questions_of, unknown_names
from contrafact.evidence.readings import Reading
from contrafact.evidence.reporting.as_published import AT_A_PLACE
from contrafact.experiment.asking import KEPT, Asking, ask, kept_answers
from contrafact.experiment.pools import Workers
from contrafact.experiment.protocol import Notify, Progress, to_stderr
from contrafact.model.recording import OUTCOMES, UNSEEN
from contrafact.model.state import COUNTS
from contrafact.scenario.document import Document
from contrafact.scenario.schema import Scenario

NOT_ASKED = "not_asked"
LEVELS = ("crowd", "armed", "hidden", "network", "facilities_lost")
"""What a timeline holds beside the crowds at sites and the counts."""


@dataclass(frozen=True)
class Claims:
    """Every claim about a crisis, in the order of their table.

    asked   the questions that a file names beforehand, None where there is none
    asking  what runs said of them, None where none was made; a claim without a reading was not asked about
    """

    scenario: Document
    evidence: Evidence
    compared: tuple[Compared, ...]
    asked: Questions | None = None
    asking: Asking | None = None

    @property
    def readings(self) -> Mapping[str, Reading]:
        """What runs said, by id of the claim."""
        return {} if self.asking is None else self.asking.readings

    def __iter__(self) -> Iterator[Compared]:
        return iter(self.compared)

    def __len__(self) -> int:
        return len(self.compared)

    def reading(self, claim: str) -> str:
        """The model's reading of a claim, ``not_asked`` where no run was read for it."""
        return self.readings[claim].reading if claim in self.readings else NOT_ASKED

    def word(self, claim: str) -> str:
        """The same as it is shown."""
        return self.readings[claim].word if claim in self.readings else NOT_ASKED

    def as_dict(self) -> dict[str, Any]:
        """What ``contrafact claims --json`` prints."""
        return {
            "scenario": self.scenario.name,
            "record": self.evidence.path("record.csv"),
            "runs": None if self.asking is None else self._of_runs(self.asking),
            "claims": [{**one.as_dict(), **self._of_model(one.claim.id)} for one in self.compared],
        }

    @staticmethod
    def _of_runs(asking: Asking) -> dict[str, Any]:
        """What the readings rest on: replications of each arm, seed, and whether by the code that is installed."""
        return {"replications": asking.replications, "seed": asking.seed, "current": asking.current}

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


def claims(
    crisis: Document,
    replications: int = 0,
    seed: int = 1,
    *,
    threads: int | None = None,
    workers: Workers = 0,
    answers: Path | None = None,
    progress: Progress | None = None,
    notify: Notify = to_stderr,
) -> Claims:
    """Every claim about a scenario's crisis beside the record, and what the model says of those that are asked about.

    replications  of each arm that the questions need, run now; with 0, answers that are kept are shown
    answers       file of kept answers: written where replications are run, else read; None: those that ship
    InputError where the scenario has no record or no claims or the answers are not its own, and InputErrors where its
    tables or questions are wrong.
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
    asked, asking = questions_of(evidence), None
    if asked is not None and isinstance(crisis, Scenario):
        if replications:
            options: dict[str, Any] = {"threads": threads, "workers": workers, "progress": progress, "notify": notify}
            asking = ask(crisis, asked, replications, seed, **options)
            if answers is not None:
                _write(answers, asking)
        else:
            asking = _kept(crisis, evidence, asked, answers)
    return Claims(crisis, evidence, compared, asked, asking)


def _kept(crisis: Scenario, evidence: Evidence, asked: Questions, answers: Path | None) -> Asking | None:
    """Answers of the user's file, or those that ship; None where no run was ever read for this very scenario.

    InputError where the user's file cannot be read, or is of another scenario.
    """
    if answers is None:
        text, path = evidence.text(KEPT), evidence.path(KEPT)
    else:
        text, path = _read(answers), str(answers)
    if text is None:
        return None
    kept = kept_answers(text, path, asked)
    if kept.digest == crisis.digest:
        return kept
    if answers is None:
        return None
    raise InputError(f"these answers are of another version of {crisis.name}; ask anew with --replications", path)


def _read(answers: Path) -> str:
    """Text of a file of answers; InputError where it cannot be read."""
    try:
        return answers.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f'found "{answers}", which cannot be read ({error})', key="--answers") from None


def _write(answers: Path, asking: Asking) -> None:
    text = json.dumps(asking.as_dict(), ensure_ascii=False, indent=1) + "\n"
    try:
        answers.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RunError(f"the answers could not be written to {answers}: {error}") from error


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
