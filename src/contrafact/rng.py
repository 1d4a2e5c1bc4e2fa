"""Counter-based random numbers: every draw is a pure function of what it decides.

A draw is keyed by (seed, replication), the hash of the decision's name, the tick, a stable entity id and a draw index.
It depends on nothing else: not on how many draws came before it, on threads, recorders or a mechanism that is off.

Source  Salmon, Moraes, Dror, Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", doi:10.1145/2063384.2063405
Check   tests/test_rng.py: the published known-answer vectors of Philox 4x32-10, compiled and as plain Python
"""

from __future__ import annotations

import hashlib
import math
from typing import TypeAlias

import numpy as np

from contrafact.kernels import Array, inline, kernel

Word: TypeAlias = np.uint64

MASK = np.uint64(0xFFFFFFFF)
SHIFT = np.uint64(32)
MULTIPLIER_0 = np.uint64(0xD2511F53)
MULTIPLIER_1 = np.uint64(0xCD9E8D57)
WEYL_0 = np.uint64(0x9E3779B9)
WEYL_1 = np.uint64(0xBB67AE85)
TWELVE = np.uint64(12)
ROUNDS = 10
ULP = 2.0**-52


@inline
def philox(c0: Word, c1: Word, c2: Word, c3: Word, k0: Word, k1: Word) -> tuple[Word, Word, Word, Word]:
    """Philox 4x32-10: four words of 32 bits from a counter of four and a key of two, all held in uint64.

    Every word stays below 2**32, so a product of two never overflows and nothing is promoted to float.
    """
    for _ in range(ROUNDS):
        p0 = MULTIPLIER_0 * c0
        p1 = MULTIPLIER_1 * c2
        c0, c1, c2, c3 = (p1 >> SHIFT) ^ c1 ^ k0, p1 & MASK, (p0 >> SHIFT) ^ c3 ^ k1, p0 & MASK
        k0 = (k0 + WEYL_0) & MASK
        k1 = (k1 + WEYL_1) & MASK
    return c0, c1, c2, c3


@inline
def uniforms(key: Array, decision: int, tick: int, entity: int, index: int) -> tuple[float, float]:
    """Two independent uniforms in the open interval (0, 1) for one draw; key has shape (2,), dtype uint64.

    Each is an odd multiple of 2**-53, which a float64 holds exactly: with one bit more the largest would round to 1.
    """
    w0, w1, w2, w3 = philox(np.uint64(entity), np.uint64(tick), np.uint64(decision), np.uint64(index), key[0], key[1])
    first = (np.float64(((w0 << SHIFT) | w1) >> TWELVE) + 0.5) * ULP
    second = (np.float64(((w2 << SHIFT) | w3) >> TWELVE) + 0.5) * ULP
    return first, second


@inline
def keyed_hash(salt: Word, entity: int) -> Word:
    """A hash of an entity under a salt, in uint64: the mixing of SplitMix64, a bijection for each salt.

    It ranks many entities at a fraction of the cost of a draw for each; ``salt_of`` makes the salt.
    Source: Steele, Lea and Flood 2014, doi:10.1145/2714064.2660195
    """
    z = (np.uint64(entity) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15) ^ salt
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@inline
def salt_of(key: Array, decision: int, tick: int) -> Word:
    """The salt of one decision at one tick."""
    w0, w1, _, _ = philox(MASK, np.uint64(tick), np.uint64(decision), MASK, key[0], key[1])
    return (w0 << SHIFT) | w1


@inline
def smallest(key: Array, word: int, tick: int, slots: Array, first: int, last: int, slot_person: Array,
             chosen: Array, hashes: Array, n: int) -> int:  # fmt: skip
    """Slots of the n persons with the smallest keyed hash among slots[first:last]; returns how many there are.

    They are left in chosen, in rising order of hash; chosen int32 and hashes uint64 have room for n.
    """
    found = 0
    if n == 0:
        return found
    salt = salt_of(key, word, tick)
    among, worst = slots[first:last], np.uint64(0)
    for i in range(among.size):
        h = keyed_hash(salt, slot_person[among[i]])
        if found < n or h < worst:
            at = min(found, n - 1)
            found = min(found + 1, n)
            while at > 0 and hashes[at - 1] > h:
                hashes[at], chosen[at] = hashes[at - 1], chosen[at - 1]
                at -= 1
            hashes[at], chosen[at] = h, among[i]
            worst = hashes[found - 1]
    return found


@inline
def poisson(mean: float, u: float) -> int:
    """Poisson count with this mean by inverse distribution function of one uniform: never falls when mean or u grows.

    Exact up to a mean of 200; above, the normal approximation corrected for continuity and skewness, whose error in the
    distribution function is below 0.0001 and which never falls below the count of a mean of 200: one uniform, one draw.
    """
    if mean <= 0.0:
        return 0
    summed = min(mean, 200.0)
    term = math.exp(-summed)
    total = term
    count = 0
    while u > total:
        count += 1
        term *= summed / count
        if total + term == total:  # rounding keeps the sum below u
            break
        total += term
    if mean > 200.0:
        z = normal_quantile(u)
        count = max(count, math.floor(mean + math.sqrt(mean) * z + (z * z - 1.0) / 6.0 + 0.5))
    return count


@inline
def normal_quantile(u: float) -> float:
    """Standard normal quantile, relative error below 1.15e-9. Acklam's rational approximation."""
    if u < 0.02425 or u > 0.97575:
        q = math.sqrt(-2.0 * math.log(min(u, 1.0 - u)))
        top = (
            (((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q - 2.549732539343734) * q
            + 4.374664141464968
        ) * q + 2.938163982698783
        bottom = (
            ((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q + 3.754408661907416
        ) * q + 1.0
        return top / bottom if u < 0.5 else -top / bottom
    q = u - 0.5
    r = q * q
    top = (
        (
            (((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r + 1.383577518672690e02)
            * r
            - 3.066479806614716e01
        )
        * r
        + 2.506628277459239
    ) * q
    bottom = (
        (((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r + 6.680131188771972e01) * r
        - 1.328068155288572e01
    ) * r + 1.0
    return top / bottom


@kernel
def philox_block(counter: Array, key: Array) -> Array:
    """Philox of one counter, shape (4,) uint64, under one key, shape (2,) uint64: shape (4,) uint64."""
    w0, w1, w2, w3 = philox(counter[0], counter[1], counter[2], counter[3], key[0], key[1])
    return np.array([w0, w1, w2, w3], dtype=np.uint64)


@kernel
def draw(key: Array, decision: int, tick: int, entity: int, index: int) -> tuple[float, float]:
    """The two uniforms of one draw, for code outside kernels."""
    return uniforms(key, decision, tick, entity, index)


@kernel
def poisson_count(mean: float, u: float) -> int:
    """Poisson count with this mean by one uniform, for code outside kernels."""
    return poisson(mean, u)


def stream_key(seed: int, replication: int) -> Array:
    """Key of one replication, shape (2,) uint64: Philox of the seed's two words and the replication's two."""
    words = [seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF, replication & 0xFFFFFFFF, (replication >> 32) & 0xFFFFFFFF]
    block = philox_block(np.array(words, dtype=np.uint64), np.array([0x636F6E74, 0x72616661], dtype=np.uint64))
    return np.asarray(block[:2])


def decision(name: str) -> int:
    """The 32-bit word by which a decision is known: the start of the SHA-256 digest of its name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
