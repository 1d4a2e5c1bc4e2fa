"""Actions: what happens at an hour, or when its cause occurs. One class for each kind, chosen by the key ``kind``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, GetJsonSchemaHandler, PlainValidator, SerializeAsAny, ValidationInfo, field_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from contrafact.scenario import units
from contrafact.scenario.as_json_schema import OneOf, sourced
from contrafact.scenario.context import ActionId, Context, EvidenceIds, ForceId, PlaceId, SiteId
from contrafact.scenario.parts import Listed, Part, Text, check_source
from contrafact.scenario.problems import Problems, listed, nearest, problem, show
from contrafact.scenario.quantities import (
    At,
    Distance,
    Duration,
    Persons,
    Quantity,
    Scale,
    Share,
    Sourced,
    Until,
    Weight,
)

Response: TypeAlias = Literal["fixed", "triggered"]
Level: TypeAlias = Literal["restraint", "riot_control", "self_defence", "without_warning"]
Cause: TypeAlias = Literal[
    "facilities_lost", "crowd", "armed", "deaths", "deaths_state", "injured", "detained", "contingents"
]
Reported: TypeAlias = Literal[
    "crowd", "armed", "deaths", "harmed", "deaths_armed", "deaths_state", "injured", "detained", "facilities_lost"
]
Channel: TypeAlias = Literal["official", "network", "broadcast"]
Hour: TypeAlias = Annotated[int, Field(ge=0, le=23)]


class Threshold(Sourced):
    """Marks the count at which a cause occurs: facilities are counted bare, everyone else in persons."""

    def scale(self, context: Context, siblings: Mapping[str, Any]) -> Scale:
        """The unit follows from the key ``quantity`` beside it."""
        del context
        return Scale(units.DIMENSIONLESS if siblings.get("quantity") == "facilities_lost" else "persons", 0.0)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Either unit: which one it is follows from the quantity."""
        del schema, handler
        return {"anyOf": [sourced("persons", 0.0), sourced(units.DIMENSIONLESS, 0.0)]}


class When(Part):
    """The cause of a triggered action: a count that reaches a threshold, or another action.

    quantity  count that is watched, None where another action is the cause
    at_least  threshold, in persons, or a plain number of facilities
    after     id of the action that is the cause, None where a count is
    delay     hours from the cause to the action; None is none
    """

    quantity: Cause | None = None
    at_least: Annotated[Quantity, Threshold(units.DIMENSIONLESS)] | None = Field(default=None, validate_default=True)
    after: ActionId | None = Field(default=None, validate_default=True)
    delay: Duration | None = None

    @field_validator("at_least")
    @classmethod
    def _quantity_has_threshold(cls, at_least: Quantity | None, info: ValidationInfo) -> Quantity | None:
        if "quantity" in info.data and (info.data["quantity"] is None) != (at_least is None):
            raise problem("a cause needs both quantity and at_least", allowed="quantity with at_least")
        return at_least

    @field_validator("after")
    @classmethod
    def _one_cause(cls, after: str | None, info: ValidationInfo) -> str | None:
        if "quantity" in info.data and (info.data["quantity"] is None) == (after is None):
            allowed = "either quantity with at_least, or after"
            raise problem(f"expected one cause: {allowed}", allowed=allowed)
        return after


