"""What validation of one part must know of the whole: the time window, the names in use, what exists outside."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, PlainValidator, ValidationInfo, WithJsonSchema

from contrafact.parameters import Parameter
from contrafact.scenario import units
from contrafact.scenario.problems import REMOVED, Problems, TreePath, listed, nearest, nearest_or_all, problem, show

LONGEST_ID = 64
ID = re.compile(rf"[A-Za-z][A-Za-z0-9_-]{{0,{LONGEST_ID - 1}}}")

SECTIONS = {
    "facility": ("facilities",),
    "site": ("sites",),
    "place": ("facilities", "sites", "posts"),
    "force": ("forces",),
    "action": ("actions",),
}
"""Which sections of a scenario declare the names of each kind."""

INNER_SECTIONS = {"member": ("alliance", "members"), "aircraft": ("alliance", "aircraft")}
"""The same for sections inside an optional section."""


@dataclass(frozen=True)
class Context:
    """Handed to every validator of one scenario.

    start, end       local civil times of the window, None while they are not known to be right
    zone             IANA name of the time zone, None while it is not known to be right
    names            names in use by kind: facility, site, place, force, action, district, member, aircraft
    known_evidence   ids that exist, each with the reason why it may not be cited, or None where it may; None: no check
    declared         parameters that mechanisms declare, None: names and ranges are not checked
    user_values      whether values set by the user, which need no prior, may occur
    removed          names that overrides removed, each with its dotted path
    """

    start: datetime | None = None
    end: datetime | None = None
    zone: str | None = None
    names: Mapping[str, Collection[str]] = field(default_factory=dict)
    known_evidence: Mapping[str, str | None] | None = None
    declared: Mapping[str, Parameter] | None = None
    user_values: bool = False
    removed: Mapping[str, str] = field(default_factory=dict)


def context_of(info: ValidationInfo) -> Context:
    """The context of a validation, empty where a model is built by hand."""
    return info.context if isinstance(info.context, Context) else Context()


def names_in(tree: Mapping[str, Any], regions: Collection[str] = ()) -> dict[str, Collection[str]]:
    """The names that a scenario declares, read off the tree before it is known to be right.

    regions  names of districts that a data file declares
    A kind is left out, and references to it are not checked, where a section that declares it is no mapping.
    """
    names: dict[str, Collection[str]] = {}
    for kind, sections in SECTIONS.items():
        found = [tree.get(section) or {} for section in sections]
        if all(isinstance(section, dict) for section in found):
            names[kind] = tuple(dict.fromkeys(name for section in found for name in section))
    for kind, (outer, inner) in INNER_SECTIONS.items():
        section = tree.get(outer) or {}
        declared = section.get(inner) or {} if isinstance(section, dict) else None
        if isinstance(declared, dict):
            names[kind] = tuple(declared)
    population = tree.get("population")
    districts = population.get("districts") if isinstance(population, dict) else None
    if isinstance(districts, dict) or regions:
        listed_districts = districts if isinstance(districts, dict) else ()
        names["district"] = tuple(dict.fromkeys([*listed_districts, *regions]))
    return names


def moment(raw: object) -> datetime | None:
    """A local time, None where the text is none."""
    try:
        return units.read_local_time(raw)
    except units.UnitError:
        return None


def zone(raw: object) -> str | None:
    """The name of a time zone, None where there is none of this name."""
    try:
        return raw if isinstance(raw, str) and zoneinfo.ZoneInfo(raw) is not None else None
    except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError):
        return None


def citable(known: Mapping[str, str | None]) -> list[str]:
    """The ids that may be cited."""
    return [name for name, reason in known.items() if reason is None]


def read_ids(raw: object, context: Context, problems: Problems, path: TreePath = ()) -> tuple[str, ...]:
    """Evidence ids: a list of texts, each of which exists where that is known."""
    if not isinstance(raw, list | tuple):
        allowed = "a list of evidence ids, e.g. [R136]"
        problems.add(path, problem(f"found {show(raw)}, expected {allowed}", raw, allowed))
        return ()
    for index, name in enumerate(raw):
        if not isinstance(name, str) or not name.strip():
            allowed = "an evidence id, e.g. R136"
            problems.add((*path, index), problem(f"found {show(name)}, expected {allowed}", name, allowed))
        elif context.known_evidence is not None and name not in context.known_evidence:
            known = sorted(citable(context.known_evidence))
            message = f"no evidence has the id {show(name)}{nearest(name, known)}"
            problems.add((*path, index), problem(message, name, listed(known)))
        elif context.known_evidence is not None and context.known_evidence[name] is not None:
            message = f"{name} {context.known_evidence[name]}"
            problems.add((*path, index), problem(message, name, listed(sorted(citable(context.known_evidence)))))
    return tuple(name for name in raw if isinstance(name, str))


def _evidence(raw: object, info: ValidationInfo) -> tuple[str, ...]:
    problems = Problems()
    ids = read_ids(raw, context_of(info), problems)
    problems.raise_any("evidence")
    return ids


def _record(name: str, info: ValidationInfo) -> str:
    problems = Problems()
    read_ids([name], context_of(info), problems)
    if problems.details:
        problems.details[0]["loc"] = ()
    problems.raise_any("record")
    return name


def _reference(kind: str) -> Callable[[str, ValidationInfo], str]:
    """A check that a name of this kind is declared in the scenario."""

    def check(name: str, info: ValidationInfo) -> str:
        context = context_of(info)
        names = context.names.get(kind)
        if names is not None and name not in names:
            if name in context.removed:
                raise problem(context.removed[name], name, kind=REMOVED)
            raise problem(f"no {kind} is called {show(name)}{nearest_or_all(name, names)}", name, listed(names))
        return name

    return check


def _id(name: str) -> str:
    """A name that a dotted path and a file name can hold."""
    if ID.fullmatch(name) is None:
        allowed = f"letters, digits, _ and -, a letter first, at most {LONGEST_ID}"
        raise problem(f"found {show(name)}, expected {allowed}", name, allowed)
    return name


Id: TypeAlias = Annotated[str, AfterValidator(_id), WithJsonSchema({"type": "string", "pattern": f"^{ID.pattern}$"})]
SiteId: TypeAlias = Annotated[str, AfterValidator(_reference("site"))]
PlaceId: TypeAlias = Annotated[str, AfterValidator(_reference("place"))]
ForceId: TypeAlias = Annotated[str, AfterValidator(_reference("force"))]
FacilityId: TypeAlias = Annotated[str, AfterValidator(_reference("facility"))]
MemberId: TypeAlias = Annotated[str, AfterValidator(_reference("member"))]
AircraftId: TypeAlias = Annotated[str, AfterValidator(_reference("aircraft"))]
ActionId: TypeAlias = Annotated[str, AfterValidator(_reference("action"))]
DistrictName: TypeAlias = Annotated[str, AfterValidator(_reference("district"))]
EvidenceIds: TypeAlias = Annotated[
    tuple[str, ...], PlainValidator(_evidence), WithJsonSchema({"type": "array", "items": {"type": "string"}})
]
RecordId: TypeAlias = Annotated[str, AfterValidator(_record)]
