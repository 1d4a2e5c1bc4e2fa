"""What is kept of replications, as plain arrays that can be written to a file and joined again.

The first part of a name says how arrays of earlier and later replications are joined: ``sum/`` are added, of ``first/``
the earlier stay, all others go on behind each other. Those of ``rows/`` are needed to write tables and for nothing
else. ``number`` holds the replications' numbers, ``digest`` their digests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Kept: TypeAlias = Mapping[str, Array]

SUM, FIRST, ROWS = "sum/", "first/", "rows/"


def joined(parts: Sequence[Kept]) -> dict[str, Array]:
    """All replications of these parts, which stand in the order of their numbers; ValueError where there is no part."""
    if not parts:
        raise ValueError("no replication was kept")
    return {name: _joined(name, [part[name] for part in parts]) for name in parts[0]}


def under(kept: Kept, prefix: str) -> dict[str, Array]:
    """The arrays whose names begin so, by the rest of their names."""
    return {name.removeprefix(prefix): values for name, values in kept.items() if name.startswith(prefix)}


def without_rows(kept: Kept) -> Kept:
    """What is still needed once the tables are written."""
    return {name: values for name, values in kept.items() if not name.startswith(ROWS)}


def stacked(prefix: str, replications: Iterable[Mapping[str, Any]]) -> dict[str, Array]:
    """One value or array of each replication by name, one behind the other: (replication, ...)."""
    listed = list(replications)
    return {f"{prefix}{name}": np.stack([np.asarray(one[name]) for one in listed]) for name in listed[0]}


def _joined(name: str, parts: Sequence[Array]) -> Array:
    if name.startswith(FIRST):
        return parts[0]
    if name.startswith(SUM):
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total
    return np.concatenate(parts)
