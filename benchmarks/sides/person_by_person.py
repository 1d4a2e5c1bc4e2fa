"""The whole model with every resident visited in every tick, compiled with Numba: seconds of a replay, its outcomes.

Joining is the only rule of which residents at home are the subject, and the engine's way around visiting them (rings
and classes) is replaced by a loop over all of them: the same hardship, risk aversion, fields and rate, and a draw for
each who is calm. All other mechanisms are the engine's own: they visit persons in the street, cells and units.
"screened" draws first and computes the rate only of those whom the largest rate would let join.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numba
import numpy as np

import contrafact as cf
from contrafact import engine, world
from contrafact.engine.running import Run
from contrafact.kernels import Array, kernel
from contrafact.model import participation
from contrafact.model.participation import BOXES, FULL, SITE, TRAITS, choose_site, trait
from contrafact.model.state import CALM, PROTESTING
from contrafact.rng import uniforms


@kernel
def seed_draws(seed: int) -> None:
    """Start Numba's own generator."""
    np.random.seed(seed)


@kernel
def settle(key: Array, class_count: Array, first_resident: Array, district: Array, hardship: Array, aversion: Array,
           own_hardship: Array, own_aversion: Array) -> None:  # fmt: skip
    """Hardship and risk aversion of everybody, (person,), as the engine would find them when it needs them."""
    for c in range(district.size):
        i, d = first_resident[c], district[c]
        for box in range(BOXES * BOXES):
            for _ in range(class_count[c, box]):
                u_h, u_r = uniforms(key, TRAITS, 0, i, 0)
                own_hardship[i] = trait(hardship, d, box // BOXES, u_h)
                own_aversion[i] = trait(aversion, d, box % BOXES, u_r)
                i += 1


@numba.njit(nogil=True, error_model="numpy", cache=True)
def visit(key: Array, tick: int, dt: float, rate: float, noise: float, threshold: float, eta: float, severity: float,
          legitimacy: Array, fear: Array, exposure: Array, network: Array, risk: Array, first_resident: Array,
          own_hardship: Array, own_aversion: Array, status: Array, pull: Array, weight: Array, person: Array,
          new: Array, time: Array, where: Array, payload: Array, detail: Array, n: int, room: int,
          screened: bool) -> int:  # fmt: skip
    """Let everybody who is calm join with his or her own rate; the arguments are those of ``participation.join``."""
    most = -np.expm1(-rate * dt) if screened else 1.0
    for c in range(legitimacy.size):
        gain = 1.0 - legitimacy[c]
        dread = severity * (1.0 + fear[c]) * risk[c]
        push = exposure[c] + eta * (1.0 - network[c]) - threshold
        for i in range(first_resident[c], first_resident[c + 1]):
            if status[i] != CALM:
                continue
            u = np.random.random()
            if u >= most:
                continue
            h, r = own_hardship[i], own_aversion[i]
            own = rate / (1.0 + np.exp(-(gain * h - dread * r + push) / noise))
            if u >= own * dt:  # so that log is needed of few
                continue
            at = -np.log1p(-u) / own
            if at < dt:
                if n >= room:
                    return FULL
                u_site, u_patience = uniforms(key, SITE, tick, i, 0)
                person[n], new[n], time[n] = i, PROTESTING, at
                where[n], payload[n] = c, choose_site(pull, weight, c, u_site)
                detail[n, 0], detail[n, 1], detail[n, 2] = h, r, -np.log(u_patience)
                n += 1
    return n


class Everybody:
    """Stands in for ``participation.join``."""

    def __init__(self, run: Run, screened: bool) -> None:
        c = run.context
        persons = int(c.fixed.first_resident[-1])
        self.hardship, self.aversion, self.screened = np.zeros(persons), np.zeros(persons), screened
        settle(c.key, c.fixed.class_count, c.fixed.first_resident, c.fixed.district, c.fixed.hardship,
               c.fixed.aversion, self.hardship, self.aversion)  # fmt: skip

    def __call__(self, *given: Any) -> int:
        """Visit everybody."""
        numbers, fields, first_resident, rest = given[:8], given[8:13], given[15], given[19:]
        return int(visit(*numbers, *fields, first_resident, self.hardship, self.aversion, *rest, self.screened))


def main() -> None:
    """Compile in one tick, then replay."""
    asked = json.load(sys.stdin)
    crisis = cf.load("almaty-2022", asked["settings"])
    model = engine.prepare(crisis, world.build(crisis))
    engine.simulate(model, 1, 0)
    seed_draws(asked["seed"])
    warm = Run(model, 1, asked["seed"], until_hours=0.5)
    participation.join = Everybody(warm, asked["screened"])
    while warm.under_way:
        warm.tick()
    run = Run(model, 1, asked["seed"])
    participation.join = Everybody(run, asked["screened"])
    begun = time.perf_counter()
    while run.under_way:
        run.tick()
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "outcomes": [run.finish().outcomes]}))


if __name__ == "__main__":
    main()
