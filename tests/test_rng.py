"""Every draw must be what Philox says, whatever ran before it, and have the distribution that it claims."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from contrafact import rng

# Random123, tests/kat_vectors, "philox4x32 10": counter, key, expected. The last one is made of the digits of pi.
ONES = 0xFFFFFFFF
KNOWN = (
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES, ONES, ONES, ONES), (ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
)
KEY = (0x01234567, 0x89ABCDEF)
ENTITIES = 40_000

PLAIN = """
import json, sys
import numpy as np
from contrafact import rng
asked = json.load(sys.stdin)
words = lambda values: np.array(values, dtype=np.uint64)
print(json.dumps({
    "compiled": hasattr(rng.poisson, "py_func"),
    "known": [[int(w) for w in rng.philox_block(words(c), words(k))] for c, k in asked["known"]],
    "draws": [[u.hex() for u in rng.draw(words(asked["key"]), *a)] for a in asked["draws"]],
    "poisson": [int(rng.poisson(mean, u)) for mean, u in asked["poisson"]],
    "quantiles": [float(rng.normal_quantile(u)) for _, u in asked["poisson"]],
    "stream": [int(w) for w in rng.stream_key(*asked["stream"])],
}))
"""


def words(values: Any) -> Any:
    return np.array(values, dtype=np.uint64)


def naive_philox(counter: list[int], key: list[int]) -> list[int]:
    """Philox 4x32-10 in whole numbers, from Salmon et al. 2011, section 4.3."""
    c, k = list(counter), list(key)
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * c[0], 2**32)
        high1, low1 = divmod(0xCD9E8D57 * c[2], 2**32)
        c = [high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0]
        k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
    return c


@pytest.fixture(scope="module")
def sample() -> Any:
    """Both uniforms of 40,000 entities, (entity, 2), all else fixed."""
    return np.array([rng.draw(words(KEY), 7, 11, entity, 0) for entity in range(ENTITIES)])


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN)
def test_philox_gives_the_published_known_answers(counter: Any, key: Any, expected: Any) -> None:
    assert tuple(rng.philox_block(words(counter), words(key)).tolist()) == expected


@given(st.lists(st.integers(0, ONES), min_size=6, max_size=6))
def test_philox_agrees_with_a_plain_reading_of_the_paper(numbers: list[int]) -> None:
    assert rng.philox_block(words(numbers[:4]), words(numbers[4:])).tolist() == naive_philox(numbers[:4], numbers[4:])


def test_draws_are_the_same_to_the_bit_with_the_compiler_switched_off() -> None:
    draws = [[7, 11, 13, 0], [ONES, 4319, 2_000_000, 5], *([rng.decision("x"), tick, 3, 1] for tick in range(50))]
    poisson = [[mean, u] for mean in (0.01, 1.7, 60.0, 199.0, 450.0) for u in (1e-9, 0.02, 0.4, 0.97, 1 - 1e-12)]
    asked = {"known": [k[:2] for k in KNOWN], "key": KEY, "draws": draws, "poisson": poisson, "stream": [2**40 + 3, 9]}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PLAIN],
        input=json.dumps(asked),
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    plain = json.loads(done.stdout)
    assert not plain["compiled"]
    assert [tuple(answer) for answer in plain["known"]] == [expected for _, _, expected in KNOWN]
    assert plain["draws"] == [[u.hex() for u in rng.draw(words(KEY), *arguments)] for arguments in draws]
    assert plain["poisson"] == [rng.poisson(mean, u) for mean, u in poisson]
    assert plain["quantiles"] == pytest.approx([rng.normal_quantile(u) for _, u in poisson], rel=1e-13)
    assert plain["stream"] == rng.stream_key(2**40 + 3, 9).tolist()


def test_uniforms_stay_strictly_inside_0_and_1_at_both_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    uniforms = getattr(rng.uniforms, "py_func", rng.uniforms)
    for word, nearest in ((0, 2.0**-53), (ONES, 1 - 2.0**-53)):
        monkeypatch.setattr(rng, "philox", lambda *_, w=word: (np.uint64(w),) * 4)
        assert uniforms(words(KEY), 0, 0, 0, 0) == (nearest, nearest)


def test_uniforms_are_uniform(sample: Any) -> None:
    # Seeds stated, so nothing here is left to chance: 4 standard errors of mean and variance, p > 0.001 for the shape.
    for u in sample.T:
        assert 0 < u.min() < 1e-3 < 1 - 1e-3 < u.max() < 1
        assert abs(u.mean() - 1 / 2) < 4 * math.sqrt(1 / 12 / ENTITIES)
        assert abs(u.var() - 1 / 12) < 4 * math.sqrt(1 / 180 / ENTITIES)
        assert stats.kstest(u, "uniform").pvalue > 1e-3


def test_neighbouring_draws_do_not_depend_on_each_other(sample: Any) -> None:
    first, second = sample.T
    by_tick = np.array([rng.draw(words(KEY), 7, tick, 13, 0)[0] for tick in range(ENTITIES)])
    by_index = np.array([rng.draw(words(KEY), 7, 11, 13, index)[0] for index in range(ENTITIES)])
    for a, b in ((first, second), (first[1:], first[:-1]), (by_tick[1:], by_tick[:-1]), (by_index[1:], by_index[:-1])):
        assert abs(np.corrcoef(a, b)[0, 1]) < 4 / math.sqrt(ENTITIES)
    assert not set(first) & set(by_tick[:11]) | set(by_index[1:]) & set(by_tick)


@pytest.mark.parametrize("changed", range(5))
def test_every_part_of_its_key_moves_a_draw(changed: int) -> None:
    parts = [rng.stream_key(1, 1), 2, 3, 4, 5]
    others = [*parts]
    others[changed] = rng.stream_key(1, 2) if changed == 0 else parts[changed] + 1
    assert rng.draw(*parts) != rng.draw(*others)
    assert rng.draw(*parts) == rng.draw(*parts)


def test_streams_differ_by_seed_and_by_replication_to_their_highest_bits() -> None:
    asked = [(seed, replication) for seed in (0, 1, 2**32, 2**63) for replication in (0, 1, 2**32)]
    assert len({tuple(rng.stream_key(*pair).tolist()) for pair in asked}) == len(asked)
    seed, replication = 2**32 * 5 + 6, 7
    assert rng.stream_key(seed, replication).tolist() == naive_philox([6, 5, 7, 0], [0x636F6E74, 0x72616661])[:2]


def test_a_decision_is_the_first_word_of_the_sha256_of_its_name() -> None:
    assert rng.decision("abc") == 0xBA7816BF  # FIPS 180-2, appendix B.1


def test_no_two_decisions_of_the_package_share_a_word() -> None:
    sources = [path.read_text("utf-8") for path in Path(rng.__file__).parent.rglob("*.py")]
    names = [name for text in sources for name in re.findall(r'= decision\("([^"]+)"\)', text)]
    assert len(names) > 10
    assert len({rng.decision(name) for name in names}) == len(names)


def test_poisson_counts_match_the_inverse_distribution_function_up_to_200() -> None:
    generator = np.random.default_rng(20220105)
    ends = 10.0 ** -np.arange(1, 13)
    for mean in (0.0, 1e-6, 0.01, 0.3, 1.0, 2.5, 7.0, 20.0, 55.5, 120.0, 199.9, 200.0):
        u = np.concatenate([generator.random(300), ends, 1 - ends])
        assert [rng.poisson(mean, x) for x in u.tolist()] == stats.poisson.ppf(u, mean).clip(0).tolist()


@pytest.mark.parametrize("mean", [200.001, 260.0, 1_000.0, 40_000.0])
def test_poisson_counts_above_200_err_by_less_than_a_ten_thousandth_in_probability(mean: float) -> None:
    spread = math.sqrt(mean)
    counts = np.unique(np.linspace(mean - 3.5 * spread, mean + 3.5 * spread, 200).astype(int))
    for count, below in zip(counts.tolist(), stats.poisson.cdf(counts, mean).tolist(), strict=True):
        assert rng.poisson(mean, below - 1e-4) <= count < rng.poisson(mean, below + 1e-4)


def test_the_largest_uniform_gives_a_count_that_can_be() -> None:
    largest = 1 - 2.0**-53
    for mean in (1e-9, 0.1, 1.0, 30.0, 200.0, 900.0):
        assert rng.poisson(mean, largest) <= stats.poisson.isf(1e-16, mean) + 1


@given(mean=st.floats(0, 2_000), low=st.floats(2**-53, 1 - 2**-53), high=st.floats(2**-53, 1 - 2**-53))
def test_poisson_counts_never_fall_when_the_uniform_grows(mean: float, low: float, high: float) -> None:
    low, high = sorted((low, high))
    assert 0 <= rng.poisson(mean, low) <= rng.poisson(mean, high)


@given(u=st.floats(2**-53, 1 - 2**-53), low=st.floats(0, 1_000), more=st.floats(0, 300))
def test_poisson_counts_never_fall_when_the_mean_grows(u: float, low: float, more: float) -> None:
    assert rng.poisson(low, u) <= rng.poisson(low + more, u)
    assert rng.poisson(200.0, u) <= rng.poisson(200.0 + 1e-9, u)


def test_normal_quantile_errs_by_less_than_its_stated_bound() -> None:
    u = np.concatenate([10.0 ** -np.arange(1, 16), np.linspace(1e-4, 1 - 1e-4, 1_001), 1 - 10.0 ** -np.arange(1, 12)])
    ours = np.array([rng.normal_quantile(x) for x in u.tolist()])
    assert np.allclose(ours, special.ndtri(u), rtol=1.15e-9, atol=1e-15)


def test_the_keyed_hash_mixes_as_splitmix64_does() -> None:
    # The first three outputs of SplitMix64 with seed 0, as in the reference code of Vigna, prng.di.unimi.it
    known = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert [int(rng.keyed_hash(np.uint64(0), entity)) for entity in range(3)] == known


@given(st.lists(st.integers(0, 10**6), max_size=40, unique=True), st.integers(0, 45), st.integers(0, 500))
def test_smallest_takes_the_persons_with_the_smallest_keyed_hash(persons: list[int], wanted: int, tick: int) -> None:
    key = np.array(KEY, np.uint64)
    slot_person = np.array([*persons, 7, 7], np.int32)
    slots = np.arange(len(persons), dtype=np.int32)[::-1].copy()
    chosen, hashes = np.full(64, -1, np.int32), np.empty(64, np.uint64)
    found = rng.smallest(key, 99, tick, slots, 0, len(persons), slot_person, chosen, hashes, wanted)
    salt = np.uint64(rng.salt_of(key, 99, tick))
    by_hash = sorted(persons, key=lambda person: int(rng.keyed_hash(salt, person)))
    assert found == min(wanted, len(persons))
    assert slot_person[chosen[:found]].tolist() == by_hash[:found]


def test_under_many_salts_everyone_is_equally_often_among_the_smallest() -> None:
    key = np.array(KEY, np.uint64)
    slots, persons = np.arange(20, dtype=np.int32), np.arange(1000, 1020, dtype=np.int32)
    chosen, hashes = np.empty(5, np.int32), np.empty(5, np.uint64)
    times = np.zeros(20, int)
    for tick in range(4000):
        found = rng.smallest(key, 5, tick, slots, 0, 20, persons, chosen, hashes, 5)
        times[chosen[:found]] += 1
    chi2 = ((times - 1000) ** 2 / 1000).sum() / 0.75  # each is chosen with probability 1/4
    assert stats.chi2(19).cdf(chi2 * 19 / 20) < 0.9999
