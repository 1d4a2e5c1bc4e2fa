"""Every state array, declared once: name, dimensions, dtype, unit, who writes it, what it means.

Mechanisms read ``now``, the state as the tick began, and write ``next``; the engine copies next to now when all have
run. Arrays marked ``stepper`` are written by the engine when it applies events. Arrays by slot hold the roster: the
persons who are in the street or in hiding, in an order that depends only on what happened to them.

Dimensions: person (every resident, then those who may come from outside), slot (person in the street or in hiding),
cell, site (gathering site), facility, unit, shop (gun shop), lag (tick that reports remember), objective (cell to which
command keeps the ways), told, channel and count (see TOLD, CHANNELS, COUNTS); of the alliance member, cargo (see
alliance.CARGO), plane, load, field (field, alternate) and spot (where one aircraft is unloaded); () is one number for
the whole city.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from contrafact.kernels import Array

CALM, PROTESTING, RETURNING, DETAINED, INJURED, DEAD, ARMED, HIDING, LEFT, OUTSIDE = range(10)
STATUSES = (
    "calm", "protesting", "returning home", "detained", "injured", "dead", "armed", "in hiding", "left the area",
    "not yet in the area",
)  # fmt: skip

OUTBOUND, PRESENT, HOMEBOUND, MARCHING, BAND, HIDDEN = range(6)
PHASES = (
    "on the way", "at the site", "on the way home", "marching to another site", "armed, with a band", "in hiding"
)  # fmt: skip

STATE, CROWD, NOBODY = range(3)
HOLDERS = ("state", "crowd", "nobody")

NOWHERE, EXIT = -1, -2
"""Goals of armed persons that are no place: to stay where they are, and to leave the area."""

SCRIPTED, GUARD, RETAKE, CLEAR, CORDON, RESERVE = range(6)
TASKS = ("scripted", "guard", "retake", "clear", "cordon", "reserve")

NO_MANDATE, GUARD_MANDATE, CLEAR_MANDATE = range(3)
MANDATES = ("none", "guard", "clear")

TOLD = (
    "crowd", "armed", "deaths", "harmed", "deaths_armed", "deaths_state", "injured", "detained", "facilities_lost"
)  # fmt: skip
CHANNELS = ("official", "network", "broadcast")
LAGS = 288  # ticks that reports remember: 48 h at 10 min, 24 h at 5 min
OBJECTIVES = 10  # cells for which command keeps ways at a time

GROUPS = ("bystanders", "protesters", "armed_persons", "state_forces", "contingents")
COUNTS = (
    *(f"deaths_{group}" for group in GROUPS),
    *(f"injured_{group}" for group in GROUPS),
    "detained",
    "took_arms",
    "entered",
    "left",
    "joined",
    "returned",
    "changed",
)


@dataclass(frozen=True)
class ArraySpec:
    """One state array. ``writer`` is the mechanism that alone may write it; ``buffered`` ones have a now and a next."""

    name: str
    dims: tuple[str, ...]
    dtype: str
    unit: str
    writer: str
    meaning: str
    initial: float = 0

    @property
    def buffered(self) -> bool:
        return self.writer != "stepper" and self.dims != ("slot",)


def _spec(line: str, meaning: str, initial: float = 0) -> ArraySpec:
    name, dims, dtype, unit, writer = line.split()
    return ArraySpec(name, tuple(d for d in dims.split(",") if d != "()"), dtype, unit, writer, meaning, initial)


ARRAYS: tuple[ArraySpec, ...] = (
    _spec("status person uint8 - stepper", "status of each resident, an index of STATUSES"),
    _spec("winner person int32 - stepper", "scratch of the stepper, zero between ticks"),
    # The roster
    _spec("slot_person slot int32 - stepper", "resident"),
    _spec("slot_home slot int32 - stepper", "home cell"),
    _spec("slot_hardship slot float64 - stepper", "hardship H of the resident"),
    _spec("slot_aversion slot float64 - stepper", "risk aversion R of the resident"),
    _spec("slot_patience slot float64 - stepper", "unit-exponential amount of leaving hazard that this stay can take"),
    _spec("slot_site slot int32 - stepper", "site gone to"),
    _spec("slot_origin slot int32 - stepper", "cell from which the stored route starts"),
    _spec(
        "slot_progress slot float64 km stepper",
        "way covered along the stored route, or of an armed person toward the next cell",
    ),
    _spec("slot_phase slot uint8 - stepper", "an index of PHASES"),
    _spec("slot_cell slot int32 - stepper", "cell where the resident is"),
    _spec("slot_spent slot float64 - stepper", "leaving hazard accumulated so far"),
    _spec(
        "slot_late slot float64 h stepper", "part of the last tick since the phase changed, not yet walked or stayed"
    ),
    _spec("slot_goal slot int32 - stepper", "of an armed person, the place gone to, NOWHERE or EXIT", -1),
    _spec("slot_fate slot uint8 - stepper", "status that the tick brought; scratch of the stepper"),
    _spec("spent_after slot float64 - participation", "leaving hazard accumulated by the end of the tick"),
    _spec("moved_site slot int32 - movement", "site after the tick's move"),
    _spec("moved_origin slot int32 - movement", "route's start after the tick's move"),
    _spec("moved_progress slot float64 km movement", "way covered after the tick's move"),
    _spec("moved_phase slot uint8 - movement", "phase after the tick's move"),
    _spec("moved_cell slot int32 - movement", "cell after the tick's move"),
    _spec("moved_late slot float64 h movement", "part of the tick since the move ended at its site"),
    _spec("goal_after slot int32 - bands", "goal of an armed person after the tick", -1),
    _spec("cell_slots slot int32 - stepper", "slots of protesters sorted by cell"),
    _spec("armed_slots slot int32 - stepper", "slots of armed persons sorted by cell"),
    _spec("hidden_slots slot int32 - stepper", "slots of persons in hiding sorted by cell"),
    # What the stepper counts
    _spec("cell_start cell+1 int32 - stepper", "where each cell's slots start in cell_slots"),
    _spec("armed_start cell+1 int32 - stepper", "where each cell's slots start in armed_slots"),
    _spec("hidden_start cell+1 int32 - stepper", "where each cell's slots start in hidden_slots"),
    _spec("crowd cell int32 persons stepper", "protesters in the cell"),
    _spec("armed cell int32 persons stepper", "armed persons in the cell, those in hiding apart"),
    _spec("hidden cell int32 persons stepper", "persons in hiding in the cell"),
    _spec("active_home cell int32 persons stepper", "protesters and armed persons whose home is the cell"),
    _spec("on_site site int32 persons stepper", "protesters who have arrived at the site"),
    _spec("unit_fit unit int64 persons stepper", "members who are there and fit for duty"),
    _spec("force cell int64 persons stepper", "members of state forces and contingents fit for duty in the cell"),
    _spec("armed_force cell int64 persons stepper", "those of them who carry firearms"),
    _spec("guests cell int64 persons stepper", "those of the force who are of contingents"),
    _spec("armed_guests cell int64 persons stepper", "those of contingents who carry firearms"),
    _spec("deaths_now cell int32 persons stepper", "unarmed persons killed in the cell in the last tick"),
    _spec("harmed_now cell int32 persons stepper", "unarmed persons killed or injured in the cell in the last tick"),
    _spec("deaths_around cell int32 persons stepper", "the same of deaths within 1 km of the cell"),
    _spec("harmed_around cell int32 persons stepper", "the same of killed and injured within 1 km of the cell"),
    _spec("counts count int64 persons stepper", "cumulative counts, an index of COUNTS"),
    # Policy
    _spec("availability () float64 share policy", "network availability allowed by shutdowns", 1),
    _spec("jamming cell float64 share policy", "share of the network jammed"),
    _spec("compliance () float64 share policy", "share by which emergency and curfew lower joining"),
    _spec("under_curfew () bool - policy", "whether a curfew is in force at this hour"),
    _spec(
        "rules () int64 - policy", "rules of engagement: 0 restraint, 1 riot control, 2 self-defence, 3 no warning", 1
    ),
    _spec("news () float64 1/h policy", "what is heard of other cities and of calls to gather"),
    _spec("call site float64 - policy", "attraction added to the site by calls to gather"),
    _spec("march_to site int64 - policy", "site to which those present march this tick, -1 for none", -1),
    _spec("march_share site float64 share policy", "share of those present who march"),
    _spec("concession () float64 - policy", "legitimacy added this tick by a concession, any sign"),
    _spec("unit_order unit int64 - policy", "place where the unit is ordered to be, -1 for off the map"),
    _spec("unit_scripted unit bool - policy", "whether an order of the scenario holds the unit"),
    _spec("snipers cell int64 persons policy", "snipers in the cell"),
    _spec("injected told,channel float64 - policy", "reports that stand for no event of the model, cumulative"),
    # Reports
    _spec("history lag,told int64 - reports", "true counts as earlier ticks began, by tick modulo LAGS"),
    _spec("reported told,channel float64 - reports", "what each channel tells of what did happen"),
    _spec("told told,channel float64 - reports", "what each channel tells, with what was injected"),
    _spec("heard told,channel float64 - reports", "rise in the tick of what each channel tells, never negative"),
    # Fields
    _spec("network cell float64 share communications", "network availability M", 1),
    _spec("near cell int64 2^-40 exposure", "active share of residents around the cell, weighted by distance"),
    _spec("seen_home cell int32 persons exposure", "active residents by home that near already holds"),
    _spec("exposure cell float64 - exposure", "exposure E to the unrest"),
    _spec("fear cell float64 - fear", "fear F after deaths seen or heard of"),
    _spec("legitimacy cell float64 - support", "legitimacy L of the government, 0 to 1"),
    _spec("violence_felt cell float64 1/h support", "violence against unarmed residents, averaged over about an hour"),
    _spec("intelligence cell float64 share support", "share mu of armed persons whose place state forces know"),
    _spec("site_weight site float64 - gathering", "attraction of the site, distance apart", 1),
    _spec("site_risk site float64 - gathering", "risk P of arrest or injury expected at the site"),
    # Armed persons
    _spec("looted () int64 firearms arming", "firearms looted or supplied so far"),
    _spec("shop_contest shop float64 h arming", "hours for which crowds were large enough to loot the gun shop"),
    _spec("emptied facility bool - arming", "whether the facility's firearms were taken"),
    _spec("outside_next () int64 persons outside", "persons from outside who have set out to enter"),
    _spec("supply () int64 firearms outside", "firearms that came from outside in the tick"),
    _spec("reach_exit cell bool - bands", "whether a way free of state forces leads from the cell out of the area", 1),
    _spec("exit_hop cell int32 - bands", "next cell on the way out of the area, the cell itself at its edge"),
    _spec("posture cell int8 - bands", "of the band in the cell: 0 in the open, 1 in ambush"),
    # Units
    _spec("unit_cell unit int32 - movement", "cell where the unit is, -1 for off the map", -1),
    _spec("unit_progress unit float64 km movement", "way covered toward the next cell"),
    _spec("unit_injured unit int32 persons crowd_control", "members injured by hand so far"),
    _spec("unit_dead unit int32 persons crowd_control", "members killed by hand so far"),
    _spec("unit_recovers unit float64 h crowd_control", "hour until which an overrun unit is out of action", -1),
    _spec("unit_busy unit int32 teams crowd_control", "arrest teams that are booking a detained person"),
    _spec("unit_shot unit int32 persons combat", "members wounded by fire so far"),
    _spec("unit_killed unit int32 persons combat", "members killed by fire so far"),
    _spec("unit_routed unit float64 h combat", "hour until which a unit that broke is out of action", -1),
    _spec("unit_goal unit int64 - command", "place where the unit goes; from the number of places on, an objective"),
    _spec("unit_task unit int8 - command", "an index of TASKS"),
    _spec("objective objective int64 - command", "cell of each objective, -1 for none", -1),
    _spec("objective_hop objective,cell int32 - command", "next cell on the way to the objective"),
    _spec("violence () int64 persons crowd_control", "protesters in cells where someone was hurt in the tick"),
    _spec("fighting () int64 persons combat", "persons hurt in combat in the tick"),
    _spec("fled cell float64 h combat", "hour at which a band last broke in the cell", -1e9),
    _spec("force_before cell int64 persons combat", "force in the cell at the last full hour"),
    # Facilities
    _spec("holder facility int8 - facilities", "an index of HOLDERS"),
    _spec("contest facility float64 h facilities", "hours of superiority of the side that does not hold it"),
    # Alliance: what policy asks of it
    _spec("alliance_request () float64 h policy", "hour of the latest request for help, -1 for none", -1),
    _spec("alliance_withdrawal () float64 h policy", "hour of the latest order to withdraw, -1 for none", -1),
    _spec("mandate_order () int64 - policy", "mandate ordered, an index of MANDATES, -1 for that of the alliance", -1),
    # Alliance: what it decides
    _spec("alliance_phase () int64 - alliance", "0 quiet, 1 consulting, 2 refused, 3 deployed"),
    _spec("alliance_answered () float64 h alliance", "hour of the latest request that was looked at, -1 for none", -1),
    _spec("alliance_decision () float64 h alliance", "hour of the decision on it, -1 for none", -1),
    _spec("alliance_requests () int64 - alliance", "requests taken up"),
    _spec("alliance_deployments () int64 - alliance", "deployments completed"),
    _spec("mandate () int64 - alliance", "mandate of the contingents, an index of MANDATES"),
    _spec("contingents () int64 persons alliance", "members of contingents who have arrived"),
    _spec("announcement () float64 - alliance", "change of perceived severity since help was granted"),
    _spec("precedent cell float64 share alliance", "rise of perceived risk since help was granted to another state"),
    # Alliance: the airlift
    _spec("stock member,cargo int64 - alliance", "persons, vehicles and kilograms that wait to be lifted"),
    _spec("field_lost field float64 h alliance", "hour since when the state does not hold it, -1 while it does", -1),
    _spec("field_open field float64 h alliance", "hour since when the state holds it, or last took it back"),
    _spec("spot_free spot float64 h alliance", "hour from which the next aircraft can be unloaded"),
    _spec("plane_stage plane int8 - alliance", "an index of alliance.STAGES"),
    _spec("plane_time plane float64 h alliance", "hour of arrival, or at which the stage ends; -1 before", -1),
    _spec("plane_load plane int32 - alliance", "load aboard, -1 for none", -1),
    _spec("load_member load int32 - alliance", "member whose load it is, -1 for a load that is not used", -1),
    _spec("load_cargo load,cargo int64 - alliance", "persons, vehicles and kilograms of the load"),
    _spec("load_arrives load float64 h alliance", "hour at which it is in the city, infinite while in the air", -1),
    _spec("load_field load int8 - alliance", "where it landed: 0 field, 1 alternate, 2 by road, -1 for none yet", -1),
    _spec("unit_arrives unit float64 h alliance", "hour at which the unit comes onto the map, infinite if it does not"),
    _spec("unit_entry unit int64 - alliance", "place where it does so, -1 for where it is ordered to be", -1),
)


class State(SimpleNamespace):
    """Arrays by name."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Array: ...


