"""Names beside marks: near their own, over nothing else, inside the panel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrafact.report.labels import Box, Name, leader, placed

PANEL = Box(0.0, 600.0, 0.0, 160.0)
NO_LINE = np.zeros((0, 2))


def overlap(one: Box, other: Box) -> bool:
    return one.left < other.right and other.left < one.right and one.low < other.high and other.low < one.high


def test_a_lonely_name_stands_above_its_mark_without_a_line() -> None:
    name = Name(300.0, 50.0, 50.0, 30.0)
    (box,) = placed([name], [], NO_LINE, PANEL)
    assert (box.left, box.right) == (285.0, 315.0)
    assert box.low > 50.0
    assert leader(name, box) is None


def test_a_name_makes_way_for_a_curve_that_passes_above_its_mark() -> None:
    line = np.array([[0.0, 61.0], [600.0, 61.0]])
    (box,) = placed([Name(300.0, 50.0, 50.0, 30.0)], [], line, PANEL)
    assert not box.low < 61.0 < box.high


def test_a_name_that_stands_far_from_its_mark_has_a_line_to_it() -> None:
    name = Name(300.0, 50.0, 50.0, 30.0)
    ends = leader(name, Box(285.0, 315.0, 80.0, 93.0))
    assert ends == ((300.0, 50.0), (300.0, 80.0))


@given(st.lists(st.tuples(st.floats(20, 580), st.floats(10, 150)), min_size=1, max_size=6))
def test_a_few_names_never_overlap_and_stay_in_the_panel(marks: list[tuple[float, float]]) -> None:
    boxes = placed([Name(x, y, y, 30.0) for x, y in marks], [], NO_LINE, PANEL)
    assert not any(overlap(a, b) for number, a in enumerate(boxes) for b in boxes[:number])
    for box in boxes:
        assert PANEL.left <= box.left
        assert box.right <= PANEL.right
        assert PANEL.low <= box.low
        assert box.high <= PANEL.high


def test_a_crowded_corner_still_gives_every_name_a_place() -> None:
    boxes = placed([Name(0.0, 0.0, 0.0, 30.0)] * 60, [], NO_LINE, PANEL)
    assert len(boxes) == 60
    assert min(box.left for box in boxes) == pytest.approx(PANEL.left)
