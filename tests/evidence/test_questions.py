"""The questions that are asked of the model are data, named beforehand, and read strictly."""

from __future__ import annotations

import re

import pytest

from contrafact import scenario
from contrafact.errors import InputErrors
from contrafact.evidence import shipped_evidence
from contrafact.evidence.claims import claims_of
from contrafact.evidence.questions import Names, Questions, parse_questions, questions_of, unknown_names
from contrafact.model.recording import OUTCOMES
from contrafact.model.state import COUNTS

GOOD = """format: 1
questions:
  C1:
    kind: share
    question: Would it?
    measure: {outcome: deaths_total}
    of: {quantity: armed, at: 2022-01-05T00:00}
    at_least: 0.5
    assumption: Because
"""
EVIDENCE = shipped_evidence("almaty-2022")


def shipped() -> Questions:
    asked = questions_of(EVIDENCE)
    assert asked is not None
    return asked


def names() -> Names:
    crisis = scenario.load("almaty-2022")
    quantities = ("crowd", "armed", "hidden", "network", "facilities_lost", *COUNTS)
    claims = [claim.id for claim in claims_of(EVIDENCE)]
    outcomes = [outcome.name for outcome in OUTCOMES]
    return Names(claims, list(crisis.variants), outcomes, quantities, ("seizure", "recapture"), crisis.places)


def test_at_least_ten_claims_are_asked_about_and_everything_they_name_exists() -> None:
    assert len(shipped().questions) >= 10
    assert unknown_names(shipped(), names(), EVIDENCE) == []


def test_every_question_says_what_it_rests_on_and_where_it_may_turn() -> None:
    for question in shipped().questions.values():
        assert question.question.strip().endswith("?")
        assert question.assumption
        assert question.switches


def test_the_words_of_the_questions_are_neutral() -> None:
    text = (EVIDENCE.text("questions.yaml") or "").lower()
    words = set(re.findall(r"[a-z]+", text))
    assert not words & {"terrorist", "terrorists", "rioter", "rioters", "bandit", "bandits", "militant", "militants"}


@pytest.mark.parametrize(
    ("old", "new", "key", "message", "line"),
    [
        ("kind: share", "kind: shares", "questions.C1", 'did you mean "share"', 3),
        ("at_least: 0.5", "at_least: 2", "questions.C1.at_least", "less than 1", 8),
        ("at_least: 0.5", "at_leest: 0.5", "questions.C1.at_leest", 'did you mean "at_least"', 8),
        ("    at_least: 0.5\n", "", "questions.C1", "either at_least or at_most", 3),
        ("question: Would it?", "question: 3", "questions.C1.question", "expected text", 5),
        ("{outcome: deaths_total}", "{outcome: a, event: b}", "questions.C1.measure", "expected outcome; quantity", 6),
        ("{outcome: deaths_total}", "{quantity: a}", "questions.C1.measure", "with at, or with start and end", 6),
        ("2022-01-05T00:00", "5 January", "questions.C1.of.at", "local time", 7),
        ("format: 1", "format: 2", "format", "expected 1", 1),
    ],
)
def test_what_is_wrong_is_told_with_line_and_key(old: str, new: str, key: str, message: str, line: int) -> None:
    with pytest.raises(InputErrors) as found:
        parse_questions(GOOD.replace(old, new), "my/questions.yaml")
    errors = [error for error in found.value.errors if error.key == key]
    assert [(error.file, error.line) for error in errors] == [("my/questions.yaml", line)]
    assert message in errors[0].message


def test_a_range_in_falling_order_and_a_window_that_ends_before_it_begins_are_refused() -> None:
    falling = GOOD.replace("kind: share", "kind: probability\n    between: [3, 2]")
    with pytest.raises(InputErrors, match="rising order"):
        parse_questions(falling.replace("    of: {quantity: armed, at: 2022-01-05T00:00}\n", ""))
    window = "start: 2022-01-05T00:00, end: 2022-01-04T00:00"
    with pytest.raises(InputErrors, match="end is not later than start"):
        parse_questions(GOOD.replace("at: 2022-01-05T00:00", window))


@pytest.mark.parametrize(
    ("old", "new", "key", "message"),
    [
        ("  C19:", "  C99:", "questions.C99", "among the claims"),
        ("arm: no_shutdown", "arm: no_shutdwn", "questions.C20.arm", 'did you mean "no_shutdown"'),
        ("[no_order, restraint]", "[no_order, restrain]", "questions.C21.against.1", 'did you mean "restraint"'),
        (
            "{outcome: peak_armed}\n    exp",
            "{outcome: peak_amred}\n    exp",
            "questions.C20.measure.outcome",
            "peak_armed",
        ),
        ("event: seizure", "event: siezure", "questions.C33.measure.event", 'did you mean "seizure"'),
        ("place: police_hq", "place: police", "questions.C33.measure.place", "among the places"),
        ("quantity: facilities_lost", "quantity: lost", "questions.C38.measure.quantity", "among the quantities"),
        ("switches: [no_shutdown]", "switches: [no_shut]", "questions.C19.switches.0", "among the arms"),
    ],
)
def test_a_name_that_stands_for_nothing_is_told_with_its_line(old: str, new: str, key: str, message: str) -> None:
    text = EVIDENCE.text("questions.yaml") or ""
    assert old in text
    changed = shipped_evidence("almaty-2022").__class__(
        "x", "x", (*EVIDENCE.texts, ("questions.yaml", text.replace(old, new, 1))), own=True
    )
    asked = questions_of(changed)
    assert asked is not None
    (error,) = unknown_names(asked, names(), changed)
    assert error.key == key
    assert error.line is not None
    assert message in error.message
