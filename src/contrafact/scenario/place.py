"""Where a scenario happens: hexagons of a city, or the regions of one or several states as coarse cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from pydantic import Field, PlainValidator, SerializeAsAny, ValidationInfo, field_validator

from contrafact.scenario import units
from contrafact.scenario.as_json_schema import OneOf
from contrafact.scenario.context import DistrictName
from contrafact.scenario.entities import DataFile, Place
from contrafact.scenario.parts import Listed, Part, Text
from contrafact.scenario.problems import listed, nearest, problem, show
from contrafact.scenario.quantities import Quantity, Share, Sourced, Weight


class Regions(DataFile):
    """A table of regions (see regions.py), and the states that they belong to.

    states  names of states, in the order of their numbers
    home    the state of which the news tells, whose network actions cut, whose residents are counted, and which asks
            the alliance for help
    """

    states: Annotated[Listed[Text], Field(min_length=1)]
    home: Text

    @field_validator("states")
    @classmethod
    def _named_once(cls, states: tuple[str, ...]) -> tuple[str, ...]:
        for index, name in enumerate(states):
            if name in states[:index]:
                raise problem(f"the state {show(name)} is listed twice", name, "each state once")
        return states

    @field_validator("home")
    @classmethod
    def _is_a_state(cls, home: str, info: ValidationInfo) -> str:
        states = info.data.get("states")
        if states is not None and home not in states:
            raise problem(f"no state is called {show(home)}{nearest(home, states)}", home, listed(states))
        return home


class RegionPlace(Part):
    """Where: each region of a table is one cell, and a district of its own.

    abroad  how strongly what is told of the home state is felt in the other states, compared with the home state
    reach   the same of single regions, where it differs: a factor on what holds for their state
    detour  length of the way on roads over the straight distance
    """

    regions: Regions
    abroad: Share
    reach: Mapping[DistrictName, Weight] = Field(default_factory=dict)
    detour: Annotated[Quantity, Sourced(units.DIMENSIONLESS, 1.0, 5.0)]


def _of_its_kind(raw: object, info: ValidationInfo) -> Place | RegionPlace:
    """Regions where the key ``regions`` is there, hexagons otherwise."""
    if isinstance(raw, Place | RegionPlace):
        return raw
    kind = RegionPlace if isinstance(raw, dict) and "regions" in raw else Place
    return kind.model_validate(raw, context=info.context)


AnyPlace: TypeAlias = Annotated[
    SerializeAsAny[Place | RegionPlace], PlainValidator(_of_its_kind), OneOf((Place, RegionPlace))
]
