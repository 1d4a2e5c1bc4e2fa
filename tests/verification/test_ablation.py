"""The table of what each mechanism changes."""

from __future__ import annotations

from pathlib import Path

from contrafact.experiment.result import CUSTODY_NOTE
from verification.ablation import OFF, PATTERNS

PAGE = (Path(__file__).parents[2] / "docs" / "ablation.md").read_text(encoding="utf-8")


def test_harm_comes_first_and_the_page_has_the_columns_and_rows_that_the_script_writes() -> None:
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line[:1] == "|"]
    assert table[0] == ["switched off", *PATTERNS]
    assert table[0][1:4] == ["deaths", "injured", "detained"]
    assert [row[0] for row in table[3:]] == list(OFF)


def test_detentions_go_with_the_note_on_custody() -> None:
    assert f"Detained: {CUSTODY_NOTE}." in PAGE
