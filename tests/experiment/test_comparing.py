"""Comparing: exact zero of a null arm, exact prefix, forks that change no bit, folder, replay, a planted assumption."""

from __future__ import annotations

import json
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import contrafact as cf
from contrafact import world
from contrafact.experiment import city, pairs
from contrafact.experiment.arms import read_arms
from contrafact.experiment.collecting import Pairs
from contrafact.experiment.comparison import Comparison
from contrafact.experiment.design import design_of
from contrafact.experiment.divergence import NEVER, SUMMED
from contrafact.experiment.parquet import read_tables
from contrafact.experiment.result import overall_digest
from contrafact.scenario import Scenario
from tests.experiment.test_design import FREE

HOURS, UNTIL = 48.0, "48 h"
ARMS = ["null:", "later:actions.network_shutdown.at=2022-01-05T20:00", "calm:sites.market.attraction=0.1",
        "gone:actions.network_shutdown=null"]  # fmt: skip
FIRST_ACTS = 33.0  # earliest hour at which one of "later" and "gone" may differ, before the drawn shutdown


@pytest.fixture(scope="module")
def crisis(town: Scenario) -> Scenario:
    """The town with a switch about news that none of the arms changes."""
    news = {**FREE, "title": "Does news spread?", "settings": {
        "spreads": {"title": "yes"},
        "does_not": {"title": "no", "changes": {"parameters.exposure.media": "0 1/h"}},
    }}  # fmt: skip
    changes = {"switches": {"news": news}, "draw": "priors", "population.total": "8000 persons"}
    return cf.load(town.source, changes)


