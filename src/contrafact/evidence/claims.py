"""The claims of the article from which the project starts, and how the record compares with each.

A claim is asked about, never relied on: no value of a scenario may cite one. Paraphrases keep the article's labels.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, fields

from contrafact.evidence.bundle import shipped_evidence
from contrafact.evidence.tables import decoded, read_table

VERDICTS = ("supported", "supported_in_part", "contested", "contradicted", "unsupported", "opinion")


@dataclass(frozen=True)
class Claim:
    """One checkable claim, with the names of its columns; all cells are text as coded.

    quote_vi        short passage of the article, in Vietnamese
    attributed_to   who the article says says so
    record_verdict  how the independent record compares, one of `VERDICTS`
    """

    id: str
    quote_vi: str
    paraphrase_en: str
    quantity: str
    unit: str
    value: str
    low: str
    high: str
    time_start: str
    time_end: str
    place: str
    actor: str
    attributed_to: str
    record_verdict: str
    note: str


COLUMNS = tuple(field.name for field in fields(Claim))


@functools.cache
def load_claims(name: str) -> tuple[Claim, ...]:
    """The claims about a crisis whose record comes with the package; InputError for another name."""
    found = shipped_evidence(name)
    return parse_claims(found.text("claims.csv") or "", found.path("claims.csv"))


def parse_claims(data: str | bytes, file: str = "claims.csv") -> tuple[Claim, ...]:
    """Claims of a CSV table with the columns of `COLUMNS`; InputError naming the line and cell that is wrong."""
    text = decoded(data, file) if isinstance(data, bytes) else data
    seen: set[str] = set()
    claims = []
    for row in read_table(text, file, COLUMNS):
        row.identity("id", seen)
        for column in ("quote_vi", "paraphrase_en"):
            row.filled(column)
        row.choice("record_verdict", VERDICTS)
        claims.append(Claim(**row.cells))
    return tuple(claims)
