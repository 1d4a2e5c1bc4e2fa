"""The lattice model: one unit per site, counts that are true, and numbers that follow from the rules by hand."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import subprocess
import sys
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from contrafact.lattice import RUNS, Change, Lattice, Rules, epstein, planes, run
from contrafact.lattice.rules import sight
from contrafact.lattice.society import ACTIVE, COP, FOR_EVER, JAILED, NOBODY, QUIET, Numbers
from contrafact.rng import draw, stream_key

RUN_2 = RUNS["run-2"].rules
SMALL: dict[str, Any] = {"width": 12, "height": 11, "vision": 3.0, "cop_vision": 2.0, "longest_jail": 4}
KEY = stream_key(7, 0)

PLAIN = """
import json, sys
from contrafact.lattice import Rules, epstein, run
asked = json.load(sys.stdin)
print(json.dumps({
    "compiled": hasattr(epstein.advance, "py_func"),
    "digests": [run(Rules(**rules), 4, 5).digest for rules in asked],
}))
"""


def small(**rules: Any) -> Rules:
    return Rules(**{"cops": 0.06, "legitimacy": 0.75, "ratio": "floor", **SMALL, **rules})


def plane_of(sites: Any, n: Numbers) -> Any:
    """A plane on which these sites are set."""
    bits = planes.plane(n.width, n.height, n.margin)
    for site in sites:
        planes.flip(bits, int(site) % n.width, int(site) // n.width, n)
    return bits


def assert_consistent(lattice: Lattice) -> None:
    """Every unit is where the sites say, jailed ones are where they should be, and all counts are true."""
    rules, s, n = lattice.rules, lattice.society, lattice.numbers
    on = np.flatnonzero(s.site >= 0)
    assert np.array_equal(np.sort(s.site[on]), np.flatnonzero(s.occupant >= 0))  # nobody shares a site
    assert np.array_equal(s.occupant[s.site[on]], on)
    assert (s.state[s.site < 0] >= JAILED).all()
    assert (s.state[on] != NOBODY).all()
    assert rules.jailed == "in_place" or (s.state[on] != JAILED).all()
    assert (s.state[: n.first_cop] != COP).all()
    assert np.isin(s.state[n.first_cop :], (COP, NOBODY)).all()
    assert np.array_equal(
        np.sort(s.unused[: s.unused_count[0]]), np.flatnonzero(s.state[: n.first_cop] == NOBODY)
    )  # every number is someone's or unused
    for bits, states in ((s.cops, {COP}), (s.actives, {ACTIVE}), (~s.free, {QUIET, ACTIVE, JAILED, COP})):
        marked = s.site[np.isin(s.state, list(states)) & (s.site >= 0)]
        assert np.array_equal(bits, plane_of(marked, n))


@settings(max_examples=40)
@given(
    groups=st.sampled_from([1, 2]),
    agents=st.floats(0.0, 0.8),
    cops=st.floats(0.0, 0.2),
    legitimacy=st.floats(0.0, 1.0),
    longest_jail=st.sampled_from([None, 1, 5]),
    ratio=st.sampled_from(["literal", "floor", "round"]),
    neighbourhood=st.sampled_from(["euclidean", "moore", "von_neumann", "cross"]),
    order=st.sampled_from(["move_first", "act_first"]),
    jailed=st.sampled_from(["away", "in_place"]),
    clone=st.sampled_from([0.05, 0.9]),
    longest_life=st.sampled_from([5.0, 200.0]),
    later=st.floats(0.0, 0.2),
)
def test_one_unit_per_site_and_true_counts_whatever_the_rules(later: float, **rules: Any) -> None:
    lattice = Lattice(small(**rules), 1, most_cops=later)
    agents = lattice.rules.count(lattice.rules.agents)
    for tick in range(4):
        changes = (Change("cops", 1, 1, later),) if tick == 2 else ()
        now = {name: int(values[0]) for name, values in lattice.advance(1, changes).items()}
        assert_consistent(lattice)
        present = now["quiet"] + now["active"] + now["jailed"]
        assert present == agents + now["born"] - now["died"] - now["killed"] == now["blue"] + now["green"]
        if lattice.rules.groups == 1:
            assert now["born"] == now["died"] == now["killed"] == now["green"] == 0
        agents = present


def test_a_unit_moves_to_every_free_site_within_sight_alike_and_to_no_other() -> None:
    # 148 sites in sight, of which 3 or 100 are free. 4,000 draws, level 0.001: one of 3 sites with 1.2 times its
    # chance, or one of 100 with 3 times, is seen with power above 0.99.
    numbers = Lattice(dataclasses.replace(RUN_2, agents=0.0, cops=0.0), 1).numbers
    view = sight(7.0, "euclidean")
    windows = planes.windows_of(view, numbers.margin)
    x, y = 2, 3  # near a corner, so that sight wraps around
    seen = np.array([(y + down) % 40 * 40 + (x + right) % 40 for right, down in view])
    for free in (3, 100):
        bits = plane_of(seen[:free], numbers)
        got = Counter()
        for unit in range(4000):
            column, row = epstein.free_near(draw(KEY, epstein.MOVE, 1, unit, 0)[0], x, y, windows, bits, numbers)
            got[row * 40 + column] += 1
        assert set(got) == set(seen[:free].tolist())
        assert stats.chisquare(list(got.values())).pvalue > 1e-3
    full = np.zeros(1600, dtype=np.int32)
    assert epstein.free_near(0.5, x, y, windows, plane_of([], numbers), numbers) == (-1, -1)
    assert epstein.free_site_anywhere(KEY, epstein.RETURN, 1, 0, full) == -1
    full[1599] = -1
    assert epstein.free_site_anywhere(KEY, epstein.RETURN, 1, 0, full) == 1599


def test_a_cop_arrests_each_active_agent_in_sight_alike() -> None:
    numbers = Lattice(dataclasses.replace(RUN_2, agents=0.0, cops=0.0), 1).numbers
    view = sight(1.7, "euclidean")
    occupant = np.full(1600, -1, dtype=np.int32)
    around = [39 * 40 + 39, 39 * 40, 1, 40]  # of site 0: over the corner, above, right, below
    occupant[around] = [10, 11, 12, 13]
    occupant[2] = 14  # active, out of sight
    state = np.full(20, ACTIVE, dtype=np.int8)
    state[10] = QUIET
    group = np.zeros(20, dtype=np.int8)
    group[13] = 1
    actives = plane_of(np.flatnonzero((occupant >= 0) & (state[occupant] == ACTIVE)), numbers)
    windows = planes.windows_of(view, numbers.margin)
    picks = [epstein.active_near(u, 0, windows, actives, occupant, numbers) for u in (0.1, 0.5, 0.9)]
    assert sorted(picks) == [11, 12, 13]
    assert epstein.victim_near(0.5, 0, 1, view, occupant, state, group, numbers) == 13
    state[:] = JAILED
    assert epstein.active_near(0.5, 0, windows, plane_of([], numbers), occupant, numbers) == -1
    assert epstein.victim_near(0.5, 0, 1, view, occupant, state, group, numbers) == -1


def test_arrest_probability_is_nine_tenths_for_one_cop_and_one_active() -> None:
    for ratio in (0, 1, 2):
        assert epstein.arrest_probability(1, 1, 2.3, ratio) == pytest.approx(0.89974, abs=5e-6)


@pytest.mark.parametrize(
    ("cops", "actives", "shares"),
    [(3, 2, (1.5, 1, 2)), (1, 2, (0.5, 0, 0)), (2, 3, (2 / 3, 0, 1)), (5, 2, (2.5, 2, 2)), (0, 4, (0, 0, 0))],
)
def test_ratio_is_taken_as_it_is_rounded_down_or_rounded_half_to_even(
    cops: int, actives: int, shares: tuple[float, ...]
) -> None:
    for ratio, share in enumerate(shares):
        expected = 1 - math.exp(-2.3 * share)
        assert epstein.arrest_probability(cops, actives, 2.3, ratio) == pytest.approx(expected, abs=1e-15)


@given(legitimacy=st.floats(0.9, 1.0), seed=st.integers(0, 2**32))
@settings(max_examples=20)
def test_no_one_is_active_from_legitimacy_one_less_threshold_on(legitimacy: float, seed: int) -> None:
    assert not run(small(legitimacy=legitimacy), 5, seed).timeline["active"].any()


@pytest.mark.parametrize(("legitimacy", "share"), [(0.82, 4 / 9), (0.8, 0.5)])
def test_without_cops_the_active_share_is_that_of_grievance_above_the_threshold(
    legitimacy: float, share: float
) -> None:
    # 8 replications of 1,120 agents: standard error 0.0053; a share off by 0.025 is seen with probability 0.95.
    rules = dataclasses.replace(RUN_2, legitimacy=legitimacy, cops=0.0)
    active = sum(int(run(rules, 2, 3, r).timeline["active"][-1]) for r in range(8))
    error = math.sqrt(share * (1 - share) / (8 * 1120))
    assert abs(active / (8 * 1120) - share) < 3 * error


def test_an_arrested_agent_misses_exactly_its_term_and_then_is_back() -> None:
    # The term is always 3 turns. All arrests are in tick 1, after which the cops leave: an agent whose own turn was
    # over by then is in jail at the end of four ticks (1 to 4), one whose turn was to come at the end of three.
    lattice = Lattice(small(legitimacy=0.0, k=1e-9, shortest_jail=3, longest_jail=3), 2)
    first = lattice.advance(1)
    jailed = [set(np.flatnonzero(lattice.society.state == JAILED).tolist())]
    assert first["arrests"][0] == len(jailed[0]) > 0
    for _ in range(4):
        lattice.advance(1, (Change("cops", 1, 1, 0.0),))
        jailed.append(set(np.flatnonzero(lattice.society.state == JAILED).tolist()))
    assert jailed[0] == jailed[1] == jailed[2] >= jailed[3]
    assert jailed[4] == set()


def test_terms_are_whole_ticks_from_the_shortest_to_the_longest_all_alike() -> None:
    numbers = Lattice(RUN_2, 1).numbers
    terms = Counter(epstein.term((i + 0.5) / 3000, numbers) for i in range(3000))
    assert terms == dict.fromkeys(range(1, 31), 100)
    from_zero = Lattice(dataclasses.replace(RUN_2, shortest_jail=0), 1).numbers
    assert {epstein.term((i + 0.5) / 310, from_zero) for i in range(310)} == set(range(31))


def test_an_endless_term_never_ends() -> None:
    lattice = Lattice(small(legitimacy=0.0, longest_jail=None), 2)
    assert lattice.numbers.longest_jail == FOR_EVER
    jailed = lattice.advance(50)
    assert (np.diff(jailed["jailed"]) == jailed["arrests"][1:]).all()


def test_agents_that_do_not_move_keep_their_site_while_cops_move() -> None:
    lattice = Lattice(small(agents_move=False, legitimacy=1.0), 4)
    before = lattice.society.site.copy()
    lattice.advance(3)
    cops = lattice.society.state == COP
    assert np.array_equal(before[~cops], lattice.society.site[~cops])
    assert (before[cops] != lattice.society.site[cops]).any()


def test_every_tick_has_a_new_order_of_all_units_each_place_alike() -> None:
    # 3,000 orders of 5 units; level 0.001: one that comes first with probability 0.25 is seen with power 0.998.
    state = np.full(6, QUIET, dtype=np.int8)
    state[2] = NOBODY
    first = Counter()
    for tick in range(3000):
        order = np.zeros(6, dtype=np.int32)
        assert epstein.draw_order(KEY, tick, order, state) == 5
        assert sorted(order[:5].tolist()) == [0, 1, 3, 4, 5]
        first[int(order[0])] += 1
    assert stats.chisquare(list(first.values())).pvalue > 1e-3


def test_the_same_seed_gives_the_same_ticks_however_they_are_cut() -> None:
    rules = small(groups=2, jailed="in_place")
    whole = run(rules, 20, 3)
    assert run(rules, 20, 3).digest == whole.digest
    assert run(rules, 20, 3, replication=1).digest != whole.digest != run(rules, 20, 4).digest
    lattice = Lattice(rules, 3)
    parts = [lattice.advance(ticks) for ticks in (1, 7, 12)]
    for name, values in whole.timeline.items():
        assert np.array_equal(np.concatenate([part[name] for part in parts]), values)


def test_plain_python_and_compiled_code_live_through_the_same_ticks() -> None:
    asked = [small(groups=groups).as_dict() for groups in (1, 2)]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", PLAIN],
        input=json.dumps(asked), capture_output=True, text=True, check=True, env=environment,
    )  # fmt: skip
    plain = json.loads(done.stdout)
    assert not plain["compiled"]
    assert plain["digests"] == [run(Rules(**rules), 4, 5).digest for rules in asked]


def test_an_active_agent_kills_one_free_agent_of_the_other_group_and_no_other() -> None:
    rules = small(groups=2, cops=0.0, legitimacy=0.0, threshold=0.0, clone=0.0, longest_life=1e9)
    lattice = Lattice(rules, 6)
    green = lattice.society.group[: rules.count(rules.agents)].copy()
    record = lattice.advance(30)
    lost = np.diff(record["blue"], prepend=np.sum(green == 0)) + np.diff(record["green"], prepend=np.sum(green == 1))
    assert np.array_equal(record["killed"], -lost)
    assert record["killed"].sum() > 0
    assert min(record["blue"][-1], record["green"][-1]) == 0  # everyone is active: in the end one group is left
    assert record["active"][-1] == record["blue"][-1] + record["green"][-1]


def test_children_are_born_beside_their_parents_and_inherit_group_and_hardship() -> None:
    lattice = Lattice(small(groups=2, cops=0.0, legitimacy=1.0, clone=1.0, agents=0.3, longest_life=1e9), 6)
    parents = np.flatnonzero(lattice.society.state == QUIET)
    born = int(lattice.advance(1)["born"][0])
    s = lattice.society
    children = np.setdiff1d(np.flatnonzero(s.state == QUIET), parents)
    assert children.size == born > 0
    for child in children:
        parent = parents[s.hardship[parents] == s.hardship[child]]
        assert parent.size == 1
        assert s.group[child] == s.group[parent[0]]
        assert s.aversion[child] != s.aversion[parent[0]]
        x, y = (
            np.abs(a - b) for a, b in zip(np.divmod(s.site[child], 12), np.divmod(s.site[parent[0]], 12), strict=True)
        )
        assert min(x, 11 - x) <= 1
        assert min(y, 12 - y) <= 1


def test_nobody_lives_longer_than_the_longest_life() -> None:
    rules = small(groups=2, cops=0.0, legitimacy=1.0, clone=0.0, longest_life=10.0)
    record = run(rules, 10, 8).timeline
    assert record["died"].sum() == rules.count(rules.agents)
    # Ages at death are uniform: 92 agents, about 9 a tick; one of 4 standard deviations is 12 away.
    assert np.abs(record["died"] - 9.2).max() < 12
    assert record["blue"][-1] == record["green"][-1] == 0


def test_cops_can_be_taken_away_and_sent_back() -> None:
    changes = (Change("cops", 2, 2, 0.0), Change("cops", 4, 4, 0.1))
    record = run(small(cops=0.06), 5, 1, changes=changes).timeline
    assert record["cops"].tolist() == [8, 0, 0, 13, 13]


def test_run_2_has_outbursts_with_the_ratio_rounded_down_and_none_as_printed() -> None:
    # One replication of 300 ticks; waits are 20 to 26 ticks, so that ten or so outbursts fall into them.
    assert run(dataclasses.replace(RUN_2, ratio="floor"), 300, 1).timeline["active"].max() > 200
    assert run(RUN_2, 300, 1).timeline["active"].max() <= 50
