"""How it runs: the fixed loop over mechanisms, competing events, the digest. Knows no mechanism by name."""

from __future__ import annotations

import time
from dataclasses import dataclass

from contrafact.engine.digest import Digest
from contrafact.engine.setup import Model, prepare, set_up
from contrafact.engine.stepper import apply
from contrafact.errors import InputError
from contrafact.kernels import Array
from contrafact.model import ORDER
from contrafact.model.context import Context, Event
from contrafact.model.recording import RECORDERS, Recorder

__all__ = ["ORDER", "RECORDERS", "Event", "Model", "Replication", "prepare", "simulate"]


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
    for mechanism in ORDER:
        mechanism.step(c)
    apply(c)


def simulate(
    model: Model,
    seed: int,
    replication: int,
    record: frozenset[str] = frozenset(RECORDERS),
    until_hours: float | None = None,
    calm: bool = False,
) -> Replication:
    """Run one replication on this thread.

    ``until_hours`` ends it early, counted from the scenario's start; ``calm`` leaves out news and every action.
    """
    started = time.perf_counter()
    if unknown := record - frozenset(RECORDERS):
        raise InputError(f"unknown recorder {sorted(unknown)[0]!r}", allowed=", ".join(RECORDERS))
    c, draws = set_up(model, seed, replication, calm)
    hours = model.hours if until_hours is None else min(until_hours, model.hours)
    ticks = round(hours * c.ticks_per_hour)
    recorder, digest = Recorder(c, ticks, record), Digest()
    for c.tick in range(ticks):
        tick(c)
        recorder.observe(c)
        if (c.tick + 1) % c.ticks_per_hour == 0:
            digest.hourly(c)
    return Replication(
        replication=replication,
        digest=digest.finish(c),
        outcomes=recorder.outcomes(c),
        timeline=recorder.timeline(c),
        crowd=recorder.crowd,
        holders=recorder.holders,
        events=tuple(c.events) if "events" in record else (),
        draws=draws,
        elapsed_s=time.perf_counter() - started,
    )
