"""Scores in words: tables for the terminal and the same in Markdown, harm first, and plainly where the model loses."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from contrafact.experiment.scoring import BASELINES, USES, Score
from contrafact.report import wording
from contrafact.report.printing import pipes, table
from contrafact.translation import counted_text, localised, text, told

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
PHRASES = {
    ("seizure", "first"): "{place} falls",
    ("seizure", "never"): "{place} is not lost",
    ("recapture", "first"): "{place} is retaken",
    ("overrun", "first"): "A unit gives way: {place}",
    ("crowd", "empty"): "{place} is empty",
    ("looting", "count"): "Gun shops looted",
    ("looting", "sum"): "Firearms taken from gun shops",
    ("landing", "first"): "First landing: {member}",
    ("landing", "last"): "Last landing: {member}",
    ("landing", "count"): "Landings: {member}, {place}",
}
"""What a row is about, by quantity and statistic."""

GROWS = "Anyone of armed persons or state forces is hurt"
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
        yield table(text(TITLES[use]), told((*COLUMNS, *SHORT)), rows(score, use), 2, told(SHORT))
    yield table(text(SKILL), told(SUMMARY), skills(score), 2)
    if score.unread:
        yield table(text(UNREAD), told(UNREAD_COLUMNS), unread(score), 3)


def markdown(score: Score) -> str:
    """The same as one Markdown document without a heading of its own."""
    parts: list[str] = []
    for use in USES:
        parts += [f"## {text(TITLES[use])}", pipes(told((*COLUMNS, *NAMES.values())), rows(score, use))]
    parts += [
        "## " + text("Skill"),
        pipes(told(SUMMARY), skills(score)),
        "\n".join(f"- {line}" for line in verdicts(score)),
    ]
    if score.unread:
        parts += [f"## {text(UNREAD)}", pipes(told(UNREAD_COLUMNS), unread(score))]
    parts += ["## " + text("How to read this"), "\n".join(f"- {note}" for note in notes(score))]
    return "\n\n".join(parts) + "\n"


def headline(score: Score) -> str:
    """What was scored."""
    return text(
        "{name}: {replays}, seed {seed}, digest {digest}; {tuning}",
        name=score.scenario.name,
        replays=counted_text("{count} replay", "{count} replays", score.replications),
        seed=score.seed,
        digest=score.digest[:16],
        tuning=_tuning(score),
    )


def _tuning(score: Score) -> str:
    """What the parameters were drawn from, in the language that is spoken."""
    message, names = score.drawn_from
    return text(message, **names)


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
                    found.append((f"{use}, {text(NAMES[name])}", text(label), str(one["n"]), *numbers))
    return found


def verdicts(score: Score) -> list[str]:
    """Coverage, and where the model is no better than a baseline, one sentence each."""
    lines = []
    for use in USES:
        said = score.summary[use]
        if said["coverage_90"] is None:
            continue
        lines.append(text("{use}: {rows} rows of {facts} facts.", use=use, rows=said["rows"], facts=said["n"]))
        lines.append(f"{use}: {_coverage(said, score.replications)}.")
        lost = [
            text("{kind} against {baseline}", kind=text(KINDS[kind]).partition(",")[0], baseline=text(NAMES[name]))
            for name in BASELINES
            for kind in KINDS
            if _loses(said["skills"][name][kind])
        ]
        if lost:
            lines.append(text("{use}: the model is no better on {where}.", use=use, where="; ".join(lost)))
        else:
            lines.append(text("{use}: the model loses nowhere.", use=use))
    return lines


def unread(score: Score) -> list[tuple[str, ...]]:
    """Rows that could not be read, and why."""
    return [(f"{row['id']} {row['use']}", row["quantity"].replace("_", " "), text(row["why"])) for row in score.unread]


def notes(score: Score) -> list[str]:
    """What must be said beside the tables."""
    said = dict.fromkeys(f"{row['id']}: {text(row['note'])}." for row in score.observations if row["note"])
    assumed = [
        f"{one['name']}: {text(one['meaning'])}; {text(one['evidence'])}, {text(one['prior']['kind'])} "
        f"{_ends(one['prior']['numbers'])} {text(wording.unit(one['unit']))}."
        for one in score.as_dict()["reporting"]
    ]
    tuning = _tuning(score)
    return [*told(NOTES), f"{tuning[:1].upper()}{tuning[1:]}.", text(wording.CUSTODY), *assumed, *said]


def _ends(numbers: Sequence[float]) -> str:
    """The numbers of a prior, e.g. "2 to 24"."""
    first, *others = (localised(f"{number:g}") for number in numbers)
    for other in others:
        first = text("{low} to {high}", low=first, high=other)
    return first


def _coverage(said: Mapping[str, Any], replications: int) -> str:
    """What the intervals hold beside what they should hold."""
    found, expected = (
        [localised(f"{said[f'coverage_{share}{kind}']:.{digits}%}") for share in (90, 50)]
        for kind, digits in (("", 0), ("_expected", 1))
    )
    return text(
        "of the counts and times, {rows} of {facts}, the 90 % interval of replays holds {wide} and the 50 % interval "
        "{narrow}; {replays} of a forecast without fault would hold {expected_wide} and {expected_narrow}",
        rows=counted_text("{count} row", "{count} rows", said["coverage_rows"]),
        facts=counted_text("{count} fact", "{count} facts", said["coverage_n"]),
        wide=found[0],
        narrow=found[1],
        replays=counted_text("{count} replay", "{count} replays", replications),
        expected_wide=expected[0],
        expected_narrow=expected[1],
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
        said, score = (text("yes"), f"{row['predicted']['probability']:.0%}", ""), "brier"
    else:
        said, score = _said(row, unit, start), "crps"
    inside = text("yes") if row["inside"] else text("no")
    numbers = (_number(row[score]), *(_number(one[score]) for one in baselines))
    return row["id"], what(crisis, row), *said, inside, *numbers


def _said(row: Mapping[str, Any], unit: str, start: datetime) -> tuple[str, str, str]:
    """Observed, median and interval."""
    predicted, seen = row["predicted"], observed(row["observed"], start)
    unit = wording.HOURS if unit == wording.HOURS else "persons"  # whole numbers, whatever is counted
    if predicted["median"] is None:
        return seen, text("in next to no replay"), ""
    median = wording.amount(predicted["median"], unit, start)
    share = predicted.get("share", 1.0)
    often = text(" (in {share})", share=f"{share:.0%}") if share < 1.0 else ""
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
    if (kind, statistic) in PHRASES:
        return text(PHRASES[kind, statistic]).format(place=place, member=_member(crisis, group))
    if kind == "crowd":
        how = f", {text('mean')}" if statistic == "mean" else ""
        return f"{text('Crowd')}{how}{f': {place}' if place else ''}"
    if statistic == "grows":
        return text(GROWS)
    parts = [text(wording.outcome(part)) for part in str(row["quantity"]).split("+")]
    whole = parts[0]
    for part in parts[1:]:
        whole = text("{one} and {other}", one=whole, other=part.partition(", ")[2] or part)
    return wording.first(whole) if statistic == "first" else whole


def _member(crisis: Scenario, member: str) -> str:
    alliance = crisis.alliance
    if member == "total" or alliance is None or member not in alliance.members:
        return text("all contingents")
    return text(alliance.members[member].name) or member


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return localised(f"{round(value, 2) + 0.0:.2f}" if abs(value) < 100 else f"{value:,.0f}")  # no minus before a zero


def _pair(ends: Sequence[float] | None) -> str:
    return "-" if ends is None else text("{low} to {high}", low=_number(ends[0]), high=_number(ends[1]))
