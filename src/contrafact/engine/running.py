"""A replication under way, tick by tick; it can be forked between two ticks."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from dataclasses import dataclass

from contrafact.engine import checkpoint
from contrafact.engine.digest import Digest
from contrafact.engine.draws import NOTHING
from contrafact.engine.setup import Model, set_up
from contrafact.engine.stepper import apply
from contrafact.errors import InputError
from contrafact.kernels import Array
from contrafact.model.context import Context, Event
from contrafact.model.recording import RECORDERS, Recorder


@dataclass(frozen=True)
class Replication:
    """What one replication gave.

    digest     the same wherever and however often this replication is run
    outcomes   by name, in the order of ``recording.OUTCOMES``; an end that was not reached is infinite
    timeline   by quantity, (time,): the value at the end of each tick; ``hour`` first
    crowd      protesters at full hours, (hour, cell) int32
    holders    an index of ``HOLDERS`` at full hours, (hour, facility) int8
    events     seizures, recaptures, overruns, arrivals and actions, in order
    draws      the value of every drawn number
    """

    replication: int
    digest: str
    outcomes: dict[str, float]
    timeline: dict[str, Array]
    crowd: Array
    holders: Array
    events: tuple[Event, ...]
    draws: dict[str, float]
    elapsed_s: float


def tick(c: Context) -> None:
    """One tick: every mechanism reads the state as the tick began, then all is applied."""
    for mechanism in c.order:
        mechanism.step(c)
    apply(c)


class Run:
    """One replication under way: ``tick`` while it is ``under_way``, then ``finish``.

    done    ticks done
    ticks   all of them
    draw    number of the replication whose drawn numbers are taken
    given   numbers by path that are not drawn
    """

    def __init__(
        self,
        model: Model,
        seed: int,
        replication: int,
        record: frozenset[str] = frozenset(RECORDERS),
        until_hours: float | None = None,
        calm: bool = False,
        draw: int | None = None,
        given: Mapping[str, float] = NOTHING,
    ) -> None:
        self.started = time.perf_counter()
        if unknown := record - frozenset(RECORDERS):
            raise InputError(f"unknown recorder {sorted(unknown)[0]!r}", allowed=", ".join(RECORDERS))
        self.replication, self.record = replication, record
        self.context, self.draws = set_up(model, seed, replication, calm, draw, given)
        hours = model.hours if until_hours is None else min(until_hours, model.hours)
        self.ticks = round(hours * self.context.ticks_per_hour)
        self.done = 0
        self.recorder = Recorder(self.context, self.ticks, record)
        self.digest = Digest(extension.digest for extension in model.scenario.mechanisms)

    @property
    def under_way(self) -> bool:
        """Whether there is another tick to do."""
        return self.done < self.ticks

    def tick(self) -> None:
        """Do the next tick and look at it."""
        c = self.context
        c.tick = self.done
        tick(c)
        self.recorder.observe(c)
        self.done += 1
        if self.done % c.ticks_per_hour == 0:
            self.digest.hourly(c)

    def fork(self) -> Run:
        """A copy that goes on by itself."""
        other = copy.copy(self)
        other.context = checkpoint.copied(self.context)
        other.recorder, other.digest = copy.deepcopy(self.recorder), self.digest.copy()
        return other

    def finish(self) -> Replication:
        """What the replication gave."""
        c, recorder = self.context, self.recorder
        return Replication(
            replication=self.replication,
            digest=self.digest.finish(c),
            outcomes=recorder.outcomes(c),
            timeline=recorder.timeline(c),
            crowd=recorder.crowd,
            holders=recorder.holders,
            events=tuple(c.events) if "events" in self.record else (),
            draws=self.draws,
            elapsed_s=time.perf_counter() - self.started,
        )
