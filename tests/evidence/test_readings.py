"""What runs say of a question, on planted runs small enough to work out by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest

from contrafact.errors import InputError
from contrafact.evidence.questions import Measure, Question, parse_questions
from contrafact.evidence.readings import (
    FOUND,
    LIMIT,
    SENTENCES,
    Setting,
    answer,
    mean_interval,
    measured,
    needed,
    settings_of,
    share_interval,
)

START = datetime(2022, 1, 4)
HEAD = "format: 1\nquestions:\n  C1:\n    question: q\n    assumption: because\n"
COMPARISON = HEAD + (
    "    kind: comparison\n    arm: a\n    against: [b]\n    measure: {outcome: deaths_total}\n"
    "    expected: lower\n    matters: 5\n    switches: [s]\n"
)
PROBABILITY = HEAD + (
    "    kind: probability\n    arm: a\n    measure: {outcome: deaths_total}\n"
    "    between: [10, 20]\n    at_least: 0.5\n"
)
SHARE = HEAD + (
    "    kind: share\n    arm: a\n    measure: {outcome: deaths_total}\n    of: {outcome: injured_total}\n"
    "    at_least: 0.5\n"
)


TIMES = COMPARISON.replace("deaths_total", "time_to_end").replace("expected: lower", "expected: higher")


@dataclass
class Event:
    hour: float
    kind: str
    subject: str
    place: str = ""


@dataclass
class Planted:
    """Runs of an arm with given numbers."""

    deaths: Any = (0.0,)
    injured: Any = (1.0,)
    ends: Any = (0.0,)
    events: Any = ()
    timeline: Any = field(default_factory=dict)
    hours: Any = field(default_factory=lambda: np.arange(1.0, 73.0))
    until_hours: float = 72.0

    @property
    def outcomes(self) -> dict[str, Any]:
        return {
            "deaths_total": np.array(self.deaths, float),
            "injured_total": np.array(self.injured, float),
            "time_to_end": np.array(self.ends, float),
        }


def question(text: str) -> Question:
    return parse_questions(text).questions["C1"]


def compared(plain: tuple[list[float], list[float]], switched: tuple[list[float], list[float]]) -> Any:
    """Reading of the comparison where the arms have these deaths, as recorded and with the switch laid over."""
    runs = {
        Setting("a"): Planted(plain[0]),
        Setting("b"): Planted(plain[1]),
        Setting("a", "s"): Planted(switched[0]),
        Setting("b", "s"): Planted(switched[1]),
    }
    return answer(question(COMPARISON), runs, START)


FEWER = ([10.0, 12.0, 14.0], [20.0, 23.0, 24.0])
ALIKE = ([10.0, 12.0, 14.0], [10.0, 12.0, 14.0])
MORE = ([20.0, 23.0, 24.0], [10.0, 12.0, 14.0])
UNCLEAR = ([0.0, 30.0, 10.0], [20.0, 20.0, 20.0])


def test_an_effect_as_expected_under_every_setting_is_consistent() -> None:
    found = compared(FEWER, FEWER)
    assert (found.reading, found.decided_by) == ("consistent", ())
    assert found.answers[0].estimate.mean == pytest.approx(-31 / 3)


@pytest.mark.parametrize("deaths", [MORE, ALIKE])
def test_an_effect_on_the_other_side_or_none_at_all_is_inconsistent(deaths: tuple[list[float], list[float]]) -> None:
    assert compared(deaths, deaths).reading == "inconsistent"


def test_an_interval_on_both_sides_is_not_identified() -> None:
    found = compared(UNCLEAR, UNCLEAR)
    assert found.reading == "not_identified"
    assert found.answers[0].estimate.low < -5 < 0 < found.answers[0].estimate.high


def test_a_planted_assumption_is_caught_as_the_one_that_decides() -> None:
    found = compared(FEWER, MORE)
    assert (found.reading, found.decided_by) == ("decided_by_assumption", ("s",))
    assert found.sentence == f"{SENTENCES['decided_by_assumption'].format(is_found=FOUND)}: s. {LIMIT}"


def test_a_setting_that_leaves_the_question_open_leaves_the_answer_open() -> None:
    assert compared(FEWER, UNCLEAR).reading == "not_identified"
    assert compared(UNCLEAR, MORE).reading == "not_identified"


def test_an_effect_smaller_than_what_matters_speaks_against_the_claim() -> None:
    slight = ([10.0, 12.0, 14.0], [11.0, 13.0, 15.0])
    assert compared(slight, slight).reading == "inconsistent"


def test_one_pair_identifies_nothing() -> None:
    found = compared(([1.0], [90.0]), ([1.0], [90.0]))
    assert found.reading == "not_identified"
    assert found.answers[0].estimate is None


def test_every_arm_that_the_claim_is_set_against_must_bear_it_out() -> None:
    asked = question(COMPARISON.replace("[b]", "[b, c]").replace("    switches: [s]\n", ""))
    runs = {Setting("a"): Planted(FEWER[0]), Setting("b"): Planted(FEWER[1]), Setting("c"): Planted(FEWER[0])}
    assert answer(asked, runs, START).reading == "inconsistent"
    runs[Setting("c")] = Planted(FEWER[1])
    assert answer(asked, runs, START).reading == "consistent"


def test_arms_that_are_no_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match="no pairs"):
        compared(([1.0, 2.0], [1.0]), FEWER)


@pytest.mark.parametrize(
    ("inside", "outside", "reading"),
    [(40, 0, "consistent"), (0, 40, "inconsistent"), (20, 20, "not_identified")],
)
def test_a_probability_is_read_against_its_bound(inside: int, outside: int, reading: str) -> None:
    runs = {Setting("a"): Planted([15.0] * inside + [21.0] * outside)}
    found = answer(question(PROBABILITY), runs, START)
    assert found.reading == reading
    assert found.answers[0].estimate == share_interval(inside, inside + outside)


def test_of_a_rare_event_few_runs_say_nothing_either_way() -> None:
    rare = question(PROBABILITY.replace("at_least: 0.5", "at_least: 0.05"))
    assert needed(rare, 10) == 73
    assert needed(rare, 100) == 100
    assert needed(question(COMPARISON), 10) == 10
    for inside, outside, reading in ((20, 52, "not_identified"), (20, 53, "consistent"), (0, 73, "inconsistent")):
        runs = {Setting("a"): Planted([15.0] * inside + [21.0] * outside)}
        assert answer(rare, runs, START).reading == reading


def test_harm_stands_beside_every_answer() -> None:
    runs = {Setting("a"): Planted([1.0, 3.0], [5.0, 5.0]), Setting("b"): Planted([2.0, 6.0], [9.0, 9.0])}
    (found,) = answer(question(COMPARISON.replace("    switches: [s]\n", "")), runs, START).answers
    assert found.harm["deaths_total"].mean == -2.0
    assert found.harm["injured_total"] == (-4.0, -4.0, -4.0)
    (alone,) = answer(question(PROBABILITY), {Setting("a"): Planted([1.0, 3.0], [5.0, 5.0])}, START).answers
    assert alone.harm["injured_total"] == (5.0, 5.0, 5.0)


def test_a_time_that_was_not_reached_is_told() -> None:
    asked = question(PROBABILITY.replace("{outcome: deaths_total}", "{event: seizure, place: hall}"))
    events = [[Event(5.0, "seizure", "hall", "hall")], []]
    (found,) = answer(asked, {Setting("a"): Planted([0.0, 0.0], events=events)}, START).answers
    assert found.unreached == 0.5


def test_an_end_that_is_left_open_agrees_with_everything_beyond_it() -> None:
    asked = question(PROBABILITY.replace("[10, 20]", "[10, null]"))
    assert answer(asked, {Setting("a"): Planted([1e6] * 40)}, START).reading == "consistent"


@pytest.mark.parametrize(
    ("deaths", "bound", "reading"),
    [
        ([6.8, 7.0, 7.2], "at_least", "consistent"),
        ([1.0, 2.0, 3.0], "at_least", "inconsistent"),
        ([1.0, 9.0, 5.0], "at_least", "not_identified"),
        ([1.0, 2.0, 3.0], "at_most", "consistent"),
        ([6.8, 7.0, 7.2], "at_most", "inconsistent"),
    ],
)
def test_a_share_is_read_against_its_bound(deaths: list[float], bound: str, reading: str) -> None:
    runs = {Setting("a"): Planted(deaths, [10.0, 10.0, 10.0])}
    assert answer(question(SHARE.replace("at_least", bound)), runs, START).reading == reading


def test_replications_without_anything_to_take_a_share_of_are_left_out() -> None:
    found = answer(question(SHARE), {Setting("a"): Planted([6.0, 7.0, 3.0], [10.0, 10.0, 0.0])}, START)
    assert found.answers[0].runs == 2
    assert found.answers[0].estimate.mean == pytest.approx(0.65)
    empty = answer(question(SHARE), {Setting("a"): Planted([6.0, 7.0], [0.0, 0.0])}, START)
    assert (empty.reading, empty.as_dict()["runs"]) == ("not_identified", 0)


def test_a_time_not_reached_counts_as_the_end_of_the_run() -> None:
    values = measured(Measure(outcome="deaths_total"), Planted([30.0, np.inf]), START)
    np.testing.assert_array_equal(values, [30.0, 72.0])


def test_a_quantity_is_read_at_a_time_or_over_a_window() -> None:
    line = np.array([np.arange(1.0, 73.0), np.arange(1.0, 73.0) * 2])
    runs = Planted(timeline={"armed": line, "hidden": np.ones((2, 72))}, events=((), ()))
    at = Measure(quantity="armed", plus=("hidden",), at="2022-01-05T00:00")
    np.testing.assert_array_equal(measured(at, runs, START), [25.0, 49.0])
    window = Measure(quantity="armed", start="2022-01-05T00:00", end="2022-01-05T12:00")
    np.testing.assert_array_equal(measured(window, runs, START), [12.0, 24.0])


def test_an_event_is_read_as_its_first_hour_at_the_place() -> None:
    late, early = Event(9.0, "seizure", "akimat"), Event(5.0, "seizure", "akimat")
    runs = Planted(events=((late, early), (Event(2.0, "seizure", "airport"), Event(3.0, "recapture", "akimat"))))
    np.testing.assert_array_equal(measured(Measure(event="seizure", place="akimat"), runs, START), [5.0, 72.0])


def test_a_time_after_the_end_of_the_run_is_told() -> None:
    runs = Planted(timeline={"armed": np.ones((1, 72))}, events=((),))
    with pytest.raises(InputError, match="expected a time within the 72 h from 2022-01-04T00:00"):
        measured(Measure(quantity="armed", at="2022-01-08T00:00"), runs, START)
    with pytest.raises(InputError, match='no quantity "armd"; did you mean "armed"'):
        measured(Measure(quantity="armd", at="2022-01-05T00:00"), runs, START)


def test_everything_that_a_question_needs_is_named_once() -> None:
    asked = question(COMPARISON.replace("[b]", "[b, c]"))
    plain = [Setting("a"), Setting("b"), Setting("c")]
    assert settings_of(asked) == (*plain, *(Setting(one.arm, "s") for one in plain))


def test_intervals_are_those_of_the_books() -> None:
    # Student, two degrees of freedom: 4.302653 * 1 / sqrt(3) around 2
    assert mean_interval(np.array([1.0, 2.0, 3.0])) == pytest.approx((2.0, -0.484138, 4.484138), abs=1e-6)
    for count, size in ((7, 10), (0, 40), (40, 40)):
        other = binomtest(count, size).proportion_ci(method="wilson")
        assert share_interval(count, size) == pytest.approx((count / size, other.low, other.high), abs=1e-9)
    assert share_interval(0, 40).high == pytest.approx(3.841459 / (40 + 3.841459), abs=1e-6)


def test_what_json_shows_names_question_result_assumption_and_runs() -> None:
    document = compared(FEWER, MORE).as_dict()
    assert set(document) == {"question", "result", "assumption", "runs"}
    assert (document["question"], document["assumption"], document["runs"]) == ("q", "because", 3)
    assert [one["verdict"] for one in document["result"]["answers"]] == ["bears out", "speaks against"]


@pytest.mark.parametrize(
    ("arm", "verdict", "unreached"),
    [
        ([50.0, 51.0, 52.0, 53.0], "speaks against", 0.0),  # two hours longer, where five matter
        ([50.0, 51.0, 52.0, np.inf], "leaves open", 0.25),  # one may be any number of hours longer
        ([40.0, 41.0, 42.0, 43.0], "speaks against", 0.0),
        ([30.0, 31.0, 32.0, 33.0], "speaks against", 0.25),  # shorter whatever was not seen of the other arm
    ],
)
def test_falling_short_where_an_end_was_not_seen_leaves_open(arm: list[float], verdict: str, unreached: float) -> None:
    other = [48.0, 49.0, 50.5, 50.5] if arm[0] != 30.0 else [48.0, 49.0, 50.0, np.inf]
    planted = {name: Planted([0.0] * 4, [0.0] * 4, ends) for name, ends in (("a", arm), ("b", other))}
    runs: dict[Setting, Any] = {Setting(name, switch): planted[name] for name in planted for switch in (None, "s")}
    for one in answer(question(TIMES), runs, START).answers:
        assert (one.verdict, one.unreached) == (verdict, unreached)
