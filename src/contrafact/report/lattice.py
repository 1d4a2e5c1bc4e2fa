"""The picture of a run on the lattice: agents over ticks, one replay as a line over the bands of all.

The replays' outbursts fall into different ticks, so that a median would show none; hence the line of one replay.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from contrafact.report import style
from contrafact.report.curves import BANDS, LABEL_SPACE, PANEL_WIDTH, SHARES
from contrafact.translation import counted_text, text, whole

if TYPE_CHECKING:
    from contrafact.experiment.lattice import LatticeResult

HEIGHT = 160


def save_figures(result: LatticeResult, folder: Path) -> list[Path]:
    """Draw the curves into a folder, as PNG and SVG; returns the files, none where no timeline was recorded."""
    if not result.timeline:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    return agents(result).save(folder / "curves")


def agents(result: LatticeResult) -> style.Picture:
    """Active agents, and those in jail or, where groups kill each other, those left of the smaller group."""
    curves = result.timeline
    panels = {text("Active agents"): curves["active"]}
    if result.run.rules.groups == 1:
        panels[text("Agents in jail")] = curves["jailed"]
    else:
        panels[text("Agents left of the smaller group")] = np.minimum(curves["blue"], curves["green"])
    rows = {f"ticks{number}": _rows(values) for number, values in enumerate(panels.values(), start=1)}
    drawn = [
        _panel(name, title, result.ticks, is_last=name == list(rows)[-1])
        for name, title in zip(rows, panels, strict=True)
    ]
    count = counted_text("{count} replay", "{count} replays", result.replications)
    lines = [
        text(
            "Line: replay {number} alone. Dark band: half of the replays at each tick. Light band: 90 %.",
            number=whole(result.numbers[0]),
        )
    ]
    title = f"{text(result.scenario.title)}: {result.run.name}, {count}"
    return style.page(alt.vconcat(*drawn, spacing=16), rows, title, lines)


def _rows(values: NDArray[Any]) -> style.Rows:
    """One row a tick: quantiles over the replications, and the first of them."""
    numbers = np.asarray(values, dtype=float)
    columns = [*np.quantile(numbers, SHARES, axis=0), numbers[0]]
    ticks = range(1, numbers.shape[1] + 1)
    names = ("tick", *BANDS, "one")
    return [dict(zip(names, row, strict=True)) for row in zip(ticks, *map(style.numbers, columns), strict=True)]


def _panel(rows: str, title: str, ticks: int, is_last: bool) -> Any:
    named = text("tick")
    x = alt.X(
        "tick:Q",
        scale=alt.Scale(domain=[1, max(ticks, 2)], nice=False),
        axis=alt.Axis(title=named if is_last else None, labels=is_last, ticks=is_last, domain=is_last, grid=False),
    )
    axis = alt.Axis(title=None, format=",d", tickCount=4, tickMinStep=1, domain=False, ticks=False,
                    minExtent=LABEL_SPACE, maxExtent=LABEL_SPACE, labelPadding=8)  # fmt: skip

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", axis=axis, scale=alt.Scale(zero=True))

    base = style.chart(rows).encode(x=x)
    layers = (
        base.mark_area(color=style.MOST).encode(y=y("p05"), y2="p95:Q"),
        base.mark_area(color=style.HALF).encode(y=y("p25"), y2="p75:Q"),
        base.mark_line(color=style.MEDIAN, strokeWidth=1.2).encode(y=y("one")),
    )
    return alt.layer(*layers).properties(width=PANEL_WIDTH, height=HEIGHT, title=title)
