"""Reports as the oracle does it: every count since the start is kept, and each channel tells an old one."""

from __future__ import annotations

import numpy as np

from contrafact.kernels import Array
from contrafact.model.state import ARMED, CHANNELS, GROUPS, LAGS, STATE, TOLD
from reference.city import City
from reference.state import State, broadcaster_of_state, in_crowd

OFFICIAL, NETWORK, BROADCAST = range(len(CHANNELS))
RUMOUR = [TOLD.index(name) for name in ("deaths", "harmed", "injured")]


def reports(city: City, s: State, new: State) -> None:
    """told(t) = b Q(t - d) + injected, and by how much it rose; b is 1 but for what rumour and broadcasters distort.

    What a channel has told of that it does not take back.
    """
    new.history = np.vstack([s.history, true_counts(s)])
    for channel, name in enumerate(CHANNELS):
        new.reported[:, channel] = past(city, new.history, city.p[f"reports.{name}_delay"])
    new.reported[RUMOUR, NETWORK] *= city.p["reports.network_bias"]
    if broadcaster_of_state(city, s):
        new.reported[RUMOUR, BROADCAST] *= city.p["reports.broadcast_bias"]
    new.reported[RUMOUR] = np.maximum(new.reported[RUMOUR], s.reported[RUMOUR])
    new.told = new.reported + s.levers.injected
    new.heard = np.maximum(0, new.told - s.told)


def true_counts(s: State) -> Array:
    """What is there to be told as the tick begins, (told,), in the order of TOLD."""
    unarmed, forces = ("bystanders", "protesters"), ("state_forces", "contingents")
    q = {
        "crowd": np.count_nonzero(in_crowd(s)),
        "armed": np.count_nonzero(s.status == ARMED),
        "deaths": sum(s.counts[f"deaths_{group}"] for group in unarmed),
        "harmed": sum(s.counts[f"{kind}_{group}"] for kind in ("deaths", "injured") for group in unarmed),
        "deaths_armed": s.counts["deaths_armed_persons"],
        "deaths_state": sum(s.counts[f"deaths_{group}"] for group in forces),
        "injured": sum(s.counts[f"injured_{group}"] for group in GROUPS),
        "detained": s.counts["detained"],
        "facilities_lost": np.count_nonzero(s.holder != STATE),
    }
    return np.array([q[name] for name in TOLD], float)


def past(city: City, history: Array, delay: float) -> Array:
    """What was so as many hours before the next tick, which reads it; nothing before the start, and memory ends.

    The last row of history (time, told) is of the tick that is under way, so it is one tick old by then.
    """
    lag = min(LAGS, max(1, round(delay * city.ticks_per_hour)))
    return history[-lag] if lag <= len(history) else np.zeros(len(TOLD))


def counts_by_cause(s: State) -> dict[str, float]:
    """What causes of actions are measured by: the counts as the government is told them."""
    q: dict[str, float] = dict(zip(TOLD, s.told[:, OFFICIAL].tolist(), strict=True))
    return q | {"deaths": q["deaths"] + q["deaths_armed"] + q["deaths_state"]}


def heard_by_residents(city: City, s: State, name: str) -> Array:
    """What came to be told per 1,000 residents: by the network as far as it works, else by broadcast, (cell,)."""
    by_network, by_broadcast = s.heard[TOLD.index(name), [NETWORK, BROADCAST]] / (city.persons / 1000)
    return np.asarray(s.network * by_network + (1 - s.network) * by_broadcast)
