"""pyABC on the normal mean of target 17, run by an interpreter that has pyABC and nothing of this project.

Reads a JSON object from standard input: "observed", "noise", "population", "fits", "epsilon". Writes one JSON list per
fit: mean and spread of the parameter that is seen, mean and spread of the one that is not.
"""

from __future__ import annotations

import json
import logging
import sys

import numpy as np
import pyabc


def main() -> None:
    """Fit as often as is asked for."""
    asked = json.load(sys.stdin)
    logging.disable(logging.WARNING)
    prior = pyabc.Distribution(theta=pyabc.RV("norm", 0, 1), other=pyabc.RV("norm", 0, 1))
    for number in range(asked["fits"]):
        np.random.seed(number + 1)
        sampler = pyabc.sampler.SingleCoreSampler()
        smc = pyabc.ABCSMC(
            lambda p: {"x": p["theta"] + asked["noise"] * np.random.randn()},
            prior,
            pyabc.PNormDistance(p=1),
            population_size=asked["population"],
            eps=pyabc.MedianEpsilon(),
            sampler=sampler,
        )
        smc.new("sqlite://", {"x": asked["observed"]})
        history = smc.run(minimum_epsilon=asked["epsilon"], max_nr_populations=40)
        values, weight = history.get_distribution()
        found = []
        for name in ("theta", "other"):
            column = values[name].to_numpy()
            mean = float(weight @ column)
            found += [mean, float(np.sqrt(weight @ (column - mean) ** 2))]
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
