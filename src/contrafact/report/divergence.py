"""Maps of a comparison: in which share of the pairs a cell ever differs, and when it first does."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from contrafact.report import style
from contrafact.report.effect_tables import reference
from contrafact.report.figures import OSM_NOTICE, ground, named
from contrafact.report.maps import COLUMNS, PANEL, SPACING, City
from contrafact.scenario.place import RegionPlace
from contrafact.translation import counted_text, text

if TYPE_CHECKING:
    from contrafact.experiment.comparison import Comparison

NEVER = "#f1f2f0"
LEGEND = 400
MOST = 0.9
"""Share of the cells whose hours the colours tell apart; the others are as late or later."""


def divergence_maps(comparison: Comparison) -> style.Picture:
    """Two maps an arm: share of the pairs in which each cell differs, and the median hour at which it first does."""
    city, start = ground(comparison.scenario, comparison.world), comparison.scenario.start
    found = {arm.name: comparison.reach(arm.name) for arm in comparison.arms}
    window = _window(start, np.concatenate([hour[~np.isnan(hour)] for _, hour in found.values()]))
    rows: dict[str, style.Rows] = {"borders": [city.frame.shape([ring]) for ring in city.districts]}
    panels = []
    for number, (arm, (share, hour)) in enumerate(found.items()):
        name = f"cells{number}"
        instants = np.array([style.instant(start, float(h)) if not np.isnan(h) else np.nan for h in hour])
        rows[name] = _cells(city, share, instants)
        panels += [_share(city, name, arm), _hour(city, name, arm, window)]
    title = text(
        "{scenario}: where and when arms first differ from {reference}",
        scenario=named(comparison.scenario),
        reference=reference(comparison),
    )
    lines = [
        counted_text(
            "Over {count} pair with the same random numbers. A hexagon differs from the moment at which another number "
            "of protesters, armed persons, persons in hiding or members of forces is in it.",
            "Over {count} pairs with the same random numbers. A hexagon differs from the moment at which another "
            "number of protesters, armed persons, persons in hiding or members of forces is in it.",
            comparison.replications,
        ),
        text(
            "Left of each two maps: in which share of the pairs it ever differs. Right: when it first does, the median "
            "of the pairs in which it does; palest: never."
        ),
    ]
    place = comparison.scenario.place
    if not isinstance(place, RegionPlace) and "osm" in place.districts.evidence:
        lines.append(text(OSM_NOTICE))
    chart = alt.concat(*panels, columns=COLUMNS, spacing=SPACING).resolve_scale(color="independent")
    return style.page(chart, rows, title, lines)


def _window(start: datetime, hours: NDArray[Any]) -> tuple[float, float]:
    """Ends of the colours, in Vega's milliseconds: the first hour, and the one that few cells exceed, an hour at least.

    hours (any,) since the start at which cells first differ
    """
    first, last = (float(hours.min()), float(np.quantile(hours, MOST))) if hours.size else (0.0, 1.0)
    return style.instant(start, first), style.instant(start, max(last, first + 1.0))


def _cells(city: City, share: NDArray[Any], instant: NDArray[Any]) -> style.Rows:
    """Outlines of the inhabited cells with both numbers; -1 for an hour that there is none of."""
    return [
        city.frame.shape(
            [ring],
            share=round(float(share[index]), 4),
            instant=-1.0 if np.isnan(instant[index]) else float(instant[index]),
        )
        for index, ring in city.inhabited()
    ]


def _share(city: City, name: str, arm: str) -> Any:
    legend = alt.Legend(
        title=text("Share of the pairs"), orient="bottom", direction="horizontal", gradientLength=LEGEND / 2,
        format="%", values=[0, 0.5, 1],
    )  # fmt: skip
    colour = alt.Color(
        "properties.share:Q", scale=alt.Scale(domain=[0, 1], range=list(style.CROWD_RAMP)), legend=legend
    )
    return _map(city, name, text("{arm}: how often", arm=arm), colour, "datum.properties.share > 0")


def _hour(city: City, name: str, arm: str, window: tuple[float, float]) -> Any:
    when = f"utcFormat(datum.value, '{style.day_format()} %H:%M')"
    first, last = text("{when} or later").split("{when}")
    later = f"datum.value > {window[0]:.0f} ? '{first}' + {when} + '{last}' : {when}"
    legend = alt.Legend(
        title=text("First differs, local time"), orient="bottom", direction="horizontal", gradientLength=LEGEND / 2,
        values=list(window), labelExpr=later, labelOverlap=False,
    )  # fmt: skip
    scale = alt.Scale(domain=list(window), range=list(reversed(style.CROWD_RAMP)), clamp=True)
    colour = alt.Color("properties.instant:Q", scale=scale, legend=legend)
    return _map(city, name, text("{arm}: when", arm=arm), colour, "datum.properties.instant > 0")


def _map(city: City, name: str, title: str, colour: alt.Color, shown: str) -> Any:
    cells = (
        style.chart(name)
        .mark_geoshape(stroke=style.PAPER, strokeWidth=city.seam, aria=False)
        .encode(color=alt.condition(shown, colour, alt.value(NEVER)))
    )
    borders = style.chart("borders").mark_geoshape(
        filled=False, stroke=style.BORDER, strokeWidth=0.7, clip=True, aria=False
    )
    layers = [cells, borders] if city.districts else [cells]
    drawn = alt.layer(*(layer.project(type="identity", scale=1, translate=[0, 0]) for layer in layers))
    return drawn.properties(
        width=PANEL, height=city.frame.height, title=alt.TitleParams(text=title, offset=4, fontSize=13)
    )
