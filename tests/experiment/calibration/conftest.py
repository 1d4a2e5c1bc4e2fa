"""A made-up record of the made-up town, and settings to fit it."""

from __future__ import annotations

import pytest

from contrafact.engine import calm
from contrafact.evidence.bundle import Evidence
from contrafact.evidence.ledger import COLUMNS as RECORD
from contrafact.evidence.reporting.declared import COLUMNS as DECLARED
from contrafact.experiment.calibration import distance
from contrafact.experiment.calibration.settings import Settings

ROWS = (
    ("T1", "fit", "evening", "300", "2022-01-04T18:00", "2022-01-04T20:00"),
    ("T2", "fit", "evening", "250", "2022-01-04T19:00", "2022-01-04T21:00"),
    ("T3", "fit", "night", "120", "2022-01-05T00:00", "2022-01-05T02:00"),
    ("T4", "score", "late", "80", "2022-01-04T22:00", "2022-01-04T23:00"),
    ("T7", "fit", "rumour", "9", "2022-01-04T12:00", "2022-01-04T13:00"),
    ("T8", "fit", "fall", "1", "2022-01-04T20:00", "2022-01-04T21:00"),
    ("T9", "fit", "stays", "1", "2022-01-04T12:00", "2022-01-04T23:00"),
)
READINGS = """T1,about,crowd,,max,
T2,about,crowd,main_square,max,
T3,number,crowd,,mean,
T4,number,crowd,,max,
T7,number,,,,nobody can say
T8,number,seizure,town_hall,first,
T9,number,seizure,town_hall,never,
"""


CALM_H = 6.0
"""Hours of the calm "week" that goes before every run of a fit."""


def made_up(monkeypatch: pytest.MonkeyPatch) -> Evidence:
    """The record, as if the town had it."""
    lines = [",".join(RECORD)]
    for name, use, fact, value, begins, ends in ROWS:
        cells = {"id": name, "quantity": "q", "value": value, "time_start": begins, "time_end": ends, "use": use}
        cells |= {"publisher": "P", "quote": "w", "reliability": "r", "fact_id": fact}
        lines.append(",".join(cells.get(column, "") for column in RECORD))
    tables = {"record.csv": "\n".join(lines) + "\n", "readings.csv": ",".join(DECLARED) + "\n" + READINGS}
    evidence = Evidence("small", "small", tuple(tables.items()), own=True)
    monkeypatch.setattr(distance, "required_evidence", lambda _: evidence)
    return evidence


def short_weeks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calm weeks end after CALM_H, since a fit runs many."""
    monkeypatch.setattr(calm, "CALM_WEEK_H", CALM_H)


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch) -> Evidence:
    """The record, as long as a test runs."""
    return made_up(monkeypatch)


def settings(*rows: tuple[str, object], **changes: object) -> Settings:
    """Settings that fit two parameters of the town."""
    tree = {
        "format": 1,
        "scenario": "small",
        "parameters": [
            {"path": "parameters.participation.legitimacy", "prior": {"uniform": [0.75, 0.95]}, "why": "crowds"},
            {"path": "parameters.crowd_control.arrest", "why": "arrests"},
        ],
        "held": ["parameters.exposure.near"],
        "rows": [
            {"record": name, "scale": scale, "why": "a test"} for name, scale in rows or (("T1", 0.5), ("T3", 0.5))
        ],
        "population": 10,
        "batch": 8,
        "quantile": 0.5,
        "stop": {"epsilon": 0.0, "runs": 32, "acceptance": 0.0},
    }
    return Settings.model_validate({**tree, **changes})
