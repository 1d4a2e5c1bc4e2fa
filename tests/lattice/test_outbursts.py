"""An outburst runs from the first tick above 50 to the first below 50."""

from __future__ import annotations

import numpy as np

from contrafact.lattice import outbursts, waits


def test_outbursts_of_a_series_counted_by_hand() -> None:
    active = np.array([0, 51, 60, 50, 49, 3, 70, 10, 50, 90])
    found = outbursts(active)
    assert [tuple(one) for one in found] == [(1, 4, 51 + 60 + 50, 60), (6, 7, 70, 70)]  # the last one has not ended
    assert waits(found) == [2]


def test_exactly_fifty_neither_begins_nor_ends_an_outburst() -> None:
    assert outbursts(np.array([50, 50, 50])) == []
    assert len(outbursts(np.array([51, 50, 50, 51, 0]))) == 1


def test_calm_has_no_outburst_and_no_wait() -> None:
    assert outbursts(np.zeros(10)) == []
    assert waits([]) == []
