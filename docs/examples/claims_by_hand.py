"""Three answers of `contrafact claims almaty-2022`, worked out from the runs with NumPy and SciPy alone.

python docs/examples/claims_by_hand.py          some ten minutes of processor time; the exit code is 1 if one differs
"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

import numpy as np
from scipy import stats

import contrafact as cf

NAME = "almaty-2022"
READY = {  # hours after the decision: central, shortest, longest; as questions.yaml has them for clearing_a_day_later
    "russia": (29, 26, 36),
    "belarus": (42, 30, 60),
    "armenia": (48, 36, 60),
    "kyrgyzstan": (60, 42, 84),
    "tajikistan": (48, 36, 60),
}


def main() -> int:
    """Print each answer beside the one that ships; the exit code."""
    shipped = cf.claims(cf.load(NAME)).as_dict()
    if shipped["runs"] is None:
        print("no answers ship with this version")
        return 1
    pairs, seed = shipped["runs"]["replications"], shipped["runs"]["seed"]
    wrong = 0
    for claim, found in by_hand(pairs, seed, runs_of(shipped, "C43")).items():
        told = [(one["against"], one["estimate"]) for one in answers(shipped, claim) if one["switch"] is None]
        for (against, theirs), ours in zip(told, found, strict=True):
            same = np.allclose([theirs[end] for end in ("mean", "low", "high")], ours, rtol=1e-6, atol=1e-9)
            wrong += not same
            mean, low, high = ours
            less = f" less {against}" if against else ""
            print(
                f"{claim}{less}: {mean:.4g} ({low:.4g} to {high:.4g}), {'as shipped' if same else f'shipped {theirs}'}"
            )
    return int(wrong > 0)


def by_hand(pairs: int, seed: int, many: int) -> dict[str, list[tuple[float, float, float]]]:
    """Mean and 95 % interval of every answer under the recorded settings, in the order in which they are shown."""
    recorded = run(cf.load(NAME), many, seed)
    return {
        "C21": ended_sooner(recorded, pairs, seed),
        "C36": turned(recorded, pairs, seed),
        "C43": [about_1000(recorded)],
    }


# --8<-- [start:c21]
def ended_sooner(recorded: Any, pairs: int, seed: int) -> list[tuple[float, float, float]]:
    """C21: hours until violence ended, as recorded less without the order of 7 January, and less restraint."""
    arms = (cf.load(NAME, {"actions.rules_without_warning": None}), cf.load(NAME, variant="restraint"))
    return [paired(ended(recorded)[:pairs] - ended(run(arm, pairs, seed))) for arm in arms]


# --8<-- [end:c21]


# --8<-- [start:c36]
def turned(recorded: Any, pairs: int, seed: int) -> list[tuple[float, float, float]]:
    """C36: armed at noon on 8 January with contingents that clear, less no request, less guarding, less a day later."""
    noon = datetime(2022, 1, 8, 12)
    clear = armed_at(run(cf.load(NAME, variant="contingents_clear"), pairs, seed), noon)
    none = armed_at(run(cf.load(NAME, variant="no_request"), pairs, seed), noon)
    later = armed_at(run(cf.load(NAME, a_day_later()), pairs, seed), noon)
    return [paired(clear - other) for other in (none, armed_at(recorded, noon)[:pairs], later)]


# --8<-- [end:c36]


def a_day_later() -> dict[str, object]:
    """Contingents that clear and are ready a day later than recorded."""
    ready: dict[str, object] = {"alliance.mandate": "clear"}
    for member, (central, low, high) in READY.items():
        prior = {"triangular": [f"{hours} h" for hours in (low, central, high)]}
        ready[f"alliance.members.{member}.ready"] = {
            "value": f"{central} h",
            "assumption": "A day more",
            "prior": prior,
        }
    return ready


# --8<-- [start:c43]
def about_1000(recorded: Any) -> tuple[float, float, float]:
    """C43: the share of runs in which 500 to 2,000 persons are armed at 20:00 on 7 January, with Wilson's interval."""
    armed = armed_at(recorded, datetime(2022, 1, 7, 20))
    inside = int(((armed >= 500) & (armed <= 2000)).sum())
    reach = stats.binomtest(inside, armed.size).proportion_ci(0.95, method="wilson")
    return inside / armed.size, reach.low, reach.high


# --8<-- [end:c43]


def run(crisis: Any, replications: int, seed: int) -> Any:
    """Replications with what the three questions read."""
    return cf.run(crisis, replications, seed, record=("timeline",), notify=lambda _: None)


def armed_at(runs: Any, when: datetime) -> Any:
    """Armed persons in the street and in hiding at the end of the tick that holds a time, (replication,)."""
    hour = (when - runs.scenario.start).total_seconds() / 3600
    tick = int(np.argmax(runs.hours >= hour - 1e-9))
    return runs.timeline["armed"][:, tick].astype(float) + runs.timeline["hidden"][:, tick]


def ended(runs: Any) -> Any:
    """Hours until violence ended, (replication,); where it never did, the length of the run."""
    hours = runs.outcomes["time_to_end"]
    return np.where(np.isinf(hours), runs.until_hours, hours)


def paired(difference: Any) -> tuple[float, float, float]:
    """Mean of paired differences and Student's 95 % interval."""
    reach = stats.ttest_1samp(difference, 0.0).confidence_interval(0.95)
    return float(difference.mean()), float(reach.low), float(reach.high)


def answers(document: dict[str, Any], claim: str) -> list[dict[str, Any]]:
    """The shipped answers about a claim."""
    found: list[dict[str, Any]] = next(one for one in document["claims"] if one["id"] == claim)["model"]["result"][
        "answers"
    ]
    return found


def runs_of(document: dict[str, Any], claim: str) -> int:
    """How many runs a shipped answer rests on."""
    return int(answers(document, claim)[0]["runs"])


if __name__ == "__main__":
    sys.exit(main())
