"""The check of a record and its claims, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from contrafact.error_words import in_words
from contrafact.report.printing import pipes
from contrafact.translation import counted_text, current, localised, text, told, whole

if TYPE_CHECKING:
    from contrafact.evidence import Observation
    from contrafact.evidence.claims import Compared
    from contrafact.evidence.readings import Answer, Interval
    from contrafact.experiment.auditing import Checked
    from contrafact.experiment.claiming import Claims

SHOWN = 12
LABELS = ("quote", "says so", "because", "model", "question", "assumes")
HARM_WORDS = {"deaths_total": "deaths", "injured_total": "injured", "detained": "detained"}
CUSTODY = "Detained: ill-treatment and deaths in custody are documented and not simulated."
UNNUMBERED = ("event", "text", "state", "order", "qualitative", "assessment", "note", "boolean")
"""Units of rows whose number says no more than that something was so."""
SCOPE = (
    "A verdict says how the independent record compares with a claim. What a model says is a statement about the "
    "model: it neither proves nor refutes what happened."
)


def check_lines(checked: Checked) -> Iterator[str]:
    """What the check of one scenario found: what is wrong first, then what is only told."""
    failures = counted_text("{count} failure", "{count} failures", len(checked.failures))
    yield text(
        "{scenario}: {state}; {cited} ids cited, {values} values rest on them",
        scenario=checked.scenario,
        state=text("ok") if checked.ok else failures,
        cited=whole(checked.cited),
        values=whole(checked.values),
    )
    for failure in checked.failures:
        yield f"  {failure.check}: {in_words(failure.error)}"
    found = checked.audit
    if found is None:
        yield text("  there is no record under this name; ids were looked up in the records that ship")
        return
    ledger = found.evidence.ledger
    yield text(
        "  {file}: {rows} on {facts}",
        file=found.evidence.path("record.csv"),
        rows=counted_text("{count} row", "{count} rows", len(ledger)),
        facts=counted_text("{count} fact", "{count} facts", len(ledger.facts())),
    )
    for use, ids in found.unused.items():
        if ids:
            yield text("  never used, of use {use}: {ids}", use=use, ids=_some(ids))
    for column, ids in found.gaps.items():
        if ids:
            yield text("  without {column}, which the record lacks: {ids}", column=column, ids=_some(ids))
    for name in found.names:
        yield text(
            '  {id}: "{words}" looks like a name and is not listed in {file}',
            id=name.id,
            words=name.words,
            file=found.evidence.path("names.csv"),
        )
    yield from _contested(found.contested)
    for erratum in found.errata:
        where = {"day": erratum.date, "id": erratum.id, "column": erratum.column}
        yield text("  erratum of {day}, {id}, {column}: {why}", **where, why=erratum.why)
        yield text('    was "{was}", should read "{now}"', was=erratum.was, now=erratum.now)


def claims_headline(found: Claims) -> Iterator[str]:
    """How many claims, what a reading means, and with which runs the model was asked."""
    count = counted_text("{count} claim", "{count} claims", len(found))
    yield f"{found.scenario.name}: {count}. {text(SCOPE)}"
    if found.asking is not None:
        yield text(CUSTODY)
        current = found.asking.current
        older = "" if current else text(", by an earlier version of the model; --replications asks it anew")
        yield counted_text(
            "The model was asked with {count} run of each arm at least, seed {seed}{older}.",
            "The model was asked with {count} runs of each arm at least, seed {seed}{older}.",
            found.asking.replications,
            seed=found.asking.seed,
            older=older,
        )


def claim_lines(found: Claims) -> Iterator[str]:
    """Every claim: its words, who says so, the record's verdict and rows, and what is asked of the model."""
    yield from claims_headline(found)
    for one in found:
        yield ""
        yield from _claim(one)
        reading = found.readings.get(one.claim.id)
        question = None if found.asked is None else found.asked.questions.get(one.claim.id)
        if reading is not None:
            yield _line("model", f"{_words(reading.word)}: {text(reading.sentence)}")
            for answer in reading.answers:
                yield f"            {_answered(answer, reading.question.arm)}"
                harm = text("harm: {told}", told=_harm(answer))
                yield f"              {harm}"
        if question is not None:
            unread = "" if reading else text(" (no run was read for it here)")
            yield _line("question", f"{text(question.question)}{unread}")
            yield _line("assumes", text(question.assumption))


def claims_markdown(found: Claims) -> str:
    """The same in Markdown: every claim in one table, then each question with its answers, harm first."""
    lines = [_in_one_line(one, found.word(one.claim.id)) for one in found]
    parts = [*claims_headline(found), pipes(told(CLAIM_COLUMNS), lines)]
    for one in found:
        reading = found.readings.get(one.claim.id)
        if reading is not None:
            question = reading.question
            answers = [_in_cells(answer, question.arm) for answer in reading.answers]
            parts.append(f"## {one.claim.id}: {_words(reading.word)}")
            parts.append(f"> {one.claim.quote_vi}")
            parts.append(f"{text(question.question)} {text(reading.sentence)}")
            parts.append(pipes(told(ANSWER_COLUMNS), answers))
            parts.append(text("Assumption: {assumption}", assumption=text(question.assumption)))
    return "\n\n".join(parts) + "\n"


