"""What a verification target comes to: one line each, and a count of what passed at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One thing that was checked, in words.

    ``passed`` is None for what is reported beside a target and neither passes nor fails: a published number that is not
    reproduced, or a rival that could not be run. ``power``: what a wrong model would have been caught with.
    """

    name: str
    expected: str
    got: str
    tolerance: str
    passed: bool | None
    seeds: str
    power: str


HEADINGS = ("", "name", "expected", "got", "tolerance", "seeds", "power")
MARKS = {True: "pass", False: "FAIL", None: "told"}


def report(checks: Sequence[Check]) -> str:
    """A table with a line for each check, and ``N passed, N failed`` as its last line."""
    rows = [HEADINGS]
    rows += [(MARKS[c.passed], c.name, c.expected, c.got, c.tolerance, c.seeds, c.power) for c in checks]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    passed = sum(check.passed is True for check in checks)
    failed = sum(check.passed is False for check in checks)
    return "\n".join([*lines, f"{passed} passed, {failed} failed"])
