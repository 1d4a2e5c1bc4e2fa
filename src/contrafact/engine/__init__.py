"""How it runs: the fixed loop over mechanisms, competing events, the digest. Knows no mechanism by name."""

from __future__ import annotations

from collections.abc import Mapping

from contrafact.engine.draws import NOTHING
from contrafact.engine.running import Replication, Run, tick
from contrafact.engine.setup import Model, prepare, set_up
from contrafact.model import ORDER
from contrafact.model.context import Event
from contrafact.model.recording import RECORDERS

__all__ = ["ORDER", "RECORDERS", "Event", "Model", "Replication", "Run", "prepare", "set_up", "simulate", "tick"]


def simulate(
    model: Model,
    seed: int,
    replication: int,
    record: frozenset[str] = frozenset(RECORDERS),
    until_hours: float | None = None,
    calm: bool = False,
    given: Mapping[str, float] = NOTHING,
) -> Replication:
    """Run one replication on this thread.

    ``until_hours`` ends it early, counted from the scenario's start; ``calm`` leaves out news and every action;
    ``given`` are numbers by their path in the scenario that are taken as they are, not drawn.
    """
    run = Run(model, seed, replication, record, until_hours, calm, given=given)
    while run.under_way:
        run.tick()
    return run.finish()
