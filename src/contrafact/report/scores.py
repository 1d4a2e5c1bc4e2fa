"""Scores in words: tables for the terminal and the same in Markdown, harm first, and plainly where the model loses."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from contrafact.experiment.scoring import BASELINES, USES, Score
from contrafact.report import wording
from contrafact.report.printing import pipes, table
from contrafact.words import counted

if TYPE_CHECKING:
    from rich.table import Table

    from contrafact.scenario import Scenario

TITLES = {
    "fit": "Rows that may be used for fitting",
    "score": "Rows kept for scoring: they choose nothing",
}
SKILL = "Skill: 1 is perfect, 0 is no better than the baseline, below 0 is worse"
UNREAD = "Rows that were not read"
NAMES = {
    "behaviour_off": "behaviour off",
    "constant": "constant rate",
    "logistic": "logistic curve",
    "self_exciting": "self-exciting",
}
SHORT = ("off", "const", "logis", "self")
"""Heads of the narrow columns of the terminal, in the order of NAMES."""

KINDS = {"count": "counts, log(1 + n)", "time": "times, hours", "brier": "whether it happens"}
HARM = ("deaths", "injured", "detained")
COLUMNS = ("row", "", "observed", "median", "90 % of replays", "in", "score")
UNREAD_COLUMNS = ("row", "", "why")
SUMMARY = ("", "", "facts", "model", "baseline", "skill", "90 %")
NOTES = (
    "In: whether the observation agrees with the interval that holds 90 % of the replays. Columns behind the score: "
    "behaviour off, constant rate, logistic curve, self-exciting process.",
    "Score: CRPS, of counts in log(1 + n), of times in hours; Brier score where yes or no is asked. Lower is better.",
    "Observed is what the source's words can mean; counts of persons are told with the delay and under-count drawn for "
    "sources. Hours are those of the replays in which it happens; for the score one in which it never does is charged "
    "the end of the run as its hour, and so are the baselines.",
    "Baselines see rows for fitting alone, a row's own fact left out, and self-exciting all incidents before its hour; "
    "the run with behaviour off has the same inputs and seed. A dash: the baseline says nothing of the row.",
    "Each fact weighs once, however many rows tell of it. The interval of a skill holds 90 % of 2,000 sets of facts "
    "drawn with replacement from those that were scored: how far it hangs on which facts a record happens to have.",
)


def tables(score: Score) -> Iterator[Table]:
    """Rows of each use, then skill and coverage, then what was not read."""
    for use in USES:
        yield table(TITLES[use], (*COLUMNS, *SHORT), rows(score, use), 2, SHORT)
    yield table(SKILL, SUMMARY, skills(score), 2)
    if score.unread:
        yield table(UNREAD, UNREAD_COLUMNS, unread(score), 3)


def markdown(score: Score) -> str:
    """The same as one Markdown document without a heading of its own."""
    parts: list[str] = []
    for use in USES:
        parts += [f"## {TITLES[use]}", pipes((*COLUMNS, *NAMES.values()), rows(score, use))]
    parts += ["## Skill", pipes(SUMMARY, skills(score)), "\n".join(f"- {line}" for line in verdicts(score))]
    if score.unread:
        parts += [f"## {UNREAD}", pipes(UNREAD_COLUMNS, unread(score))]
    parts += ["## How to read this", "\n".join(f"- {note}" for note in notes(score))]
    return "\n\n".join(parts) + "\n"


def headline(score: Score) -> str:
    """What was scored."""
    replays = counted(score.replications, "replay")
    return f"{score.scenario.name}: {replays}, seed {score.seed}, digest {score.digest[:16]}; {score.tuning}"


def rows(score: Score, use: str) -> list[tuple[str, ...]]:
    """One line a row of the record, harm first, else in the order of the record."""
    chosen = [row for row in score.observations if row["use"] == use]
    return [_row(score.scenario, row) for row in sorted(chosen, key=_harm_first)]


def skills(score: Score) -> list[tuple[str, ...]]:
    """One line for each use, baseline and kind of score."""
    found: list[tuple[str, ...]] = []
    for use in USES:
        for name in BASELINES:
            said = score.summary[use]["skills"][name]
            for kind, label in KINDS.items():
                one = said[kind]
                if one["rows"]:
                    numbers = (*(_number(one[key]) for key in ("score", "baseline", "skill")), _pair(one["skill_90"]))
                    found.append((f"{use}, {NAMES[name]}", label, str(one["n"]), *numbers))
    return found


def verdicts(score: Score) -> list[str]:
    """Coverage, and where the model is no better than a baseline, one sentence each."""
    lines = []
    for use in USES:
        said = score.summary[use]
        if said["coverage_90"] is None:
            continue
        lines += [f"{use}: {said['rows']} rows of {said['n']} facts.", f"{use}: {_coverage(said, score.replications)}."]
        lost = [
            f"{KINDS[kind].partition(',')[0]} against {NAMES[name]}"
            for name in BASELINES
            for kind in KINDS
            if _loses(said["skills"][name][kind])
        ]
        verdict = f"is no better on {'; '.join(lost)}" if lost else "loses nowhere"
        lines.append(f"{use}: the model {verdict}.")
    return lines


def unread(score: Score) -> list[tuple[str, ...]]:
    """Rows that could not be read, and why."""
    return [(f"{row['id']} {row['use']}", row["quantity"].replace("_", " "), row["why"]) for row in score.unread]


def notes(score: Score) -> list[str]:
    """What must be said beside the tables."""
    said = dict.fromkeys(f"{row['id']}: {row['note']}." for row in score.observations if row["note"])
    assumed = [
        f"{one['name']}: {one['meaning']}; {one['evidence']}, {one['prior']['kind']} "
        f"{' to '.join(f'{number:g}' for number in one['prior']['numbers'])} {wording.unit(one['unit'])}."
        for one in score.as_dict()["reporting"]
    ]
    return [*NOTES, f"{score.tuning[:1].upper()}{score.tuning[1:]}.", wording.CUSTODY, *assumed, *said]


def _coverage(said: Mapping[str, Any], replications: int) -> str:
    """What the intervals hold beside what they should hold."""
    found, expected = (
        [f"{said[f'coverage_{share}{kind}']:.{digits}%}" for share in (90, 50)]
        for kind, digits in (("", 0), ("_expected", 1))
    )
    asked = f"{counted(said['coverage_rows'], 'row')} of {counted(said['coverage_n'], 'fact')}"
    return (
        f"of the counts and times, {asked}, the 90 % interval of replays holds {found[0]} and the 50 % interval "
        f"{found[1]}; {counted(replications, 'replay')} of a forecast without fault would hold {expected[0]} and "
        f"{expected[1]}"
    )


def _loses(one: Mapping[str, Any]) -> bool:
    return one["score"] is not None and one["baseline"] is not None and one["score"] >= one["baseline"] > 0


def _harm_first(row: Mapping[str, Any]) -> int:
    kind = str(row["quantity"]).partition("_")[0]
    return HARM.index(kind) if kind in HARM and row["kind"] == "count" else len(HARM)


def _row(crisis: Scenario, row: Mapping[str, Any]) -> tuple[str, ...]:
    start, unit = crisis.start, str(row["observed"]["unit"])
    baselines = [row["baselines"][name] for name in BASELINES]
    if row["kind"] == "yes or no":
        said, score = ("yes", f"{row['predicted']['probability']:.0%}", ""), "brier"
    else:
        said, score = _said(row, unit, start), "crps"
    inside = "yes" if row["inside"] else "no"
    numbers = (_number(row[score]), *(_number(one[score]) for one in baselines))
    return row["id"], what(crisis, row), *said, inside, *numbers


def _said(row: Mapping[str, Any], unit: str, start: datetime) -> tuple[str, str, str]:
    """Observed, median and interval."""
    predicted, seen = row["predicted"], observed(row["observed"], start)
    unit = wording.HOURS if unit == wording.HOURS else "persons"  # whole numbers, whatever is counted
    if predicted["median"] is None:
        return seen, "in next to no replay", ""
    median = wording.amount(predicted["median"], unit, start)
    share = predicted.get("share", 1.0)
    often = f" (in {share:.0%})" if share < 1.0 else ""
    return seen, median + often, wording.span(predicted["low"], predicted["high"], unit, start)


def observed(seen: Mapping[str, Any], start: datetime) -> str:
    """What a source's words can mean: whole numbers, or a time."""
    low, high = seen["low"], seen["high"]
    if seen["unit"] == wording.HOURS:
        return wording.span(low, high, wording.HOURS, start)
    whole = (None if low is None else math.ceil(low)), (None if high is None else math.floor(high))
    return wording.span(*whole, "persons", start)


