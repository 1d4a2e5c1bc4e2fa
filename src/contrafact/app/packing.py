"""Arrays as short texts for the page: base64 of little-endian bytes.

Crowds are shown as colours, so a byte on a logarithmic scale says all that can be seen: code 0 is nobody, code c stands
for expm1(c / 255 * log1p(highest)).
"""

from __future__ import annotations

import base64
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]

STEPS = 255


def packed(array: Array, kind: str) -> str:
    """Base64 of an array of any shape, row by row, as little-endian numbers of a kind such as "u1", "u2" or "i4"."""
    return base64.b64encode(np.ascontiguousarray(array).astype(f"<{kind}").tobytes()).decode("ascii")


def packed_counts(counts: Array) -> dict[str, object]:
    """Counts of people, (time, cell) and not negative, as bytes on a logarithmic scale."""
    highest = float(counts.max(initial=0.0))
    scale = STEPS / np.log1p(highest) if highest > 0.0 else 0.0
    return {"highest": highest, "bytes": packed(np.rint(np.log1p(counts) * scale), "u1")}


def packed_shares(shares: Array) -> str:
    """Shares between 0 and 1 as bytes, 255 being the whole; a share that is not none keeps at least code 1."""
    codes = np.rint(shares * STEPS)
    return packed(np.where((shares > 0.0) & (codes == 0.0), 1.0, codes), "u1")
