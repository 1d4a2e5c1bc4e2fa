"""Starsim's SIR: seconds of all steps without setting up, and the share that was ever infected.

Run by an interpreter that has Starsim and nothing of this project. A step is a day; infections last an exponential
time. "contacts" is "pool": everybody meets everybody alike (``MixingPool``), or "network": ten random partners, drawn
anew every day (``RandomNet``, Starsim's default kind of network).
"""

from __future__ import annotations

import json
import sys
import time

import starsim as ss

PARTNERS = 10


def main() -> None:
    """Set up, then run."""
    asked = json.load(sys.stdin)
    days, pool = asked["stay"], asked["contacts"] == "pool"
    rate = asked["r0"] / days
    disease = ss.SIR(
        beta=ss.perday(rate if pool else rate / PARTNERS),
        init_prev=asked["first"],
        dur_inf=ss.expon(scale=ss.days(days)),
        p_death=0,
    )
    meeting = ss.MixingPool(diseases="sir", beta=1.0, n_contacts=ss.constant(1)) if pool else None
    network = ss.RandomNet(n_contacts=ss.constant(PARTNERS))
    sim = ss.Sim(n_agents=asked["persons"], diseases=disease, networks=meeting if pool else network,
                 rand_seed=asked["seed"], start=ss.date("2020-01-01"), dur=ss.days(asked["steps"]), dt=ss.days(1),
                 verbose=0)  # fmt: skip
    sim.init()
    begun = time.perf_counter()
    sim.run()
    seconds = time.perf_counter() - begun
    susceptible = sim.results.sir.n_susceptible
    found = {"seconds": seconds, "steps": len(susceptible), "share": 1 - float(susceptible[-1]) / asked["persons"],
             "version": ss.__version__}  # fmt: skip
    print(json.dumps(found))


if __name__ == "__main__":
    main()
