"""Joining and leaving must have the rates that the equation gives each resident, for any distribution of traits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from contrafact import rng
from contrafact.engine.stepper import apply
from contrafact.errors import RunError
from contrafact.model import movement, participation
from contrafact.model.context import Context
from contrafact.model.participation import BOXES, CLASSES
from contrafact.model.state import LEFT, OUTBOUND, PRESENT, PROTESTING, RETURNING
from contrafact.world.population import HARDSHIP_EDGES, RISK_EDGES
from tests.model.town import by_hardship, made, put_in_street, start, town

NUMBERS = {
    "participation.threshold": 0.1, "participation.noise": 0.03, "participation.nu": 1.2, "participation.nu_quit": 0.6,
    "participation.phi": 0.15, "participation.swing": 0.0, "participation.peak_hour": 18.0,
    "participation.severity": 0.2, "participation.severity_step": 0.5, "participation.eta": 0.01,
}  # fmt: skip
SHARP = NUMBERS | {"participation.noise": 0.001, "participation.eta": 0.0}
SEVERITY = {0: 0.1, 1: 0.2, 2: 0.3, 3: 0.4}  # J (1 + 0.5 (rules - 1)) for J = 0.2


def mixed(residents: tuple[int, ...] = (500, 300, 0, 200), **changed: Any) -> Context:
    """A town whose residents differ: beta(4, 4) hardship and beta(3, 5) aversion, fields that differ by cell."""
    numbers = NUMBERS | changed.pop("numbers", {})
    c = town(residents, sites=(0, 3), numbers=numbers, **changed)
    generator = np.random.default_rng(5)
    sizes = np.multiply.outer(np.diff(HARDSHIP_EDGES), np.diff(RISK_EDGES)).ravel()
    c.fixed.class_count = np.array([generator.multinomial(n, sizes) for n in residents], np.int32)
    c.fixed.by_hardship = by_hardship(c.fixed.class_count)
    c.fixed.hardship = stats.beta(4, 4).ppf(HARDSHIP_EDGES)[None, :]
    c.fixed.aversion = stats.beta(3, 5).ppf(RISK_EDGES)[None, :]
    c.fixed.pull = np.array([[1.0, 0.5, 0.5, 0.2], [0.1, 0.6, 0.5, 2.0]])
    for name, values in (
        ("legitimacy", [0.8, 0.75, 0.9, 0.7]), ("fear", [0.0, 0.5, 0.0, 1.0]), ("exposure", [0.02, 0.0, 0.5, 0.05]),
        ("network", [1.0, 0.0, 1.0, 0.5]), ("site_weight", [1.0, 0.7]), ("site_risk", [0.3, 0.05]),
    ):  # fmt: skip
        start(c, name, values)
    return c


def traits(c: Context, person: int) -> tuple[float, float]:
    """Hardship and risk aversion of a resident: the place of a hash within the boxes of the class."""
    cell = int(np.searchsorted(c.fixed.first_resident, person, "right")) - 1
    rank = person - int(c.fixed.first_resident[cell])
    of_class = int(np.searchsorted(np.cumsum(c.fixed.class_count[cell]), rank, "right"))
    values = []
    uniforms = rng.draw(c.key, participation.TRAITS, 0, person, 0)
    for edges, box, u in zip((c.fixed.hardship, c.fixed.aversion), divmod(of_class, BOXES), uniforms, strict=True):
        values.append(edges[0, box] + (edges[0, box + 1] - edges[0, box]) * u)
    return values[0], values[1]


def balance(c: Context, cell: int, hardship: float, aversion: float, risk: float, rules: int = 1) -> float:
    """x = H (1 - L) - J (1 + F) R P + E + eta (1 - M) - T."""
    now = c.now
    dread = SEVERITY[rules] * (1 + now.fear[cell]) * aversion * risk
    gain = hardship * (1 - now.legitimacy[cell])
    return float(gain - dread + now.exposure[cell] + c.p["participation.eta"] * (1 - now.network[cell]) - 0.1)


def rates(c: Context, rules: int = 1) -> Any:
    """Rate of joining of every resident, (person,), one by one."""
    found = []
    for cell in range(c.fixed.cells):
        choice = c.fixed.pull[:, cell] * c.now.site_weight
        risk = float(choice @ c.now.site_risk / choice.sum())
        for person in range(c.fixed.first_resident[cell], c.fixed.first_resident[cell + 1]):
            x = balance(c, cell, *traits(c, person), risk, rules)
            found.append(c.p["participation.nu"] / (1 + math.exp(-x / c.p["participation.noise"])))
    return np.array(found)


def joiners(c: Context, tick: int) -> dict[int, tuple[float, int]]:
    """Who proposes to join in a tick in which all are calm: hours into the tick of the first time, and the slot."""
    c.tick, c.proposals.n = tick, 0
    participation.step(c)
    first: dict[int, tuple[float, int]] = {}
    for slot, (person, _, time, _) in enumerate(made(c)):
        first[person] = min(first.get(person, (math.inf, -1)), (time, slot))
    return first


@pytest.mark.parametrize("rules", [1, 3])
def test_every_resident_joins_with_probability_1_minus_exp_of_minus_rate_dt(rules: int) -> None:
    # 1,000 residents of all kinds offered 2,500 ticks of 10 min, seed 1: chi-square by person, by tick, and of times.
    c, ticks = mixed(), 2_500
    start(c, "rules", rules)
    lam = rates(c, rules)
    p = 1 - np.exp(-lam * c.dt)
    by_person, by_tick, when = np.zeros(p.size), np.zeros(ticks), []
    for tick in range(ticks):
        first = joiners(c, tick)
        by_tick[tick] = len(first)
        for person, (time, _) in first.items():
            by_person[person] += 1
            when.append((1 - math.exp(-lam[person] * time)) / p[person])
    assert p.max() / p.min() > 30
    often = ticks * p > 5
    score = ((by_person - ticks * p) ** 2 / (ticks * p * (1 - p)))[often]
    assert often.sum() > 700
    assert 1e-3 < stats.chi2(often.sum()).sf(score.sum()) < 1 - 1e-3
    rare, expected = by_person[~often].sum(), ticks * p[~often].sum()
    assert abs(rare - expected) < 4 * math.sqrt(expected + 1)
    # Independent of each other: the number in a tick has the variance of a sum of independent trials.
    scores = (by_tick - p.sum()) ** 2 / (p * (1 - p)).sum()
    assert 1e-3 < stats.chi2(ticks).sf(scores.sum()) < 1 - 1e-3
    assert stats.kstest(when, "uniform").pvalue > 1e-3


def test_traits_are_for_life_and_patience_is_exponential() -> None:
    c = mixed(numbers={"participation.nu": 6.0})
    patience = []
    for tick in range(30):
        for person, (_, slot) in joiners(c, tick).items():
            assert c.proposals.detail[slot, :2] == pytest.approx(traits(c, person), rel=1e-12)
            assert c.proposals.cell[slot] == np.searchsorted(c.fixed.first_resident, person, "right") - 1
            patience.append(c.proposals.detail[slot, 2])
    assert len(patience) > 2_000
    assert stats.kstest(patience, "expon").pvalue > 1e-3


def test_those_who_are_not_calm_do_not_join() -> None:
    c = mixed(numbers={"participation.nu": 6.0})
    c.now.status[:1000:2] = np.arange(500) % LEFT + 1  # every status of a resident but calm
    assert all(person % 2 for tick in range(10) for person in joiners(c, tick))


def test_sites_are_chosen_by_weight_and_distance() -> None:
    # In the first cell weights are 1.0 * 1.0 and 0.1 * 0.7: 1.00 / 1.07 go to the first site.
    c = mixed(numbers={"participation.nu": 6.0})
    chosen = [
        c.proposals.payload[slot] for tick in range(40) for who, (_, slot) in joiners(c, tick).items() if who < 500
    ]
    expected = len(chosen) * 0.07 / 1.07
    assert abs(sum(chosen) - expected) < 4 * math.sqrt(expected)


def test_a_site_is_chosen_where_the_running_sum_of_weights_passes_the_uniform() -> None:
    pull, weight = np.array([[1.0], [0.5], [0.0], [2.0]]), np.array([1.0, 4.0, 9.0, 0.5])  # 1, 2, 0, 1 of 4
    asked = (1e-9, 0.2499, 0.2501, 0.7499, 0.7501, 1 - 2**-53)
    assert [participation.choose_site(pull, weight, 0, u) for u in asked] == [0, 0, 1, 1, 3, 3]


def test_expected_risk_is_the_mean_over_the_sites_one_would_choose_and_that_of_a_precedent() -> None:
    generator = np.random.default_rng(3)
    pull, weight, risk = generator.random((4, 7)), generator.random(4), generator.random(4)
    pull[:, 5] = 0.0
    precedent, out = np.array([0.0, 0.0, 0.1, 0.25, 1.0, 0.0, 0.0]), np.empty(7)
    participation.expected_risk(pull, weight, risk, precedent, out)
    choice = pull * weight[:, None]
    mean = risk @ choice / np.maximum(choice.sum(axis=0), 1e-300)
    assert out == pytest.approx(np.minimum(1.0, mean + precedent), rel=1e-12)
    assert (out[4], out[5]) == (1.0, 0.0)


@given(st.floats(-1e5, 1e5))
def test_cut_exp_is_exp_as_far_as_products_of_two_are_finite(y: float) -> None:
    cut = participation.cut_exp(y)
    assert cut == pytest.approx(math.exp(min(y, 345.0)), rel=1e-12)
    assert math.isfinite(cut * cut)


number = st.floats(0, 1)


@settings(max_examples=60)
@given(
    gain=number, dread=st.floats(0, 3), push=st.floats(-1, 1), noise=st.floats(1e-3, 0.1), rate=st.floats(1e-3, 5),
    low=st.lists(number, min_size=17, max_size=17), high=st.lists(number, min_size=17, max_size=17),
    within=st.tuples(number, number), counts=st.integers(0, 2**32),
)  # fmt: skip
def test_the_bound_of_a_box_is_never_below_the_rate_of_anyone_in_it(
    gain: float, dread: float, push: float, noise: float, rate: float, low: list[float], high: list[float],
    within: tuple[float, float], counts: int,
) -> None:  # fmt: skip
    hardship, aversion = np.array([sorted(low)]), np.array([sorted(high)])
    class_count = np.random.default_rng(counts).integers(0, 9, (1, CLASSES)).astype(np.int32)
    over_h, over_r, rows = np.empty(BOXES), np.empty(BOXES), np.empty(BOXES)
    total = participation.box_bounds(
        0, 0, gain, dread, push, noise, rate, class_count, hardship, aversion, over_h, over_r, rows
    )
    bounds = rate / (1 + np.multiply.outer(over_h, over_r))
    assert total == pytest.approx((class_count[0] * bounds.ravel()).sum(), rel=1e-12)
    assert rows.sum() == pytest.approx(total, rel=1e-12)
    h = hardship[0, :-1] + np.diff(hardship[0]) * within[0]
    r = aversion[0, :-1] + np.diff(aversion[0]) * within[1]
    x = gain * h[:, None] - dread * r[None, :] + push
    own = rate / (1 + np.exp(np.minimum(-x / noise, 700.0)))
    assert np.all((own <= bounds * (1 + 1e-9)) | (own < 1e-290))


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.floats(0, 1, exclude_max=True), st.floats(0, 1, exclude_max=True))
def test_a_ring_picks_a_class_in_proportion_to_bounds_and_a_resident_of_it(seed: int, u: float, v: float) -> None:
    generator = np.random.default_rng(seed)
    class_count = (generator.integers(0, 4, (1, CLASSES)) * generator.integers(0, 2, (1, CLASSES))).astype(np.int32)
    class_count[0, int(generator.integers(CLASSES))] += 1
    over_h, over_r, rate = generator.random(BOXES), generator.random(BOXES), 0.7
    bounds = rate / (1 + np.multiply.outer(over_h, over_r))
    parts = class_count[0].reshape(BOXES, BOXES) * bounds
    a, b, bound = participation.pick_class(
        0, u * parts.sum(), rate, class_count, over_h, over_r, np.ascontiguousarray(parts.sum(axis=0))
    )
    order = [(i, j) for j in range(BOXES) for i in range(BOXES)]
    running = np.cumsum([parts[i, j] for i, j in order])
    place = int(np.searchsorted(running, u * parts.sum(), "right"))
    assert (a, b) == order[place] or abs(running[place] - u * parts.sum()) < 1e-9 * parts.sum()
    assert class_count[0, a * BOXES + b] > 0
    assert bound == pytest.approx(bounds[a, b], rel=1e-12)
    rank = participation.pick_rank(0, a, b, v, class_count, class_count.reshape(1, BOXES, BOXES).sum(axis=2))
    before = class_count[0, : a * BOXES + b].sum()
    assert rank == before + int(v * class_count[0, a * BOXES + b])


def test_no_one_joins_when_legitimacy_is_full() -> None:
    # Epstein 2002: L >= 1 - T gives no actives. T = 0.1; a margin of 20 eps makes the threshold sharp: exp(-20)
    c = town((5000,), numbers=SHARP)
    for legitimacy, hardship in ((0.9, 0.8), (0.92, 1.0), (1.0, 1.0)):
        start(c, "legitimacy", legitimacy)
        c.fixed.hardship[:] = hardship
        assert not any(joiners(c, tick) for tick in range(200))


def test_without_police_and_with_sharp_thresholds_those_with_enough_hardship_join_and_no_one_else() -> None:
    # Epstein 2002: with L = 0.82 and no cops, those with H > T / (1 - L) = 0.5556 are active, 0.4444 of a flat H.
    c = town((2000,), numbers=SHARP)
    c.fixed.class_count[0] = 0
    c.fixed.class_count[0, ::BOXES] = 125
    c.fixed.by_hardship = by_hardship(c.fixed.class_count)
    c.fixed.hardship = np.linspace(0, 1, 17)[None, :]
    start(c, "legitimacy", 0.82)
    joined = {person for tick in range(300) for person in joiners(c, tick)}
    hardship = np.array([traits(c, person)[0] for person in range(2000)])
    sure = np.abs(hardship * 0.18 - 0.1) > 0.02
    assert sure.sum() > 1_500
    assert [person in joined for person in np.flatnonzero(sure)] == (hardship[sure] > 0.1 / 0.18).tolist()
    assert len(joined) / 2000 == pytest.approx(0.4444, abs=0.03)


def eager(compliance: float = 0.0, hour: float = 0.0, swing: float = 0.0) -> int:
    """How many of 40,000 residents who are certain to want it join in a tick; nu is 0.6 per hour."""
    c = town((40_000,), numbers=SHARP | {"participation.nu": 0.6, "participation.swing": swing})
    start(c, "exposure", 0.5)
    start(c, "compliance", compliance)
    return len(joiners(c, round(hour * 6)))


@pytest.mark.parametrize(("compliance", "rate"), [(0.0, 0.6), (0.75, 0.15), (1.0, 0.0)])
def test_compliance_lowers_the_rate_of_joining(compliance: float, rate: float) -> None:
    expected = 40_000 * (1 - math.exp(-rate / 6))
    assert abs(eager(compliance) - expected) <= 4 * math.sqrt(expected)


@pytest.mark.parametrize(("hour", "factor"), [(18.0, math.exp(0.5)), (6.0, math.exp(-0.5)), (0.0, 1.0)])
def test_joining_swings_between_day_and_night(hour: float, factor: float) -> None:
    expected = 40_000 * (1 - math.exp(-0.6 * factor / 6))
    assert abs(eager(hour=hour, swing=0.5) - expected) <= 4 * math.sqrt(expected)


def test_a_rate_above_its_bound_stops_the_run() -> None:
    c = town((2000,), numbers=NUMBERS)
    start(c, "legitimacy", 0.9)
    c.fixed.hardship = np.linspace(1.0, 0.0, 17)[None, :]  # edges upside down: the bound is taken at the wrong end
    with pytest.raises(RunError, match="cell 0: a rate of joining exceeds its bound"):
        participation.step(c)


def test_room_for_proposals_grows_and_changes_nothing() -> None:
    crowded, roomy = (town((3000,), numbers=SHARP | {"participation.nu": 20.0}, room=room) for room in (16, 4096))
    for c in (crowded, roomy):
        start(c, "exposure", 0.5)
        participation.step(c)
    assert len(made(crowded)) > 2_500
    assert made(crowded) == made(roomy)


def test_there_is_room_for_all_others_even_where_no_one_can_join() -> None:
    c = town((2000,), numbers=NUMBERS, room=400)
    start(c, "compliance", 1.0)
    for person in range(390):
        put_in_street(c, person, home=0, phase=OUTBOUND)
    c.proposals = type(c.proposals).with_room_for(100)
    participation.step(c)
    assert c.proposals.person.size >= participation.OTHERS * 390


@pytest.mark.parametrize("rules", [0, 1, 2, 3])
def test_the_rate_of_leaving_is_that_of_the_equation(rules: int) -> None:
    c = mixed()
    start(c, "rules", rules)
    slot = put_in_street(c, person=900, home=3, site=1, phase=PRESENT, hardship=0.8, aversion=0.4, cell=3)
    participation.step(c)
    x = balance(c, 3, 0.8, 0.4, 0.05, rules)  # risk is now that of the site one went to
    rate = 0.6 / (1 + math.exp(x / 0.03)) + 0.15
    assert c.now.spent_after[slot] == pytest.approx(rate / 6, rel=1e-12)


@pytest.mark.parametrize(("tick", "factor"), [(18 * 6, math.exp(-0.5)), (6 * 6, math.exp(0.5))])
def test_leaving_for_reasons_of_ones_own_swings_against_joining(tick: int, factor: float) -> None:
    c = town(numbers=NUMBERS | {"participation.nu_quit": 0.0, "participation.swing": 0.5})
    put_in_street(c, person=1, home=0, phase=PRESENT)
    c.tick = tick
    participation.step(c)
    assert c.now.spent_after[0] == pytest.approx(0.15 * factor / 6, rel=1e-12)


@pytest.mark.parametrize("ticks_per_hour", [4, 6, 12])
def test_a_stay_lasts_exactly_its_patience_over_the_rate_whatever_the_tick(ticks_per_hour: int) -> None:
    # nu_quit / 2 + phi = 0.45 per hour at x = 0; patience 0.7 is used up after 1.5556 h
    numbers = NUMBERS | {"participation.nu": 0.0, "participation.eta": 0.0}
    c = town(numbers=numbers, ticks_per_hour=ticks_per_hour)
    start(c, "legitimacy", 0.8)  # x = 0.5 * 0.2 - 0.1
    put_in_street(c, person=7, home=0, phase=PRESENT, patience=0.7)
    for c.tick in range(2 * ticks_per_hour):
        participation.step(c)
        movement.step(c)
        if c.proposals.n:
            break
        apply(c)
    ((person, status, time, cell),) = made(c)
    assert (person, status, cell) == (7, RETURNING, 0)
    assert c.hour + time == pytest.approx(0.7 / 0.45, rel=1e-12)


def test_nobody_leaves_before_arriving() -> None:
    c = town(numbers=NUMBERS)
    put_in_street(c, person=7, home=2, phase=OUTBOUND, patience=1e-9)
    participation.step(c)
    assert RETURNING not in [status for _, status, *_ in made(c)]
    assert c.now.spent_after[0] == 0.0


def test_stays_at_a_constant_rate_are_exponential() -> None:
    # Joined by the kernel with patience of their own, 0.15 per hour: mean stay 6.67 h
    c = town((30_000,), numbers=SHARP | {"participation.nu": 1.0, "participation.nu_quit": 0.0}, room=8192)
    start(c, "exposure", 0.5)
    stays = [c.proposals.detail[slot, 2] / 0.15 for _, slot in joiners(c, 0).values()]
    assert len(stays) > 4_000
    assert stats.kstest(stays, "expon", args=(0, 1 / 0.15)).pvalue > 1e-3


def test_all_proposals_to_join_say_so() -> None:
    c = mixed()
    joiners(c, 0)
    assert {status for _, status, *_ in made(c)} == {PROTESTING}
    assert all(0 <= time <= c.dt for *_, time, _ in made(c))
