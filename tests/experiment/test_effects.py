"""Effects from paired differences: cases solved by hand, synthetic data with known parts, a planted assumption."""

from __future__ import annotations

import math

import numpy as np
import pytest

from contrafact.experiment.effects import (
    Groups,
    deciding,
    effect_of,
    mean_over_groups,
    nest,
    parts_of_variance,
    under_settings,
    variance_ratio,
)

RNG = np.random.default_rng


def groups(count: int, answers: int = 2, repetitions: int = 2, **settings: np.ndarray) -> Groups:
    """So many whole groups, with the settings of each pair by switch."""
    each = answers * repetitions
    index = np.arange(count * each)
    order = {name: tuple(dict.fromkeys(stands.tolist())) for name, stands in settings.items()}
    return Groups(index // each, index % each // repetitions, settings, order, answers, repetitions)


def test_interval_of_independent_pairs_is_that_of_student() -> None:
    interval = mean_over_groups(np.array([1.0, 2.0, 3.0, 6.0]), np.arange(4))
    # sd 2.160247, standard error 1.080123, t(0.975, 3) = 3.182446
    assert interval.mean == 3.0
    assert interval.low == pytest.approx(3.0 - 3.437434, abs=1e-5)
    assert interval.high == pytest.approx(3.0 + 3.437434, abs=1e-5)
    assert interval.sign == 0


def test_pairs_of_a_group_count_as_one_where_they_agree() -> None:
    alone = mean_over_groups(np.array([1.0, 2.0, 3.0, 6.0]), np.arange(4))
    doubled = mean_over_groups(np.repeat([1.0, 2.0, 3.0, 6.0], 2), np.repeat(np.arange(4), 2))
    assert (doubled.mean, doubled.low, doubled.high) == pytest.approx((alone.mean, alone.low, alone.high))


def test_one_group_has_no_interval_and_no_sign() -> None:
    interval = mean_over_groups(np.array([5.0, 6.0]), np.zeros(2, int))
    assert interval.mean == 5.5
    assert math.isnan(interval.low)
    assert interval.sign == 0


@pytest.mark.parametrize(("count", "sign"), [(1, 0), (2, 0), (4, 0), (5, 1), (9, 1)])
def test_few_groups_have_no_sign(count: int, sign: int) -> None:
    values = 100.0 + np.arange(2 * count) % 2 + np.arange(2 * count) / 10
    for turned in (1, -1):
        interval = mean_over_groups(turned * values, np.arange(2 * count) // 2)
        assert (interval.groups, interval.pairs, interval.sign) == (count, 2 * count, turned * sign)


@pytest.mark.parametrize("count", [2, 8])
def test_groups_of_equal_means_have_no_sign(count: int) -> None:
    interval = mean_over_groups(np.tile([3.0, 5.0], count), np.arange(2 * count) // 2)
    assert interval.low == interval.mean == interval.high == 4.0
    assert interval.sign == 0


def test_two_groups_that_agree_do_not_make_a_switch_decide() -> None:
    difference = np.array([5.0, 5.0, -5.0, -5.0] * 2)
    stands = np.array(["yes", "yes", "no", "no"] * 2)
    effect = effect_of("arm", "deaths_total", "persons", np.zeros(8), difference, groups(2, planted=stands))
    assert [one.effect.mean for one in effect.by_setting] == [5.0, -5.0]
    assert effect.decided_by is None
    assert effect.effect is not None


def test_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng, hits, trials = RNG(1), 0, 2000
    for _ in range(trials):
        shared = rng.normal(0.0, 2.0, 10)
        difference = 3.0 + np.repeat(shared, 4) + rng.normal(0.0, 1.0, 40)
        interval = mean_over_groups(difference, np.repeat(np.arange(10), 4))
        hits += interval.low <= 3.0 <= interval.high
    assert abs(hits / trials - 0.95) < 4 * math.sqrt(0.95 * 0.05 / trials)


def test_parts_by_hand() -> None:
    # Two groups of two answers, each twice. Within answers 1 each way: MS 2. Answers 4 apart in each group:
    # MS = 2 * (2 * (2**2 + 2**2)) / 2 = 16. Group means 10 apart: MS = 4 * 50 = 200.
    nested = np.array([[[-1.0, 1.0], [3.0, 5.0]], [[9.0, 11.0], [13.0, 15.0]]])
    parts = parts_of_variance(nested)
    assert parts.monte_carlo == 2.0
    assert parts.assumptions == (16.0 - 2.0) / 2
    assert parts.parameters == (200.0 - 16.0) / 4
    assert parts.clipped == ()
    assert sum(share or 0.0 for share in parts.shares().values()) == pytest.approx(1.0)


@pytest.mark.parametrize(("chance", "numbers", "switches"), [(1.0, 4.0, 9.0), (9.0, 1.0, 4.0), (4.0, 0.0, 0.0)])
def test_parts_of_synthetic_data_are_those_put_in(chance: float, numbers: float, switches: float) -> None:
    rng, count = RNG(2), 4000
    nested = (
        rng.normal(0.0, math.sqrt(numbers), (count, 1, 1))
        + math.sqrt(switches) * rng.choice([-1.0, 1.0], (count, 2, 1))
        + rng.normal(0.0, math.sqrt(chance), (count, 2, 2))
    )
    parts = parts_of_variance(nested)
    total = chance + numbers + switches
    for found, put_in in ((parts.monte_carlo, chance), (parts.parameters, numbers), (parts.assumptions, switches)):
        assert found == pytest.approx(put_in, abs=0.08 * total)


def test_parts_are_estimated_without_bias_from_few_groups() -> None:
    rng, found = RNG(3), []
    for _ in range(4000):
        nested = rng.normal(0, 2.0, (6, 1, 1)) + rng.normal(0, 1.5, (6, 2, 1)) + rng.normal(0, 1.0, (6, 2, 2))
        below = 2 * ((nested.mean(axis=2) - nested.mean(axis=(1, 2))[:, None]) ** 2).sum() / 6
        parts = parts_of_variance(nested)
        found.append((parts.monte_carlo, below))
    monte_carlo, between_answers = np.mean(found, axis=0)
    assert monte_carlo == pytest.approx(1.0, abs=0.03)
    assert between_answers == pytest.approx(1.0 + 2 * 2.25, abs=0.15)


def test_what_is_estimated_below_zero_is_told_as_zero_and_named() -> None:
    nested = np.array([[[-5.0, 5.0], [-5.0, 5.0]], [[-5.0, 5.0], [-5.0, 5.0]]])
    parts = parts_of_variance(nested)
    assert (parts.parameters, parts.assumptions) == (0.0, 0.0)
    assert parts.clipped == ("assumptions",)
    assert parts.shares()["monte_carlo"] == 1.0


def test_without_switches_nothing_is_said_to_come_from_assumptions() -> None:
    parts = parts_of_variance(RNG(4).normal(size=(50, 1, 2)))
    assert parts.assumptions == 0.0
    assert parts.monte_carlo > 0.0


def test_groups_that_are_not_whole_are_left_out_of_the_parts() -> None:
    whole = groups(3)
    cut = Groups(whole.group[:-1], whole.answer[:-1], {}, {}, 2, 2)
    nested = nest(np.arange(11.0), cut)
    assert nested is not None
    assert nested.ravel().tolist() == list(range(8))
    assert nest(np.arange(5.0), Groups(whole.group[:5], whole.answer[:5], {}, {}, 2, 2)) is None


def test_variance_ratio_is_one_for_independent_runs_and_large_for_alike_ones() -> None:
    rng = RNG(5)
    recorded = rng.normal(0.0, 3.0, 20_000)
    assert variance_ratio(recorded, rng.normal(0.0, 3.0, 20_000)) == pytest.approx(1.0, abs=0.05)
    assert variance_ratio(recorded, recorded + rng.normal(0.0, 1.0, 20_000)) == pytest.approx(19.0, rel=0.05)
    assert variance_ratio(np.arange(9.0), np.arange(9.0) + 2.0) is None


def test_an_arm_that_changes_nothing_has_exactly_no_effect() -> None:
    values = RNG(6).normal(100.0, 30.0, 16)
    effect = effect_of("null", "deaths_total", "persons", values, values.copy(), groups(4))
    assert effect.effect is not None
    assert (effect.effect.mean, effect.effect.low, effect.effect.high, effect.median) == (0.0, 0.0, 0.0, 0.0)
    assert (effect.zero_share, effect.sign_flip_share, effect.variance_ratio) == (1.0, 0.0, None)
    assert effect.parts is not None
    assert effect.parts.shares() == dict.fromkeys(("monte_carlo", "parameters", "assumptions"))


def test_zeros_are_counted_apart_from_signs_that_flip() -> None:
    changed = np.array([5.0, 5.0, -1.0, 0.0])
    effect = effect_of("arm", "detained", "persons", np.zeros(4), changed, groups(1))
    assert (effect.sign_flip_share, effect.zero_share) == (0.25, 0.25)


def switched(size: float, count: int = 40) -> tuple[np.ndarray, Groups]:
    """Differences of +size under one setting of the switch planted and of -size under the other, another is idle."""
    rng = RNG(7)
    planted = np.repeat(rng.choice(["yes", "no"], count * 2), 2)
    idle = np.repeat(rng.choice(["on", "off"], count * 2), 2)
    noise = np.repeat(rng.normal(0.0, 2.0, count), 4) + rng.normal(0.0, 1.0, count * 4)
    return np.where(planted == "yes", size, -size) + noise, groups(count, idle=idle, planted=planted)


def test_a_planted_assumption_decides_and_no_pooled_effect_is_told() -> None:
    difference, design = switched(5.0)
    effect = effect_of("arm", "deaths_total", "persons", np.zeros(difference.size), difference, design)
    assert effect.decided_by == "planted"
    assert (effect.effect, effect.median) == (None, None)
    means = {one.setting: one.effect.mean for one in effect.by_setting if one.switch == "planted"}
    assert means == {"yes": pytest.approx(5.0, abs=1.0), "no": pytest.approx(-5.0, abs=1.0)}
    assert effect.parts is not None
    shares = effect.parts.shares()
    assert (shares["assumptions"] or 0.0) == pytest.approx(25.0 / 30.0, abs=0.1)


def test_a_switch_that_moves_the_size_and_not_the_sign_does_not_decide() -> None:
    difference, design = switched(5.0)
    assert deciding(under_settings(difference + 20.0, design)) is None


def test_settings_without_pairs_are_left_out() -> None:
    difference, design = switched(1.0)
    order = {"idle": ("on", "off"), "planted": ("yes", "no", "perhaps")}
    found = under_settings(difference, Groups(design.group, design.answer, design.settings, order, 2, 2))
    assert [(one.switch, one.setting) for one in found] == [
        ("idle", "on"), ("idle", "off"), ("planted", "yes"), ("planted", "no")
    ]  # fmt: skip
