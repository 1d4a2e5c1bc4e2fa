"""Whether a scenario and its record agree: every id that anything cites, and every value beside its source's range."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contrafact import scenario as scenarios
from contrafact.errors import InputError
from contrafact.evidence import Evidence, citable, evidence_of, shipped_evidence, shipped_ledgers
from contrafact.evidence.audit import Audit, audit, outside, outside_window
from contrafact.evidence.claims import claims_of, compared_claims, dangling
from contrafact.evidence.reporting.declared import declared_of
from contrafact.experiment import kinds
from contrafact.experiment.claiming import unknown_in_questions
from contrafact.model import PARAMETERS
from contrafact.parameters import ASSUMPTION, CONVENTION
from contrafact.scenario import units
from contrafact.scenario.document import RECORDED, Document
from contrafact.scenario.loading import File, Outside, load_as, open_file, with_variant
from contrafact.scenario.problems import KEY, TreePath, dotted, nearest
from contrafact.scenario.quantities import Quantity
from contrafact.scenario.schema import Scenario

LISTS = ("evidence", "anchors")
WORD = re.compile(r"[A-Za-z][\w/-]*")
BRACKETS = re.compile(r"\[([A-Za-z]+\d+(?:, [A-Za-z]+\d+)*)\]")
MECHANISMS = "parameters of the mechanisms"


@dataclass(frozen=True)
class Failure:
    """One thing that is wrong; `check` is dangling, kept_back or out_of_range."""

    check: str
    error: InputError

    def as_dict(self) -> dict[str, Any]:
        """The keys of one failure in `contrafact evidence check --json`."""
        return {"check": self.check, **self.error.as_dict()}


@dataclass(frozen=True)
class Checked:
    """What the check of one scenario found.

    cited   how many times an id is named
    values  how many values of all variants cite something
    audit   None where neither a record stands beside the scenario nor one ships under its name
    """

    scenario: str
    cited: int
    values: int
    failures: tuple[Failure, ...]
    audit: Audit | None

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.failures

    def as_dict(self) -> dict[str, Any]:
        """What `contrafact evidence check --json` prints of one scenario."""
        found = self.audit
        document: dict[str, Any] = {
            "scenario": self.scenario,
            "ok": self.ok,
            "cited": self.cited,
            "values": self.values,
            "failures": [failure.as_dict() for failure in self.failures],
        }
        if found is None:
            return {**document, "rows": 0, "record": None}
        return {
            **document,
            "rows": len(found.evidence.ledger),
            "record": found.evidence.path("record.csv"),
            "unused": {use: list(ids) for use, ids in found.unused.items()},
            "gaps": {column: list(ids) for column, ids in found.gaps.items()},
            "names": [{"id": name.id, "words": name.words} for name in found.names],
            "errata": [vars(erratum) for erratum in found.errata],
            "contested": {fact: list(ids) for fact, ids in found.contested.items()},
        }


@dataclass(frozen=True)
class _Cited:
    """An id and where it stands."""

    id: str
    path: TreePath


def check_evidence(name_or_path: str | Path | None = None) -> list[Checked]:
    """Check one scenario against its record, or every one that ships where none is named.

    InputErrors or InputError tell of a file or a table that cannot be read, so that nothing can be compared.
    """
    names = scenarios.shipped() if name_or_path is None else [name_or_path]
    return [_checked(open_file(name)) for name in names]


def _checked(file: File) -> Checked:
    """One scenario with all its variants."""
    variants = file.tree.get("variants")
    arms = [_without_ids(file, arm) for arm in (RECORDED, *(variants if isinstance(variants, dict) else ()))]
    evidence = evidence_of(arms[0])
    own = evidence if evidence is not None and evidence.own else None
    shelves = [shipped_evidence(name) for name in shipped_ledgers()] if own is None else [own]
    claims = {claim.id for shelf in shelves for claim in claims_of(shelf)}
    cited = list(_cited_in(file.tree))
    looked_up = [(one, citable(own)) for one in cited] + [(one, citable(None)) for one in _declared()]
    failures = [found for one, known in looked_up if (found := _unknown(one, known, claims, file)) is not None]
    values = {(path, value.value): (path, value, arm) for arm in arms for path, value in arm.quantities()}
    resting = [one for one in values.values() if one[1].evidence]
    failures += [found for one in resting if (found := _out_of_range(*one, shelves)) is not None]
    if evidence is None:
        return Checked(arms[0].name, len(cited), len(resting), tuple(failures), None)
    beside = [*dangling(evidence), *unknown_in_questions(arms[0], evidence)]
    failures += [Failure("dangling", error) for error in beside]
    report = audit(evidence, _used(cited, file) | (set() if beside else _spoken_of(evidence)))
    return Checked(arms[0].name, len(cited), len(resting), tuple(failures), report)


def _used(cited: list[_Cited], file: File) -> set[str]:
    """Rows that a value, a milestone or a sentence names."""
    return {word for text in _texts(file.tree) for word in WORD.findall(text)} | {one.id for one in cited}


def _spoken_of(evidence: Evidence) -> set[str]:
    """Rows that are set beside a claim, or of which it is declared how a run is read for them."""
    return {row.id for one in compared_claims(evidence) for row in one.rows} | set(declared_of(evidence))


def _texts(tree: Any) -> Iterator[str]:
    """Every text of a scenario's tree."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, Mapping | list):
        for value in tree.values() if isinstance(tree, Mapping) else tree:
            yield from _texts(value)


