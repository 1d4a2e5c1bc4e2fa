"""The digest: one hash that two runs share if they did the same, whatever was recorded and wherever they ran.

Hashed are the residents in the street and the cumulative counts at every full hour, and the full state at the end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

from contrafact.model.context import Context
from contrafact.model.state import ARRAYS

HOURLY = ("slot_person", "slot_cell", "slot_phase", "slot_spent")


class Digest:
    """A running hash of one replication.

    hours  the hash so far after each full hour: as long as those of two runs agree, the runs have done the same
    """

    def __init__(self, others: Iterable[str] = ()) -> None:
        """Begin with what else makes runs differ: digests of files of a user's own mechanisms."""
        self._hash = hashlib.blake2b(digest_size=16)
        for other in others:
            self._hash.update(other.encode())
        self.hours: list[bytes] = []

    def copy(self) -> Digest:
        """The same hash so far, which goes on by itself."""
        other = Digest()
        other._hash, other.hours = self._hash.copy(), self.hours.copy()
        return other

    def hourly(self, c: Context) -> None:
        """Take in the residents in the street and the counts."""
        for name in HOURLY:
            self._hash.update(np.ascontiguousarray(getattr(c.now, name)[: c.slots]).data)
        self._hash.update(c.now.counts.data)
        self.hours.append(self._hash.copy().digest())

    def finish(self, c: Context) -> str:
        """Take in the full state and give the hash in hexadecimal."""
        for spec in ARRAYS:
            if spec.name in ("winner", "slot_fate", "cell_slots") or spec.name.startswith(("moved_", "spent_after")):
                continue
            array = getattr(c.now, spec.name)
            self._hash.update(spec.name.encode())
            self._hash.update(array[: c.slots].data if spec.dims == ("slot",) else array.data)
        for name, own in sorted(c.memory.items()):
            self._hash.update(name.encode() + np.ascontiguousarray(own).tobytes())
        return self._hash.hexdigest()
