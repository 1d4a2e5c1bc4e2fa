"""Corrections of the record: entries with a date, beside the rows that they concern. Nothing applies them silently.

A row stays as it was coded. An erratum says what a cell should read and why, and whoever shows the row shows both.
`was` repeats the cell, so that an entry about a row that has changed since is found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date

from contrafact.evidence.ledger import COLUMNS as RECORD_COLUMNS
from contrafact.evidence.tables import Row, nearest, read_table

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Erratum:
    """One correction, with the names of its columns.

    date    day on which it was entered
    id      row of the record
    column  which cell of the row
    was     the cell as coded
    now     what it should read
    why     what was wrong
    source  on what the correction rests
    """

    date: str
    id: str
    column: str
    was: str
    now: str
    why: str
    source: str


COLUMNS = tuple(field.name for field in fields(Erratum))


def parse_errata(
    text: str, record: str, file: str = "errata.csv", record_file: str = "record.csv"
) -> tuple[Erratum, ...]:
    """Errata of a CSV table with the columns of `COLUMNS`; InputError naming the line and cell that is wrong.

    record, record_file  text of the record, and its name for messages
    """
    rows = {row["id"]: row for row in read_table(record, record_file, RECORD_COLUMNS)}
    return tuple(_erratum(row, rows) for row in read_table(text, file, COLUMNS))


def _erratum(row: Row, rows: dict[str, Row]) -> Erratum:
    """One correction, checked against the row that it concerns."""
    if not _is_date(row["date"]):
        raise row.error("date", f'found "{row["date"]}", expected a date like 2022-01-05', "a date")
    if row["id"] not in rows:
        message = f'there is no row of the record "{row["id"]}"{nearest(row["id"], list(rows))}'
        raise row.error("id", message, f"{len(rows)} ids")
    row.choice("column", [column for column in RECORD_COLUMNS if column != "id"])
    coded = rows[row["id"]][row["column"]]
    if row["was"] != coded:
        raise row.error("was", f'found "{row["was"]}", but the record has "{coded}"', coded)
    if row["now"] == row["was"]:
        raise row.error("now", "is what the record has already", "another text")
    for column in ("why", "source"):
        row.filled(column)
    return Erratum(**row.cells)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return _DATE.fullmatch(text) is not None
