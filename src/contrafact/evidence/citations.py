"""What a value may rest on: rows of the record, places and populations with their sources, and the literature.

id                    stands in
R012                  data/CRISIS/record.csv
facilities/akimat     data/CRISIS/places.csv
population/Alatau     data/CRISIS/population.csv
epstein2002           data/references.csv
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from contrafact.evidence.ledger import load_ledger
from contrafact.evidence.tables import Row, read_table, shipped_text

REFERENCE_COLUMNS = ("id", "citation", "doi")
PLACE_COLUMNS = ("id", "name", "kind", "lat", "lon", "location_note", "source", "district_osm_computed", "precision_m")
POPULATION_COLUMNS = ("id", "unit", "population", "as_of", "precision", "area_km2", "url", "source", "note")


@dataclass(frozen=True)
class Reference:
    """A work that a value, a formula or a data file comes from; `doi` is empty where none was verified."""

    id: str
    citation: str
    doi: str


@functools.cache
def load_references() -> dict[str, Reference]:
    """The literature by id."""
    seen: set[str] = set()
    rows = read_table(shipped_text("references.csv"), "references.csv", REFERENCE_COLUMNS)
    return {row.identity("id", seen): Reference(row["id"], row.filled("citation"), row["doi"]) for row in rows}


@functools.cache
def known_ids(name: str = "almaty-2022") -> frozenset[str]:
    """Every id that a value of the scenario about this crisis may cite.

    Rows with use `score` are not among them, since what is to be predicted may drive nothing; nor are the
    claims of the article, since they are what is asked about.
    """
    ledger = load_ledger(name)
    rows = {row.id for row in ledger if row.use != "score"}
    return frozenset(rows | {row["id"] for row in _sourced(name)} | set(load_references()))


def kept_back(name: str = "almaty-2022") -> frozenset[str]:
    """Every row that is kept for scoring: it exists, and nothing in the scenario about this crisis may rest on it."""
    return frozenset(row.id for row in load_ledger(name).by_use("score"))


def cite(evidence: str, name: str = "almaty-2022") -> str:
    """One line that says what an id stands for: who said it, or where it was published; InputError for another id."""
    references = load_references()
    if evidence in references:
        return references[evidence].citation
    for row in _sourced(name):
        if row["id"] == evidence:
            return row["source"]
    return load_ledger(name)[evidence].source


def _sourced(name: str) -> list[Row]:
    """Places and populations that have a source; one that no source was found for cannot be cited."""
    seen: set[str] = set()
    rows = [
        row
        for file, columns in (("places.csv", PLACE_COLUMNS), ("population.csv", POPULATION_COLUMNS))
        for row in read_table(shipped_text(name, file), f"{name}/{file}", columns)
    ]
    for row in rows:
        row.identity("id", seen)
    return [row for row in rows if row["source"]]
