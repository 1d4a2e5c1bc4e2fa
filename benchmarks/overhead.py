"""What a replication costs beside itself: a job that does nothing, sent through threads, processes and a Dask cluster.

    python -m benchmarks.overhead [--replications 400]

Prints microseconds for each replication beyond the first ones, and the size of what a replication of almaty-2022 sends
back and leaves on disk. docs/scaling.md works with these numbers.
"""

from __future__ import annotations

import argparse
import pickle
import statistics
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import contrafact as cf
from contrafact.experiment import city
from contrafact.experiment.interruption import Interruption
from contrafact.experiment.pools import Workers, pool_of
from contrafact.experiment.replications import InOrder

WARM = 40


@dataclass(frozen=True)
class Nothing:
    """A job whose replications are as large as those of a city, and take no time."""

    payload: bytes

    def simulate(self, number: int) -> tuple[int, bytes]:
        """The number and as many bytes."""
        return number, self.payload

    def recipe(self) -> Callable[[], Nothing]:
        """Makes the same elsewhere."""
        return partial(Nothing, self.payload)


def each(job: Any, count: int, workers: Workers) -> float:
    """Microseconds for each replication once everything has started."""
    with Interruption() as interruption, pool_of(job, 2, workers, WARM + count) as pool:
        times = [time.perf_counter() for _ in InOrder(pool, range(WARM + count), interruption)]
    return 1e6 * (times[-1] - times[WARM - 1]) / count


@contextmanager
def cluster() -> Any:
    """Address of a Dask cluster of two processes on this machine."""
    from distributed import LocalCluster  # noqa: PLC0415  the extra `cluster`

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as found:
        yield f"dask:{found.scheduler_address}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replications", type=int, default=400)
    parser.add_argument("--repetitions", type=int, default=5)
    asked = parser.parse_args()
    crisis: Any = cf.load("almaty-2022")
    real = city.prepared(crisis, 1, frozenset({"timeline", "events", "cells"}), crisis.hours, lambda _: None)
    begun = time.thread_time()
    payload = pickle.dumps(real.simulate(0))
    seconds = time.thread_time() - begun
    print(f"a replication of {crisis.name} sends back {len(payload) / 1e6:.1f} MB; it took {seconds:.1f} s")
    for size, name in ((0, "nothing"), (len(payload), "as much as a replication")):
        job = Nothing(bytes(size))
        with cluster() as address:
            places: dict[str, Workers] = {"2 threads": 0, "2 processes": 2, "2 Dask workers": address}
            found = {place: [each(job, asked.replications, workers) for _ in range(asked.repetitions)]
                     for place, workers in places.items()}  # fmt: skip
        for place, times in found.items():
            print(f"{place}, {name}: {statistics.median(times):.0f} us ({min(times):.0f} to {max(times):.0f})")


if __name__ == "__main__":
    main()
