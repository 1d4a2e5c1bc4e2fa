"""The file ``rivals.csv`` beside a record: the variants of the scenario that the record is asked to tell from it.

arm     name of a variant
reason  what would be learnt, in a sentence
"""

from __future__ import annotations

from collections.abc import Collection

from contrafact.evidence.bundle import Evidence
from contrafact.evidence.tables import nearest, read_table

COLUMNS = ("arm", "reason")
FILE = "rivals.csv"


def parse_rivals(text: str, variants: Collection[str], file: str = FILE) -> dict[str, str]:
    """Reason by arm, in the order of the file; InputError names the line and cell of what is wrong."""
    seen: set[str] = set()
    found = {}
    for row in read_table(text, file, COLUMNS):
        arm = row.identity("arm", seen)
        if arm not in variants:
            words = ", ".join(variants)
            message = f'found "{arm}", expected a variant of the scenario{nearest(arm, list(variants))}'
            raise row.error("arm", message, words)
        found[arm] = row.filled("reason")
    return found


def rivals_of(evidence: Evidence, variants: Collection[str]) -> dict[str, str]:
    """The rivals that stand beside a record; none where it has no such file."""
    text = evidence.text(FILE)
    return {} if text is None else parse_rivals(text, variants, evidence.path(FILE))