def what(crisis: Scenario, row: Mapping[str, Any]) -> str:
    """What a row is about, e.g. "Crowd: Republic Square, highest" or "Almaty city hall (akimat) falls"."""
    kind, _, group = str(row["quantity"]).partition("_")
    place = wording.named_place(crisis, row["place"]) if row["place"] else ""
    statistic = str(row["statistic"])
    phrases = {
        ("seizure", "first"): f"{place} falls",
        ("seizure", "never"): f"{place} is not lost",
        ("recapture", "first"): f"{place} is retaken",
        ("overrun", "first"): f"A unit gives way: {place}",
        ("crowd", "empty"): f"{place} is empty",
        ("looting", "count"): "Gun shops looted",
        ("looting", "sum"): "Firearms taken from gun shops",
        ("landing", "first"): f"First landing: {_member(crisis, group)}",
        ("landing", "last"): f"Last landing: {_member(crisis, group)}",
        ("landing", "count"): f"Landings: {_member(crisis, group)}, {place}",
    }
    if (kind, statistic) in phrases:
        return phrases[kind, statistic]
    if kind == "crowd":
        return f"Crowd{', mean' if statistic == 'mean' else ''}{f': {place}' if place else ''}"
    if statistic == "grows":
        return "Anyone of armed persons or state forces is hurt"
    parts = [wording.outcome(part) for part in str(row["quantity"]).split("+")]
    names = [parts[0], *(part.partition(", ")[2] or part for part in parts[1:])]
    whole = " and ".join(names)
    return f"First {whole[:1].lower()}{whole[1:]}" if statistic == "first" else whole


def _member(crisis: Scenario, member: str) -> str:
    alliance = crisis.alliance
    if member == "total" or alliance is None or member not in alliance.members:
        return "all contingents"
    return alliance.members[member].name or member


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{round(value, 2) + 0.0:.2f}" if abs(value) < 100 else f"{value:,.0f}"  # no minus before a zero


def _pair(ends: Sequence[float] | None) -> str:
    return "-" if ends is None else f"{_number(ends[0])} to {_number(ends[1])}"
