"""Tables for the terminal: outcomes with their intervals, and milestones beside the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from rich import box
from rich.table import Table

from contrafact.experiment.result import Result, summarise
from contrafact.experiment.tables import facility_names
from contrafact.model.state import HOLDERS
from contrafact.report import wording
from contrafact.translation import counted_text, localised, text

if TYPE_CHECKING:
    from contrafact.experiment.result import AnyResult, Result

FEW = 20
COUNTS = "Counts are persons, crowds the highest in the hours named unless marked as mean; times are local."


def outcome_table(result: AnyResult) -> Table:
    """Every outcome in its fixed order, harm first: median, the interval that holds 90 % of the replays, unit."""
    title = counted_text("Outcomes of {count} replay", "Outcomes of {count} replays", result.replications)
    table = _table(title, outcome_notes(result))
    table.add_column("")
    table.add_column(text("median"), justify="right")
    table.add_column(text("90 % of replays"), justify="right")
    table.add_column("")
    for row in outcome_rows(result):
        table.add_row(*row)
    return table


def headline(result: AnyResult) -> str:
    """What ran, in words."""
    return text(
        "{name}: {size}, {replications}, {seconds} s; digest {digest}",
        name=result.scenario.name,
        size=text(result.size),
        replications=counted_text("{count} replication", "{count} replications", result.replications),
        seconds=localised(f"{result.elapsed_s:.1f}"),
        digest=result.digest[:16],
    )


def outcome_rows(result: AnyResult) -> list[tuple[str, str, str, str]]:
    """What it is, median, interval, unit: one row an outcome, in the order of their units."""
    rows = []
    for name, summary in result.summary.items():
        median, low, high = (
            wording.number(value, summary.unit) for value in (summary.median, summary.low, summary.high)
        )
        interval = low if low == high else text("{low} to {high}", low=low, high=high)
        rows.append((text(wording.outcome(name)), median, interval, text(wording.unit(summary.unit))))
    return rows


def milestone_table(result: Result) -> Table:
    """Rows of the record beside what the replays did: observed, median, interval, whether the two agree."""
    table = _table(text("Milestones: the record and the replays"), milestone_notes(result))
    table.add_column(text("row"))
    table.add_column("")
    table.add_column(text("observed"), justify="right")
    table.add_column(text("median"), justify="right")
    table.add_column(text("90 % of replays"), justify="right")
    table.add_column(text("agree"))
    for entry in result.milestones:
        table.add_row(*milestone_row(result, entry))
    return table


def milestone_row(result: Result, entry: Mapping[str, Any]) -> tuple[str, str, str, str, str, str]:
    """Row of the record with its use, what it is about, observed, median, interval, yes or no."""
    start, unit = result.scenario.start, str(entry["observed"]["unit"])
    observed, predicted = entry["observed"], entry["predicted"]
    about = ", ".join(part for part in (wording.milestone(result, entry), wording.window(result, entry)) if part)
    head = f"{entry['id']} {entry['use']}", about, wording.span(observed["low"], observed["high"], unit, start)
    if predicted["median"] is None:
        return *head, text("in no replay"), "", text("no")
    median = wording.amount(predicted["median"], unit, start)
    seen = text("in {count} of {replays}", count=wording.seen(result, entry), replays=result.replications)
    if wording.is_rare(result, entry):
        return *head, median, "", seen
    interval = wording.span(predicted["low"], predicted["high"], unit, start)
    verdict = text("yes") if entry["inside"] else text("no")
    return *head, median, interval, f"{verdict} ({seen})" if entry.get("share", 1.0) < 1 else verdict


def outcome_notes(result: AnyResult) -> list[str]:
    """What must be said beside the outcomes."""
    variation = text(result.variation)
    notes = [text("Interval: 90 % of the replays lie in it; {variation}.", variation=variation)]
    if isinstance(result, Result):
        notes += _facility_notes(result)
    if result.replications < FEW:
        notes.append(
            text("With fewer than {few} replays the ends of an interval are little more than a guess.", few=FEW)
        )
    return [*notes, *map(text, result.notes)]


def _facility_notes(result: Result) -> list[str]:
    """Which facility the state went without for most hours, and how many at one time; nothing where it lost none."""
    lost = np.asarray(result.holders) != HOLDERS.index("state")
    if not lost.any():
        return []
    hours = lost.sum(axis=1)
    most = int(hours.mean(axis=0).argmax())
    name = wording.place_name(result, facility_names(result)[most])
    together = summarise(lost.sum(axis=2).max(axis=1).astype(float), "facilities")
    low, high = f"{together.low:.0f}", f"{together.high:.0f}"
    return [
        text(
            "Facilities not held by the state: most of it {name}, {hours} h in the median replay; at most at one time "
            "{some} of {all} (90 % of the replays: {interval}).",
            name=name,
            hours=f"{np.median(hours[:, most]):.0f}",
            some=f"{together.median:.0f}",
            all=lost.shape[2],
            interval=low if low == high else text("{low} to {high}", low=low, high=high),
        )
    ]


def milestone_notes(result: Result) -> list[str]:
    """How milestones are to be read."""
    notes = [
        COUNTS,
        wording.OVERLAP,
        *([wording.EVENTS] if any("share" in row for row in result.milestones) else []),
        wording.USES,
        *([wording.CUSTODY] if any(row["quantity"] == "detained" for row in result.milestones) else []),
    ]
    return [text(note) for note in notes]


def _table(title: str, notes: list[str]) -> Table:
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        caption="\n".join(notes),
        caption_justify="left",
        caption_style="",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        header_style="",
    )
