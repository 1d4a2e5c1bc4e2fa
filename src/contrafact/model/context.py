"""What a mechanism is handed: the state, the fixed arrays, the drawn numbers, the clock and where proposals go."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from contrafact.kernels import Array
from contrafact.model.state import CLEAR_MANDATE, STATE, State

SPARE, SPARE_OUTSIDE = 8, 4096
"""Room that other mechanisms may need in a tick, for each slot and besides; see participation.py."""


class Event(NamedTuple):
    """Something that a reader of the replay wants to know of: seizure, recapture, overrun, arrival, action."""

    tick: int
    hour: float
    kind: str
    subject: str
    place: str
    value: float


class Fixed(SimpleNamespace):
    """Arrays that do not change during a replication: sites, facilities, units, routes, edges of classes."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


@dataclass
class Proposals:
    """Changes of status proposed in a tick: person, status, hours into the tick, a number that goes with it.

    Of several proposals for one person the earliest wins, ties by the order of proposing, which is the loop's.
    ``cell`` is where it happens. ``payload`` is the slot of one who is in the street; of one who joins it is the site,
    and ``detail`` is hardship, risk aversion and patience.
    """

    person: Array
    status: Array
    time: Array
    cell: Array
    payload: Array
    detail: Array
    n: int = 0

    @classmethod
    def with_room_for(cls, size: int) -> Proposals:
        """Room for ``size`` proposals; memory is touched only as far as it is used."""
        person, cell, payload = (np.empty(size, np.int32) for _ in range(3))
        return cls(person, np.empty(size, np.uint8), np.empty(size), cell, payload, np.empty((size, 3)))

    def reserve(self, size: int) -> None:
        """Make room for at least ``size`` proposals and keep those made."""
        if size > self.person.size:
            larger = Proposals.with_room_for(2 * size)
            for old, new in zip(self.arrays(), larger.arrays(), strict=True):
                new[: self.n] = old[: self.n]
            larger.n = self.n
            self.__dict__.update(larger.__dict__)

    def arrays(self) -> tuple[Array, Array, Array, Array, Array, Array]:
        """The columns, in the order in which kernels take them."""
        return self.person, self.status, self.time, self.cell, self.payload, self.detail


@dataclass
class Context:
    """One replication under way.

    ``p`` maps a parameter's name to its value in the declared unit; ``situation`` is what policy compares to see
    whether any lever changes; ``by_mechanism`` and ``lost`` keep what ``of`` and ``share_lost`` looked up. ``order``
    are the mechanisms of a tick, and ``memory`` are arrays that a mechanism of a user's own keeps, each for itself.
    """

    now: State
    next: State
    fixed: Fixed
    p: dict[str, float]
    key: Array
    dt: float
    ticks_per_hour: int
    proposals: Proposals
    hour_of_day_at_start: float
    tick: int = 0
    slots: int = 0
    situation: tuple[int, ...] = ()
    by_mechanism: dict[str, dict[str, float]] = field(default_factory=dict)
    lost: dict[tuple[str, bytes], float] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    actions: list[Any] = field(default_factory=list)
    order: tuple[Any, ...] = ()
    memory: dict[str, Array] = field(default_factory=dict)

    @property
    def hour(self) -> float:
        """Hours since the start of the scenario at which this tick begins."""
        return self.tick / self.ticks_per_hour

    @property
    def hour_of_day(self) -> float:
        """Local hour of the day, 0 to 24."""
        return (self.hour_of_day_at_start + self.hour) % 24

    def of(self, mechanism: str) -> dict[str, float]:
        """Values of the parameters of one mechanism, by their names without it."""
        if mechanism not in self.by_mechanism:
            head = f"{mechanism}."
            values = {name.removeprefix(head): value for name, value in self.p.items() if name.startswith(head)}
            self.by_mechanism[mechanism] = values
        return self.by_mechanism[mechanism]

    def share_lost(self, kind: str, where_none: float = 0.0) -> float:
        """Share of the facilities of a kind that the state does not hold; ``where_none`` where there are none."""
        held = kind, self.now.holder.tobytes()  # it seldom changes
        if held not in self.lost:
            holders = self.now.holder[getattr(self.fixed, f"facility_is_{kind}")]
            self.lost[held] = np.count_nonzero(holders != STATE) / holders.size if holders.size else math.nan
        share = self.lost[held]
        return where_none if math.isnan(share) else share

    def share_dying(self, wounded_per_killed: float) -> Array:
        """Share of hits by fire that are deaths, at once or of wounds, by cell, (cell,).

        It is 1 / (1 + ``wounded_per_killed``), or what dies of wounds anyhow if that is more, while care is at hand; a
        cut network, a curfew and hospitals lost raise the share of the wounded who die.
        """
        p, now = self.of("crowd_control"), self.now
        at_hand = p["of_wounds"]
        at_once = max(0.0, 1.0 - wounded_per_killed / (1.0 + wounded_per_killed) / max(1e-12, 1.0 - at_hand))
        delays = 1.0 + float(now.under_curfew[0]) + self.share_lost("hospital")  # where the network is cut
        later = (1.0 - at_once) * at_hand
        dying = later * p["delay"] * (delays - now.network)
        dying += at_once + later
        return np.asarray(np.minimum(1.0, dying))

    def propose(self, slots: Array, status: int, time: Array) -> None:
        """Propose a new status for those in these slots of the roster, (n,), at hours into the tick, (n,).

        For mechanisms of a user's own; those of the package write their proposals in kernels.
        """
        proposals, now = self.proposals, self.now
        proposals.reserve(proposals.n + slots.size + SPARE * self.slots + SPARE_OUTSIDE)
        first, last = proposals.n, proposals.n + slots.size
        proposals.person[first:last], proposals.status[first:last] = now.slot_person[slots], status
        proposals.time[first:last], proposals.cell[first:last] = time, now.slot_cell[slots]
        proposals.payload[first:last] = slots
        proposals.n = last

    def without_guests(self, firearms: bool = False) -> Array:
        """Members in each cell fit for duty, (cell,), less contingents whose mandate is not to clear.

        firearms  whether only members with firearms are counted
        """
        now = self.now
        force, guests = (now.armed_force, now.armed_guests) if firearms else (now.force, now.guests)
        return force if now.mandate[0] == CLEAR_MANDATE else np.asarray(force - guests)

    def note(self, kind: str, subject: str, place: str = "", value: float = 0.0, hour: float | None = None) -> None:
        """Write an event into the record of the run; nothing in the run reads it.

        It is dated to the end of the tick, from when on it holds, or to ``hour``.
        """
        ends = (self.tick + 1) / self.ticks_per_hour
        self.events.append(Event(self.tick, ends if hour is None else hour, kind, subject, place, value))
