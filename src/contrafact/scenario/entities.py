"""The entities and settings that a scenario is made of: one strict, frozen model for each section of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, ValidationInfo, field_validator

from contrafact.scenario import units
from contrafact.scenario.context import DistrictName, MemberId, PlaceId, RecordId, SiteId
from contrafact.scenario.parts import Entity, Latitude, Listed, Longitude, Part, Text
from contrafact.scenario.problems import problem
from contrafact.scenario.quantities import At, Duration, Measured, Persons, Quantity, Sourced, Weight

FacilityKind: TypeAlias = Literal[
    "airport",
    "airfield",
    "government",
    "broadcast",
    "police",
    "armoury",
    "telecom",
    "hospital",
    "security",
    "other",
]
Side: TypeAlias = Literal["state", "contingent"]
Task: TypeAlias = Literal["guard", "retake", "clear", "cordon", "reserve"]
Mobility: TypeAlias = Literal["foot", "wheeled", "tracked"]
Statistic: TypeAlias = Literal["max", "min", "mean", "first", "last", "hour"]
Precision: TypeAlias = Annotated[float, Measured("km", 0.001, 100.0)]


class DataFile(Entity):
    """A file beside the scenario, named by its path inside the scenario's folder."""

    file: Text


class Place(Part):
    """Where: hexagons of an H3 resolution over districts.

    resolution      7 to 9
    districts       GeoJSON polygons whose property ``name`` is the district's
    residence_mask  CSV with columns lon, south_lat, north_lat: where people live; None: everywhere
    residents       CSV with columns cell, residents: how the residents of a district are spread over H3 cells of its
                    resolution or a coarser one; None: evenly
    detour          length of the way through streets over the straight distance
    """

    resolution: int
    districts: DataFile
    residence_mask: DataFile | None = None
    residents: DataFile | None = None
    detour: Annotated[Quantity, Sourced(units.DIMENSIONLESS, 1.0, 5.0)]

    @field_validator("resolution")
    @classmethod
    def _coarser_than_a_street(cls, resolution: int) -> int:
        if not 7 <= resolution <= 9:
            allowed = "7 to 9; none finer: cells must stay coarser than a street"
            raise problem(f"found {resolution}, expected {allowed}", resolution, allowed)
        return resolution


Firearms: TypeAlias = Annotated[Quantity, Sourced(units.DIMENSIONLESS, 0.0, 1e6)]
Mean: TypeAlias = Annotated[Quantity, Sourced(units.DIMENSIONLESS, 0.001, 0.999)]
Concentration: TypeAlias = Annotated[Quantity, Sourced(units.DIMENSIONLESS, 0.01, 1e6)]


Residents: TypeAlias = Annotated[Quantity, Sourced("persons", 0.0, 1e9)]


class Spread(Part):
    """Beta distribution on 0..1 over persons: its mean, and its concentration, which is the sum of both shapes."""

    mean: Mean
    concentration: Concentration


class DistrictMeans(Part):
    """Means of one district that differ from the city's."""

    hardship_mean: Mean | None = None
    risk_aversion_mean: Mean | None = None


class Population(Part):
    """Who lives there: the total, the districts' relative weights, hardship and risk aversion.

    scale      residents that one synthetic person stands for; every number of persons in the file is of residents
    districts  of regions: those that are not listed have the population of their table
    """

    total: Annotated[Quantity, Sourced("persons", 1.0, 1e9)]
    scale: Annotated[int, Field(ge=1, le=1000)] = 1
    districts: Mapping[Text, Residents] = Field(default_factory=dict)
    hardship: Spread
    risk_aversion: Spread
    by_district: Mapping[DistrictName, DistrictMeans] = Field(default_factory=dict)

    @field_validator("districts")
    @classmethod
    def _someone_lives_there(cls, districts: Mapping[str, Quantity]) -> Mapping[str, Quantity]:
        if districts and not sum(weight.value for weight in districts.values()) > 0:
            raise problem("no district has residents", allowed="at least one district with residents")
        return districts


class Located(Entity):
    """A named point: degrees of latitude and longitude, precision in km."""

    lat: Latitude
    lon: Longitude
    precision: Precision


