"""Many replications by ``contrafact.run`` on "threads" threads: seconds by the clock, without the first run."""

from __future__ import annotations

import json
import sys
import time

import contrafact as cf


def main() -> None:
    """Compile and build in one short run, then time the many."""
    asked = json.load(sys.stdin)
    crisis = cf.load("almaty-2022", asked.get("settings", ()))
    cf.run(crisis, 1, until="10 min", threads=1)
    begun = time.perf_counter()
    cf.run(crisis, asked["replications"], threads=asked["threads"])
    print(json.dumps({"seconds": time.perf_counter() - begun}))


if __name__ == "__main__":
    main()
