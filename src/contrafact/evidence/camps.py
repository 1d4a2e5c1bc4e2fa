"""The file ``camps.csv`` beside a record: in whose name each source speaks; a judgement, open to dispute.

record     id of a row, where its publisher passes on what another says; empty where the line is of a publisher
publisher  as the record names it; a line of its own row goes before it. Empty where record is given
camp       one of CAMPS
reason     why, in a sentence

state        authorities of a party to the events, their press, and media that pass on what those say
independent  reporters, agencies and witnesses that speak for no party
opposition   those who took part, organisations that speak for them, and media that pass on what those say

A camp says who speaks, not whether it is so. It drives no run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contrafact.evidence.bundle import Evidence
from contrafact.evidence.ledger import Ledger, Observation
from contrafact.evidence.tables import nearest, read_table

COLUMNS = ("record", "publisher", "camp", "reason")
FILE = "camps.csv"
CAMPS = ("state", "independent", "opposition")


@dataclass(frozen=True)
class Camps:
    """Camp of rows by id, and of publishers by name."""

    rows: Mapping[str, str]
    publishers: Mapping[str, str]

    def of(self, row: Observation) -> str | None:
        """The camp of a row's source, None where the file does not say."""
        return self.rows.get(row.id) or self.publishers.get(row.publisher)


def parse_camps(text: str, ledger: Ledger, file: str = FILE) -> Camps:
    """Camps from the text of the file; InputError names the line and cell of what is wrong."""
    rows: dict[str, str] = {}
    publishers: dict[str, str] = {}
    ids = [row.id for row in ledger]
    known = list(dict.fromkeys(row.publisher for row in ledger))
    for row in read_table(text, file, COLUMNS):
        if bool(row["record"]) == bool(row["publisher"]):
            raise row.error("record", "found both or neither of record and publisher, expected one", "one of the two")
        column, names, found = ("record", ids, rows) if row["record"] else ("publisher", known, publishers)
        name = row[column]
        if name not in names:
            allowed = f"a {'row' if column == 'record' else 'publisher'} of the record"
            raise row.error(column, f'found "{name}", expected {allowed}{nearest(name, names)}', allowed)
        if name in found:
            raise row.error(column, f'"{name}" occurs twice', "one line each")
        found[name] = row.choice("camp", CAMPS)
        row.filled("reason")
    return Camps(rows, publishers)


def camps_of(evidence: Evidence) -> Camps:
    """The camps that stand beside a record; none where it has no such file."""
    text = evidence.text(FILE)
    return Camps({}, {}) if text is None else parse_camps(text, evidence.ledger, evidence.path(FILE))
