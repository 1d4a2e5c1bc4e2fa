"""When an arm leaves the recorded run: just before the first tick in which an action that differs would fire in either.

Until then both are the same to the bit, if nothing but actions differs, so that what comes before is run once. Of an
alliance's answer the same is true until it is asked for help. Actions of both are looked at beside the run as policy
looks at them; nothing of the run is changed.

Check     tests/engine/test_branching.py: a forked arm has the digest of the arm that is run whole
"""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from dataclasses import dataclass
from typing import Any

from contrafact.engine import setup
from contrafact.engine.lift import pact_of
from contrafact.engine.running import Run
from contrafact.engine.setup import Model
from contrafact.model import policy
from contrafact.model.alliance import Pact
from contrafact.model.policy import Action
from contrafact.scenario.schema import Scenario

AT_ONCE = 0.0
"""Hour for which set-up sets levers, before the first tick."""

ONLY_NAMES = ("variant", "variants", "switches", "actions")
"""Parts of a scenario that do not change a run, and its actions, which are compared one by one."""

REQUEST = "alliance.request"
ANSWER = ("consultation", "granted", "mandate")
"""Keys of an alliance that nothing looks at before a request, beside the hours until members are ready."""


class Lookout:
    """A list of actions beside a run, none of which acts; tells which of them fire in the tick to come.

    actions  those of the run itself, of which set-up has fired what is due before the first tick, or others, of which
             nothing has fired: ``fire_at_once`` then does what set-up does
    """

    def __init__(self, run: Run, actions: list[Action]) -> None:
        self.actions = [copy(action) for action in actions]
        self._context = copy(run.context)
        self._context.actions = self.actions

    @property
    def fired(self) -> frozenset[str]:
        """Names of those that have fired so far."""
        return frozenset(action.name for action in self.actions if action.fired is not None)

    def fire_at_once(self) -> None:
        """Fire what is due before the first tick."""
        self._fire(AT_ONCE)

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


@dataclass(frozen=True)
class Terms:
    """What an arm has of its own from the fork on: actions, before any has fired, parameters, alliance, drawn numbers.

    draws  every drawn number by path, as ``Run.draws``
    """

    actions: list[Action]
    parameters: dict[str, float]
    alliance: Pact | None
    draws: dict[str, float]


def terms_of(model: Model, run: Run, seed: int, draw: int) -> Terms:
    """The terms of an arm beside a run whose numbers are drawn under the same seed and number."""
    draws, fixed = setup.drawn(model, seed, draw), run.context.fixed
    pact, _ = pact_of(model.scenario, model.world, fixed, draws)
    return Terms(setup.actions(model, fixed, draws), draws.parameters, pact, draws.values)


class Branch:
    """An arm that is the same as a run until an action fires, in either of the two.

    waits_for  names of those actions
    """

    def __init__(self, run: Run, terms: Terms, waits_for: frozenset[str]) -> None:
        self.terms, self.waits_for = terms, waits_for
        self.lookout = Lookout(run, terms.actions)
        self.lookout.fire_at_once()

    def fork_if_due(self, run: Run, firing: frozenset[str]) -> Run | None:
        """The arm as a run of its own where the next tick is the first that may differ; None before.

        firing  names of the run's own actions that fire in the next tick
        """
        own = self.lookout.next_to_fire(run)
        if self.waits_for.isdisjoint(own | firing):
            return None
        fork = run.fork()
        c = fork.context
        c.actions, c.p, c.fixed.alliance = self.lookout.as_before(own), self.terms.parameters, self.terms.alliance
        fork.draws = self.terms.draws
        return fork

    def starts_at_once(self, recorded: Lookout) -> bool:
        """Whether such an action has fired before the first tick, in either, so that there is nothing to share.

        recorded  the lookout of the run itself; call it before the first tick
        """
        return not self.waits_for.isdisjoint(self.lookout.fired | recorded.fired)


def waits_for(recorded: Scenario, arm: Scenario) -> frozenset[str] | None:
    """Actions without which two scenarios run alike: those that differ, and the request where the alliance does.

    None where more differs than actions and what an alliance only looks at once it was asked for help.
    """
    one, other = recorded.resolved(), arm.resolved()
    quiet = [_set_apart(tree) for tree in (one, other)]
    if any(one.get(key) != other.get(key) for key in {*one, *other} if key not in ONLY_NAMES):
        return None
    here, there = one.get("actions") or {}, other.get("actions") or {}
    found = {name for name in {*here, *there} if here.get(name) != there.get(name)}
    if quiet[0] != quiet[1]:
        found |= {name for tree in (here, there) for name, action in tree.items() if action.get("what") == REQUEST}
    return frozenset(found)


def _set_apart(tree: dict[str, Any]) -> list[Any]:
    """Take out of a scenario what an alliance only looks at once it was asked for help, and return it."""
    parameters, alliance = tree.get("parameters") or {}, tree.get("alliance") or {}
    own = [name for name in parameters if name.startswith("alliance.")]
    members = alliance.get("members") or {}
    return [
        {name: parameters.pop(name) for name in own},
        {key: alliance.pop(key) for key in ANSWER if key in alliance},
        {name: member.pop("ready", None) for name, member in members.items()},
    ]
