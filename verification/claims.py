"""Target 18: answers about claims that ship, against the same worked out from the runs by hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from verification.check import Check

SCRIPT = Path(__file__).parents[1] / "docs" / "examples" / "claims_by_hand.py"
TITLE = "answers about claims that ship, worked out by hand"


def target_18() -> list[Check]:
    """One check for each line that the script prints."""
    done = subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    if not lines or done.returncode not in (0, 1):
        return [Check(TITLE, "a line for each answer", done.stderr[-200:], "", False, "", "")]
    return [_line(line) for line in lines]


def _line(line: str) -> Check:
    claim, _, told = line.partition(": ")
    found, _, rest = told.rpartition(", ")
    power = "a difference in the sixth digit is seen"
    return Check(f"{TITLE}: {claim}", "as shipped", found, "six digits", rest == "as shipped", "seed 1", power)
