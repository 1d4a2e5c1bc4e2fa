"""Tables: every outcome in its order, plain words, open ends, and what must be said beside detentions."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from contrafact.experiment.result import Result
from contrafact.model.recording import OUTCOMES
from contrafact.report import wording
from contrafact.report.tables import milestone_row, milestone_table, outcome_rows, outcome_table


def printed(table: Table) -> str:
    console = Console(file=io.StringIO(), width=140)
    console.print(table)
    assert isinstance(console.file, io.StringIO)
    return " ".join(console.file.getvalue().split())


def test_every_outcome_stands_in_the_fixed_order_harm_first(result: Result) -> None:
    rows = outcome_rows(result)
    assert len(rows) == len(OUTCOMES) == 18
    assert [row[0] for row in rows[:6]] == [
        "Deaths, bystanders",
        "Deaths, protesters",
        "Deaths, armed persons",
        "Deaths, state forces",
        "Deaths, contingents",
        "Deaths, all groups",
    ]
    assert [row[0] for row in rows[6:12]] == [row[0].replace("Deaths", "Injured") for row in rows[:6]]
    assert [row[3] for row in rows[12:]] == ["persons", "person-hours", "facility-hours", "hours", "persons", "persons"]


def test_the_custody_note_and_what_the_interval_is_stand_under_the_outcomes(result: Result) -> None:
    text = printed(outcome_table(result))
    assert "ill-treatment and deaths in custody are not simulated; of Almaty they are documented [R202-R204]" in text
    assert "90 % of the replays lie in it; every replay draws every assumption anew from its prior" in text


def test_central_values_are_not_called_draws_from_priors(result: Result) -> None:
    result.scenario.draw = "central"
    assert "held at its central value" in printed(outcome_table(result))


def test_violence_that_did_not_end_is_told_in_words(result: Result) -> None:
    assert ("From the start until violence ended", "40.0", "30.0 to not ended", "hours") in outcome_rows(result)
    assert "Violence ended within the 2 days of the run in 2 of 3 replays" in printed(outcome_table(result))


def test_few_replays_carry_a_warning(result: Result) -> None:
    assert "little more than a guess" in printed(outcome_table(result))
    assert "little more than a guess" not in printed(outcome_table(replace(result, digests=("00",) * 20)))


def test_a_milestone_tells_where_and_when_it_is_read(result: Result) -> None:
    row = milestone_row(result, result.milestones[1])
    assert row == ("R037 fit", "Crowd, mean: Republic Square, 6 Jan 09:00–12:00", "250 to 300", "10", "0 to 20", "no")


def test_a_count_is_read_at_the_end_of_its_window(result: Result) -> None:
    assert milestone_row(result, result.milestones[3])[1:] == (
        "Detained, by the end of 9 Jan",
        "852",
        "852",
        "852",
        "yes",
    )


def test_an_open_end_is_at_least(result: Result) -> None:
    assert milestone_row(result, result.milestones[2])[2] == "at least 149"


def test_an_event_is_told_in_local_time_with_the_share_of_replays(result: Result) -> None:
    # 37 h and 40.2 h after 4 January 00:00
    assert milestone_row(replace(result, digests=("00",) * 30), result.milestones[4]) == (
        "R040 fit",
        "City hall falls",
        "5 Jan 13:00–16:12",
        "5 Jan 14:30",
        "5 Jan 12:00–20:00",
        "yes (in 20 of 30)",
    )


def test_an_event_seen_in_fewer_than_five_replays_has_no_interval(result: Result) -> None:
    assert milestone_row(result, result.milestones[4])[3:] == ("5 Jan 14:30", "", "in 2 of 3")
    assert milestone_row(replace(result, digests=("00",) * 6), result.milestones[4])[4:] == ("", "in 4 of 6")
    assert "over the replays in which it happened" in printed(milestone_table(result))


def test_the_facility_that_was_lost_for_most_hours_is_named(result: Result) -> None:
    # the city hall falls in two of three replays at hour 39 of 48
    assert (
        "most of it City hall, 10 h in the median replay; at most at one time 1 of 2 (90 % of the replays: 0 to 1)"
        in printed(outcome_table(result))
    )
    kept = replace(result, holders=result.holders * 0)
    assert "most of it" not in printed(outcome_table(kept))


def test_one_replay_is_not_told_in_the_plural(result: Result) -> None:
    one = replace(result, digests=("00",), until_hours=24.0)
    text = printed(outcome_table(one))
    assert "Outcomes of 1 replay " in text
    assert "within the 1 day of the run in 1 of 1 replay: " in text


def test_large_rates_have_two_digits() -> None:
    assert wording.about(1_726_817_239) == "1.7 billion"
    assert wording.about(474_123_456) == "470 million"
    assert wording.about(9_960_000) == "10 million"
    assert wording.about(123_456) == "120,000"


def test_what_never_happened_is_said_to_have_happened_in_no_replay(result: Result) -> None:
    never = {**result.milestones[4], "predicted": {"low": None, "median": None, "high": None}, "inside": False}
    assert milestone_row(result, never)[3:] == ("in no replay", "", "no")


def test_the_milestones_say_which_rows_are_shown_and_carry_the_custody_note(result: Result) -> None:
    text = printed(milestone_table(result))
    assert "never rows kept for scoring" in text
    assert "deaths in custody are not simulated; of Almaty they are documented [R202-R204]" in text


def test_large_numbers_have_no_more_digits_than_mean_something() -> None:
    assert wording.number(234_965_540.0, "person h") == "235 million"
    assert wording.number(1_240_000.0, "person h") == "1.2 million"
    assert wording.number(61_040.4) == "61,040"
    assert wording.number(67.64, "h") == "67.6"
