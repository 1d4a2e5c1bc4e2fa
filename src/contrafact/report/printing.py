"""Lines of cells as a table for the terminal, or in Markdown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain
from typing import Any

from rich import box
from rich.table import Table


def table(
    title: str, columns: Sequence[str], lines: Sequence[tuple[str, ...]], left: int, narrow: Collection[str] = ()
) -> Table:
    """A table of which so many columns stand to the left; the first and those named narrow are never wrapped."""
    shape: dict[str, Any] = {"box": box.SIMPLE_HEAD, "pad_edge": False, "padding": (0, 1, 0, 0), "header_style": ""}
    found = Table(title=title, title_justify="left", title_style="bold", **shape)
    for number, name in enumerate(columns):
        found.add_column(name, justify="left" if number < left else "right", no_wrap=number == 0 or name in narrow)
    for line in lines:
        found.add_row(*line)
    return found


def pipes(columns: Sequence[str], lines: Sequence[tuple[str, ...]]) -> str:
    """The same in Markdown."""
    head = ("| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns))
    return "\n".join(chain(head, ("| " + " | ".join(line) + " |" for line in lines)))
