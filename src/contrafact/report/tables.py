"""Tables for the terminal: outcomes with their intervals, and milestones beside the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

from contrafact.report import wording

if TYPE_CHECKING:
    from contrafact.experiment.result import AnyResult, Result

FEW = 20


def outcome_table(result: AnyResult) -> Table:
    """Every outcome in its fixed order, harm first: median, the interval that holds 90 % of the replays, unit."""
    table = _table(f"Outcomes of {result.replications} replays", _outcome_notes(result))
    table.add_column("")
    table.add_column("median", justify="right")
    table.add_column("90 % of replays", justify="right")
    table.add_column("")
    for row in outcome_rows(result):
        table.add_row(*row)
    return table


def outcome_rows(result: AnyResult) -> list[tuple[str, str, str, str]]:
    """What it is, median, interval, unit: one row an outcome, in the order of their units."""
    rows = []
    for name, summary in result.summary.items():
        median, low, high = (
            wording.number(value, summary.unit) for value in (summary.median, summary.low, summary.high)
        )
        interval = low if low == high else f"{low} to {high}"
        rows.append((wording.outcome(name), median, interval, wording.unit(summary.unit)))
    return rows


def milestone_table(result: Result) -> Table:
    """Rows of the record beside what the replays did: observed, median, interval, whether the two agree."""
    table = _table("Milestones: the record and the replays", _milestone_notes(result))
    table.add_column("row")
    table.add_column("")
    table.add_column("observed", justify="right")
    table.add_column("median", justify="right")
    table.add_column("90 % of replays", justify="right")
    table.add_column("agree")
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
        return *head, "in no replay", "", "no"
    median = wording.amount(predicted["median"], unit, start)
    interval = wording.span(predicted["low"], predicted["high"], unit, start)
    verdict = "yes" if entry["inside"] else "no"
    if entry.get("share", 1.0) < 1:
        verdict += f" (in {round(entry['share'] * result.replications)} of {result.replications})"
    return *head, median, interval, verdict


def _outcome_notes(result: AnyResult) -> list[str]:
    notes = [f"Interval: 90 % of the replays lie in it; {result.variation}."]
    if result.replications < FEW:
        notes.append(f"With fewer than {FEW} replays the ends of an interval are little more than a guess.")
    return [*notes, *result.notes]


def _milestone_notes(result: Result) -> list[str]:
    notes = [
        "Counts are persons, crowds the highest in the hours named unless marked as mean; times are local.",
        wording.OVERLAP,
        wording.USES,
    ]
    return [*notes, wording.CUSTODY] if any(row["quantity"] == "detained" for row in result.milestones) else notes


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
