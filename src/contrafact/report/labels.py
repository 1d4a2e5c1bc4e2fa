"""Where names stand beside marks: near their own, and over no line, no mark and no other name where that is possible.

Everything is in dots of one panel, counted from its lower left corner, so that y grows upwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HEIGHT = 13.0
GAP = 11.0
RINGS = (1, 2, 3, 4, 5)
HIT = 1000.0
FAR = 12.5


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    left: float
    right: float
    low: float
    high: float

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        """The point of the rectangle that is nearest to another point."""
        return min(max(x, self.left), self.right), min(max(y, self.low), self.high)


@dataclass(frozen=True)
class Name:
    """A name beside its mark: the mark's place, and how long the name is."""

    x: float
    low: float
    high: float
    width: float


def placed(names: Sequence[Name], solid: Sequence[Box], line: NDArray[np.float64], panel: Box) -> list[Box]:
    """A rectangle for each name, in the order given.

    solid  marks and bars that no name may cover
    line   (point, 2), a curve that no name may cover
    """
    taken = [*(_as_row(box) for box in solid), *_segments(line)]
    boxes: list[Box] = []
    for name in names:
        obstacles = np.array(taken) if taken else np.zeros((0, 4))
        best = min(_candidates(name, panel), key=lambda found: found[0] + HIT * _hits(found[1], obstacles))[1]
        boxes.append(best)
        taken.append(_as_row(best))
    return boxes


def leader(name: Name, box: Box) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Ends of a thin line from a mark to a name that had to stand away from it; None where it stands near."""
    y = min(max((box.low + box.high) / 2, name.low), name.high)
    end = box.nearest(name.x, y)
    return None if np.hypot(end[0] - name.x, end[1] - y) <= FAR else ((name.x, y), end)


def _candidates(name: Name, panel: Box) -> list[tuple[float, Box]]:
    """Rectangles around a mark with what is against each: rings of places, the nearest first, none out of the panel."""
    found = []
    for ring in RINGS:
        up, down = name.high + GAP + (ring - 1) * HEIGHT, name.low - GAP - (ring - 1) * HEIGHT
        aside = name.width / 2 + GAP * ring
        level = (name.low + name.high) / 2
        spots = [(0.0, up), (aside, level), (-aside, level), (0.0, down)]
        spots += [(side * aside, y) for y in (up, down) for side in (1, -1)]
        for rank, (dx, y) in enumerate(spots):
            left = min(max(name.x + dx - name.width / 2, panel.left), panel.right - name.width)
            box = Box(left, left + name.width, y - HEIGHT / 2, y + HEIGHT / 2)
            outside = box.low < panel.low or box.high > panel.high
            found.append((ring * 10.0 + rank + 100 * HIT * outside, box))
    return found


def _hits(box: Box, obstacles: NDArray[np.float64]) -> int:
    """How many obstacles, (obstacle, [left, right, low, high]), a rectangle covers."""
    apart = (obstacles[:, 0] >= box.right) | (obstacles[:, 1] <= box.left)
    apart |= (obstacles[:, 2] >= box.high) | (obstacles[:, 3] <= box.low)
    return int((~apart).sum())


def _segments(line: NDArray[np.float64]) -> list[list[float]]:
    """The rectangles around the pieces of a curve, a little wider than its stroke."""
    if len(line) < 2:
        return []
    first, last = line[:-1], line[1:]
    low, high = np.minimum(first, last) - 1.5, np.maximum(first, last) + 1.5
    rows: list[list[float]] = np.stack([low[:, 0], high[:, 0], low[:, 1], high[:, 1]], axis=1).tolist()
    return rows


def _as_row(box: Box) -> list[float]:
    return [box.left, box.right, box.low, box.high]
