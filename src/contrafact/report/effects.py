"""Pictures of a comparison: effects with their intervals, and where and when arms first differ. Needs ``report``."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import altair as alt

from contrafact.experiment.comparison import UNITS_OF_OUTCOMES
from contrafact.report import effect_tables, style, wording
from contrafact.report.divergence import divergence_maps
from contrafact.report.figures import named
from contrafact.translation import counted_text, text, whole

if TYPE_CHECKING:
    from contrafact.experiment.comparison import Comparison
    from contrafact.experiment.effects import Effect, Interval

ROW_HEIGHT = 22
COLUMNS = 2
LABELS = 150
NUMBERS = 150
SPACING = 24
PANEL_WIDTH = (style.WIDTH - 2 * style.MARGIN - SPACING) / COLUMNS - LABELS - NUMBERS
DECIDED = style.LOST_RAMP[-1]


def save_figures(comparison: Comparison, folder: Path) -> list[Path]:
    """Draw effects and divergence into a folder, as PNG and SVG; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    return [path for name, picture in pictures(comparison) for path in picture.save(folder / name)]


def pictures(comparison: Comparison) -> Iterator[tuple[str, style.Picture]]:
    """Name and picture of each figure."""
    yield "effects", effect_chart(comparison)
    yield "divergence", divergence_maps(comparison)


def effect_chart(comparison: Comparison) -> style.Picture:
    """One panel an outcome, harm first; one line an arm, in the order given: mean difference with its interval."""
    rows: dict[str, style.Rows] = {}
    panels = []
    for number, (outcome, unit) in enumerate(UNITS_OF_OUTCOMES.items()):
        effects = [effect for effect in comparison.effects if effect.outcome == outcome]
        name = f"outcome{number}"
        rows[name] = [line for row, effect in enumerate(effects) for line in _lines(row, effect)]
        panels.append(_panel(name, outcome, unit, rows[name], len(effects)))
    title = text("{scenario}: what each arm changes", scenario=named(comparison.scenario))
    lines = [
        counted_text(
            "Difference from {reference}, mean of {count} pair with its 95 % interval; left of the line less, right of "
            "it more. Dark: the interval excludes zero and its groups of pairs are not few.",
            "Difference from {reference}, mean of {count} pairs with its 95 % interval; left of the line less, right "
            "of it more. Dark: the interval excludes zero and its groups of pairs are not few.",
            comparison.replications,
            reference=effect_tables.reference(comparison),
        ),
        text(
            "Amber: a contested switch decides the sign, so the effect under each setting is drawn, and no pooled one."
        ),
        " ".join((text("Arms stand in the order in which they were given."), text(wording.CUSTODY))),
        *filter(None, [_scaled(comparison)]),
    ]
    return style.page(alt.concat(*panels, columns=COLUMNS, spacing=SPACING), rows, title, lines)


def _scaled(comparison: Comparison) -> str:
    scale = comparison.scenario.population.scale
    return text("Each synthetic person stands for {count} residents.", count=whole(scale)) if scale > 1 else ""


def _lines(row: int, effect: Effect) -> Iterator[dict[str, Any]]:
    """What one line of a panel draws: one point, or one for each setting of the switch that decides the sign."""
    if effect.effect is not None:
        told = effect_tables.signed(effect.effect.mean, effect.unit)
        if not math.isnan(effect.effect.low) and effect.zero_share < 1.0:
            told = f"{told} ({effect_tables.ends(effect.effect, effect.unit)})"
        kind = "sure" if effect.effect.sign else "unsure"
        yield {**_point(effect.effect, row + 0.5, kind), "arm": effect.arm, "text": told}
        return
    under = [one for one in effect.by_setting if one.switch == effect.decided_by]
    for number, one in enumerate(under):
        at = row + (number + 1) / (len(under) + 1)
        words = (
            {"arm": effect.arm, "text": text("decided by {name}", name=str(effect.decided_by))} if number == 0 else {}
        )
        yield {**_point(one.effect, at, "decided"), "arm": "", "text": "", "middle": row + 0.5, **words}


def _point(interval: Interval, at: float, kind: str) -> dict[str, Any]:
    low, high = (interval.mean if math.isnan(end) else end for end in (interval.low, interval.high))
    return {"mean": interval.mean, "low": low, "high": high, "at": at, "middle": at, "kind": kind}


def _panel(name: str, outcome: str, unit: str, rows: style.Rows, arms: int) -> Any:
    reach = max(abs(row[end]) for row in rows for end in ("low", "high")) * 1.05 or 1.0
    down = alt.Y("at:Q", scale=alt.Scale(domain=[arms, 0], nice=False), axis=None)
    middle = alt.Y("middle:Q", scale=alt.Scale(domain=[arms, 0], nice=False), axis=None)
    base = style.chart(name)
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=["sure", "unsure", "decided"], range=[style.MEDIAN, style.HALF, DECIDED]),
        legend=None,
    )

    def across(field: str) -> alt.X:
        digits = "~s" if reach > 1 else "~g"  # ~s writes 0.2 as 200m
        axis = alt.Axis(format=digits, title=None, domain=False, tickCount=5, labelFlush=False)
        return alt.X(f"{field}:Q", scale=alt.Scale(domain=[-reach, reach], nice=False), axis=axis)

    def words(field: str, at: float, align: Any, ink: str) -> Any:
        written = base.mark_text(align=align, baseline="middle", fontSize=11, color=ink)
        return written.encode(x=alt.value(at), y=middle, text=f"{field}:N")

    zero = base.mark_rule(color=style.QUIET, strokeWidth=1).encode(x=alt.datum(0.0))
    layers = [
        zero,
        base.mark_rule(strokeWidth=3).encode(x=across("low"), x2="high", y=down, color=colour),
        base.mark_point(filled=True, size=50, opacity=1).encode(x=across("mean"), y=down, color=colour),
        words("arm", -LABELS + 4, "left", style.INK),
        words("text", PANEL_WIDTH + 8, "left", style.QUIET),
    ]
    what, counted = text(wording.outcome(outcome)), text(wording.unit(unit))
    heading = alt.TitleParams(text=what, subtitle=counted, offset=6, dx=-LABELS + 4)
    return alt.layer(*layers).properties(width=PANEL_WIDTH, height=ROW_HEIGHT * arms, title=heading)
