"""Scores in words."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from contrafact.evidence.summing import summary, weighted
from contrafact.experiment.scoring import BASELINES, BEHAVIOUR_OFF, Score
from contrafact.report import scores, wording
from contrafact.translation import speaking

CRISIS: Any = SimpleNamespace(
    name="almaty-2022",
    variant="recorded",
    posterior=None,
    start=datetime(2022, 1, 4),
    facilities={"hall": SimpleNamespace(name="City hall")},
    sites={"square": SimpleNamespace(name="Republic Square")},
    posts={},
    alliance=SimpleNamespace(members={"north": SimpleNamespace(name="North")}),
)


def row(name: str, quantity: str, kind: str = "count", **given: Any) -> dict[str, Any]:
    """A row that was scored: the model has 0.5, every baseline 1."""
    base = {name: {"crps": 1.0, "brier": 1.0} for name in BASELINES}
    return {
        "id": name, "fact": name, "quantity": quantity, "place": None, "statistic": "last", "use": "score",
        "kind": kind, "observed": {"low": 11.5, "high": 12.5, "unit": "persons"},
        "predicted": {"median": 15.0, "low": 3.0, "high": 62.0, "share": 1.0},
        "crps": 0.5, "brier": None, "inside": True, "inside_50": False, "baselines": base, "note": "", **given,
    }  # fmt: skip


def score_of(*rows: dict[str, Any]) -> Score:
    """A score of these rows."""
    listed = weighted(rows)
    parts = {use: [row for row in listed if row["use"] == use] for use in ("fit", "score")}
    said = {use: summary(part, BASELINES, BEHAVIOUR_OFF, 40) for use, part in parts.items()}
    unread = ({"id": "R9", "quantity": "protest_size", "use": "score", "why": "nobody counted"},)
    return Score(CRISIS, 1, 40, "ab" * 32, tuple(listed), unread, said)


def test_harm_comes_first() -> None:
    listed = [row("a", "crowd"), row("b", "detained"), row("c", "injured_total"), row("d", "deaths_total")]
    assert [line[0] for line in scores.rows(score_of(*listed), "score")] == ["d", "c", "b", "a"]


def test_a_row_in_words() -> None:
    hour = {"low": None, "high": 37.5, "unit": wording.HOURS}
    late = {"median": 38.0, "low": 36.0, "high": 40.0, "share": 0.5}
    listed = [
        row("a", "deaths_total"),
        row("b", "seizure", "time", place="hall", statistic="first", observed=hour, predicted=late),
        row("c", "seizure", "yes or no", place="hall", statistic="never", predicted={"probability": 0.25}, brier=0.5),
        row("d", "seizure", "time", place="hall", statistic="first", observed=hour, predicted={"median": None}),
    ]
    found = scores.rows(score_of(*listed), "score")
    assert found[0][:6] == ("a", "Deaths, all groups", "12", "15", "3 to 62", "yes")
    assert found[1][1:5] == ("City hall falls", "by 5 Jan 13:30", "5 Jan 14:00 (in 50%)", "5 Jan 12:00–16:00")
    assert found[2][1:7] == ("City hall is not lost", "yes", "25%", "", "yes", "0.50")
    assert found[3][3:5] == ("in next to no replay", "")


@pytest.mark.parametrize(
    ("quantity", "place", "statistic", "words"),
    [
        ("crowd", "square", "max", "Crowd: Republic Square"),
        ("crowd", "square", "mean", "Crowd, mean: Republic Square"),
        ("crowd", "square", "empty", "Republic Square is empty"),
        ("landing_north", None, "first", "First landing: North"),
        ("landing_total", None, "last", "Last landing: all contingents"),
        ("deaths_armed_persons+deaths_protesters", None, "gain", "Deaths, armed persons and protesters"),
        ("injured_state_forces", None, "first", "First injured, state forces"),
        ("looting", None, "sum", "Firearms taken from gun shops"),
    ],
)
def test_what_a_row_is_about(quantity: str, place: str | None, statistic: str, words: str) -> None:
    assert scores.what(CRISIS, row("a", quantity, place=place, statistic=statistic)) == words


def test_where_the_model_loses_is_said() -> None:
    better = score_of(row("a", "crowd"))
    assert "score: the model loses nowhere." in scores.verdicts(better)
    base = {name: {"crps": 0.1 if name == "constant" else 1.0, "brier": None} for name in BASELINES}
    worse = score_of(row("a", "crowd", baselines=base))
    assert "score: the model is no better on counts against constant rate." in scores.verdicts(worse)


def test_coverage_is_told_of_counts_and_times_beside_what_to_expect() -> None:
    found = score_of(row("a", "crowd"), row("b", "seizure", "yes or no", predicted={"probability": 0.5}, brier=0.3))
    assert scores.verdicts(found)[:2] == [
        "score: 2 rows of 2 facts.",
        "score: of the counts and times, 1 row of 1 fact, the 90 % interval of replays holds 100% and the 50 % "
        "interval 0%; 40 replays of a forecast without fault would hold 85.6% and 47.6%.",
    ]
    assert "85.6%" in scores.markdown(found)


def test_the_page_has_every_row_what_was_not_read_and_the_custody_note() -> None:
    page = scores.markdown(score_of(row("a", "crowd", note="seen from afar")))
    for part in (
        "| a | Crowd |",
        "| R9 score | protest size | nobody counted |",
        "a: seen from afar.",
        wording.CUSTODY,
        "reporting.delay: time until a person killed, injured or detained is in what is published; assumption, "
        "loguniform 2 to 24 hours.",
    ):
        assert part in page
    assert "untuned" in scores.headline(score_of())


def test_no_minus_stands_before_a_zero() -> None:
    (line,) = scores.rows(score_of(row("a", "crowd", crps=-0.001)), "score")
    assert line[6] == "0.00"


def test_scores_are_told_in_vietnamese() -> None:
    hour = {"low": None, "high": 37.5, "unit": wording.HOURS}
    late = {"median": 38.0, "low": 36.0, "high": 40.0, "share": 0.5}
    listed = [
        row("a", "crowd", place="square", predicted={"median": 1500.0, "low": 3.0, "high": 62.0}),
        row("b", "seizure", "time", place="hall", statistic="first", observed=hour, predicted=late),
    ]
    found = score_of(*listed)
    with speaking("vi"):
        crowd, seizure = scores.rows(found, "score")
        page = scores.markdown(found)
    assert crowd[1:6] == ("Đám đông: Quảng trường Cộng hòa", "12", "1.500", "3 đến 62", "có")
    assert seizure[1:5] == ("City hall thất thủ", "trước 5/1 13:30", "5/1 14:00 (trong 50%)", "5/1 12:00–16:00")
    assert crowd[6] == "0,50"
    assert "score: mô hình không thua ở đâu." in page
    for english in ("observed", "Skill", "How to read", "facts", "replays", "untuned", "assumption", " to "):
        assert english not in page
