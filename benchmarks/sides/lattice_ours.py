"""Our lattice model under the rules of a rival: seconds per tick after the first ticks, and the mean number of active.

The rules are Mesa's (C/A rounded, act then move, the jailed keep their site, terms from 0) on "width" x "width" sites
with "neighbourhood".
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np

from contrafact.lattice.rules import Rules
from contrafact.lattice.simulation import Lattice


def rules(width: int, neighbourhood: str) -> Rules:
    """A square society with Mesa's readings of what the paper leaves open."""
    return Rules(width=width, height=width, agents=0.7, cops=0.04, vision=7, cop_vision=7, legitimacy=0.8,
                 longest_jail=1000, shortest_jail=0, ratio="round", neighbourhood=neighbourhood, order="act_first",
                 jailed="in_place")  # fmt: skip


def main() -> None:
    """Run the "warm" ticks, then the timed ones, for each of "runs" seeds; the first compiles."""
    asked = json.load(sys.stdin)
    Lattice(rules(20, asked["neighbourhood"]), 0).advance(1)
    seconds, active = 0.0, []
    for replication in range(asked["runs"]):
        lattice = Lattice(rules(asked["width"], asked["neighbourhood"]), asked["seed"], replication)
        first = lattice.advance(asked["warm"])["active"]
        begun = time.perf_counter()
        later = lattice.advance(asked["ticks"])["active"]
        seconds += time.perf_counter() - begun
        active.append(float(np.concatenate([first, later]).mean()))
    print(json.dumps({"seconds": seconds / asked["runs"] / asked["ticks"], "active": active}))


if __name__ == "__main__":
    main()