class Action(Part):
    """What all kinds of action have.

    label       one line for readers
    at          hour at which it happens; needed where the response is fixed
    until       hour at which it ends, None: it lasts; may lie up to 60 days past the end of the scenario
    when        its cause; needed where the response is triggered
    response    in arms that change something before it: ``fixed`` to its hour, or ``triggered`` by its cause
    evidence    source of names, kinds and places; where it is absent, the source of ``at`` stands for it
    """

    kind: str
    label: Text
    at: At | None = None
    until: Until | None = None
    when: When | None = None
    response: Response
    evidence: EvidenceIds = ()
    assumption: Text | None = Field(default=None, validate_default=True)
    anchors: EvidenceIds = ()
    note: Text | None = None

    @field_validator("until")
    @classmethod
    def _ends_after_it_begins(cls, until: Quantity | None, info: ValidationInfo) -> Quantity | None:
        at = info.data.get("at")
        if until is not None and at is not None and not until.value > at.value:
            raise problem("until is not later than at", allowed="a time after at")
        return until

    @field_validator("response")
    @classmethod
    def _response_is_possible(cls, response: Response, info: ValidationInfo) -> Response:
        needed = "at" if response == "fixed" else "when"
        if needed in info.data and info.data[needed] is None:
            raise problem(f'the response "{response}" needs the key "{needed}"', response, f'"{needed}" beside it')
        return response

    @field_validator("assumption")
    @classmethod
    def _has_source(cls, assumption: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("at", True) is None:
            check_source(assumption, info.data)
        return assumption


class Call(Action):
    """A call to gather at a site, open from ``at`` until ``until``: adds to the site's attraction and to the news."""

    kind: Literal["call"]
    site: SiteId
    weight: Weight
    news: Weight | None = None


class March(Action):
    """A share of those present at one site walks to another."""

    kind: Literal["march"]
    origin: SiteId
    destination: SiteId
    share: Share

    @field_validator("destination")
    @classmethod
    def _leads_elsewhere(cls, destination: str, info: ValidationInfo) -> str:
        if destination == info.data.get("origin"):
            raise problem("a march ends where it begins", destination, "another site than origin")
        return destination


class Concession(Action):
    """Adds to legitimacy at once; the sign is free."""

    kind: Literal["concession"]
    size: Annotated[Quantity, Sourced(units.DIMENSIONLESS, -1.0, 1.0)]


class Emergency(Action):
    """State of emergency: the rate of joining is multiplied by 1 - compliance."""

    kind: Literal["emergency"]
    compliance: Share


class Curfew(Action):
    """Nightly curfew from one hour to another, local time: compliance as for an emergency, in those hours only."""

    kind: Literal["curfew"]
    from_hour: Hour
    to_hour: Hour
    compliance: Share

    @field_validator("to_hour")
    @classmethod
    def _has_a_length(cls, to_hour: int, info: ValidationInfo) -> int:
        if to_hour == info.data.get("from_hour"):
            raise problem("the curfew ends at the hour at which it begins", to_hour, "another hour than from_hour")
        return to_hour


class RulesOfEngagement(Action):
    """Sets the rules of engagement of the state's forces."""

    kind: Literal["rules_of_engagement"]
    level: Level


class Network(Action):
    """Limits the share of the network that is available."""

    kind: Literal["network"]
    availability: Share


class Jamming(Action):
    """Jams the network within a radius, in km, around a place."""

    kind: Literal["jamming"]
    place: PlaceId
    radius: Distance
    effectiveness: Share


class Deploy(Action):
    """All units of a force go to a place."""

    kind: Literal["deploy"]
    force: ForceId
    place: PlaceId


class Withdraw(Action):
    """A force leaves its places and takes no further part."""

    kind: Literal["withdraw"]
    force: ForceId


class Announce(Action):
    """An act that is recorded under a name; ``alliance.request`` and ``alliance.withdrawal`` are what they say."""

    kind: Literal["announce"]
    what: Text


class Report(Action):
    """Adds a number to what channels tell of a count, for as long as it is in force.

    true  whether what is told happened; the model itself does not ask
    """

    kind: Literal["report"]
    channels: Annotated[Listed[Channel], Field(min_length=1)]
    quantity: Reported
    number: Annotated[Quantity, Sourced(units.DIMENSIONLESS, 0.0, 1e7)]
    true: bool


class Snipers(Action):
    """Snipers at a place, for as long as it is in force. Asserted by parties alone: a variant."""

    kind: Literal["snipers"]
    place: PlaceId
    number: Persons


class Cadres(Action):
    """Armed and organised persons enter at a place. Asserted by parties alone: a variant."""

    kind: Literal["cadres"]
    place: PlaceId
    number: Persons


class OrderMandate(Action):
    """From then on contingents may guard, or also clear, or neither."""

    kind: Literal["mandate"]
    mandate: Literal["none", "guard", "clear"]


KINDS: dict[str, type[Action]] = {
    "call": Call,
    "march": March,
    "concession": Concession,
    "emergency": Emergency,
    "curfew": Curfew,
    "rules_of_engagement": RulesOfEngagement,
    "network": Network,
    "jamming": Jamming,
    "deploy": Deploy,
    "withdraw": Withdraw,
    "announce": Announce,
    "report": Report,
    "snipers": Snipers,
    "cadres": Cadres,
    "mandate": OrderMandate,
}


def _of_its_kind(raw: object, info: ValidationInfo) -> Action:
    """The action as the class of its kind."""
    if isinstance(raw, Action):
        return raw
    if not isinstance(raw, dict):
        allowed = "a mapping with kind, label, response and at or when"
        raise problem(f"found {show(raw)}, expected {allowed}", raw, allowed)
    kind = raw.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        missing = "kind" not in raw
        message = 'the key "kind" is missing' if missing else f"found {show(kind)}"
        complaint = problem(f"{message}, expected {listed(KINDS)}{nearest(kind, KINDS)}", kind, listed(KINDS))
        problems = Problems()
        problems.add(() if missing else ("kind",), complaint)
        raise problems.error("action")
    return KINDS[kind].model_validate(raw, context=info.context)


AnyAction: TypeAlias = Annotated[SerializeAsAny[Action], PlainValidator(_of_its_kind), OneOf(tuple(KINDS.values()))]


def circles(actions: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Chains of ``when.after`` that lead back to where they began, each once, from its alphabetically first action.

    Reads the tree of the file, before it is known to be right.
    """
    after: dict[str, object] = {}
    for name, action in actions.items():
        when = action.get("when") if isinstance(action, dict) else None
        after[name] = when.get("after") if isinstance(when, dict) else None
    found: set[tuple[str, ...]] = set()
    for first in sorted(after):
        chain, cause = [first], after[first]
        while isinstance(cause, str) and cause in after and cause not in chain:
            chain.append(cause)
            cause = after[cause]
        if cause == first:
            turn = chain.index(min(chain))
            found.add((*chain[turn:], *chain[:turn]))
    return sorted(found)
