"""Bits against arrays: what a plane counts and finds is what is there, also over the edges of the torus."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from contrafact.lattice import RUNS, Lattice, planes
from contrafact.lattice.rules import sight
from contrafact.lattice.society import Numbers


def numbers_of(width: int, height: int, margin: int) -> Numbers:
    bare = dataclasses.replace(RUNS["run-2"].rules, agents=0.0, cops=0.0)
    return Lattice(bare, 1).numbers._replace(width=width, height=height, margin=margin)


@settings(max_examples=60)
@given(
    reach=st.integers(1, 40),
    more=st.integers(1, 40),
    taller=st.integers(1, 9),
    wider=st.integers(0, 3),
    neighbourhood=st.sampled_from(["euclidean", "moore", "von_neumann", "cross"]),
    share=st.floats(0.0, 1.0),
    seed=st.integers(0, 2**32 - 1),
)
def test_sites_are_counted_and_found_as_in_an_array(
    reach: int, more: int, taller: int, wider: int, neighbourhood: str, share: float, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    n = numbers_of(reach + more, reach + taller, reach + wider if wider < more else reach)
    steps = sight(reach, neighbourhood)
    windows = planes.windows_of(steps, n.margin)
    here: Any = generator.random((n.height, n.width)) < share
    bits = planes.plane(n.width, n.height, n.margin)
    for site in np.flatnonzero(here):
        planes.flip(bits, int(site) % n.width, int(site) // n.width, n)
    for site in generator.integers(0, here.size, 8).tolist():
        y, x = divmod(site, n.width)
        around = [((y + row) % n.height, (x + column) % n.width) for column, row in steps.tolist()]
        found = [(column, row) for row, column in around if here[row, column]]
        assert planes.count(bits, x, y, windows) == len(found)
        each = [planes.nth(bits, x, y, left, windows, n) for left in range(len(found))]
        assert sorted(each) == sorted(found)
        assert planes.nth(bits, x, y, len(found), windows, n) == (-1, -1)


def test_a_site_flipped_twice_is_clear() -> None:
    n = numbers_of(20, 20, 7)
    bits = planes.plane(20, 20, 7)
    for site in (0, 19, 210, 399):
        planes.flip(bits, site % 20, site // 20, n)
        planes.flip(bits, site % 20, site // 20, n)
    assert not bits.any()
