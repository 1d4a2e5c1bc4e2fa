"""Draws of reporting: repeatable, one for each parameter and replication, within their priors."""

from __future__ import annotations

import numpy as np

from contrafact.evidence.reporting.drawing import PARAMETERS, drawn, exact


def test_draws_repeat_and_belong_to_the_replication_not_to_its_place_in_the_run() -> None:
    first, again = drawn(7, range(20)), drawn(7, [3, 11])
    assert again.delay.tolist() == first.delay[[3, 11]].tolist()
    assert drawn(8, [3]).delay[0] != first.delay[3]


def test_draws_lie_within_their_priors_and_fill_them() -> None:
    values = drawn(1, range(400)).values
    for parameter in PARAMETERS:
        assert parameter.prior is not None
        low, high = parameter.prior.support()
        found = values[parameter.name.partition(".")[2]]
        assert low <= found.min() < parameter.prior.quantile(0.1)
        assert parameter.prior.quantile(0.9) < found.max() <= high


def test_parameters_are_drawn_apart() -> None:
    values = list(drawn(1, range(400)).values.values())
    together = np.corrcoef(np.argsort(np.argsort(values, axis=1), axis=1))
    assert np.abs(together - np.eye(len(values))).max() < 0.2


def test_each_count_has_the_share_of_its_kind() -> None:
    reporting = drawn(1, range(2))
    assert reporting.share("deaths_total") is reporting.values["deaths"]
    assert reporting.share("deaths_armed_persons+deaths_protesters") is reporting.values["deaths"]
    assert reporting.share("injured_bystanders") is reporting.values["injured"]
    assert reporting.share("injured_state_forces") is reporting.values["injured_forces"]
    assert reporting.share("detained") is reporting.values["detained"]


def test_exact_sources_are_neither_late_nor_incomplete() -> None:
    reporting = exact(3)
    assert reporting.delay.tolist() == [0, 0, 0]
    assert reporting.share("injured_total").tolist() == [1, 1, 1]