def _without_ids(file: File, variant: str) -> Document:
    """An arm of a scenario, whose evidence ids are not looked up while it is read."""
    arm = with_variant(file, variant)
    if kinds.named_in(arm.tree, arm) is kinds.City:
        return load_as(Scenario, arm, (), Outside(None, PARAMETERS))
    return kinds.named_in(arm.tree, arm).load(arm)


def _cited_in(tree: Any, path: TreePath = ()) -> Iterator[_Cited]:
    """Ids under "evidence" and "anchors", of milestones, and in brackets within a sentence."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if key in LISTS and isinstance(value, list):
                yield from (_Cited(one, (*path, key, index)) for index, one in enumerate(value) if isinstance(one, str))
            elif key == "record" and path[:1] == ("milestones",) and isinstance(value, str):
                yield _Cited(value, (*path, key))
            else:
                yield from _cited_in(value, (*path, key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from _cited_in(value, (*path, index))
    elif isinstance(tree, str):
        for group in BRACKETS.findall(tree):
            yield from (_Cited(one, path) for one in group.split(", "))


def _declared() -> Iterator[_Cited]:
    """What the mechanisms' own parameters rest on."""
    for name, parameter in PARAMETERS.items():
        if parameter.evidence not in (ASSUMPTION, CONVENTION):
            yield _Cited(parameter.evidence, (MECHANISMS, name))


def _unknown(one: _Cited, known: Mapping[str, str | None], claims: set[str], file: File) -> Failure | None:
    """What is wrong with an id, None where it may stand there. A sentence may name a claim, a value may not."""
    in_list = one.path[-2:-1] in {(key,) for key in LISTS}
    if one.id in known and known[one.id] is None:
        return None
    if not in_list and one.id in claims:
        return None
    check = "kept_back" if one.id in known else "dangling"
    message = f"{one.id} {known[one.id]}" if one.id in known else f'no evidence has the id "{one.id}"'
    message += "" if one.id in known else nearest(one.id, [name for name, reason in known.items() if reason is None])
    mark = None if one.path[0] == MECHANISMS else file.marks.of_value(one.path)
    line, column = mark or (None, None)
    source = None if one.path[0] == MECHANISMS else str(file.path)
    key = dotted(part for part in one.path if part != KEY)
    return Failure(check, InputError(message, source, line, column, key, one.id, "an id of the evidence"))


def _out_of_range(path: str, value: Quantity, arm: Document, shelves: list[Evidence]) -> Failure | None:
    """A value that lies in none of the ranges of what it cites; None where it agrees with one, or none measures it."""
    ledgers = [shelf.ledger for shelf in shelves]
    rows = [ledger[one] for one in value.evidence for ledger in ledgers if one in ledger and ledger[one].use != "score"]
    if value.unit == units.TIME and isinstance(arm, Scenario):
        time = arm.clock(value.value)
        found, allowed = f"{time:%Y-%m-%dT%H:%M}", outside_window(time, rows)
    else:
        found, allowed = f"{value.value:g} {value.unit}", outside(value.value, value.unit, rows)
    if allowed is None:
        return None
    message = f"found {found}, expected what its source says, {allowed}"
    return Failure("out_of_range", arm.input_error(path, message, found, allowed))
