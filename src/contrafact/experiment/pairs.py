"""One replication of the recorded run and of every arm, with the same random numbers, what they share run once.

An arm that differs from the recorded run in actions alone leaves it just before the first of them is due, in either,
and one that differs in what an alliance answers before it is asked (engine/branching.py). Until then it is the recorded
run. Every other arm, and one that changes nothing, is run whole.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from threading import RLock
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from numpy.typing import NDArray

from contrafact import world
from contrafact.engine import Model, Run, prepare
from contrafact.engine.branching import Branch, Lookout, terms_of, waits_for
from contrafact.experiment import city
from contrafact.experiment.arms import Arm, changed
from contrafact.experiment.collecting import Collected, Half, Pairs, comparison_of
from contrafact.experiment.design import Design
from contrafact.experiment.divergence import Divergence, Following, People, Sums
from contrafact.experiment.result import RECORDED
from contrafact.experiment.watching import SEEN, hourly
from contrafact.model.extending import Extension
from contrafact.scenario.schema import Scenario

if TYPE_CHECKING:
    from contrafact.experiment.comparison import Comparison
    from contrafact.experiment.kept import Kept
    from contrafact.experiment.plan import Plan
    from contrafact.world import World

Array: TypeAlias = NDArray[Any]

KEPT = frozenset({"events"})
READ_BY_WORLD = ("place", "population", "facilities", "sites", "posts", "files")
"""Sections of a scenario on which its world may depend."""


class Prepared(NamedTuple):
    """The model of an arm, and the actions before which it is the recorded run, None where it may differ at once."""

    model: Model
    waits_for: frozenset[str] | None


class Models:
    """Models of arms under settings: the last that were used are kept, and worlds that are the same are shared."""

    def __init__(self, crisis: Scenario, built: World, room: int) -> None:
        self.crisis, self.room = crisis, room
        self._alike: dict[str, Model] = {_ground(crisis): prepare(crisis, built)}
        self._made: OrderedDict[str, Prepared] = OrderedDict()
        self._lock = RLock()

    def of(self, changes: Mapping[str, Any], arm: Arm | None) -> Prepared:
        """An arm, None for the recorded run, where switches change this much of the scenario."""
        name = json.dumps([None if arm is None else arm.name, changes], sort_keys=True)
        with self._lock:
            if name not in self._made:
                self._made[name] = self._make(changes, arm)
            self._made.move_to_end(name)
            while len(self._made) > self.room:
                self._made.popitem(last=False)
            return self._made[name]

    def _make(self, changes: Mapping[str, Any], arm: Arm | None) -> Prepared:
        if arm is None:
            crisis = city.overridden(self.crisis, changes) if changes else self.crisis
            return Prepared(self._model(crisis), frozenset())
        recorded = self.of(changes, None).model.scenario
        crisis = changed(recorded, arm)
        return Prepared(self._model(crisis), waits_for(recorded, crisis))

    def _model(self, crisis: Scenario) -> Model:
        ground = _ground(crisis)
        like = self._alike.get(ground)
        model = prepare(crisis, world.build(crisis) if like is None else like.world, like)
        self._alike.setdefault(ground, model)
        return model


def _ground(crisis: Scenario) -> str:
    """All that the world of a scenario may depend on."""
    tree = crisis.resolved()
    return json.dumps([tree.get(name) for name in READ_BY_WORLD])


@dataclass(frozen=True)
class PairsJob:
    """What every replication of a comparison shares.

    share  False runs every arm whole
    watch  whether curves, crowds and holders of every run are kept
    """

    scenario: Scenario
    world: World
    arms: Sequence[Arm]
    design: Design
    models: Models
    seed: int
    until_hours: float
    share: bool = True
    watch: bool = False

    def simulate(self, number: int) -> Pairs:
        """Run the recorded run and every arm of one replication on this thread."""
        place = self.design.place(number)
        changes = self.design.changes(place.settings)
        prepared = {arm.name: self.models.of(changes, arm) for arm in self.arms}
        run = self._run(self.models.of(changes, None).model, number, place.draw)
        branches = self._branches(run, prepared, place.draw)
        forks: dict[str, tuple[Run, Sums]] = {}
        cells = run.context.fixed.cells
        people, sums, own = People(run.ticks, cells), Sums(cells), Lookout(run, run.context.actions)
        branches = {name: branch for name, branch in branches.items() if not branch.starts_at_once(own)}
        while run.under_way:
            firing = own.next_to_fire(run) if branches else frozenset()
            for name, branch in list(branches.items()):
                fork = branch.fork_if_due(run, firing)
                if fork is not None:
                    forks[name] = fork, sums.copy()
                    del branches[name]
            run.tick()
            people.note(run)
            sums.add(run.context)
        halves = {RECORDED: _half(run, sums, None, 0)}
        for arm in self.arms:
            begun = forks.pop(arm.name, None) or (self._run(prepared[arm.name].model, number, place.draw), Sums(cells))
            halves[arm.name] = _followed(*begun, people, run.digest.hours)
        return Pairs(number, halves, place.settings)

    def collector(self, asked: Plan) -> Collected:
        """Something empty that keeps the pairs of this job."""
        return Collected()

    def result(self, asked: Plan, kept: Kept, elapsed_s: float) -> Comparison:
        """The comparison of pairs that were kept."""
        return comparison_of(self.scenario, self.world, self.arms, self.design, asked, kept, elapsed_s)

    def recipe(self) -> Callable[[], PairsJob]:
        """Makes the same job in another process."""
        return partial(
            made,
            self.scenario.resolved(),
            self.scenario.mechanisms,
            self.world,
            self.arms,
            self.design,
            self.seed,
            self.until_hours,
            self.share,
            self.watch,
        )

    def _run(self, model: Model, number: int, draw: int) -> Run:
        return Run(model, self.seed, number, KEPT | SEEN if self.watch else KEPT, self.until_hours, draw=draw)

    def _branches(self, run: Run, prepared: Mapping[str, Prepared], draw: int) -> dict[str, Branch]:
        """The arms that can be forked from a run before its first tick."""
        found = {}
        for name, (model, names) in prepared.items() if self.share else ():
            if names:
                found[name] = Branch(run, terms_of(model, run, self.seed, draw), names)
        return found


def made(
    resolved: Mapping[str, Any],
    mechanisms: tuple[Extension, ...],
    built: World,
    arms: Sequence[Arm],
    design: Design,
    seed: int,
    until_hours: float,
    share: bool = True,
    watch: bool = False,
) -> PairsJob:
    """The job of a scenario that is plain data, for a process that runs one replication at a time."""
    crisis = city.from_resolved(resolved, mechanisms)
    job = job_of(crisis, built, arms, design, seed, until_hours, share, side_by_side=1)
    return replace(job, watch=watch)


def job_of(
    crisis: Scenario,
    built: World,
    arms: Sequence[Arm],
    design: Design,
    seed: int,
    until_hours: float,
    share: bool = True,
    side_by_side: int = 2,
) -> PairsJob:
    """The job of a scenario; models for twice as many replications as run side by side are kept."""
    models = Models(crisis, built, room=2 * side_by_side * (len(arms) + 1))
    return PairsJob(crisis, built, arms, design, models, seed, until_hours, share)


def _followed(run: Run, sums: Sums, people: People, recorded: list[bytes]) -> Half:
    """Run an arm to its end, beside the recorded run of its pair."""
    forked_at, following = run.done, Following(people, run.context.fixed.cells)
    while run.under_way:
        run.tick()
        following.look(run)
        sums.add(run.context)
    return _half(run, sums, following.result(recorded, run.digest.hours), forked_at)


def _half(run: Run, sums: Sums, divergence: Divergence | None, forked_at: int) -> Half:
    done, districts = run.finish(), sums.by_district(run.context)
    seen = hourly(done, run.context.ticks_per_hour) if run.record >= SEEN else None
    return Half(done.digest, done.outcomes, done.events, districts, divergence, forked_at, seen)
