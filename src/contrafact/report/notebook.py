"""Results as HTML for a notebook: the tables of the terminal, with what must be said beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from contrafact.experiment.result import Result
from contrafact.experiment.scoring import USES
from contrafact.report import effect_tables, scores, tables
from contrafact.report.markup import listed, table
from contrafact.translation import counted_text, text

if TYPE_CHECKING:
    from contrafact.experiment.comparison import Comparison
    from contrafact.experiment.result import AnyResult
    from contrafact.experiment.scoring import Score

STYLE = """<style>
.contrafact-results th, .contrafact-results td { text-align: left !important; }
.contrafact-results td.n { text-align: right !important; white-space: nowrap; }
</style>"""
"""JupyterLab sets every cell of a table to the right, by a rule that is narrower than any class of ours."""


def result_html(result: AnyResult) -> str:
    """Outcomes, harm first, and of a city the rows of the record that may be looked at."""
    title = counted_text("Outcomes of {count} replay", "Outcomes of {count} replays", result.replications)
    heads: tuple[str, ...] = ("", text("median"), text("90 % of replays"), "")
    parts = [_part(title, heads, tables.outcome_rows(result), (1, 2), tables.outcome_notes(result))]
    if isinstance(result, Result) and result.milestones:
        heads = ("", "", text("observed"), text("median"), text("90 % of replays"), text("agree"))
        rows = [tables.milestone_row(result, entry) for entry in result.milestones]
        notes = tables.milestone_notes(result)
        parts.append(_part(text("Milestones: the record and the replays"), heads, rows, (2, 3, 4), notes))
    return _whole(result.scenario.title, parts)


def comparison_html(comparison: Comparison) -> str:
    """The effects of every arm, harm first, arms as they were given."""
    heads = [text(column) for column in effect_tables.COLUMNS]
    numbers = range(1, len(heads) - 1)
    parts = []
    for arm in comparison.arms:
        rows = [effect_tables.row(effect) for effect in comparison.effects if effect.arm == arm.name]
        said = effect_tables.below(comparison, arm.name)
        parts.append(_part(f"{arm.name}: {text(arm.title)}", heads, rows, numbers, said))
    return _whole(effect_tables.pairs_line(comparison), [*parts, listed(effect_tables.notes(comparison))])


def score_html(score: Score) -> str:
    """Rows of each use beside the replays, then skill, then what was not read, and how to read it all."""
    heads = [text(column) for column in (*scores.COLUMNS, *scores.NAMES.values())]
    numbers = range(2, len(heads))
    parts = [_part(text(scores.TITLES[use]), heads, scores.rows(score, use), numbers, ()) for use in USES]
    summary = [text(column) for column in scores.SUMMARY]
    parts.append(_part(text(scores.SKILL), summary, scores.skills(score), range(2, 7), scores.verdicts(score)))
    if score.unread:
        unread = [text(column) for column in scores.UNREAD_COLUMNS]
        parts.append(_part(text(scores.UNREAD), unread, scores.unread(score), (), ()))
    return _whole(scores.headline(score), [*parts, listed(scores.notes(score))])


def _part(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: Iterable[int], notes: Iterable[str]
) -> str:
    return f"<h4>{escape(title)}</h4>{table(heads, rows, numbers)}{listed(notes)}"


def _whole(title: str, parts: Iterable[str]) -> str:
    return f'<div class="contrafact-results">{STYLE}<p><strong>{escape(title)}</strong></p>{"".join(parts)}</div>'
