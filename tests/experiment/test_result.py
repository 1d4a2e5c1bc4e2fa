"""Summaries over replications, against numbers worked out by hand."""

from __future__ import annotations

import hashlib
import json
import math

import numpy as np
import pytest

from contrafact.experiment.result import CUSTODY_NOTE, Result, local_time, overall_digest, summarise
from contrafact.model.recording import OUTCOMES
from contrafact.scenario import Scenario


def test_quantiles_lie_linearly_between_neighbouring_values() -> None:
    summary = summarise(np.array([5.0, 1.0, 4.0, 2.0, 3.0]), "h")
    assert (summary.low, summary.median, summary.high) == pytest.approx((1.2, 3.0, 4.8))


def test_with_an_infinite_value_quantiles_are_read_off_the_survival_curve() -> None:
    summary = summarise(np.array([math.inf, 3.0, 1.0, 2.0]), "h")
    assert (summary.low, summary.median, summary.high) == (1.0, 2.0, math.inf)
    assert summary.as_dict() == {"median": 2.0, "low": 1.0, "high": None, "unit": "h"}


def test_one_replication_is_its_own_interval() -> None:
    assert summarise(np.array([math.inf]), "h").as_dict()["low"] is None
    assert summarise(np.array([7.0]), "h").low == 7.0


def test_replications_with_nothing_to_measure_are_left_out() -> None:
    summary = summarise(np.array([math.nan, 1.0, math.nan, 3.0]), "ticks")
    assert (summary.low, summary.median, summary.high) == pytest.approx((1.1, 2.0, 2.9))
    nothing = summarise(np.array([math.nan, math.nan]), "ticks")
    assert nothing.as_dict() == {"median": None, "low": None, "high": None, "unit": "ticks"}


def test_overall_digest_is_the_hash_of_the_digests_in_order() -> None:
    assert overall_digest(["a", "b"]) == hashlib.sha256(b"a\nb\n").hexdigest()
    assert overall_digest(["b", "a"]) != overall_digest(["a", "b"])


def test_outcomes_keep_their_order_and_harm_comes_first(result: Result) -> None:
    assert list(result.summary) == [outcome.name for outcome in OUTCOMES]
    assert next(iter(result.summary)).startswith("deaths_")


def test_json_form_is_plain_and_says_what_is_not_simulated(result: Result) -> None:
    document = json.loads(json.dumps(result.as_dict(), allow_nan=False))
    assert set(document) == {
        "scenario", "seed", "replications", "persons", "residents_per_person", "cells", "ticks",
        "elapsed_s", "digest", "results", "outcomes", "milestones",
    }  # fmt: skip
    assert (document["persons"], document["residents_per_person"]) == (20_000, 1)
    assert document["ticks"] == 27 * 6
    assert document["outcomes"]["detained"]["note"] == CUSTODY_NOTE
    assert document["outcomes"]["time_to_end"]["share_ended"] == result.share_ended


def test_times_are_local_and_carry_their_offset(town: Scenario) -> None:
    assert local_time(town, 23.5).isoformat(timespec="minutes") == "2022-01-04T23:30+06:00"
