"""Who is where as planes of bits, one bit a site: a neighbourhood is counted row by row and not site by site.

A plane has a row of words for each row of the lattice. Word k holds 64 columns from column 32 k on, so that each column
is in two words and any 32 columns that follow one another lie within one. Before the first column and after the last
stand as many more as one sees, which repeat those at the other edge of the torus. A plane of a million sites takes a
quarter of a megabyte, which stays in the cache where four bytes a site would not.

What is within sight is told by steps, (site, 2), column and row to each other site, row by row; and by windows,
(window, 3): the row in steps, the first of 32 columns, counted from as far left as the margin goes, and the bits of
those among them that are within sight.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from contrafact.kernels import Array
from contrafact.lattice.inlining import inline
from contrafact.lattice.society import Numbers

HALF = 32
ONE = np.uint64(1)
LOW = np.int64(HALF - 1)
PAIRS, FOURS, BYTES = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333), np.uint64(0x0F0F0F0F0F0F0F0F)
SUM = np.uint64(0x0101010101010101)


def windows_of(steps: Array, margin: int) -> Array:
    """The windows of steps, of which none is longer than the margin."""
    found: dict[tuple[int, int], int] = {}
    for column, row in steps.tolist():
        place = column + margin
        first = place - place % HALF
        found[row, first] = found.get((row, first), 0) | 1 << place - first
    return np.array([(*where, found[where]) for where in sorted(found)], dtype=np.int64)


def plane(width: int, height: int, margin: int) -> Array:
    """A plane without anyone, (height, word) uint64."""
    return np.zeros((height, (width + 2 * margin) // HALF + 2), dtype=np.uint64)


@inline
def toggle(bits: Array, row: int, place: int) -> None:
    """Set or clear the two bits of a column, counted from the start of the margin."""
    word, bit = place // HALF, place & LOW
    bits[row, word] ^= ONE << np.uint64(bit)
    if word > 0:
        bits[row, word - 1] ^= ONE << np.uint64(bit + HALF)


@inline
def flip(bits: Array, site: int, n: Numbers) -> None:
    """Set or clear a site, at the other edge as well where it is near one."""
    row = site // n.width
    place = site - row * n.width + n.margin
    toggle(bits, row, place)
    if place >= n.width:
        toggle(bits, row, place - n.width)
    if place < 2 * n.margin:
        toggle(bits, row, place + n.width)


@inline
def has(bits: Array, x: int, y: int, n: Numbers) -> bool:
    """Whether the site of column x and row y is set."""
    place = x + n.margin
    return bool(bits[y, place // HALF] >> np.uint64(place & LOW) & ONE)


@inline
def number_of(bits: Any) -> int:
    """How many bits of 64 are set; compilers know this for one instruction."""
    b = np.uint64(bits)
    b -= b >> ONE & PAIRS
    b = (b & FOURS) + (b >> np.uint64(2) & FOURS)
    b = b + (b >> np.uint64(4)) & BYTES
    return int(b * SUM >> np.uint64(56))


@inline
def window(bits: Array, x: int, y: int, w: int, windows: Array, n: Numbers) -> Any:
    """The bits of a window within sight of column x and row y."""
    row, place = y + windows[w, 0], x + windows[w, 1]
    if row < 0:
        row += n.height
    if row >= n.height:
        row -= n.height
    return bits[row, place // HALF] >> np.uint64(place & LOW) & np.uint64(windows[w, 2])


@inline
def count(bits: Array, site: int, windows: Array, n: Numbers) -> int:
    """Sites within sight of a site that are set, its own left out."""
    y = site // n.width
    x, total = site - y * n.width, 0
    for w in range(windows.shape[0]):
        total += number_of(window(bits, x, y, w, windows, n))
    return total


@inline
def nth(bits: Array, site: int, left: int, windows: Array, n: Numbers) -> int:
    """The site that is set with ``left`` others before it within sight, row by row; -1 if there are not so many."""
    y = site // n.width
    x = site - y * n.width
    for w in range(windows.shape[0]):
        seen = window(bits, x, y, w, windows, n)
        here = number_of(seen)
        if left >= here:
            left -= here
            continue
        for _ in range(left):
            seen &= seen - ONE
        column = x + windows[w, 1] - n.margin + number_of((seen & (~seen + ONE)) - ONE)
        row = y + windows[w, 0]
        return int((row + n.height) % n.height * n.width + (column + n.width) % n.width)
    return -1