@pytest.fixture(scope="module")
def compared(crisis: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """Eight pairs of four arms."""
    out = tmp_path_factory.mktemp("results") / "arms"
    return cf.compare(crisis, ARMS, 8, seed=3, until=UNTIL, threads=2, out=out, command="a command")


SHORT: dict[str, Any] = {"seed": 3, "until": "8 h", "threads": 1, "notify": lambda _: None}


def job(crisis: Scenario, share: bool, switches: bool = True) -> pairs.PairsJob:
    arms = read_arms(crisis, ARMS)
    return pairs.job_of(crisis, world.build(crisis), arms, design_of(crisis, arms, 3, switches), 3, HOURS, share)


def test_an_arm_that_changes_nothing_differs_in_nothing(compared: Comparison) -> None:
    for effect in compared.effects:
        if effect.arm == "null":
            assert effect.effect is not None
            assert (effect.effect.mean, effect.effect.low, effect.effect.high) == (0.0, 0.0, 0.0), effect.outcome
            assert (effect.zero_share, effect.sign_flip_share) == (1.0, 0.0)
    assert (compared.first_hours[0] == NEVER).all()
    assert (compared.first_ticks[0] == NEVER).all()
    assert (compared.districts[1] == compared.districts[0]).all()
    assert compared.shared[0].max() == 0  # it is run, not assumed


def test_a_preview_is_the_comparison_of_the_pairs_so_far_at_any_number_of_threads(
    crisis: Scenario, compared: Comparison
) -> None:
    seen: list[Comparison] = []
    last = cf.compare(crisis, ARMS, 10, seed=3, until=UNTIL, threads=1, preview=seen.append)
    assert [found.replications for found in seen] == [4, 8], "whole groups alone, and not the last pairs"
    assert seen[1].digest == compared.digest
    assert seen[1].effects == compared.effects
    assert all(effect.effect is None or np.isnan(effect.effect.low) for effect in seen[0].effects)
    assert last.replications == 10


def test_other_arms_do_differ(compared: Comparison) -> None:
    for row in (1, 2, 3):
        assert (compared.first_hours[row] != NEVER).any(), ARMS[row]
        assert (compared.first_ticks[row] != NEVER).any(), ARMS[row]


@pytest.mark.parametrize("number", [0, 2, 5])
def test_forked_arms_have_the_bits_of_arms_that_are_run_whole(crisis: Scenario, number: int) -> None:
    forked, whole = job(crisis, share=True).simulate(number), job(crisis, share=False).simulate(number)
    assert {name: half.digest for name, half in forked.halves.items()} == {
        name: half.digest for name, half in whole.halves.items()
    }
    assert forked.halves["later"].forked_at > 0
    assert forked.halves["calm"].forked_at == whole.halves["later"].forked_at == 0
    for name, half in forked.halves.items():
        other = whole.halves[name]
        assert (half.outcomes, half.events) == (other.outcomes, other.events)
        np.testing.assert_array_equal(half.districts, other.districts)
        if half.divergence is not None and other.divergence is not None:
            np.testing.assert_array_equal(half.divergence.ticks, other.divergence.ticks)
            assert half.divergence.hour == other.divergence.hour


def test_a_variant_that_arms_are_compared_with_is_named(town: Scenario, tmp_path: Path) -> None:
    quiet = {"title": "No curfew is called", "settings": {"actions.curfew": None}}
    path = tmp_path / "town"
    shutil.copytree(Path(str(town.source)).parent, path)
    with (path / "scenario.yaml").open("a") as file:
        file.write("variants: " + json.dumps({"quiet": quiet}))
    crisis = cf.load(path, variant="quiet")
    found = cf.compare(crisis, ["null:"], 2, until="2 h", switches=False, out=tmp_path / "arms", notify=str)
    document = found.as_dict()
    assert (document["variant"], document["arms"][0]) == ("quiet", {"name": "quiet", "title": "No curfew is called"})
    assert document["notes"] == list(found.notes)
    assert list(found.outcomes) == list(found.arm_names) == ["quiet", "null"]
    assert set(read_tables(tmp_path / "arms" / "outcomes")["arm"]) == {"quiet", "null"}
    assert set(read_tables(tmp_path / "arms" / "events")["arm"]) <= {"quiet", "null"}
    assert "the arm less the variant quiet" in str(found.table())
    assert "recorded run" not in str(found.table())
    assert cf.replay(tmp_path / "arms").match


NOON, START, LATE = ("actions.network_shutdown.at=2022-01-04T" + hour for hour in ("12:00", "00:00", "20:00"))


@pytest.mark.parametrize(("recorded", "arm"), [(START, LATE), (START, "actions.network_shutdown=null"), (NOON, START)])
def test_arms_of_an_action_at_the_scenarios_start_are_those_that_are_run_whole(
    town: Scenario, recorded: str, arm: str
) -> None:
    central, asked = "draw=central", {"replications": 2, "seed": 3, "until": "24 h"}
    crisis = cf.load(town.source, (central, recorded))
    found = cf.compare(crisis, [f"arm:{arm}"], switches=False, **asked)
    whole = [cf.run(one, record=(), **asked) for one in (crisis, city.overridden(crisis, (arm,)))]
    assert found.digests == tuple(overall_digest(pair) for pair in zip(*(run.digests for run in whole), strict=True))
    assert (found.first_hours != NEVER).all()


def test_before_its_first_cause_an_arm_is_the_recorded_run(crisis: Scenario) -> None:
    whole = job(crisis, share=False).simulate(0)
    shutdown = [
        e.hour for e in whole.halves["recorded"].events if (e.kind, e.subject) == ("action", "network_shutdown")
    ]
    for name in ("later", "gone"):
        found = whole.halves[name].divergence
        assert found is not None
        assert found.hour is not None
        assert found.hour >= min([*shutdown, 38.0])


def test_a_pair_without_settings_is_the_replay_of_its_number(crisis: Scenario) -> None:
    """The first of a group draws its own numbers, as run does."""
    of = job(crisis, share=True, switches=False)
    replay = cf.run(crisis, 3, seed=3, until=UNTIL, record=())
    assert [of.simulate(number).halves["recorded"].digest for number in (0, 2)] == [
        replay.digests[0], replay.digests[2]
    ]  # fmt: skip


def test_pairs_of_a_group_share_numbers_and_not_chance(compared: Comparison) -> None:
    deaths = np.stack([compared.outcomes["recorded"]["peak_crowd"], compared.outcomes["recorded"]["detained"]])
    assert (deaths[:, 0] != deaths[:, 1]).any()
    assert [compared.design.place(number).draw for number in range(8)] == [0, 0, 0, 0, 4, 4, 4, 4]


def test_processes_give_the_same_pairs(crisis: Scenario, compared: Comparison) -> None:
    apart = cf.compare(crisis, ARMS, 3, seed=3, until=UNTIL, workers=1)
    assert apart.digests == compared.digests[:3]


def test_an_arm_does_not_depend_on_the_arms_beside_it(crisis: Scenario, compared: Comparison) -> None:
    fewer = cf.compare(crisis, ARMS[1:2], 4, seed=3, until=UNTIL)
    for outcome, values in fewer.outcomes["later"].items():
        np.testing.assert_array_equal(values, compared.outcomes["later"][outcome][:4], outcome)


def test_the_folder_holds_every_arm_and_can_be_replayed(compared: Comparison) -> None:
    assert compared.folder is not None
    manifest = json.loads((compared.folder / "manifest.json").read_text())
    assert manifest["arms"] == ["recorded", "null", "later", "calm", "gone"]
    assert manifest["command"] == "a command"
    outcomes = read_tables(compared.folder / "outcomes")
    chosen = (outcomes["arm"] == "gone") & (outcomes["outcome"] == "offline_person_hours")
    np.testing.assert_array_equal(outcomes["value"][chosen], compared.outcomes["gone"]["offline_person_hours"])
    assert set(read_tables(compared.folder / "events")["arm"]) == set(manifest["arms"])
    districts = read_tables(compared.folder / "districts")
    one = (districts["arm"] == "calm") & (districts["quantity"] == "crowd_hours") & (districts["replication"] == 2)
    column = SUMMED.index("crowd_hours")
    np.testing.assert_allclose(districts["value"][one], compared.districts[3, 2, column])
    assert cf.replay(compared.folder, 5).match
    with pytest.raises(cf.InputError, match="holds a comparison"):
        cf.read(compared.folder)


def test_events_are_written_and_not_held(compared: Comparison) -> None:
    assert compared.folder is not None
    assert len(read_tables(compared.folder / "events")["tick"]) > 0
    assert not compared.rows


def test_the_document_has_the_keys_that_are_promised(compared: Comparison) -> None:
    document = json.loads(json.dumps(compared.as_dict(), allow_nan=False))
    assert {"arms", "replications", "effects", "first_divergence"} <= set(document)
    assert {"arm", "outcome", "unit", "effect", "sign_flip_share", "zero_share", "variance_ratio",
            "share_of_variance", "decided_by"} <= set(document["effects"][0])  # fmt: skip
    assert {"mean", "low", "high"} <= set(document["effects"][0]["effect"])
    assert {"arm", "replication", "tick", "time", "cell"} <= set(document["first_divergence"][0])
    assert len(document["effects"]) == 4 * 18
    assert [effect["outcome"] for effect in document["effects"][:12]] == [
        f"{kind}_{group}" for kind in ("deaths", "injured")
        for group in ("bystanders", "protesters", "armed_persons", "state_forces", "contingents", "total")
    ]  # fmt: skip
    assert [arm["name"] for arm in document["arms"]] == ["recorded", "null", "later", "calm", "gone"]


def test_sums_by_district_add_up(compared: Comparison) -> None:
    killed = compared.districts[:, :, SUMMED.index("killed_unarmed")].sum(axis=2)
    for row, arm in enumerate(compared.arm_names):
        unarmed = compared.outcomes[arm]["deaths_bystanders"] + compared.outcomes[arm]["deaths_protesters"]
        np.testing.assert_array_equal(killed[row], unarmed)


def test_reach_is_read_off_the_first_ticks(compared: Comparison) -> None:
    share, hour = compared.reach("gone")
    ticks = compared.first_ticks[3]
    cell = int(share.argmax())
    found = ticks[:, cell][ticks[:, cell] != NEVER]
    assert share[cell] == found.size / 8
    assert hour[cell] == pytest.approx(np.median((found + 1) / 6))
    assert np.isnan(compared.reach("null")[1]).all()


def test_a_planted_assumption_is_told_and_nothing_is_pooled(crisis: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    real = pairs.PairsJob.simulate

    def planted(self: pairs.PairsJob, number: int) -> Pairs:
        pair = real(self, number)
        moved = {name: half for name, half in pair.halves.items() if name != "null"}
        sign = 1.0 if pair.settings["news"] == "spreads" else -1.0
        half, base = pair.halves["null"], pair.halves["recorded"].outcomes["deaths_total"]
        outcomes = {**half.outcomes, "deaths_total": base + sign * (50.0 + number % 3)}
        return replace(pair, halves={**moved, "null": replace(half, outcomes=outcomes)})

    monkeypatch.setattr(pairs.PairsJob, "simulate", planted)
    found = cf.compare(crisis, ["null:"], 32, seed=3, until="6 h")
    effect = found.effect("null", "deaths_total")
    assert (effect.decided_by, effect.effect) == ("news", None)
    document = next(one for one in found.as_dict()["effects"] if one["outcome"] == "deaths_total")
    assert (document["decided_by"], document["effect"]) == ("news", None)
    assert document["share_of_variance"]["assumptions"] > 0.9
    text = str(found.table())
    assert "decided by" in text
    assert "Deaths, all groups: decided by assumption news: spreads +5" in text
    assert "No pooled effect is told." in text


def test_effects_as_a_data_frame_where_pandas_is_there(compared: Comparison) -> None:
    pandas: Any = pytest.importorskip("pandas")
    frame = compared.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert len(frame) == 4 * 18


def test_an_interrupted_comparison_keeps_the_pairs_that_had_finished(crisis: Scenario, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done == 2:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(cf.ComparisonInterrupted) as stopped:
        cf.compare(crisis, ["null:"], 40, threads=1, until="6 h", out=tmp_path / "arms", progress=stop)
    found = stopped.value.comparison
    assert found is not None
    assert 2 <= found.replications < found.requested == 40
    assert found.folder is not None
    assert cf.replay(found.folder, 1).match


def tables(folder: Path) -> dict[str, bytes]:
    """All tables below a folder of results."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.glob("*/part-*.parquet"))}


@pytest.fixture(scope="module")
def short(crisis: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """Fourteen pairs of two arms, which nothing disturbed."""
    return cf.compare(crisis, ARMS[:2], 14, out=tmp_path_factory.mktemp("results") / "short", **SHORT)


def test_a_comparison_that_was_stopped_goes_on_to_the_same_tables(
    crisis: Scenario, short: Comparison, tmp_path: Path
) -> None:
    out = tmp_path / "parts"
    for last in (3, 12):  # within the first file of the tables, and within the second
        asked: list[int] = []

        def enough(asked: list[int] = asked, last: int = last) -> bool:
            asked.append(1)
            return len(asked) > last

        with pytest.raises(cf.ComparisonInterrupted):
            cf.compare(crisis, ARMS[:2], 14, out=out, resume=out.exists(), save_s=0.0, stop=enough, **SHORT)
    assert short.folder is not None
    (out / "events" / "part-000000-000009.parquet").write_bytes(b"torn")
    found = cf.compare(crisis, ARMS[:2], 14, out=out, resume=True, **SHORT)
    assert found.digests == short.digests
    assert tables(out) == tables(short.folder)
    again = cf.compare(crisis, ARMS[:2], 14, out=out, resume=True, **SHORT)
    assert [effect.effect for effect in again.effects] == [effect.effect for effect in short.effects]
    with pytest.raises(cf.InputError, match="arms"):
        cf.compare(crisis, ARMS[1:2], 14, out=out, resume=True, **SHORT)


def test_parts_of_a_comparison_are_joined_into_the_whole(crisis: Scenario, short: Comparison, tmp_path: Path) -> None:
    parts = [tmp_path / name for name in ("first", "second")]
    for number, part in enumerate(parts, 1):
        cf.compare(crisis, ARMS[:2], 14, out=part, shard=f"{number}/2", command="c", **SHORT)
    found = cf.merge(parts, tmp_path / "whole")
    assert isinstance(found, Comparison)
    assert found.digest == short.digest
    assert short.folder is not None
    assert tables(tmp_path / "whole") == tables(short.folder)
    with pytest.raises(cf.InputError, match="merged from its parts"):
        cf.compare(crisis, ARMS[:2], 14, out=tmp_path / "whole", resume=True, **SHORT)


@pytest.mark.parametrize("replications", [0, 1])
def test_fewer_than_two_pairs_are_refused(crisis: Scenario, replications: int) -> None:
    with pytest.raises(cf.InputErrors, match="--replications"):
        cf.compare(crisis, ["null:"], replications)


def test_a_model_without_arms_says_so() -> None:
    with pytest.raises(cf.InputError, match="no scenario of a city"):
        cf.compare(cf.load("epstein-2002"), ["null:"])


def test_a_folder_that_holds_a_run_is_not_replaced_unasked(crisis: Scenario, compared: Comparison) -> None:
    with pytest.raises(cf.InputError, match="--overwrite"):
        cf.compare(crisis, ["null:"], 2, until="1 h", out=compared.folder)


def test_a_comparison_that_fails_leaves_nothing(
    crisis: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: pairs.PairsJob, number: int) -> Pairs:
        raise ZeroDivisionError(number)

    monkeypatch.setattr(pairs.PairsJob, "simulate", fails)
    with pytest.raises(cf.RunError, match="replication 0 failed"):
        cf.compare(crisis, ["null:"], 2, until="1 h", out=tmp_path / "arms")
    assert not list(tmp_path.iterdir())