CLAIM_COLUMNS = ("claim", "in words", "says so", "record", "model")
ANSWER_COLUMNS = (*HARM_WORDS.values(), "setting", "arm", "answer", "the runs", "runs", "unreached")


def _in_one_line(one: Compared, reading: str) -> tuple[str, ...]:
    claim = one.claim
    return claim.id, _in_words(one), text(claim.attributed_to), _words(claim.record_verdict), _words(reading)


def _in_cells(one: Answer, arm: str) -> tuple[str, ...]:
    """An answer under one setting, as a line of a table."""
    signed = one.against is not None
    harm = [_interval(one.harm[name], signed) if name in one.harm else text("too few runs") for name in HARM_WORDS]
    answer = text("no run to read") if one.estimate is None else _interval(one.estimate, signed)
    setting = text("as recorded") if one.switch is None else one.switch.replace("_", " ")
    arms = arm if one.against is None else text("{arm} less {other}", arm=arm, other=one.against)
    return *harm, setting, arms.replace("_", " "), answer, text(one.verdict), whole(one.runs), f"{one.unreached:.0%}"


def _in_words(one: Compared) -> str:
    """A claim in neutral English, or in Vietnamese its own words as a quote."""
    return f'"{one.claim.quote_vi}"' if current() == "vi" else one.paraphrase


def _claim(one: Compared) -> Iterator[str]:
    """A claim beside the rows that speak of it."""
    claim = one.claim
    yield f"{claim.id}  {_in_words(one)}  [{_words(claim.record_verdict)}]"
    if current() != "vi":
        yield _line("quote", f'"{claim.quote_vi}"')
    yield _line("says so", text(claim.attributed_to))
    if one.reason:
        yield _line("because", text(one.reason))
    for row in one.rows:
        yield _line(row.id, _said(row))
    if not one.rows:
        yield text("  the record has no row that speaks of it")


def _line(label: str, content: str) -> str:
    """A line of a claim: one of LABELS, or the id of a row, and what it says."""
    return f"  {text(label):<8}  {content}"


def _words(name: str) -> str:
    """A verdict or a reading in words."""
    return text(name.replace("_", " "))


def _answered(one: Answer, arm: str) -> str:
    """What the runs say under one setting."""
    under = text("as recorded") if one.switch is None else text("with {setting}", setting=one.switch)
    under += "" if one.against is None else text(": {arm} less {other}", arm=arm, other=one.against)
    if one.estimate is None:
        return text("{under}: no run to read", under=under)
    runs = counted_text("{count} run", "{count} runs", one.runs)
    share = f"{one.unreached:.0%}"
    unreached = text("; not reached in {share} of the runs", share=share) if one.unreached else ""
    return f"{under}: {_interval(one.estimate)}, {text(one.verdict)} ({runs}{unreached})"


def _harm(one: Answer) -> str:
    """Deaths, injured and detained of the arm, or what it has more than the one it is set against."""
    told = (f"{text(HARM_WORDS[name])} {_interval(interval, bool(one.against))}" for name, interval in one.harm.items())
    return "; ".join(told) or text("too few runs")


def _interval(found: Interval, signed: bool = False) -> str:
    """A number with its interval."""
    mean, low, high = (localised(f"{number:{'+' if signed else ''},.3g}") for number in found)
    return text("{median} ({low} to {high})", median=mean, low=low, high=high)


def _said(row: Observation) -> str:
    """What a source said, in one line; of a row kept for scoring only who said something, and of what."""
    what = row.quantity.replace("_", " ")
    if row.use == "score":
        hidden = text("kept for scoring, not shown here")
        return f"{what} ({row.source}): {hidden}"
    low, high = row.interval
    numbers = "" if (low, high) == (None, None) or row.unit in UNNUMBERED else f" {_number(low, high)} {text(row.unit)}"
    ends = tuple(dict.fromkeys(end.replace("T", " ") for end in (row.time_start, row.time_end) if end))
    when = text("{low} to {high}", low=ends[0], high=ends[1]) if len(ends) == 2 else "".join(ends)
    return f"{what}{numbers}, {when}, {row.place} ({row.source}; {row.reliability})"


def _number(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        said = localised(f"{high if low is None else low:,g}")
        return text("at most {value}", value=said) if low is None else text("at least {value}", value=said)
    first, last = localised(f"{low:,g}"), localised(f"{high:,g}")
    return first if low == high else text("{low} to {high}", low=first, high=last)


def _contested(facts: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Facts on whose number rows differ."""
    if facts:
        listed = "; ".join(f"{fact} ({', '.join(ids)})" for fact, ids in facts.items())
        number = counted_text("{count} fact", "{count} facts", len(facts))
        yield text("  rows differ on {facts}, and stay side by side: {listed}", facts=number, listed=listed)


def _some(ids: tuple[str, ...]) -> str:
    """Ids in one line, the first dozen of many."""
    rest = len(ids) - SHOWN
    listed = ", ".join(ids[:SHOWN])
    return text("{listed} and {rest} more", listed=listed, rest=whole(rest)) if rest > 0 else listed
