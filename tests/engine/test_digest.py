"""The same seed must give the same bits, whatever runs it, beside what, and whatever is recorded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, combinations
from pathlib import Path

import numpy as np
import pytest

from contrafact.engine import RECORDERS, Replication, set_up, simulate
from contrafact.engine.digest import Digest
from contrafact.engine.stepper import apply
from contrafact.errors import InputError
from contrafact.model import ORDER
from contrafact.model.context import Context
from contrafact.model.state import ARRAYS, ArraySpec
from tests.engine.towns import prepared
from tests.model.town import put_in_street, town

HOURS = 48.0
SUBSETS = [frozenset(s) for s in chain.from_iterable(combinations(RECORDERS, n) for n in range(len(RECORDERS)))]
SCRATCH = {
    "winner",
    "slot_fate",
    "cell_slots",
    "spent_after",
    "moved_site",
    "moved_origin",
    "moved_progress",
    "moved_phase",
    "moved_cell",
    "moved_late",
}
FLOATS = ("legitimacy", "exposure", "fear", "site_weight", "site_risk", "slot_spent", "slot_progress", "network")

PLAIN = """
import json, sys
import numpy as np
from contrafact import rng
from tests.engine.test_digest import short_run
assert not hasattr(rng.philox_block, "py_func")
whole, floats = short_run()
np.savez(sys.argv[1], **{"whole_" + k: v for k, v in whole.items()}, **{"float_" + k: v for k, v in floats.items()})
"""


@pytest.fixture(scope="module")
def run() -> Replication:
    """Two days of the lively town."""
    return simulate(prepared("lively"), 1, 0, until_hours=HOURS)


def test_a_run_in_which_nothing_happens_would_show_nothing(run: Replication) -> None:
    assert run.outcomes["peak_crowd"] > 300
    assert min(run.outcomes[name] for name in ("deaths_protesters", "injured_state_forces", "detained")) >= 1
    assert {"seizure", "overrun", "action"} <= {event.kind for event in run.events}


def test_repeated_runs_have_the_same_digest(run: Replication) -> None:
    again = simulate(prepared("lively"), 1, 0, until_hours=HOURS)
    assert (again.digest, again.outcomes, again.events) == (run.digest, run.outcomes, run.events)


@pytest.mark.parametrize("record", SUBSETS, ids=lambda record: "+".join(sorted(record)) or "none")
def test_what_is_recorded_changes_neither_digest_nor_outcomes(run: Replication, record: frozenset[str]) -> None:
    quiet = simulate(prepared("lively"), 1, 0, record, until_hours=HOURS)
    assert (quiet.digest, quiet.outcomes) == (run.digest, run.outcomes)
    assert bool(quiet.timeline) == ("timeline" in record)
    assert bool(quiet.crowd.size) == bool(quiet.holders.size) == ("cells" in record)
    assert bool(quiet.events) == ("events" in record)


def test_four_threads_at_once_give_what_one_gives() -> None:
    model = prepared("lively")
    serial = [simulate(model, 7, replication, frozenset(), 30.0).digest for replication in range(6)]
    with ThreadPoolExecutor(4) as pool:
        runs = pool.map(lambda replication: simulate(model, 7, replication, frozenset(), 30.0).digest, range(6))
        assert list(runs) == serial
    assert len(set(serial)) == 6


def test_seed_and_replication_each_change_the_digest(run: Replication) -> None:
    others = [simulate(prepared("lively"), *key, frozenset(), HOURS).digest for key in ((1, 1), (2, 0), (2**32 + 1, 0))]
    assert len({run.digest, *others}) == 4


def test_a_run_cut_short_is_the_beginning_of_the_long_one(run: Replication) -> None:
    short = simulate(prepared("lively"), 1, 0, until_hours=20.0)
    for name, values in short.timeline.items():
        assert np.array_equal(values, run.timeline[name][:120]), name
    assert np.array_equal(short.crowd, run.crowd[:20])
    assert np.array_equal(short.holders, run.holders[:20])
    assert short.events == tuple(event for event in run.events if event.tick < 120)
    assert short.digest != run.digest


def test_a_run_cannot_go_on_after_the_end_of_the_scenario() -> None:
    ended = simulate(prepared("lively"), 1, 0, frozenset({"timeline"}), until_hours=1e6, calm=True)
    assert ended.timeline["hour"][-1] == prepared("lively").hours == 72


def test_an_unknown_recorder_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="unknown recorder 'films'"):
        simulate(prepared("small"), 1, 0, frozenset({"films"}))


def alive() -> Context:
    """A town with two people in the street and a gun shop."""
    units = [{"cell": 0, "strength": 4}]
    c = town(sites=(0, 1), units=units, facilities=[{"kind": "police"}], shops=[(1.0, 5)])
    put_in_street(c, 5, home=0)
    put_in_street(c, 150, home=1)
    return c


@pytest.mark.parametrize("spec", ARRAYS, ids=lambda spec: spec.name)
def test_the_digest_at_the_end_holds_every_array_but_scratch(spec: ArraySpec) -> None:
    first, second = alive(), alive()
    array = getattr(second.now, spec.name).reshape(-1)
    place = 1 if array.size > 1 else 0
    array[place] = not array[place] if array.dtype == bool else array[place] + 1
    same = Digest().finish(first) == Digest().finish(second)
    assert same == (spec.name in SCRATCH)


def test_the_digest_of_an_hour_holds_who_is_where_and_all_counts() -> None:
    def digest(c: Context) -> str:
        d = Digest()
        d.hourly(c)
        return d._hash.hexdigest()

    for name in ("slot_person", "slot_cell", "slot_phase", "slot_spent", "counts"):
        changed = alive()
        getattr(changed.now, name)[1] += 1
        assert digest(changed) != digest(alive()), name
    beyond = alive()
    beyond.now.slot_person[2] = 9  # no longer in the street
    assert digest(beyond) == digest(alive())


def short_run() -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Five hours of the small town: all that is whole, and all that is not, at the end; timeline as whole numbers."""
    c, _ = set_up(prepared("small"), 3, 0)
    timeline = []
    for c.tick in range(30):
        for mechanism in ORDER:
            mechanism.step(c)
        apply(c)
        timeline.append([c.slots, *c.now.crowd.tolist(), *c.now.counts.tolist()])
    whole, floats = {"timeline": np.array(timeline)}, {}
    for spec in ARRAYS:
        if spec.name not in SCRATCH:
            array = getattr(c.now, spec.name)
            kept = array[: c.slots] if spec.dims == ("slot",) else array
            (floats if kept.dtype.kind == "f" else whole)[spec.name] = kept
    return whole, floats


def test_kernels_do_the_same_with_the_compiler_switched_off(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    path = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])
    subprocess.run(
        [sys.executable, "-W", "error", "-c", PLAIN, str(tmp_path / "plain.npz")],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path},
        check=True,
        cwd=root,
    )
    whole, floats = short_run()
    assert whole["timeline"][-1, 0] > 100
    assert set(FLOATS) <= set(floats)
    with np.load(tmp_path / "plain.npz") as plain:
        for name, array in whole.items():
            assert np.array_equal(plain[f"whole_{name}"], array), name
        for name, array in floats.items():
            np.testing.assert_allclose(plain[f"float_{name}"], array, rtol=1e-9, atol=0, err_msg=name)


def test_outcomes_can_be_written_as_json(run: Replication) -> None:
    assert json.loads(json.dumps(run.outcomes)) == run.outcomes
