"""What the replications of one scenario did, as the operators take it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from contrafact.errors import InputError
from contrafact.evidence.tables import nearest

Floats: TypeAlias = NDArray[np.float64]


class Occurrence(Protocol):
    """One event of a replication: its hour since the start, its kind, what and where it befell, a number with it."""

    @property
    def hour(self) -> float: ...
    @property
    def kind(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def value(self) -> float: ...


def befell(event: Occurrence) -> str:
    """What the reading of an event is about: the facility that changed hands, or the place of what happened there."""
    return event.subject if event.kind in ("seizure", "recapture") else event.place


@dataclass(frozen=True)
class Runs:
    """What the replications of one scenario did.

    timeline  quantity -> (replication, time); "hour" -> (time,) or the same shape, hours since the start at tick ends
    events    the events of each replication
    horizon   hours from the scenario's start to its end, whether or not the run went so far
    """

    start: datetime
    horizon: float
    timeline: Mapping[str, Floats]
    events: Sequence[Sequence[Occurrence]]

    @property
    def hour(self) -> Floats:
        """Hours since the start at the end of each tick, (time,)."""
        hour = np.asarray(self.timeline["hour"], dtype=np.float64)
        return hour if hour.ndim == 1 else hour[0]

    @property
    def count(self) -> int:
        """Replications."""
        shapes = [np.atleast_2d(curve).shape[0] for name, curve in self.timeline.items() if name != "hour"]
        return shapes[0] if shapes else len(self.events)

    def hours(self, time: datetime | None) -> float | None:
        """Hours from the start to this time."""
        return None if time is None else (time - self.start) / timedelta(hours=1)

    def series(self, name: str) -> Floats:
        """A quantity of the timeline, (replication, time); InputError with the nearest spelling when there is none."""
        if name not in self.timeline:
            raise InputError(f'the model records no "{name}"{nearest(name, list(self.timeline))}', found=name)
        return np.atleast_2d(np.asarray(self.timeline[name], dtype=np.float64))

    def summed(self, quantity: str) -> Floats:
        """Sum over the parts of "a+b", where "a_total" is the sum over all groups of a, (replication, time)."""
        return np.asarray(np.sum([self._whole(part) for part in quantity.split("+")], axis=0))

    def _whole(self, quantity: str) -> Floats:
        prefix, _, group = quantity.partition("_")
        names = [name for name in self.timeline if name.startswith(f"{prefix}_")]
        if group != "total" or quantity in self.timeline or not names:
            return self.series(quantity)
        return np.asarray(np.sum([self.series(name) for name in names], axis=0))
