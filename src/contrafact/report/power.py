"""What the record could tell of rival arms in words: tables for the terminal and the same in Markdown.

Harm comes first, arms stand in the order in which they were asked for, and nothing ranks them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from contrafact.evidence.camps import CAMPS
from contrafact.evidence.design_power import RESAMPLES
from contrafact.evidence.observed import YES_OR_NO
from contrafact.experiment.power import HARM, Power
from contrafact.report import scores, wording
from contrafact.report.printing import pipes, table
from contrafact.scenario.document import RECORDED
from contrafact.translation import counted_text, localised, text, told, whole

if TYPE_CHECKING:
    from rich.table import Table

HARM_COLUMNS = ("arm", "deaths", "injured", "detained")
POWER_COLUMNS = ("arm", "told, arm true", "told, recorded true", "misled", "median", "jointly", "sign of deaths")
RECORD_COLUMNS = ("arm", "weight", "95 %", "a fact left out", "leaning on", "jointly", "typical", "told")
ALL_COLUMNS = ("arm", "weight", "95 %")
ROW_COLUMNS = ("row", "", "observed", "camp", "typical")
UNREAD_COLUMNS = ("row", "", "why")
ITSELF = "recorded, itself"
NO_CAMP = "not given"
READING = "How to read this"
NOTES = (
    "Harm: mean over replications and, in brackets, the arm less the recorded run in pairs with its 95 % interval.",
    "Told: share of synthetic records in which the rows give the true one of the two at least 0.95, with equal weights "
    "beforehand; arm true, recorded true: which of the two made the synthetic record. Misled: share in which they give "
    "the wrong one as much, arm true and recorded true. Median: weight of the arm where it is true. Jointly: told, arm "
    "true, with facts jointly normal. Shares have Wilson's 95 % interval.",
    "Sign of deaths: share of synthetic records of the arm in which the effect on deaths, weighed over all arms, has "
    "the sign of the arm's own; a dash where the interval of that effect includes zero. Given: equal weights, without "
    "any row, have that sign already.",
    "Recorded, itself: synthetic records of the recorded run by which halves of its other replications are told apart, "
    "which is how often noise alone tells. Halves are smaller and share no random numbers, so the rate is too high "
    "rather than too low.",
    "Weight: of the arm against the recorded run alone. 95 %: over {resamples} sets of replications drawn with "
    "replacement. A fact left out: lowest and highest weight when any one is. Leaning on: the fact that moves it most. "
    "Typical: share of the arm's own synthetic records that are no more probable under it than the actual one; near "
    "zero, the arm does not explain the record, and a weight says only which of two explains it less badly. Of a row: "
    "the same of that row alone, under the recorded run.",
    "Each fact weighs once, however many rows tell of it. Facts are taken as independent given the arm, which they are "
    "not: that overstates every weight. Jointly, they are normal and hang together as they do in the replications.",
    "Readings are what would have been published: delay and under-count of sources are drawn for each replication, and "
    "numbers within a source's words are one. Rows kept for scoring are not weighed.",
    "Weights compare arms within one model with untuned parameters and contested switches held. They say nothing of "
    "what is not among the arms, and move a little with those that are, over all of which kernels are pooled.",
    "Camps say who speaks, by camps.csv, not whether it is so.",
)


class Part(NamedTuple):
    """One table."""

    title: str
    columns: tuple[str, ...]
    lines: Sequence[tuple[str, ...]]
    left: int = 1


def tables(found: Power) -> Iterator[Table]:
    """Everything, for the terminal."""
    for part in parts(found):
        yield table(part.title, part.columns, part.lines, part.left)


def markdown(found: Power) -> str:
    """The same as one Markdown document without a heading of its own."""
    said = [line for part in parts(found) for line in (f"## {part.title}", pipes(part.columns, part.lines))]
    said += [f"## {text(READING)}", "\n".join(f"- {note}" for note in notes(found))]
    return "\n\n".join(said) + "\n"


def headline(found: Power) -> str:
    """What was weighed, and how weak the answer is."""
    size = text(
        "{name}: {replications} of each arm, seed {seed}, digest {digest}.",
        name=found.scenario.name,
        replications=counted_text("{count} replication", "{count} replications", found.replications),
        seed=found.seed,
        digest=found.digest[:16],
    )
    variant = found.scenario.variant
    beside = [] if variant == RECORDED else [text('"recorded" stands here for the variant {variant}.', variant=variant)]
    return " ".join((size, *beside, text(found.sentence)))


def parts(found: Power) -> Iterator[Part]:
    """Harm, what could be told, what is told, the same by camp, and the rows."""
    yield Part(text("Harm in each arm"), told(HARM_COLUMNS), harm(found))
    yield Part(text("What the record could tell of each arm"), told(POWER_COLUMNS), powers(found))
    title = text("What the record tells of each arm against the recorded run")
    yield Part(title, told(RECORD_COLUMNS), records(found))
    yield Part(text("All arms together"), told(ALL_COLUMNS), together(found))
    if found.arms:
        first = found.arms[0]["camps"]
        facts = (counted_text("{count} fact", "{count} facts", first[camp]["facts"]) for camp in CAMPS)
        heads = [f"{text(camp)}: {count}" for camp, count in zip(CAMPS, facts, strict=True)]
        title = text("By camp of the source: weight of the arm (95 %); told, arm true")
        yield Part(title, (text("arm"), *heads), camps(found))
    yield Part(text("Rows that were weighed"), told(ROW_COLUMNS), rows(found), 4)
    unread = [(row["id"], row["quantity"].replace("_", " "), text(row["why"])) for row in found.unread]
    yield Part(text("Rows for fitting that were not read"), told(UNREAD_COLUMNS), unread, 3)


def harm(found: Power) -> list[tuple[str, ...]]:
    """Deaths, injured and detained of the recorded run and of every arm."""
    return [(one["name"], *(_harm(one["harm"][name]) for name in HARM)) for one in (found.recorded, *found.arms)]


def powers(found: Power) -> list[tuple[str, ...]]:
    """How often each arm would be told."""
    lines = []
    for arm in found.arms:
        said = arm["power"]
        own, other = said["truth_arm"], said["truth_recorded"]
        sign = said["sign_of_deaths"]
        lines.append(
            (
                arm["name"],
                _share(own["told"]),
                _share(other["told"]),
                f"{own['misled']['share']:.0%}, {other['misled']['share']:.0%}",
                _weight(own["median"]),
                _share(said["truth_arm_joint"]["told"]),
                "-" if sign is None else _given(_share(sign)) if sign["without_rows"] else _share(sign),
            )
        )
    itself = found.itself
    return [*lines, (text(ITSELF), "", "", _share(itself["told"]), _weight(itself["median"]), "", "")]


def records(found: Power) -> list[tuple[str, ...]]:
    """The weight that the actual record gives each arm."""
    lines: list[tuple[str, ...]] = []
    for arm in found.arms:
        said = arm["record"]
        without = said["without_a_fact"]
        lines.append(
            (
                arm["name"],
                _weight(said["weight"]),
                _ends(said),
                _ends(without),
                _lean(said),
                _weight(said["joint"]),
                f"{said['typical']:.0%}",
                text("yes") if said["told"] else text("no"),
            )
        )
    return lines


def together(found: Power) -> list[tuple[str, ...]]:
    """Weights of all arms, which add up to one."""
    return [(name, _weight(one["weight"]), _ends(one)) for name, one in found.among_all.items()]


def camps(found: Power) -> list[tuple[str, ...]]:
    """Weight and power of each arm by the rows of each camp."""
    return [(arm["name"], *(_camp(arm["camps"][camp]) for camp in CAMPS)) for arm in found.arms]


def rows(found: Power) -> list[tuple[str, ...]]:
    """What was weighed, in the order of the record."""
    crisis = found.scenario
    return [
        (
            row["id"],
            scores.what(crisis, row),
            text("yes") if row["kind"] == YES_OR_NO else scores.observed(row["observed"], crisis.start),
            text(row["camp"] or NO_CAMP),
            f"{row['typical']:.0%}",
        )
        for row in found.rows
    ]


def notes(found: Power) -> list[str]:
    """What must be said beside the tables."""
    without = [row["id"] for row in found.rows if row["camp"] is None]
    missing = [text("Rows without a camp, in no camp's column: {rows}.", rows=", ".join(without))] if without else []
    typical = text("The recorded run: typical {share}.", share=f"{found.recorded['typical']:.0%}")
    reading = (text(note, resamples=whole(RESAMPLES)) for note in NOTES)
    return [text(found.sentence), typical, *reading, *missing, text(wording.CUSTODY)]


def _harm(one: Mapping[str, Any]) -> str:
    mean, effect = whole(one["mean"]), one["effect"]
    if effect is None:
        return mean
    interval = text("{low} to {high}", low=_signed(effect["low"]), high=_signed(effect["high"]))
    return f"{mean} ({_signed(effect['mean'])}; {interval})"


def _camp(one: Mapping[str, Any]) -> str:
    if not one["facts"]:
        return "-"
    said = one["record"]
    return f"{_weight(said['weight'])} ({_ends(said)}); {one['power']['truth_arm']['told']['share']:.0%}"


def _signed(value: float) -> str:
    return localised(f"{round(value, 1) + 0.0:+,.1f}")


def _share(one: Mapping[str, float]) -> str:
    low, high = (f"{one[end]:.0%}" for end in ("low", "high"))
    return f"{one['share']:.0%} ({text('{low} to {high}', low=low, high=high)})"


def _given(share: str) -> str:
    return text("{share}, given", share=share)


def _lean(said: Mapping[str, Any]) -> str:
    """The fact that moves a weight most, and the weight without it."""
    if said["leaning_on"] is None:
        return "-"
    return text("{fact} ({weight} without)", fact=said["leaning_on"], weight=_weight(said["without_it"]))


def _weight(value: float | None) -> str:
    """A weight to two digits; one that would be rounded to certainty says that it is not."""
    if value is None:
        return "-"
    return localised("< 0.01" if value < 0.005 else "> 0.99" if value > 0.995 else f"{value:.2f}")


def _ends(one: Mapping[str, float]) -> str:
    return text("{low} to {high}", low=_weight(one["low"]), high=_weight(one["high"]))
