"""The picture of a sensitivity analysis: for each outcome the numbers with the largest indices, with intervals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import altair as alt

from contrafact.report import style, wording
from contrafact.report.figures import named
from contrafact.report.fits import INDICES, largest, main_index
from contrafact.translation import counted_text, text

if TYPE_CHECKING:
    from contrafact.experiment.sweeps.sensitivity import Sensitivity

PANEL_WIDTH = 640
ROW_HEIGHT = 18
OUTCOMES = 6
"""Panels at most: deaths and injuries first, then the rest in their order."""


def save_figures(found: Sensitivity, folder: Path) -> list[Path]:
    """Draw the picture into a folder, as PNG and SVG; none where no outcome varied."""
    rows = {name: _rows(largest(rows)) for name, rows in found.indices.items()}
    told = {name: part for name, part in rows.items() if part}
    if not told:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    return picture(found, dict(list(told.items())[:OUTCOMES])).save(folder / "sensitivity")


def picture(found: Sensitivity, told: dict[str, style.Rows]) -> style.Picture:
    """One panel an outcome."""
    panels = [_panel(name, len(rows)) for name, rows in told.items()]
    title = text("{scenario}: what outcomes hang on", scenario=named(found.scenario))
    replications = counted_text("{count} replication", "{count} replications", found.replications)
    lines = [
        counted_text(
            "{method}, {count} point with {replications} each.",
            "{method}, {count} points with {replications} each.",
            found.points,
            method=found.method,
            replications=replications,
        ),
        text(
            "Index: {index}. Line: 90 % of bootstrap samples. Numbers in the order of the scenario.",
            index=text(INDICES[found.method]),
        ),
    ]
    return style.page(alt.vconcat(*panels, spacing=20), told, title, lines)


def _rows(rows: list[Any]) -> style.Rows:
    return [
        {
            "number": row["parameter"],
            "index": round(float(main_index(row) or 0.0), 6),
            "low": round(row["low"], 6),
            "high": round(row["high"], 6),
        }
        for row in rows
    ]


def _panel(name: str, count: int) -> Any:
    base = style.chart(name).encode(y=alt.Y("number:N", sort=None, title=None, axis=alt.Axis(labelLimit=420)))
    line = base.mark_rule(color=style.HALF, strokeWidth=3).encode(
        x=alt.X("low:Q", title=None, scale=alt.Scale(nice=True)), x2="high:Q"
    )
    dot = base.mark_point(color=style.MEDIAN, filled=True, size=60, opacity=1).encode(x="index:Q")
    return alt.layer(line, dot).properties(
        width=PANEL_WIDTH, height=max(2, count) * ROW_HEIGHT, title=text(wording.outcome(name))
    )
