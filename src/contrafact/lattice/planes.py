"""Who is where as planes of bits, one bit a site: a neighbourhood is counted word by word and not site by site.

A plane has a column of words for every 32 columns of the lattice, (word, row). A word holds 64 columns of the lattice
from the 32 k-th on, so that each of these is in two words and any 32 that follow one another lie within one; the words
of rows that follow one another lie side by side in memory. All around stands a margin as wide as anybody sees, which
repeats what is at the other edge of the torus. A plane of a million sites takes a quarter of a megabyte, which stays in
the cache where four bytes a site would not.

What is within sight is told by steps, (site, 2), column and row to each other site, row by row; and by windows,
(block, row): for every 32 columns, counted from as far left as the margin goes, and for every row from as far up, the
bits of those that are within sight.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from contrafact.kernels import Array, inline
from contrafact.lattice.society import Numbers

HALF = 32
ONE = np.uint64(1)
LOW = np.int64(HALF - 1)
PAIRS, FOURS, BYTES = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333), np.uint64(0x0F0F0F0F0F0F0F0F)
SUM = np.uint64(0x0101010101010101)


def windows_of(steps: Array, margin: int) -> Array:
    """The windows of steps, of which none is longer than the margin."""
    windows = np.zeros((2 * margin // HALF + 1, 2 * margin + 1), dtype=np.uint64)
    for column, row in steps.tolist():
        block, bit = divmod(column + margin, HALF)
        windows[block, row + margin] |= np.uint64(1 << bit)
    return windows


def plane(width: int, height: int, margin: int) -> Array:
    """A plane on which no site is set, (word, row) uint64."""
    return np.zeros(((width + 2 * margin) // HALF + 2, height + 2 * margin), dtype=np.uint64)


@inline
def toggle(bits: Array, column: int, row: int) -> None:
    """Set or clear the two bits of a site, both counted from the start of the margin."""
    word, bit = column // HALF, column & LOW
    bits[word, row] ^= ONE << np.uint64(bit)
    if word > 0:
        bits[word - 1, row] ^= ONE << np.uint64(bit + HALF)


@inline
def toggle_row(bits: Array, x: int, row: int, n: Numbers) -> None:
    """Set or clear a site in one row of the plane, in the margins to the left and to the right as well."""
    column = x + n.margin
    toggle(bits, column, row)
    if column >= n.width:
        toggle(bits, column - n.width, row)
    if x < n.margin:
        toggle(bits, column + n.width, row)


@inline
def flip(bits: Array, x: int, y: int, n: Numbers) -> None:
    """Set or clear the site of column x and row y, in all margins as well."""
    row = y + n.margin
    toggle_row(bits, x, row, n)
    if row >= n.height:
        toggle_row(bits, x, row - n.height, n)
    if y < n.margin:
        toggle_row(bits, x, row + n.height, n)


@inline
def number_of(bits: Any) -> int:
    """How many bits of 64 are set; compilers know this for one instruction."""
    b = np.uint64(bits)
    b -= b >> ONE & PAIRS
    b = (b & FOURS) + (b >> np.uint64(2) & FOURS)
    b = b + (b >> np.uint64(4)) & BYTES
    return int(b * SUM >> np.uint64(56))


@inline
def count(bits: Array, x: int, y: int, windows: Array) -> int:
    """Sites within sight of column x and row y that are set, its own left out."""
    total = 0
    for block in range(windows.shape[0]):
        first, seen = x + block * HALF, windows[block]
        column, bit = bits[first // HALF, y : y + seen.size], np.uint64(first & LOW)
        for row in range(seen.size):
            total += number_of(column[row] >> bit & seen[row])
    return total


@inline
def nth(bits: Array, x: int, y: int, left: int, windows: Array, n: Numbers) -> tuple[int, int]:
    """Column and row of the site that is set with ``left`` others before it within sight; -1, -1 if there is none."""
    words, before, total = 0, 0, 0
    for block in range(windows.shape[0]):
        first, seen = x + block * HALF, windows[block]
        column, bit = bits[first // HALF, y : y + seen.size], np.uint64(first & LOW)
        for row in range(seen.size):
            total += number_of(column[row] >> bit & seen[row])
            words += total <= left
            before = total if total <= left else before
    if total <= left:
        return -1, -1
    block, row = words // windows.shape[1], words % windows.shape[1]
    first = x + block * HALF
    found = bits[first // HALF, y + row] >> np.uint64(first & LOW) & windows[block, row]
    for _ in range(left - before):
        found &= found - ONE
    place = first + number_of((found & (~found + ONE)) - ONE)
    return wrapped(place - n.margin, n.width), wrapped(y + row - n.margin, n.height)


@inline
def wrapped(place: int, length: int) -> int:
    """A column or row on the torus, of one that is less than a whole length beyond an edge."""
    if place < 0:
        return place + length
    return place - length if place >= length else place
