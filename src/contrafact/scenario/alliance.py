"""The alliance: what it decides and how long that takes, who sends what, and the aircraft and fields that bring it.

A member comes by air, with ``origin`` and ``fleet``, or by road, with ``road`` and ``entry``. Forces of the scenario
name their member under the key ``member``; their strength is what the member sends here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, ValidationInfo, field_validator

from contrafact.scenario import units
from contrafact.scenario.context import AircraftId, FacilityId, Id, PlaceId
from contrafact.scenario.entities import Located
from contrafact.scenario.parts import Entity, Part, Text
from contrafact.scenario.problems import problem
from contrafact.scenario.quantities import Distance, Duration, Persons, Quantity, Share, Sourced

Mandate: TypeAlias = Literal["none", "guard", "clear"]
Vehicles: TypeAlias = Annotated[Quantity, Sourced(units.DIMENSIONLESS, 0.0, 1e5)]
Tonnes: TypeAlias = Annotated[Quantity, Sourced("t", 0.0, 1e5)]
Mass: TypeAlias = Annotated[Quantity, Sourced("t", 0.001, 200.0)]
Speed: TypeAlias = Annotated[Quantity, Sourced("km/h", 1.0, 2000.0)]
Turnaround: TypeAlias = Annotated[Quantity, Sourced("h", 0.25, 72.0)]
Fleet: TypeAlias = Annotated[Quantity, Sourced(units.DIMENSIONLESS, 0.0, 300.0)]


class Aircraft(Entity):
    """A type of aircraft.

    seats    persons that fill it
    payload  tonnes over the distances of this scenario
    speed    block speed: distance over time from leaving one stand to reaching the other
    loading  time at the origin before each flight
    ground   time at a field from landing to take-off
    """

    seats: Annotated[Quantity, Sourced("persons", 1.0, 2000.0)]
    payload: Annotated[Quantity, Sourced("t", 0.5, 500.0)]
    speed: Speed
    loading: Turnaround
    ground: Turnaround


class Masses(Part):
    """Tonnes that one of each takes aboard; a person with arms and kit."""

    person: Mass
    wheeled: Mass
    tracked: Mass
    platform: Mass


class Airfield(Entity):
    """A facility where contingents land while the state holds it; mog is the aircraft that it serves at a time."""

    facility: FacilityId
    mog: Annotated[Quantity, Sourced(units.DIMENSIONLESS, 1.0, 200.0)]


class Alternate(Airfield):
    """Where flights go if the field stays closed; from there it is ``road`` km to ``entry``, a place on the map."""

    road: Distance
    entry: PlaceId


class Member(Entity):
    """What one member sends.

    persons to supplies  all that it sends into the country; platforms are vehicles for electronic warfare
    share                share of it that comes to this place
    ready                time from the decision until it can be loaded, or sets out by road
    origin, fleet        where it flies from, and the number of aircraft of each type that lift it
    road, entry          km by road, and the place where it enters the map, for one that does not fly
    """

    name: Text
    persons: Persons
    wheeled: Vehicles
    tracked: Vehicles
    platforms: Vehicles
    supplies: Tonnes
    share: Share
    ready: Duration
    origin: Located | None = None
    road: Annotated[Quantity, Sourced("km", 0.0, 5000.0)] | None = Field(default=None, validate_default=True)
    fleet: Mapping[AircraftId, Fleet] = Field(default_factory=dict, validate_default=True)
    entry: PlaceId | None = Field(default=None, validate_default=True)

    @field_validator("road")
    @classmethod
    def _comes_one_way(cls, road: Quantity | None, info: ValidationInfo) -> Quantity | None:
        if "origin" in info.data and (info.data["origin"] is None) == (road is None):
            allowed = "either origin with fleet, or road with entry"
            raise problem(f"expected one way to come: {allowed}", allowed=allowed)
        return road

    @field_validator("fleet")
    @classmethod
    def _flies_in_something(cls, fleet: Mapping[str, Quantity], info: ValidationInfo) -> Mapping[str, Quantity]:
        flies = info.data.get("origin") is not None
        if flies != bool(fleet) and {"origin", "road"} <= set(info.data):
            message = "origin and fleet belong together" if flies else "who comes by road needs no fleet"
            raise problem(message, allowed="fleet beside origin, none beside road")
        return fleet

    @field_validator("entry")
    @classmethod
    def _enters_somewhere(cls, entry: str | None, info: ValidationInfo) -> str | None:
        if {"origin", "road"} <= set(info.data) and (info.data["road"] is None) != (entry is None):
            raise problem("road and entry belong together", entry, "a place beside road, none beside origin")
        return entry


class Alliance(Entity):
    """The alliance that a request is made to.

    consultation  time from the request to the decision
    granted       probability that it is granted
    mandate       what contingents may do, until an action orders another mandate
    field         where they land; units come onto the map there
    alternate     where they land if it stays closed; None: flights turn back
    efficiency    share of the field's capacity that can be used, since aircraft do not come evenly
    holding       time that a flight can wait for the field to open
    airways       length of the way through the air over the great circle
    road_speed    of marches from the alternate, and of members who come by road
    """

    name: Text
    consultation: Duration
    granted: Share
    mandate: Mandate
    field: Airfield
    alternate: Alternate | None = None
    efficiency: Annotated[Quantity, Sourced(units.DIMENSIONLESS, 0.05, 1.0)]
    holding: Duration
    airways: Annotated[Quantity, Sourced(units.DIMENSIONLESS, 1.0, 2.0)]
    road_speed: Speed
    masses: Masses
    aircraft: Mapping[Id, Aircraft] = Field(default_factory=dict)
    members: Mapping[Id, Member] = Field(min_length=1)
