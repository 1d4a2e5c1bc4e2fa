"""Reports: what people and the government are told of what happened, by which channel, how late and how distorted.

    told_official  (t) = Q(t - d_official) + injected
    told_network   (t) = b_network Q(t - d_network) + injected
    told_broadcast (t) = b_broadcast Q(t - d_broadcast) + injected

Q are the true counts: people in the street, armed persons, deaths and harm of unarmed residents, deaths of armed
persons and of forces, injured of all groups, detained, facilities lost. The two factors b distort only deaths, harm
and injuries, of which rumour makes more or less and a broadcaster in the hands of the state tells a part; one that the
state has lost tells all. A report can be injected, true or false, early or late, by an action. Delays are rounded to
ticks and end where memory does.

The government acts on the official channel (policy, command, alliance). Residents hear the network as far as it works
and the broadcaster otherwise: exposure, fear and support weigh the two by M_c. What they see around them they see at
once; no report stands between.

Order     after policy, before communications
Reads     counts (count,), crowd, armed, harmed_now (cell,), holder (facility,), injected (told, channel)
Writes    history (lag, told); told, heard (told, channel)
Source    assumption: no source measures delays and distortions; priors are wide
Check     tests/model/test_reports.py: a count arrives after its delay, whatever the tick; a false report is believed
"""

from __future__ import annotations

import numpy as np

from contrafact.kernels import Array
from contrafact.model.context import Context
from contrafact.model.state import COUNTS, GROUPS, LAGS, STATE, TOLD
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

OFFICIAL, NETWORK, BROADCAST = range(3)
DISTORTED = np.array([name in ("deaths", "harmed", "injured") for name in TOLD])
COLUMN = {name: i for i, name in enumerate(COUNTS)}
STATE_DEATHS = [COLUMN["deaths_state_forces"], COLUMN["deaths_contingents"]]
INJURED = [COLUMN[f"injured_{group}"] for group in GROUPS]
RESIDENTS = [i for kind in ("deaths", "injured") for i in (COLUMN[f"{kind}_bystanders"], COLUMN[f"{kind}_protesters"])]


def true_counts(c: Context) -> Array:
    """The counts of TOLD as the tick began, (told,)."""
    counts = c.now.counts
    return np.array(
        [
            c.now.crowd[c.fixed.governed].sum(),
            c.now.armed[c.fixed.governed].sum(),
            counts[COLUMN["deaths_bystanders"]] + counts[COLUMN["deaths_protesters"]],
            counts[RESIDENTS].sum(),
            counts[COLUMN["deaths_armed_persons"]],
            counts[STATE_DEATHS].sum(),
            counts[INJURED].sum(),
            counts[COLUMN["detained"]],
            np.count_nonzero(c.now.holder != STATE),
        ],
        np.int64,
    )


def past(c: Context, delay: float) -> Array:
    """The counts as they were ``delay`` hours ago, none before the start, (told,)."""
    ticks = min(LAGS - 1, round(delay * c.ticks_per_hour))
    if ticks > c.tick:
        return np.zeros(len(TOLD))
    return np.asarray(c.next.history[(c.tick - ticks) % LAGS], float)


def step(c: Context) -> None:
    """Remember the counts of now and tell those that are due."""
    now, following, p = c.now, c.next, c.p
    following.history[c.tick % LAGS] = true_counts(c)
    broadcast = c.fixed.facility_is_broadcast
    state_tells = bool(broadcast.any()) and bool((now.holder[broadcast] == STATE).any())
    told = following.told
    told[:, OFFICIAL] = past(c, p["reports.official_delay"])
    told[:, NETWORK] = past(c, p["reports.network_delay"])
    told[DISTORTED, NETWORK] *= p["reports.network_bias"]
    told[:, BROADCAST] = past(c, p["reports.broadcast_delay"])
    if state_tells:
        told[DISTORTED, BROADCAST] *= p["reports.broadcast_bias"]
    told += now.injected
    np.maximum(0.0, told - now.told, out=following.heard)
