"""All tables about one crisis: those that ship with the package, or those in the `evidence` folder beside a scenario.

file             what it holds                                           columns
record.csv       observations; the one file that must be there           ledger.COLUMNS
errata.csv       corrections by date                                     errata.COLUMNS
places.csv       places with coordinates and sources                     PLACE_COLUMNS
population.csv   residents with sources                                  POPULATION_COLUMNS
references.csv   works that values may cite, beside those that ship      REFERENCE_COLUMNS
names.csv        names that stand in quotes, and of what they are         names.COLUMNS
readings.csv     how rows are read off a run, or why they are not        reporting/declared.COLUMNS
camps.csv        in whose name each source speaks                        camps.COLUMNS
rivals.csv       variants that the record is asked to tell apart         rivals.COLUMNS
claims.csv       what is asked about                                     claims.COLUMNS
comparison.csv   each claim in neutral words, and why the verdict        claims.COMPARISON_COLUMNS
compared.csv     rows of the record that speak of a claim                claims.COMPARED_COLUMNS
questions.yaml   the claims that a model is asked about                  questions.py

A scenario that brings a record of its own may cite that record, its own tables and the literature, and no row of a
record that ships: the same id would stand for two things.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from contrafact.errors import InputError, InputErrors
from contrafact.evidence.errata import Erratum, parse_errata
from contrafact.evidence.ledger import Ledger, parse_record, unknown
from contrafact.evidence.names import parse_names
from contrafact.evidence.tables import DATA, Row, read_table, shipped_text

OWN = "evidence"
RECORD = "record.csv"
PLACE_COLUMNS = ("id", "name", "kind", "lat", "lon", "location_note", "source", "district_osm_computed", "precision_m")
POPULATION_COLUMNS = ("id", "unit", "population", "as_of", "precision", "area_km2", "url", "source", "note")
REFERENCE_COLUMNS = ("id", "citation", "doi")


class Described(Protocol):
    """A scenario, of which its name, its data files and the file that it was read from matter here."""

    @property
    def name(self) -> str: ...
    @property
    def files(self) -> Mapping[str, str]: ...
    @property
    def source(self) -> str: ...


@dataclass(frozen=True)
class Reference:
    """A work that a value, a formula or a data file comes from; `doi` is empty where none was verified."""

    id: str
    citation: str
    doi: str


@dataclass(frozen=True)
class Evidence:
    """The tables about one crisis.

    folder  where they stand, for messages
    texts   file name and text of each table that there is
    own     whether a scenario brought them
    """

    name: str
    folder: str
    texts: tuple[tuple[str, str], ...]
    own: bool

    def text(self, file: str) -> str | None:
        """Text of a table, None where there is none of this name."""
        return dict(self.texts).get(file)

    def path(self, file: str) -> str:
        """A table as messages name it."""
        return f"{self.folder}/{file}"

    @cached_property
    def ledger(self) -> Ledger:
        """The record; InputError names line and cell of what is wrong with it."""
        return Ledger(self.name, parse_record(self.text(RECORD) or "", self.path(RECORD)))

    @cached_property
    def errata(self) -> tuple[Erratum, ...]:
        """Corrections in the order of their file; InputError where one does not fit the record."""
        text, record = self.text("errata.csv"), self.text(RECORD) or ""
        return () if text is None else parse_errata(text, record, self.path("errata.csv"), self.path(RECORD))

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What the names that stand in quotes are, by name; see names.py."""
        text = self.text("names.csv")
        return {} if text is None else parse_names(text, self.path("names.csv"))

    @cached_property
    def references(self) -> Mapping[str, Reference]:
        """The literature by id: what ships, and what the scenario adds."""
        if not self.own:
            return load_references()
        text = self.text("references.csv")
        seen = set(load_references())
        rows = () if text is None else read_table(text, self.path("references.csv"), REFERENCE_COLUMNS)
        return {**load_references(), **_references(rows, seen)}

    @cached_property
    def sourced(self) -> Mapping[str, Row]:
        """Places and populations by id that have a source; one that no source was found for cannot be cited."""
        seen = {row.id for row in self.ledger} | set(self.references)
        rows = []
        for file, columns in (("places.csv", PLACE_COLUMNS), ("population.csv", POPULATION_COLUMNS)):
            text = self.text(file)
            rows += [] if text is None else list(read_table(text, self.path(file), columns))
        return {name: row for row in rows if (name := row.identity("id", seen)) and row["source"]}

    @property
    def known_ids(self) -> frozenset[str]:
        """Every id that a value may cite.

        Rows with use `score` are not among them, since what is to be predicted may drive nothing; nor are claims,
        since they are what is asked about.
        """
        rows = {row.id for row in self.ledger if row.use != "score"}
        return frozenset(rows | set(self.sourced) | set(self.references))

    @property
    def kept_back(self) -> frozenset[str]:
        """Every row that is kept for scoring: it exists, and nothing may rest on it."""
        return frozenset(row.id for row in self.ledger.by_use("score"))

    def problems(self) -> list[InputError]:
        """What is wrong with the tables, in the order of files and lines; empty where all of them can be read."""
        found: dict[str, InputError] = {}
        for part in ("ledger", "references", "sourced", "errata", "names"):
            try:
                getattr(self, part)
            except InputError as error:
                found[str(error)] = error
            except InputErrors as errors:
                found |= {str(error): error for error in errors.errors}
        return InputErrors(list(found.values())).errors

    def cite(self, evidence: str) -> str:
        """One line that says what an id stands for: who said it, or where it was published; InputError for no id."""
        if evidence in self.references:
            return self.references[evidence].citation
        if evidence in self.sourced:
            return self.sourced[evidence]["source"]
        return self.ledger[evidence].source


