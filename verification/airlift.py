"""Verification target 11: the airlift against closed forms, through the mechanism as the engine runs it.

    python -m verification.airlift

Arrivals per day of a field that is never short of aircraft, the length of a cycle, a lost field, and the time until a
whole requirement has been delivered. The formulas are those of AFPAM 10-1403; what is simulated are single aircraft.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from contrafact.kernels import Array
from contrafact.model import alliance
from contrafact.model.alliance import CARGO, NEVER, Pact
from contrafact.model.context import Context, Fixed, Proposals
from contrafact.model.state import ARRAYS, CROWD, MANDATES, STATE, accept, allocate
from contrafact.rng import stream_key
from verification.check import Check, report

TICKS_PER_HOUR = 6
SEEDS = "none: nothing is drawn"


def lift(planes: int, loads: int, mog: int, out: float, loading: float, ground: float, first: Array | None = None,
         holder: int = STATE, hours: float = 24.0) -> list[float]:  # fmt: skip
    """Hours of landing when aircraft fly one load of 100 persons each, from hour 0; out, loading, ground in h.

    first (plane,) is when each aircraft is first loaded, at once where it is None; alternate there is none.
    """
    pact = Pact(
        consultation=0.0, granted=1.0, mandate=MANDATES.index("guard"), members=("one",),
        packed=np.array([[100 * loads, 0, 0, 0, 0]], np.int64), ready=np.zeros(1), road=np.full(1, NEVER),
        road_entry=np.full(1, -1, np.int64), plane_member=np.zeros(planes, np.int64),
        fill=np.tile([0.01, 1.0, 1.0, 1.0, 1.0], (planes, 1)), out=np.full(planes, out), across=np.zeros(planes),
        loading=np.full(planes, loading), ground=np.full(planes, ground), facility=np.array([0, -1]),
        field_entry=np.array([0, -1]), march=np.zeros(2), spots=np.array([0, mog, mog], np.int64), holding=1.0,
        efficiency=0.85, unit_member=np.zeros(0, np.int64), unit_need=np.zeros(0, np.int64), loads=loads,
    )  # fmt: skip
    c = context(pact, holder)
    for c.tick in range(round(hours * TICKS_PER_HOUR)):
        alliance.step(c)
        if c.tick == 0 and first is not None:
            c.next.plane_time[:] = first
        accept(c.now, c.next)
    return sorted(event.hour for event in c.events if event.kind == "landing")


def context(pact: Pact, holder: int) -> Context:
    """One cell with one airport, and a request at hour 0."""
    sizes = dict.fromkeys((dim for spec in ARRAYS for dim in spec.dims), 1)
    sizes |= {"cargo": len(CARGO), "plane": pact.plane_member.size, "load": pact.loads, "field": 2}
    now, following = allocate(sizes | {"spot": int(pact.spots[-1])})
    fixed: Any = Fixed(alliance=pact, cell_state=np.zeros(1, np.int64), facility_names=["airport"])
    numbers = {parameter.name: parameter.default for parameter in alliance.PARAMETERS}
    for state in (now, following):
        state.alliance_request[:], state.holder[:] = 0.0, holder
    return Context(now, following, fixed, numbers, stream_key(1, 0), 1 / TICKS_PER_HOUR, TICKS_PER_HOUR,
                   Proposals.with_room_for(1), 0.0)  # fmt: skip


def throughput() -> Check:
    """MOG x hours / ground time x efficiency, for a field with a queue at all times."""
    expected = 3 * 24 / 2 * 0.85
    landed = lift(planes=60, loads=200, mog=3, out=1.0, loading=0.25, ground=2.0, hours=30.0)
    begins = landed[0] + 1e-6  # the first wave fills an empty field, and then each spot turns over
    got = sum(begins < hour <= begins + 24.0 for hour in landed)
    return Check("arrivals a day, MOG 3, 2 h on the ground", f"{expected:.1f}", f"{got}", "one aircraft",
                 abs(got - expected) <= 1.0, SEEDS, "without the efficiency it would be 36")  # fmt: skip


def cycle() -> Check:
    """Loading + flight + ground time + flight of one aircraft that finds the field free."""
    expected = 2 * 3100 / 700 + 2.5 + 2.0
    landed = lift(planes=1, loads=6, mog=3, out=3100 / 700, loading=2.5, ground=2.0, hours=72.0)
    cycles = np.diff(landed)
    worst = float(np.abs(cycles - expected).max())
    return Check("cycle, 3,100 km at 700 km/h, 2.5 h and 2.0 h on the ground", f"{expected:.2f} h",
                 f"{cycles.mean():.2f} h", "1e-9 h", cycles.size == 4 and worst < 1e-9, SEEDS,
                 "a cycle rounded to ticks would be 13.33 or 13.50 h")  # fmt: skip


def lost_field() -> Check:
    """A field that the state does not hold takes none."""
    got = len(lift(planes=60, loads=200, mog=3, out=1.0, loading=0.25, ground=2.0, holder=CROWD, hours=48.0))
    return Check("arrivals while the field is lost", "0", f"{got}", "none", got == 0, SEEDS,
                 "one landing would be seen")  # fmt: skip


def closure() -> Check:
    """Requirement x round trip / (payload x aircraft x use rate): days until everything is delivered.

    Aircraft are spread evenly over a cycle, as the formula assumes; the use rate is the hours that one aircraft is in
    the air in a day, and follows from the cycle. The formula does not count how a lift begins and ends, which the
    tolerance of a tenth leaves room for.
    """
    planes, loads, out = 10, 200, 3100 / 700
    whole = 2 * out + 2.5 + 2.0
    use_rate = 24 * 2 * out / whole
    expected = 24 * (100 * loads) * (2 * out) / (100 * planes * use_rate)
    first = 2.5 + np.arange(planes) * whole / planes
    landed = lift(planes, loads, 8, out, 2.5, 2.0, first, hours=1.5 * expected)
    got = landed[-1] + 2.0
    return Check(f"closure of {loads} loads by {planes} aircraft", f"{expected:.1f} h", f"{got:.1f} h", "10 %",
                 len(landed) == loads and math.isclose(got, expected, rel_tol=0.1), SEEDS,
                 "an aircraft less, or two more, would be seen")  # fmt: skip


def checks() -> list[Check]:
    """Target 11."""
    return [throughput(), cycle(), lost_field(), closure()]


def main() -> None:
    """Check everything and print the table."""
    print(report(checks()))


if __name__ == "__main__":
    main()
