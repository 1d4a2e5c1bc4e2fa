"""The check of a record and its claims, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from contrafact.words import counted

if TYPE_CHECKING:
    from contrafact.experiment.auditing import Checked

SHOWN = 12


def check_lines(checked: Checked) -> Iterator[str]:
    """What the check of one scenario found: what is wrong first, then what is only told."""
    state = "ok" if checked.ok else counted(len(checked.failures), "failure")
    yield f"{checked.scenario}: {state}; {checked.cited} ids cited, {checked.values} values rest on them"
    for failure in checked.failures:
        yield f"  {failure.check}: {failure.error}"
    found = checked.audit
    if found is None:
        yield "  there is no record under this name; ids were looked up in the records that ship"
        return
    ledger = found.evidence.ledger
    size = f"{counted(len(ledger), 'row')} on {counted(len(ledger.facts()), 'fact')}"
    yield f"  {found.evidence.path('record.csv')}: {size}"
    for use, ids in found.unused.items():
        if ids:
            yield f"  never used, of use {use}: {_some(ids)}"
    for column, ids in found.gaps.items():
        if ids:
            yield f"  without {column}, which the record lacks: {_some(ids)}"
    for name in found.names:
        yield f'  {name.id}: "{name.words}" looks like a name and is not listed in {found.evidence.path("names.csv")}'
    yield from _contested(found.contested)
    for erratum in found.errata:
        yield f"  erratum of {erratum.date}, {erratum.id}, {erratum.column}: {erratum.why}"
        yield f'    was "{erratum.was}", should read "{erratum.now}"'


def _contested(facts: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Facts on whose number rows differ."""
    if facts:
        listed = "; ".join(f"{fact} ({', '.join(ids)})" for fact, ids in facts.items())
        yield f"  rows differ on {counted(len(facts), 'fact')}, and stay side by side: {listed}"


def _some(ids: tuple[str, ...]) -> str:
    """Ids in one line, the first dozen of many."""
    rest = len(ids) - SHOWN
    return ", ".join(ids[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
