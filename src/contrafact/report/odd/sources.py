"""What an ODD document rests on: works of the literature, and rows of the record, places and populations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from contrafact.errors import InputError
from contrafact.evidence import (
    Observation,
    Reference,
    evidence_of,
    load_references,
    shipped_evidence,
    shipped_ledgers,
)
from contrafact.model import PARAMETERS
from contrafact.parameters import ASSUMPTION, CONVENTION
from contrafact.report.odd.markdown import code, doi_link, prose, table

if TYPE_CHECKING:
    from contrafact.scenario import Scenario

DOI = re.compile(r"https://doi\.org/([^\s)]+)")


def references(text: str, scenario: Scenario) -> str:
    """The works that a document names or that a value of its scenario cites; a DOI that no list has comes last."""
    cited = cited_ids(scenario)
    used = [one for one in load_references().values() if one.id in cited or is_named(one, text)]
    lines = [_entry(one) for one in used]
    known = {one.doi for one in used}
    unlisted = sorted(set(DOI.findall(text)) - known)
    return "\n".join((*lines, *(f"- {doi_link(doi)}, not yet in the list of references" for doi in unlisted)))


def evidence(scenario: Scenario) -> str:
    """Rows of the record, places and populations that the scenario cites, with who said so."""
    ids = sorted(cited_ids(scenario) - load_references().keys())
    return table(("id", "use", "source"), ((code(one), use(one, scenario), source(one, scenario)) for one in ids))


def use(evidence_id: str, scenario: Scenario) -> str:
    """What a row of the record of this crisis may be used for; nothing for any other id."""
    row = recorded(evidence_id, scenario)
    return "" if row is None else row.use


def recorded(evidence_id: str, scenario: Scenario) -> Observation | None:
    """The row of the record of this crisis with an id; None for any other id, or where there is no record."""
    found = evidence_of(scenario)
    return None if found is None or evidence_id not in found.ledger else found.ledger[evidence_id]


def source(evidence_id: str, scenario: Scenario) -> str:
    """Who said what an id stands for: in the record of this crisis, or of another one that is shipped."""
    found = evidence_of(scenario)
    for one in (*(() if found is None else (found,)), *map(shipped_evidence, shipped_ledgers())):
        with suppress(InputError):
            return prose(one.cite(evidence_id))
    return "unknown"


def cited_ids(scenario: Scenario) -> set[str]:
    """Every id that a value, an entity, an action, a milestone or a parameter names."""
    rows = {milestone.record for milestone in scenario.milestones}
    declared = {parameter.evidence for parameter in PARAMETERS.values()} - {ASSUMPTION, CONVENTION}
    return rows | declared | set(_ids(scenario.resolved()))


def is_named(reference: Reference, text: str) -> bool:
    """Whether a text names a work by its id, its DOI, or its first author and year, as in "Davies et al. 2013"."""
    if re.search(rf"(?<![\w./]){re.escape(reference.id)}(?!\w)", text):
        return True
    if reference.doi and reference.doi in text:
        return True
    author = re.match(r"(\S+) .*?\((\d{4})\)", reference.citation)
    return author is not None and bool(re.search(rf"\b{re.escape(author[1])}\b\D{{0,60}}\b{author[2]}\b", text))


def _entry(reference: Reference) -> str:
    doi = f" {doi_link(reference.doi)}" if reference.doi else ""
    return f"- {code(reference.id)}: {prose(reference.citation)}{doi}"


def _ids(tree: Any) -> Iterator[str]:
    """The ids under every key "evidence" or "anchors" of a scenario's tree."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if key in ("evidence", "anchors") and isinstance(value, list):
                yield from value
            elif key != "files":
                yield from _ids(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _ids(value)
