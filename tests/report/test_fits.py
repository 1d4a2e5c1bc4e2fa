"""Tables of sweeps, indices and recoveries must put harm first, rank nothing, and say what cannot be told."""

from __future__ import annotations

from io import StringIO

import numpy as np
from rich.console import Console
from rich.table import Table

from contrafact.experiment.calibration.recovery import Recovery
from contrafact.report.fits import largest, main_index, recovery_note, recovery_table


def shown(table: Table) -> str:
    screen = Console(file=StringIO(), width=160)
    screen.print(table)
    return screen.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def row(name: str, first: float | None, total: float | None) -> dict[str, object]:
    return {"parameter": name, "first_order": first, "total_order": total, "low": 0.0, "high": 1.0}


def test_the_largest_indices_are_shown_in_the_order_of_the_scenario() -> None:
    rows = [row("a", None, 0.2), row("b", None, 0.9), row("c", None, 0.1), row("d", None, 0.5)]
    assert [one["parameter"] for one in largest(rows, 3)] == ["a", "b", "d"]
    assert largest([row("a", None, None)]) == []


def test_an_index_is_the_total_order_or_the_first_where_there_is_no_other() -> None:
    assert main_index(row("a", 0.1, 0.2)) == 0.2
    assert main_index(row("a", 0.1, None)) == 0.1


def test_uneven_ranks_and_what_is_not_identified_are_told() -> None:
    ranks = np.column_stack([np.arange(200) % 100, np.zeros(200)]).astype(np.int64)
    found = Recovery(("even", "stuck"), 99, ranks, np.array([0.9, 0.1]), np.array([0.95, 0.1]))
    text = shown(recovery_table(found))
    even, stuck = (next(line for line in text.splitlines() if name in line) for name in ("even ", "stuck"))
    assert "20 20 20 20 20 20 20 20 20 20" in even
    assert even.rstrip().endswith("yes")
    assert "(uneven)" in stuck
    assert stuck.rstrip().endswith("no")
    assert "25%" in recovery_note()
