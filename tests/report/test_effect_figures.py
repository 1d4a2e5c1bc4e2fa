"""Pictures and tables of a comparison: whole files, arms in the order given, what an assumption decides."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import contrafact as cf
from contrafact.experiment.comparison import Comparison
from contrafact.experiment.divergence import NEVER
from contrafact.experiment.effects import Effect, Interval, UnderSetting
from contrafact.report import effect_tables, effects
from contrafact.report.divergence import divergence_maps
from contrafact.report.effects import effect_chart, save_figures

SMALL = Path(__file__).parents[1] / "data" / "small"


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """Four pairs of two arms of the made-up town."""
    arms = ["gone:actions.network_shutdown=null", "null:"]
    return cf.compare(cf.load(SMALL), arms, 8, seed=3, until="48 h")


def effect(**changes: object) -> Effect:
    plain = Effect("arm", "deaths_total", "persons", Interval(-12.0, -20.0, -4.0, 32, 8), -11.0, 0.125, 0.25, 4.0, None,
                   None, ())  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def decided() -> Effect:
    under = (
        UnderSetting("fear", "yes", Interval(8.0, 3.0, 13.0, 32, 8)),
        UnderSetting("fear", "no", Interval(-7.0, -11.0, -3.0, 32, 8)),
        UnderSetting("news", "on", Interval(1.0, -3.0, 5.0, 32, 8)),
    )
    return effect(effect=None, median=None, decided_by="fear", by_setting=under)


def test_every_picture_is_whole(comparison: Comparison, tmp_path: Path) -> None:
    paths = save_figures(comparison, tmp_path)
    assert [path.name for path in paths] == ["effects.png", "effects.svg", "divergence.png", "divergence.svg"]
    for path in paths[::2]:
        assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    svg = (tmp_path / "effects.svg").read_text()
    assert svg.index(">gone<") < svg.index(">null<")
    assert svg.index("Deaths, bystanders") < svg.index("Detained")


def test_an_effect_that_is_decided_is_drawn_under_its_settings_and_not_pooled(comparison: Comparison) -> None:
    named = replace(decided(), arm="gone")
    others = tuple(one for one in comparison.effects if (one.arm, one.outcome) != ("gone", "deaths_total"))
    changed = replace(comparison)
    changed.__dict__["effects"] = (*others, named)
    rows = [row for name, drawn in effect_chart(changed).rows.items() for row in drawn if row["kind"] == "decided"]
    assert [row["mean"] for row in rows] == [8.0, -7.0]
    assert rows[0]["text"] == "decided by fear"


def test_maps_hold_share_and_median_hour_of_each_cell(comparison: Comparison) -> None:
    rows = divergence_maps(comparison).rows
    share, hour = comparison.reach("gone")
    lived_in = np.flatnonzero(comparison.world.residents > 0)
    drawn = [row["properties"] for row in rows["cells0"]]
    assert [one["share"] for one in drawn] == pytest.approx(share[lived_in].round(4).tolist())
    assert [one["instant"] > 0 for one in drawn] == (~np.isnan(hour[lived_in])).tolist()
    assert (comparison.first_ticks[0] != NEVER).any()
    assert {one["share"] for one in (row["properties"] for row in rows["cells1"])} == {0.0}


def test_a_row_tells_effect_interval_median_and_signs() -> None:
    assert effect_tables.row(effect())[:7] == (
        "Deaths, all groups", "−12", "−20 to −4.0", "−11", "12%", "25%", "4.0"
    )  # fmt: skip


def test_a_row_that_is_decided_names_the_assumption_and_no_number() -> None:
    assert effect_tables.row(decided())[:4] == ("Deaths, all groups", "decided by", "assumption fear", "")


def test_headlines() -> None:
    assert effect_tables.headline(effect()) == "Deaths, all groups: −12 (−20 to −4.0)."
    assert effect_tables.headline(effect(effect=Interval(2.0, -1.0, 5.0, 32, 8))).endswith("the interval holds zero.")
    few = effect_tables.headline(effect(effect=Interval(4.0, 3.0, 5.0, 16, 4)))
    assert few == "Deaths, all groups: +4.0 (+3.0 to +5.0); 4 groups of pairs tell no sign."
    alike = effect_tables.headline(effect(effect=Interval(4.0, 4.0, 4.0, 32, 8)))
    assert alike == "Deaths, all groups: +4.0 (+4.0); groups that agree tell no sign."
    assert effect_tables.headline(effect(zero_share=1.0)) == "Deaths, all groups: the same in every pair."
    assert effect_tables.headline(decided()) == (
        "Deaths, all groups: decided by assumption fear: yes +8.0 (+3.0 to +13); no −7.0 (−11 to −3.0). "
        "No pooled effect is told."
    )


def test_an_interval_that_is_missing_is_said_to_be() -> None:
    assert effect_tables.ends(Interval(1.0, math.nan, math.nan, 2, 1), "persons") == "no interval"


def test_districts_that_differ_are_told_with_how_many_were_looked_at(comparison: Comparison) -> None:
    found = [one for one in comparison.by_district if (one.arm, one.quantity) == ("gone", "harmed_unarmed")]
    assert len(found) == 4
    told, *rest = found
    changed = replace(comparison)
    changed.__dict__["by_district"] = (
        replace(told, effect=Interval(4.0, 3.0, 5.0, 32, 8)),
        *(replace(one, effect=Interval(4.0, -3.0, 5.0, 32, 8)) for one in rest),
    )
    assert effect_tables.in_districts(changed, "gone") == [
        f"Unarmed persons killed or injured, by district: {told.district} +4.0 (+3.0 to +5.0). Intervals exclude zero "
        "in 1 of 4 districts; about 5 in 100 would by chance."
    ]
    assert effect_tables.in_districts(comparison, "null") == []


def test_both_responses_of_timed_actions_are_told(comparison: Comparison) -> None:
    text = str(comparison.table())
    assert text.count("under each setting of what is contested") == 1  # not of the arm that changes nothing
    lines = text[text.index("under each setting") :].splitlines()
    (fixed,) = (line.split() for line in lines if " fixed " in line)
    (triggered,) = (line.split() for line in lines if " triggered " in line)
    assert fixed[0] == "responses"
    assert int(fixed[-1]) + int(triggered[-1]) == 8


def test_a_table_names_arms_in_the_order_given_and_how_to_read_it(comparison: Comparison) -> None:
    text = str(comparison.table())
    assert text.index("gone: ") < text.index("null: nothing is changed")
    assert "In no pair is anyone elsewhere than in the recorded run." in text
    assert "First someone elsewhere: 5 Jan" in text
    assert "dealt without replacement" in text
    assert "2 groups of pairs" not in text or "intervals are wide" in text


@pytest.mark.parametrize(("reach", "written"), [(0.2, "~g"), (2000.0, "~s")])
def test_small_effects_have_ticks_without_prefixes_of_units(reach: float, written: str) -> None:
    row = {"low": -reach, "high": reach, "mean": 0.0, "at": 0.5, "middle": 0.5, "kind": "sure"}
    spec = effects._panel("x", "deaths_total", "persons", [row], 1).to_dict()
    ticks = [layer["encoding"]["x"]["axis"]["format"] for layer in spec["layer"] if "axis" in layer["encoding"]["x"]]
    assert set(ticks) == {written}
