"""Many replications by ``contrafact.run`` side by side on "threads" threads or "workers" processes.

Prints seconds by the clock for one replication, from the end of the first few to the end of the last, so that neither
compilation nor the start of processes is in it.
"""

from __future__ import annotations

import json
import sys
import time

import contrafact as cf

WARM = 8


def main() -> None:
    """Run all and look at the clock when one ends."""
    asked = json.load(sys.stdin)
    crisis = cf.load("almaty-2022")
    cf.run(crisis, 1, until="10 min", threads=1)
    ends: list[float] = []
    where = {"workers": asked["workers"]} if asked.get("workers") else {"threads": asked["threads"]}
    cf.run(crisis, WARM + asked["replications"], progress=lambda done, _: ends.append(time.perf_counter()), **where)
    print(json.dumps({"seconds": (ends[-1] - ends[WARM - 1]) / asked["replications"]}))


if __name__ == "__main__":
    main()
