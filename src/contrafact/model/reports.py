"""Reports: what people and the government are told of what happened, by which channel, how late and how distorted.

    told_official  (t) = Q(t - d_official) + injected
    told_network   (t) = b_network Q(t - d_network) + injected
    told_broadcast (t) = b_broadcast Q(t - d_broadcast) + injected

Q are the true counts: people in the street, armed persons, deaths and harm of unarmed residents, deaths of armed
persons and of forces, injured of all groups, detained, facilities lost. The two factors b distort only deaths, harm
and injuries, of which rumour makes more or less and a broadcaster in the hands of the state tells a part; once the
state has lost every broadcaster they tell all. What a channel has told of them it does not take back. A report can be
injected, true or false, early or late, by an action. Delays are rounded to ticks, one at least, and end where memory
does; who reads a report at hour t reads what was so at t - d.

The government's actions read the official channel (see policy). Residents hear the network as far as it works and the
broadcaster otherwise: exposure reads the network alone, fear and support weigh the two by M_c. What they see around
them they see at once; no report stands between.

Order     after policy, before communications
Reads     counts (count,), crowd, armed (cell,), holder (facility,), injected (told, channel)
Writes    history (lag, told); reported, told, heard (told, channel)
Source    assumption: no source measures delays and distortions; priors are wide
Check     tests/model/test_reports.py: a count arrives after its delay, whatever the tick; a false report is believed
"""

from __future__ import annotations

import numpy as np

from contrafact.kernels import Array, kernel
from contrafact.model.context import Context
from contrafact.model.state import CHANNELS, COUNTS, GROUPS, LAGS, STATE, TOLD
from contrafact.parameters import ASSUMPTION, Parameter, loguniform, uniform

PARAMETERS = (
    Parameter("reports.official_delay", "h", 0.5, ASSUMPTION, "time until the government knows", loguniform(0.25, 2.0),
              high=24.0),
    Parameter("reports.network_delay", "h", 1.0 / 6.0, ASSUMPTION, "time until what happens is known on the network",
              loguniform(0.08, 0.5), high=24.0),
    Parameter("reports.broadcast_delay", "h", 6.0, ASSUMPTION, "time until broadcasts and newspapers tell it",
              loguniform(2.0, 12.0), high=24.0),
    Parameter("reports.network_bias", "dimensionless", 1.0, ASSUMPTION,
              "factor by which the network enlarges deaths and injuries", loguniform(0.7, 1.4)),
    Parameter("reports.broadcast_bias", "dimensionless", 0.3, ASSUMPTION,
              "share of deaths and injuries that a broadcaster held by the state tells", uniform(0.0, 0.6)),
)  # fmt: skip

DISTORTED = np.array([name in ("deaths", "harmed", "injured") for name in TOLD])
CROWD, ARMED, FACILITIES_LOST = (TOLD.index(name) for name in ("crowd", "armed", "facilities_lost"))


def counted(told: str) -> tuple[str, ...]:
    """Counts of COUNTS that add up to one of TOLD; none for what is no cumulative count of persons."""
    unarmed = ("bystanders", "protesters")
    return {
        "deaths": tuple(f"deaths_{group}" for group in unarmed),
        "harmed": tuple(f"{kind}_{group}" for kind in ("deaths", "injured") for group in unarmed),
        "deaths_armed": ("deaths_armed_persons",),
        "deaths_state": ("deaths_state_forces", "deaths_contingents"),
        "injured": tuple(f"injured_{group}" for group in GROUPS),
        "detained": ("detained",),
    }.get(told, ())


DELAYS = tuple(f"{channel}_delay" for channel in CHANNELS)
SUMS = np.array([[name in counted(told) for name in COUNTS] for told in TOLD], np.int64)
"""Which of COUNTS each of TOLD adds up, (told, count)."""


@kernel
def in_the_street(crowd: Array, armed: Array, governed: Array) -> tuple[int, int]:
    """Protesters and armed persons in the cells that the home state governs, from arrays (cell,)."""
    protesters, bands = 0, 0
    for c in range(crowd.size):
        if governed[c]:
            protesters += crowd[c]
            bands += armed[c]
    return protesters, bands


@kernel
def tell(history: Array, row: Array, factor: Array, distorted: Array, before: Array, injected: Array, told: Array,
         reported: Array, new_told: Array, heard: Array) -> None:  # fmt: skip
    """What each channel reports, tells with what was injected, and tells anew: arrays (told, channel).

    row (channel,) is the line of history (lag, told) that is due, -1 for none; factor (channel,) multiplies what is
    distorted, (told,), of which no channel takes back what it reported before.
    """
    for i in range(distorted.size):
        for k in range(row.size):
            due = float(history[row[k], i]) if row[k] >= 0 else 0.0
            reported[i, k] = max(due * factor[k], before[i, k]) if distorted[i] else due
            new_told[i, k] = reported[i, k] + injected[i, k]
            heard[i, k] = max(0.0, new_told[i, k] - told[i, k])


def due(c: Context, delay: float) -> int:
    """Line of history whose counts will be ``delay`` hours old when the next tick reads them, -1 before the start."""
    ticks = min(LAGS, max(1, round(delay * c.ticks_per_hour))) - 1
    return (c.tick - ticks) % LAGS if ticks <= c.tick else -1


def true_counts(c: Context) -> Array:
    """The counts of TOLD as the tick began, (told,)."""
    now = c.now
    counts = np.asarray(SUMS @ now.counts)
    counts[CROWD], counts[ARMED] = in_the_street(now.crowd, now.armed, c.fixed.governed)
    counts[FACILITIES_LOST] = np.count_nonzero(now.holder != STATE)
    return counts


def step(c: Context) -> None:
    """Remember the counts of now and tell those that are due."""
    now, following, p = c.now, c.next, c.of("reports")
    following.history[c.tick % LAGS] = true_counts(c)
    state_tells = c.share_lost("broadcast") < 1.0
    row = np.array([due(c, p[delay]) for delay in DELAYS])
    factor = np.array([1.0, p["network_bias"], p["broadcast_bias"] if state_tells else 1.0])
    tell(following.history, row, factor, DISTORTED, now.reported, now.injected, now.told, following.reported,
         following.told, following.heard)  # fmt: skip
