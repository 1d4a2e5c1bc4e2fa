"""The design of a comparison: which numbers are drawn for a pair, and under which settings of the switches it stands.

Replications come in groups. Those of one group share a draw of the scenario's numbers; within it there are two answers,
each a setting of every switch drawn together; and each answer is repeated with other random numbers. So the shares of
chance, of the scenario's numbers and of the switches in the variance of an effect can be told apart (see effects.py).
Settings are dealt: over as many groups as a switch has settings each comes once, in a drawn order, for each answer of a
group by itself. Which a replication gets depends on its number alone, not on how many there are.

Timed actions that could as well be triggered make a switch of their own, ``responses``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from contrafact import rng
from contrafact.experiment.arms import Arm
from contrafact.experiment.effects import Groups
from contrafact.scenario.overrides import settings
from contrafact.scenario.schema import Scenario
from contrafact.translation import counted_text, retold, text

ANSWERS, REPETITIONS = 2, 2
RESPONSES = "responses"
NOT_DRAWN = "switches are not drawn"
SWITCHES = 0
"""Number of the stream from which settings are dealt; the decision's name keeps it apart from all other draws."""


@dataclass(frozen=True)
class Switch:
    """Something contested: its settings by name, each with the changes of the scenario that it stands for."""

    name: str
    title: str
    settings: Mapping[str, Mapping[str, Any]]

    @property
    def paths(self) -> tuple[str, ...]:
        """Dotted paths that its settings change."""
        return tuple(dict.fromkeys(path for changes in self.settings.values() for path in changes))


@dataclass(frozen=True)
class Place:
    """Where a replication stands in the design: group, answer, whose numbers it draws, setting of each switch."""

    group: int
    answer: int
    draw: int
    settings: Mapping[str, str]


@dataclass(frozen=True)
class Design:
    """Switches whose settings are drawn, and those that are held as the scenario has them, each with the reason.

    drawn  False where all are held because nobody asked for them
    """

    seed: int
    switches: tuple[Switch, ...]
    held: Mapping[str, str]
    drawn: bool = True

    @property
    def answers(self) -> int:
        """Answers in a group: one where nothing is contested."""
        return ANSWERS if self.switches else 1

    @property
    def each(self) -> int:
        """Pairs in a group."""
        return self.answers * REPETITIONS

    def place(self, replication: int) -> Place:
        """Where the replication of a number stands."""
        group, answer = replication // self.each, replication % self.each // REPETITIONS
        return Place(group, answer, group * self.each, {s.name: self._dealt(s, group, answer) for s in self.switches})

    def groups(self, numbers: Sequence[int]) -> Groups:
        """How the replications of these numbers belong together."""
        places = [self.place(number) for number in numbers]
        return Groups(
            group=np.array([place.group for place in places], dtype=np.int64),
            answer=np.array([place.answer for place in places], dtype=np.int64),
            settings={s.name: np.array([place.settings[s.name] for place in places]) for s in self.switches},
            order={s.name: tuple(s.settings) for s in self.switches},
            answers=self.answers,
            repetitions=REPETITIONS,
        )

    def changes(self, chosen: Mapping[str, str]) -> dict[str, Any]:
        """What the chosen settings, one of each switch, change in the scenario."""
        changes: dict[str, Any] = {}
        for switch in self.switches:
            changes |= switch.settings[chosen[switch.name]]
        return changes

    def _dealt(self, switch: Switch, group: int, answer: int) -> str:
        names = list(switch.settings)
        turn, at = divmod(group, len(names))
        key, word = rng.stream_key(self.seed, SWITCHES), rng.decision(f"switch:{switch.name}")
        ranks = [float(rng.draw(key, word, turn, number, answer)[0]) for number in range(len(names))]
        return names[int(np.argsort(ranks)[at])]


def design_of(crisis: Scenario, arms: Sequence[Arm], seed: int, drawn: bool = True) -> Design:
    """The design of a comparison; ``drawn`` False holds every switch as the scenario has it.

    A switch is held too where an arm changes what its settings change: that arm is then compared with the record.
    """
    switches: list[Switch] = []
    held: dict[str, str] = {}
    declared = [
        Switch(name, switch.title, {key: dict(one.changes) for key, one in switch.settings.items()})
        for name, switch in crisis.switches.items()
    ]
    for switch in declared:
        arm = next((arm.name for arm in arms if _overlap(arm.paths, switch.paths)), None)
        if arm is None:
            switches.append(switch)
        else:
            held[switch.name] = held_by(arm)
    switches += _responses(crisis, arms)
    if not drawn:
        held, switches = {switch.name: NOT_DRAWN for switch in switches}, []
    return Design(seed, tuple(switches), held, drawn)


def _responses(crisis: Scenario, arms: Sequence[Arm]) -> list[Switch]:
    """The switch between hours and causes of the actions that have both; none where there are no such actions.

    An action of which an arm changes something keeps its response, since the arm speaks of it as the scenario has it;
    one that an arm leaves out need not.
    """
    if any(path == RESPONSES for arm in arms for path in arm.paths):
        return []
    changes = [change for arm in arms for change in settings(arm.changes)]
    spoken_of = {
        path.split(".")[1]
        for path, value in changes
        if path.startswith("actions.") and not (path.count(".") == 1 and value is None)
    }
    own: dict[str, str] = {name: crisis.response_of(name) for name in crisis.actions}
    free = [
        name
        for name, action in crisis.actions.items()
        if action.at is not None and action.when is not None and name not in spoken_of
    ]
    if not free:
        return []
    by_response = {}
    for response in ("fixed", "triggered"):
        wanted = {name: response if name in free else own[name] for name in own}
        differing = {f"actions.{name}.response": wanted[name] for name in own if wanted[name] != own[name]}
        if differing and crisis.responses != "as_listed":
            every = {f"actions.{name}.response": wanted[name] for name in own}
            differing = {RESPONSES: "as_listed", **every}
        by_response[response] = differing
    return [Switch(RESPONSES, asked_of(len(free)), by_response)]


@retold
def held_by(arm: str) -> str:
    """Why a switch is not drawn: an arm changes what its settings change."""
    return text("the arm {arm} changes it", arm=arm)


@retold
def asked_of(actions: int) -> str:
    """What the switch between hours and causes asks."""
    return counted_text(
        "Does {count} timed action come at its hour or upon its cause?",
        "Do {count} timed actions come at their hour or upon their cause?",
        actions,
    )


def _overlap(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether a path of one list is, or lies above or below, a path of the other."""
    return any(a == b or a.startswith(f"{b}.") or b.startswith(f"{a}.") for a in some for b in others)
