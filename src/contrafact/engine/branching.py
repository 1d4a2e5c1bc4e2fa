"""When an arm leaves the recorded run: just before the first tick in which an action that differs would fire in either.

Until then both are the same to the bit, if nothing but actions differs, so that what comes before is run once. Actions
of both are looked at beside the run as policy looks at them; nothing of the run is changed.

Check     tests/engine/test_branching.py: a forked arm has the digest of the arm that is run whole
"""

from __future__ import annotations

from collections.abc import Collection
from copy import copy

from contrafact.engine.running import Run
from contrafact.model import policy
from contrafact.model.policy import Action

AT_ONCE = 0.0
"""Hour for which set-up sets levers, before the first tick."""


class Lookout:
    """A list of actions beside a run, none of which acts; tells which of them fire in the tick to come."""

    def __init__(self, run: Run, actions: list[Action]) -> None:
        self.actions = [copy(action) for action in actions]
        self._context = copy(run.context)
        self._context.actions = self.actions
        self.fired_at_once = self._fire(AT_ONCE)

    def next_to_fire(self, run: Run) -> frozenset[str]:
        """Names of those that fire in the next tick of the run; call it once before each tick."""
        c = run.context
        return self._fire(run.done / c.ticks_per_hour + c.dt)

    def _fire(self, hour: float) -> frozenset[str]:
        return frozenset(action.name for action in policy.fire_due(self._context, hour))

    def as_before(self, names: Collection[str]) -> list[Action]:
        """The actions as they were before these, the last that were told, fired; what set their hour stands."""
        before = [copy(action) for action in self.actions]
        for action in before:
            if action.name in names:
                action.fired = None
        return before


class Branch:
    """An arm that differs from a run in some actions and in nothing else, until it has to be forked.

    actions    of the arm, before anything has fired
    differing  names of those that differ, or that only one of the two has
    """

    def __init__(self, run: Run, actions: list[Action], differing: frozenset[str]) -> None:
        self.differing = differing
        self.lookout = Lookout(run, actions)

    def fork_if_due(self, run: Run, firing: frozenset[str]) -> Run | None:
        """The arm as a run of its own where the next tick is the first that may differ; None before.

        firing  names of the run's own actions that fire in the next tick
        """
        own = self.lookout.next_to_fire(run)
        if self.differing.isdisjoint(own | firing):
            return None
        return run.fork(self.lookout.as_before(own))

    def starts_at_once(self, recorded: Lookout) -> bool:
        """Whether an action that differs fires before the first tick, so that there is nothing to share."""
        return not self.differing.isdisjoint(self.lookout.fired_at_once | recorded.fired_at_once)