@functools.cache
def load_references() -> dict[str, Reference]:
    """The literature that ships, by id."""
    rows = read_table(shipped_text("references.csv"), "references.csv", REFERENCE_COLUMNS)
    return _references(rows, set())


def shipped_ledgers() -> list[str]:
    """Names of the crises whose record comes with the package."""
    return sorted(item.name for item in DATA.iterdir() if item.joinpath(RECORD).is_file())


@functools.cache
def shipped_evidence(name: str) -> Evidence:
    """The tables of a crisis that come with the package; InputError for another name."""
    names = shipped_ledgers()
    if name not in names:
        raise unknown("record", name, names)
    files = sorted(
        item.name for item in DATA.joinpath(name).iterdir() if item.name.endswith((".csv", ".yaml", ".json"))
    )
    return Evidence(name, name, tuple((file, shipped_text(name, file)) for file in files), own=False)


def load_ledger(name: str) -> Ledger:
    """The record of a crisis that comes with the package; InputError for another name."""
    return shipped_evidence(name).ledger


def own_evidence(name: str, files: Mapping[str, str], source: str) -> Evidence | None:
    """The tables that a scenario brings among its data files; None where it brings no record.

    source  file of the scenario, for messages
    """
    prefix = f"{OWN}/"
    texts = {file.removeprefix(prefix): text for file, text in files.items() if file.startswith(prefix)}
    if RECORD not in texts:
        return None
    return _own(name, (Path(source).parent / OWN).as_posix(), tuple(sorted(texts.items())))


def evidence_of(scenario: Described) -> Evidence | None:
    """The tables about a scenario's crisis: its own, else those that ship under its name, else None."""
    own = own_evidence(scenario.name, scenario.files, scenario.source)
    if own is not None or scenario.name not in shipped_ledgers():
        return own
    return shipped_evidence(scenario.name)


def required_evidence(scenario: Described) -> Evidence:
    """The tables about a scenario's crisis; InputError where there are none."""
    found = evidence_of(scenario)
    if found is None:
        allowed = f"a record beside the scenario, {OWN}/{RECORD}, or one that ships: {', '.join(shipped_ledgers())}"
        raise InputError(f"the scenario {scenario.name} has no record, expected {allowed}", scenario.source, None)
    return found


@functools.lru_cache(maxsize=8)
def _own(name: str, folder: str, texts: tuple[tuple[str, str], ...]) -> Evidence:
    """Tables parsed once, however often they are asked for."""
    return Evidence(name, folder, texts, own=True)


def _references(rows: Iterable[Row], seen: set[str]) -> dict[str, Reference]:
    """Works by id; `seen` holds the ids that are taken."""
    return {row.identity("id", seen): Reference(row["id"], row.filled("citation"), row["doi"]) for row in rows}