LINE = 64  # bytes to which every array of a block is aligned


def allocate(sizes: Mapping[str, int]) -> tuple[State, State]:
    """The state before the first tick as (now, next); memory of large arrays is touched only where it is used.

    The buffered arrays of each side lie in one ``block`` of bytes, so that a tick is accepted by a single copy.
    """
    room = sum(_length(spec, sizes) for spec in ARRAYS if spec.buffered)
    now, following = State(block=np.zeros(room, np.uint8)), State(block=np.zeros(room, np.uint8))
    offset = 0
    for spec in ARRAYS:
        shape = _shape(spec, sizes)
        if spec.buffered:
            end = offset + math.prod(shape) * np.dtype(spec.dtype).itemsize
            arrays = [side.block[offset:end].view(spec.dtype).reshape(shape) for side in (now, following)]
            offset += _length(spec, sizes)
        else:
            arrays = [np.zeros(shape, spec.dtype)] * 2
        for side, array in zip((now, following), arrays, strict=True):
            if spec.initial != 0:
                array.fill(spec.initial)
            setattr(side, spec.name, array)
    return now, following


def _shape(spec: ArraySpec, sizes: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(sizes[d] for d in spec.dims) or (1,)


def _length(spec: ArraySpec, sizes: Mapping[str, int]) -> int:
    """Bytes of an array in a block, whole lines of the cache."""
    return -(-math.prod(_shape(spec, sizes)) * np.dtype(spec.dtype).itemsize // LINE) * LINE


def accept(now: State, following: State) -> None:
    """Make the next state the present one."""
    now.block[:] = following.block
