"""Arms of a comparison: a scenario's variants, or changes made on the spot."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from contrafact.errors import InputError, InputErrors
from contrafact.experiment import city
from contrafact.scenario.actions import Announce
from contrafact.scenario.document import RECORDED
from contrafact.scenario.overrides import ORIGIN, Overrides, settings
from contrafact.scenario.problems import listed, nearest, show

if TYPE_CHECKING:
    from contrafact.scenario import Scenario

AskedArms: TypeAlias = Sequence[str] | Mapping[str, Overrides | str | None] | None

OPTION = "--arm"
FIRST = "restraint"
"""The arm that is compared where none is named."""

ON_THE_SPOT = re.compile(r"(?P<name>[^:=;]*):(?P<changes>.*)", re.DOTALL)
NEXT_CHANGE = re.compile(r";(?=\s*(?:[A-Za-z_][\w.\-]*\s*=|$))")
"""A semicolon before another PATH= or at the end; others belong to a value."""


@dataclass(frozen=True)
class Arm:
    """What one arm changes: a mapping of paths to values, or ``PATH=VALUE`` texts; nothing where it is empty."""

    name: str
    title: str
    changes: Overrides

    def as_dict(self) -> dict[str, Any]:
        """JSON form, which ``from_dict`` reads."""
        changes = dict(self.changes) if isinstance(self.changes, Mapping) else list(self.changes)
        return {"name": self.name, "title": self.title, "changes": changes}

    @staticmethod
    def from_dict(held: Mapping[str, Any]) -> Arm:
        """The arm whose ``as_dict`` this is."""
        return Arm(str(held["name"]), str(held["title"]), held["changes"])

    @property
    def paths(self) -> tuple[str, ...]:
        """Dotted paths that it changes."""
        return tuple(path for path, _ in settings(self.changes))


def read_arms(crisis: Scenario, asked: AskedArms, reference: str = RECORDED) -> tuple[Arm, ...]:
    """The arms that were asked for, each tried on the scenario; InputErrors with everything that is wrong.

    asked      names of variants and ``NAME:PATH=VALUE;...`` texts; or names with overrides, None for a variant's own;
               None: restraint
    reference  name of what arms are compared with, which no arm may have
    """
    if asked is None:
        asked = [_first(crisis, reference)]
    given = asked.items() if isinstance(asked, Mapping) else (_cut(text) for text in asked)
    arms: list[Arm] = []
    errors: list[InputError] = []
    for name, changes in given:
        try:
            arms.append(_arm(crisis, name, changes))
            if arms[-1].name in {RECORDED, reference, *(arm.name for arm in arms[:-1])}:
                raise _named_twice(arms[-1].name, reference)
            changed(crisis, arms[-1])
        except InputError as error:
            errors.append(error)
        except InputErrors as error:
            errors.extend(error.errors)
    if not (arms or errors):
        errors.append(InputError("found no arm, expected at least one", OPTION))
    if errors:
        raise InputErrors(errors)
    return tuple(arms)


def changed(crisis: Scenario, arm: Arm) -> Scenario:
    """The scenario as an arm has it; InputErrors, which name the arm, where it cannot be."""
    try:
        return city.overridden(crisis, arm.changes) if arm.changes else crisis
    except InputErrors as errors:
        raise InputErrors(list(_of_arm(errors.errors, arm.name))) from None


def _first(crisis: Scenario, reference: str) -> str:
    """The arm that is compared where none is named; InputErrors where there is no such arm."""
    if FIRST in crisis.variants and reference != FIRST:
        return FIRST
    why = f"it has no variant {FIRST}" if FIRST not in crisis.variants else f"{FIRST} is what arms are compared with"
    allowed = listed(["NAME:PATH=VALUE", *(name for name in crisis.variants if name != reference)], 40)
    message = f"needs {OPTION}, since {why}; allowed here: {allowed}"
    raise InputErrors([InputError(message, crisis.name, allowed=allowed)])


def _cut(text: str) -> tuple[str, Overrides | None]:
    """Name and changes of a text; None for changes where it is the bare name of a variant."""
    found = ON_THE_SPOT.fullmatch(text.strip())
    if found is None:
        return text.strip(), None
    changes = (change.strip() for change in NEXT_CHANGE.split(found["changes"]))
    return found["name"].strip(), tuple(change for change in changes if change)


def _arm(crisis: Scenario, name: str, changes: Overrides | str | None) -> Arm:
    if changes is None:
        variant = _variant(crisis, name)
        return Arm(variant, crisis.variants[variant].title, dict(crisis.variants[variant].settings))
    if not name:
        allowed = "a name before the colon, e.g. late:actions.alliance_request.at=2022-01-07T00:53"
        raise InputError(f"found no name, expected {allowed}", OPTION, allowed=allowed)
    made = _resolved(crisis, (changes,) if isinstance(changes, str) else changes)
    try:
        pairs = settings(made)
    except InputErrors as errors:
        raise InputErrors(list(_of_arm(errors.errors, name))) from None
    title = "; ".join(f"{path} = {show(value)}" for path, value in pairs) or "nothing is changed"
    return Arm(name, title, made)


def _resolved(crisis: Scenario, changes: Overrides) -> Overrides:
    """Changes in which what an action announces, such as ``alliance.request``, stands for the action."""
    announced = {
        action.what: f"actions.{name}" for name, action in crisis.actions.items() if isinstance(action, Announce)
    }

    def path(given: str) -> str:
        for what, action in announced.items():
            if given.strip() == what or given.strip().startswith(f"{what}."):
                return action + given.strip().removeprefix(what)
        return given

    if isinstance(changes, Mapping):
        return {path(key): value for key, value in changes.items()}
    cut = (text.partition("=") for text in changes)
    return tuple(f"{path(key)}{equals}{value}" for key, equals, value in cut)


def _variant(crisis: Scenario, name: str) -> str:
    """The variant of a name, in which - and _ are the same."""
    for known in crisis.variants:
        if known.replace("-", "_") == name.replace("-", "_"):
            return known
    allowed = listed(crisis.variants, 40)
    hint = nearest(name.replace("-", "_"), crisis.variants)
    if "=" in name and not hint:
        hint = "; an arm made on the spot has a name and a colon before its changes, as in NAME:PATH=VALUE"
    message = f"the scenario has no variant {show(name)}{hint or f'; allowed here: {allowed}'}"
    raise InputError(message, OPTION, found=name, allowed=allowed)


def _named_twice(name: str, reference: str) -> InputError:
    allowed = f"a name of its own for each arm; {reference} is what all are compared with"
    return InputError(f"found the arm {show(name)} twice, expected {allowed}", OPTION, found=name, allowed=allowed)


def _of_arm(errors: Iterable[InputError], name: str) -> Iterator[InputError]:
    """Errors of overrides, told of the arm that makes them."""
    for error in errors:
        if error.file == ORIGIN:
            error.file = f"{OPTION} {name}"
        yield error
