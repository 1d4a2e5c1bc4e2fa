"""Claims in the report: words, verdict and reading of each, then what was asked of the model and what runs said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from contrafact.evidence.readings import HARM, worded
from contrafact.report.markup import table, titled
from contrafact.translation import current, localised, text

READINGS = {
    "consistent": "consistent",
    "inconsistent": "inconsistent",
    "not_identified": "not identified",
    "decided_by_assumption": "decided by an assumption",
    "not_asked": "not asked",
    "not_rare": "not rare in the model",
    "rare": "rare in the model",
}
VERDICTS = {
    "bears out": "bears it out",
    "speaks against": "speaks against it",
    "leaves open": "leaves it open",
}


def claims_section(claims: Sequence[Mapping[str, Any]]) -> str:
    """The section, empty where there are no claims."""
    if not claims:
        return ""
    asked = [one for one in claims if one["model"] is not None]
    heads = [
        text("Claim"),
        text("Words"),
        text("Who says so"),
        text("Verdict of the record"),
        text("Rows"),
        text("Reading of the model"),
    ]
    listed = titled("Claims of the source article, beside the record", table(heads, [_row(one) for one in claims]))
    return listed + (titled("What was asked of the model", "".join(_asked(asked))) if asked else "")


def _words(one: Mapping[str, Any]) -> str:
    return f'"{one["quote"]}"' if current() == "vi" else str(one["paraphrase"])


def _reading(one: Mapping[str, Any]) -> str:
    found = one["model"]["result"] if one["model"] else None
    return text(READINGS[worded(found["kind"] if found else "", one["model_reading"])])


def _row(one: Mapping[str, Any]) -> list[str]:
    verdict = text(one["record_verdict"].replace("_", " "))
    return [one["id"], _words(one), text(one["attributed_to"]), verdict, ", ".join(one["record"]), _reading(one)]


def _asked(claims: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Question, answer under every setting with its harm, and assumption of each claim that was asked about."""
    note = text(
        "What follows from the assumptions of the model under each setting, with 95 % intervals; it neither proves nor "
        "refutes what happened. Deaths, injured and detained: of the arm, or what it has more than the other."
    )
    yield f'<p class="note">{note}</p>'
    for one in claims:
        model = one["model"]
        heading = f"<h3>{escape(one['id'])} · {escape(_words(one))}</h3>"
        question = f"<p>{text('Asked of the model: {question}', question=escape(text(model['question'])))}</p>"
        found = model["result"]
        said = f"<p>{text('Reading: ')}<strong>{escape(_reading(one))}</strong></p>"
        answers = "" if found is None else said + _answers(found["answers"], found["arm"])
        assumption = text("Assumption: {assumption}", assumption=escape(text(model["assumption"])))
        yield f"<article>{heading}{question}{answers}<p>{assumption}</p></article>"


def _answers(answers: Sequence[Mapping[str, Any]], arm: str) -> str:
    heads = [
        text("Deaths"),
        text("Injured"),
        text("Detained"),
        text("Setting"),
        text("Arm"),
        text("Answer"),
        text("The runs"),
        text("Runs"),
        text("Never reached"),
    ]
    rows = [
        [
            *(_interval(answer["harm"].get(name), signed=bool(answer["against"])) for name in HARM),
            _named(answer["switch"]) or text("as recorded"),
            _arms(arm, answer["against"]),
            _interval(answer["estimate"], signed=bool(answer["against"])),
            text(VERDICTS[answer["verdict"]]),
            localised(f"{answer['runs']:,}"),
            localised(f"{answer['unreached']:.0%}"),
        ]
        for answer in answers
    ]
    return table(heads, rows, numbers=(7, 8))


def _named(name: str | None) -> str:
    return "" if name is None else name.replace("_", " ")


def _arms(arm: str, against: str | None) -> str:
    """The arm, and what it is set against."""
    return _named(arm) if against is None else text("{arm} less {other}", arm=_named(arm), other=_named(against))


def _interval(found: Mapping[str, float] | None, signed: bool) -> str:
    if found is None:
        return text("no run to read")
    ends = {name: localised(f"{found[name]:{'+' if signed else ''},.3g}") for name in ("mean", "low", "high")}
    return text("{mean} ({low} to {high})", **ends)
