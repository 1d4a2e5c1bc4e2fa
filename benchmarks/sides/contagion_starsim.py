"""Starsim's SIR: seconds of all steps without setting up, and the share that was ever infected.

Run by an interpreter that has Starsim and nothing of this project. A step is a day; infections last an exponential
time. "contacts" is "pool": everybody meets everybody alike (``MixingPool``), or "network": ten random partners, drawn
anew every day (``RandomNet``, Starsim's default kind of network).

Who is infected infects from the next step on, and recovers at the first step that is not before the end of the
infection; so one infects in 1 / (exp(1 / stay) - 1) steps on average, fewer than "stay". A rate r is taken as the
chance 1 - exp(-r) of a step. The rate here is the one by which an infected person infects "r0" others all the same.
"""

from __future__ import annotations

import json
import math
import sys
import time

import starsim as ss

PARTNERS = 10


def main() -> None:
    """Set up, then run."""
    asked = json.load(sys.stdin)
    days, pool = asked["stay"], asked["contacts"] == "pool"
    chance = asked["r0"] * math.expm1(1 / days)  # of infecting somebody in a step, while all are susceptible
    disease = ss.SIR(
        beta=ss.perday(-math.log1p(-chance if pool else -chance / PARTNERS)),
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
