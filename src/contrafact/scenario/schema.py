"""The scenario: a strict, frozen model of one file of format 1, its times counted in hours from the start."""

from __future__ import annotations

import itertools
import zoneinfo
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema, field_validator

from contrafact.scenario import units
from contrafact.scenario.actions import AnyAction, Response
from contrafact.scenario.alliance import Alliance
from contrafact.scenario.as_json_schema import measured
from contrafact.scenario.context import Id, context_of, zone
from contrafact.scenario.document import Document
from contrafact.scenario.entities import (
    Facility,
    Force,
    GunShops,
    Milestone,
    NewsStep,
    Place,
    Population,
    Post,
    Site,
)
from contrafact.scenario.levers import read_parameters
from contrafact.scenario.parts import Listed, Text
from contrafact.scenario.place import AnyPlace
from contrafact.scenario.posterior import FILE, Posterior, checked
from contrafact.scenario.problems import Problems, nearest, problem, show
from contrafact.scenario.quantities import Measured, Quantity

SHORTEST_H = 3 * 24
LONGEST_H = 60 * 24


def _local_time(raw: object, info: ValidationInfo) -> datetime:
    try:
        return units.read_local_time(raw, context_of(info).zone)
    except units.UnitError as error:
        raise problem(str(error), raw, units.expected(units.TIME)) from error


LocalTime: TypeAlias = Annotated[datetime, BeforeValidator(_local_time), WithJsonSchema(measured(units.TIME))]


class Scenario(Document):
    """One crisis as a user describes it; :func:`contrafact.scenario.load` reads it.

    start, end  local civil times; every time inside is counted in hours from start
    tick        hours, the inverse of a whole number
    draw        whether priors are drawn for each replication, or the values as written are used
    responses   how actions behave: each as it says, or all alike as far as they can (see ``response_of``)
    actions     by id, each of the class of its kind; see actions.py
    alliance    to which a request for help is made; see alliance.py
    news        protests elsewhere, a step series in rising order of time
    parameters  values that replace the defaults which mechanisms declare
    milestones  rows of the record that the model is held against
    left_out    what no source gives and the model does without
    posterior   drawn from instead of the priors of the parameters in it; a file names a table, see posterior.py
    """

    start: LocalTime
    end: LocalTime
    timezone: str
    tick: Annotated[float, Measured("h", 0.0, example="10 min")]
    draw: Literal["priors", "central"] = "priors"
    responses: Literal["as_listed", "fixed", "triggered"] = "as_listed"
    place: AnyPlace
    population: Population
    facilities: Mapping[Id, Facility] = Field(default_factory=dict)
    sites: Mapping[Id, Site] = Field(min_length=1)
    posts: Mapping[Id, Post] = Field(default_factory=dict)
    forces: Mapping[Id, Force] = Field(default_factory=dict)
    gun_shops: GunShops | None = None
    alliance: Alliance | None = None
    actions: Mapping[Id, AnyAction] = Field(default_factory=dict)
    news: Listed[NewsStep] = ()
    parameters: Mapping[str, Quantity] = Field(default_factory=dict)
    milestones: Listed[Milestone] = ()
    left_out: Listed[Text] = ()
    posterior: Annotated[Posterior | None, WithJsonSchema(FILE)] = None

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        if zone(name) is None:
            hint = nearest(name, sorted(zoneinfo.available_timezones()))
            raise problem(f"unknown time zone {show(name)}{hint}", name, "an IANA name, e.g. Asia/Almaty")
        return name

    @field_validator("end")
    @classmethod
    def _horizon(cls, end: datetime, info: ValidationInfo) -> datetime:
        if "start" in info.data:
            hours = units.hours_between(info.data["start"], end)
            if not SHORTEST_H <= hours <= LONGEST_H:
                allowed = "3 to 60 days after start"
                raise problem(f"found {hours:.6g} h after start, expected {allowed}", f"{hours:.6g} h", allowed)
            if hours != round(hours):
                raise problem(f"found {hours:.6g} h after start, expected whole hours", f"{hours:.6g} h", "whole hours")
        return end

    @field_validator("tick")
    @classmethod
    def _tick_divides_an_hour(cls, tick: float) -> float:
        per_hour = round(1 / tick) if tick > 0 else 0
        if not 4 <= per_hour <= 12 or abs(per_hour * tick - 1) > 1e-9:
            allowed = "5 to 15 min, a whole number of times in an hour: 5, 6, 10, 12 or 15 min"
            found = f"{tick * 60:.6g} min" if tick == 0 or tick * 60 >= 1 else f"{tick * 3600:.6g} s"
            raise problem(f"found {found}, expected {allowed}", found, allowed)
        return 1 / per_hour

    @field_validator("population")
    @classmethod
    def _city_has_districts(cls, population: Population, info: ValidationInfo) -> Population:
        if isinstance(info.data.get("place"), Place) and not population.districts:
            problems = Problems()
            problems.add((), problem('the key "districts" is missing', allowed="residents of each district of the map"))
            problems.raise_any("population")
        return population

    @field_validator("news")
    @classmethod
    def _news_in_order(cls, news: tuple[NewsStep, ...]) -> tuple[NewsStep, ...]:
        for index, (earlier, later) in enumerate(itertools.pairwise(news), start=1):
            if not earlier.at.value < later.at.value:
                problems = Problems()
                message = "the step is not later than the one before it"
                problems.add((index, "at", "value"), problem(message, allowed="times in rising order"))
                problems.raise_any("news")
        return news

    @field_validator("parameters", mode="plain")
    @classmethod
    def _read_parameters(cls, raw: object, info: ValidationInfo) -> dict[str, Quantity]:
        return read_parameters(raw, info)

    @field_validator("posterior")
    @classmethod
    def _posterior_of_this(cls, posterior: Posterior | None, info: ValidationInfo) -> Posterior | None:
        return checked(posterior, info)

    @property
    def hours(self) -> int:
        """Length of the scenario in hours."""
        return round(units.hours_between(self.start, self.end))

    @property
    def ticks_per_hour(self) -> int:
        """Number of ticks in an hour; a tick is its inverse, in hours."""
        return round(1 / self.tick)

    @property
    def ticks(self) -> int:
        """Number of ticks from start to end."""
        return self.hours * self.ticks_per_hour

    @property
    def places(self) -> tuple[str, ...]:
        """Ids of facilities, then sites, then posts: the order of the world's places."""
        return (*self.facilities, *self.sites, *self.posts)

    def clock(self, hour: float) -> datetime:
        """Local civil time of an hour since the start."""
        return self.start + timedelta(hours=hour)

    def response_of(self, action: str) -> Response:
        """How an action behaves in this scenario: ``responses`` where the action can do so, else its own response."""
        own = self.actions[action]
        if self.responses == "fixed" and own.at is not None:
            return "fixed"
        if self.responses == "triggered" and own.when is not None:
            return "triggered"
        return own.response