class Facility(Located):
    """A building whose holder matters.

    offmap  true: outside the cells, where it takes no part in what crowds do
    site    gathering site whose crowd contests it, None: it is never contested
    hold    hours that superiority must last before it falls; given where ``site`` is
    firearms  how many can be looted when it is lost, None: none
    regained  false: state forces never take it back, which no record says; for variants
    """

    kind: FacilityKind
    name: Text
    offmap: bool = False
    site: SiteId | None = None
    hold: Duration | None = Field(default=None, validate_default=True)
    firearms: Firearms | None = None
    regained: bool = True

    @field_validator("site")
    @classmethod
    def _is_on_the_map(cls, site: str | None, info: ValidationInfo) -> str | None:
        if site is not None and info.data.get("offmap"):
            raise problem("a facility off the map cannot be contested by a crowd", site, "no site, or offmap: false")
        return site

    @field_validator("hold")
    @classmethod
    def _contested_facility_holds(cls, hold: Quantity | None, info: ValidationInfo) -> Quantity | None:
        if hold is None and info.data.get("site") is not None:
            message = 'the key "hold" is missing: a facility with a site needs the time that superiority must last'
            raise problem(message, allowed='e.g. hold: {value: 30 min, assumption: "why", prior: {...}}')
        return hold


class GunShops(Entity):
    """Gun shops whose places no source gives: how many, their firearms in all, hours that each holds out."""

    number: Annotated[Quantity, Sourced(units.DIMENSIONLESS, 0.0, 1000.0)]
    firearms: Firearms
    hold: Duration


class Site(Located):
    """A place where people gather, with its attraction relative to the others."""

    name: Text
    attraction: Weight


class Post(Located):
    """A named point where units can stand that is neither a facility nor a site."""

    name: Text | None = None


class Force(Entity):
    """Police, guards, army or a contingent.

    member    member of the alliance that sends it: it comes as its members arrive, not at an hour of its own
    strength  persons, split into ``units`` equal units; None where a member sends it: what comes here of the member's
              persons, split among its forces in proportion to their ``units``
    firearms  whether it carries them
    arrives   hour at which it comes, None: it is there from the start
    posts     share of the force at each place; normalised after drawing
    fallback  place to which overrun units withdraw
    tasks     what its units may be given to do while no action holds them; none: they keep to their orders
    """

    side: Side
    member: MemberId | None = None
    strength: Persons | None = Field(default=None, validate_default=True)
    mobility: Mobility
    firearms: bool
    units: Annotated[int, Field(ge=1, le=10_000)]
    arrives: At | None = None
    posts: Mapping[PlaceId, Weight]
    fallback: PlaceId
    tasks: Listed[Task] = ()

    @field_validator("member")
    @classmethod
    def _members_send_contingents(cls, member: str | None, info: ValidationInfo) -> str | None:
        if member is not None and info.data.get("side") == "state":
            raise problem("a force of the state is sent by no member", member, "no member, or side: contingent")
        return member

    @field_validator("strength")
    @classmethod
    def _strength_from_one_source(cls, strength: Quantity | None, info: ValidationInfo) -> Quantity | None:
        if "member" in info.data and (info.data["member"] is None) == (strength is None):
            missing = strength is None
            message = 'the key "strength" is missing' if missing else "the strength follows from the member's persons"
            raise problem(message, allowed='"strength" is required here' if missing else "either member or strength")
        return strength

    @field_validator("arrives")
    @classmethod
    def _arrives_by_itself(cls, arrives: Quantity | None, info: ValidationInfo) -> Quantity | None:
        if arrives is not None and info.data.get("member") is not None:
            raise problem("the hour follows from the member's way here", allowed="either member or arrives")
        return arrives

    @field_validator("posts")
    @classmethod
    def _stands_somewhere(cls, posts: Mapping[str, Quantity]) -> Mapping[str, Quantity]:
        if not sum(share.value for share in posts.values()) > 0:
            raise problem("no post has a share of the force", allowed="at least one post with a share above 0")
        return posts


class NewsStep(Part):
    """From an hour on, how strongly protests elsewhere are felt."""

    at: At
    value: Weight


class Milestone(Part):
    """How a row of the record is read off the model: a statistic of a quantity, at a place where one is named."""

    record: RecordId
    quantity: Text
    place: PlaceId | None = None
    statistic: Statistic
    note: Text | None = None
