"""The record as the page shows it. What rows kept for scoring say is shown nowhere here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from contrafact.evidence import Evidence, evidence_of
from contrafact.evidence.claims import observed
from contrafact.evidence.milestones import READABLE
from contrafact.evidence.questions import questions_of
from contrafact.evidence.reporting.as_published import COUNTS, EVENTS, HOURS, LEVELS
from contrafact.experiment.claiming import claims
from contrafact.scenario.actions import AnyAction
from contrafact.scenario.entities import Milestone
from contrafact.scenario.quantities import Quantity
from contrafact.scenario.schema import Scenario
from contrafact.translation import in_every_language


def observations(crisis: Scenario) -> list[dict[str, object]]:
    """Rows of the record that a scenario names and that may be seen beside runs, with their window in hours.

    curve  the quantity beside which a row is drawn; None for an event, which stands on the time line alone
    """
    evidence = evidence_of(crisis)
    if evidence is None:
        return []
    found = (_observation(crisis, evidence, milestone) for milestone in crisis.milestones)
    return [one for one in found if one is not None]


def _observation(crisis: Scenario, evidence: Evidence, milestone: Milestone) -> dict[str, object] | None:
    row = evidence.ledger[milestone.record]
    ends = row.ends or row.begins
    if row.use not in READABLE or ends is None:
        return None
    kind = milestone.quantity.split("_")[0]
    is_event = milestone.quantity in EVENTS or milestone.statistic == "first"
    is_count = kind in COUNTS and not is_event
    begins = ends if is_count else row.begins or ends
    low, high = row.interval
    curve = None
    if is_count:
        curve = kind if kind == "detained" else f"{kind}_total"
        if milestone.quantity != curve:
            high = None  # a row about one group is a least number for all
    elif milestone.quantity in LEVELS and not is_event:
        curve = milestone.quantity if milestone.place is None else f"{milestone.quantity}@{milestone.place}"
    return {
        "id": row.id,
        "quantity": milestone.quantity,
        "place": milestone.place,
        "statistic": milestone.statistic,
        "use": row.use,
        "curve": curve,
        "begins": _hours(crisis, begins),
        "ends": _hours(crisis, ends),
        "low": None if is_event else low,
        "high": None if is_event else high,
        "unit": HOURS if is_event else row.unit,
        "source": row.source,
        "quote": row.quote,
    }


def _hours(crisis: Scenario, moment: datetime) -> float:
    return round((moment - crisis.start) / timedelta(hours=1), 3)


def timed_actions(crisis: Scenario) -> list[dict[str, object]]:
    """What was called, ordered and granted, by the hour; actions without an hour of their own are left out."""
    rows = [_action(name, action) for name, action in crisis.actions.items() if action.at is not None]
    return sorted(rows, key=lambda row: (row["at"], row["id"]))


def _action(name: str, action: AnyAction) -> dict[str, Any]:
    at: Quantity | None = action.at
    assert at is not None
    return {
        "id": name,
        "kind": action.kind,
        "label": action.label,
        "at": round(at.value, 3),
        "until": None if action.until is None else round(action.until.value, 3),
        "evidence": [*dict.fromkeys((*action.evidence, *at.evidence, *at.anchors))],
        "assumption": at.assumption,
    }


def ledger(crisis: Scenario) -> list[dict[str, object]]:
    """Every row of the record; of rows kept for scoring nothing but that they exist."""
    evidence = evidence_of(crisis)
    return [] if evidence is None else [observed(row) for row in evidence.ledger]


def claim_table(crisis: Scenario) -> list[dict[str, Any]]:
    """Every claim beside the record, with the variant that its question is about; none where there are no claims.

    What runs say of it is there in every language.
    """
    evidence = evidence_of(crisis)
    if evidence is None or evidence.text("claims.csv") is None:
        return []
    found = claims(crisis)
    asked = questions_of(evidence)
    questions = {} if asked is None else asked.questions
    arms = {name: question.arm for name, question in questions.items() if question.arm in crisis.variants}
    rows: list[dict[str, Any]] = found.as_dict()["claims"]
    for row in rows:
        row["arm"] = arms.get(row["id"])
        reading = found.readings.get(row["id"])
        if reading is not None:
            row["model"]["result"]["text"] = in_every_language(reading.sentence)
    return rows
