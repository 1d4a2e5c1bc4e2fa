"""What a verification target comes to: one line each, and a count of what passed at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One thing that was checked, in words.

    ``passed`` is None for what is reported beside a target and neither passes nor fails: a published number that is not
    reproduced, a part that is not simulated, or a rival that could not be run. ``power``: what a wrong model would have
    been caught with.
    """

    name: str
    expected: str
    got: str
    tolerance: str
    passed: bool | None
    seeds: str
    power: str

    def __post_init__(self) -> None:
        """Make NumPy's own truth values plain, or ``is True`` would count none of them."""
        if self.passed is not None:
            object.__setattr__(self, "passed", bool(self.passed))


HEADINGS = ("name", "expected", "got", "tolerance", "pass", "seeds", "power")
MARKS = {True: "pass", False: "FAIL", None: "told"}


def cells(check: Check) -> tuple[str, ...]:
    """A check in the order of HEADINGS."""
    mark = MARKS[check.passed]
    return check.name, check.expected, check.got, check.tolerance, mark, check.seeds, check.power


def line(columns: Sequence[str]) -> str:
    """One line for the terminal."""
    return " | ".join(columns)


def count(checks: Sequence[Check]) -> str:
    """``N passed, N failed``; what is only told counts as neither."""
    passed = sum(check.passed is True for check in checks)
    failed = sum(check.passed is False for check in checks)
    return f"{passed} passed, {failed} failed"


def report(checks: Sequence[Check]) -> str:
    """A line for each check below the headings, and the count as the last line."""
    return "\n".join([line(HEADINGS), *(line(cells(check)) for check in checks), count(checks)])


def table(checks: Sequence[Check]) -> str:
    """The same as a table in Markdown, without the count."""
    rows = [HEADINGS, ("---",) * len(HEADINGS), *map(cells, checks)]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)
