"""The claims of the article from which the project starts, and how the record compares with each.

A claim is asked about, never relied on: no value of a scenario may cite one. `claims.csv` keeps the article's words and
its labels; `comparison.csv` says the same in neutral words and why the record's verdict is what it is; `compared.csv`
names the rows of the record that speak of it, a pair a line.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from contrafact.errors import InputError, InputErrors
from contrafact.evidence.bundle import Evidence, shipped_evidence
from contrafact.evidence.ledger import Observation
from contrafact.evidence.tables import Row, decoded, nearest, read_table

VERDICTS = ("supported", "supported_in_part", "contested", "contradicted", "unsupported", "opinion")
COMPARISON_COLUMNS = ("claim", "paraphrase", "reason")
COMPARED_COLUMNS = ("claim", "observation")


@dataclass(frozen=True)
class Claim:
    """One checkable claim, with the names of its columns; all cells are text as coded.

    quote_vi        short passage of the article, in Vietnamese
    paraphrase_en   the same in English, with the article's labels
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


@dataclass(frozen=True)
class Compared:
    """A claim beside the record.

    paraphrase  what it says, in neutral words
    reason      why the verdict is what it is
    rows        what other sources said of it, in the order of the table
    """

    claim: Claim
    paraphrase: str
    reason: str
    rows: tuple[Observation, ...]

    def as_dict(self) -> dict[str, Any]:
        """The keys of `contrafact claims --json` that the record answers."""
        return {
            "id": self.claim.id,
            "quote": self.claim.quote_vi,
            "paraphrase": self.paraphrase,
            "attributed_to": self.claim.attributed_to,
            "record_verdict": self.claim.record_verdict,
            "reason": self.reason,
            "record": [row.id for row in self.rows],
            "observations": [observed(row) for row in self.rows],
        }


def observed(row: Observation) -> dict[str, Any]:
    """What a source said; of a row that is kept for scoring nothing but that it exists."""
    shown = row.use != "score"
    return {
        "id": row.id,
        "fact": row.fact_id,
        "quantity": row.quantity,
        "value": row.value if shown else None,
        "low": row.low if shown else None,
        "high": row.high if shown else None,
        "unit": row.unit,
        "time_start": row.time_start if shown else "",
        "time_end": row.time_end if shown else "",
        "place": row.place,
        "publisher": row.publisher,
        "published": row.published,
        "url": row.url,
        "quote": row.quote if shown else "",
        "reliability": row.reliability if shown else "",
        "use": row.use,
    }


def load_claims(name: str) -> tuple[Claim, ...]:
    """The claims about a crisis whose record comes with the package; InputError for another name."""
    return claims_of(shipped_evidence(name))


def claims_of(evidence: Evidence) -> tuple[Claim, ...]:
    """The claims about a crisis; none where its tables have none. InputError names what is wrong with them."""
    text = evidence.text("claims.csv")
    return () if text is None else parse_claims(text, evidence.path("claims.csv"))


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


def compared_claims(evidence: Evidence) -> tuple[Compared, ...]:
    """Every claim beside the rows that speak of it, in the order of the claims.

    A claim without a line in `comparison.csv` keeps the paraphrase of `claims.csv` and has no reason.
    InputErrors names every line of a table that names a claim or a row that there is not.
    """
    errors = dangling(evidence)
    if errors:
        raise InputErrors(errors)
    words = {row["claim"]: row for row in _lines(evidence, "comparison.csv", COMPARISON_COLUMNS)}
    rows: dict[str, list[Observation]] = {}
    for row in _lines(evidence, "compared.csv", COMPARED_COLUMNS):
        rows.setdefault(row["claim"], []).append(evidence.ledger[row["observation"]])
    return tuple(
        Compared(
            claim,
            words[claim.id]["paraphrase"] if claim.id in words else claim.paraphrase_en,
            words[claim.id]["reason"] if claim.id in words else "",
            tuple(rows.get(claim.id, ())),
        )
        for claim in claims_of(evidence)
    )


def dangling(evidence: Evidence) -> list[InputError]:
    """Lines of the two tables that name a claim or a row of the record that there is not."""
    known = {
        "claim": [claim.id for claim in claims_of(evidence)],
        "observation": [row.id for row in evidence.ledger],
    }
    lines = [
        *(("claim", row) for row in _lines(evidence, "comparison.csv", COMPARISON_COLUMNS)),
        *((column, row) for row in _lines(evidence, "compared.csv", COMPARED_COLUMNS) for column in COMPARED_COLUMNS),
    ]
    return [
        row.error(column, f'there is no {column} "{row[column]}"{nearest(row[column], names)}', f"{len(names)} ids")
        for column, row in lines
        if row[column] not in (names := known[column])
    ]


def _lines(evidence: Evidence, file: str, columns: tuple[str, ...]) -> list[Row]:
    """Lines of a table about claims, none of which says the same twice; none where there is no such table."""
    text = evidence.text(file)
    rows = [] if text is None else list(read_table(text, evidence.path(file), columns))
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        key = (row["claim"],) if columns == COMPARISON_COLUMNS else tuple(row.cells.values())
        for column in columns:
            row.filled(column)
        if key in seen:
            raise row.error("claim", f"{' and '.join(key)} stand in two lines", "a line of its own for each")
        seen.add(key)
    return rows
