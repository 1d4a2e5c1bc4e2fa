"""The file ``readings.csv`` beside a record: how each row is read off a run, or why the model cannot speak to it.

record     id of a row with use `fit` or `score`
said       rounding word of the row's number, one of WORDS; a range that the record codes goes before it
quantity   what is read, with place and statistic as in `as_published`; empty where a milestone of the scenario says it,
           or where the row cannot be read
place      site, facility or airfield, where one is named
statistic  empty with quantity
note       what a reader must know of the reading; why the row cannot be read, where it cannot

Nothing here drives a run: rows kept for scoring may be named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contrafact.evidence.bundle import Evidence
from contrafact.evidence.reporting.operators import WORDS
from contrafact.evidence.tables import read_table

COLUMNS = ("record", "said", "quantity", "place", "statistic", "note")
FILE = "readings.csv"


@dataclass(frozen=True)
class Declared:
    """One row of the file."""

    record: str
    said: str
    quantity: str
    place: str | None
    statistic: str
    note: str

    @property
    def is_read(self) -> bool:
        """Whether it says itself how the row is read."""
        return bool(self.quantity)


def parse_declared(text: str, rows: Mapping[str, str], file: str = FILE) -> dict[str, Declared]:
    """Readings by row; ``rows`` has the use of every row of the record. InputError names the line and cell."""
    seen: set[str] = set()
    found = {}
    for row in read_table(text, file, COLUMNS):
        record = row.identity("record", seen)
        row.choice("record", tuple(rows))
        if rows[record] not in ("fit", "score"):
            raise row.error("record", f"{record} is a row with use {rows[record]}", "a row with use fit or score")
        row.choice("said", WORDS)
        if bool(row["quantity"]) != bool(row["statistic"]):
            raise row.error("statistic", "is given without the other of quantity and statistic", "both or neither")
        found[record] = Declared(
            record, row["said"], row["quantity"], row["place"] or None, row["statistic"], row["note"]
        )
    return found


def declared_of(evidence: Evidence) -> dict[str, Declared]:
    """The readings that stand beside a record; none where it has no such file."""
    text = evidence.text(FILE)
    uses = {row.id: row.use for row in evidence.ledger}
    return {} if text is None else parse_declared(text, uses, evidence.path(FILE))
