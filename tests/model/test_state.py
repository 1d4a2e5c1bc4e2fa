"""The registry must say of every array what it is, and arrays must be what the registry says."""

from __future__ import annotations

import numpy as np
import pytest

from contrafact.model import ORDER
from contrafact.model.state import (
    ARRAYS,
    CHANNELS,
    COUNTS,
    HIDDEN,
    HOLDERS,
    LAGS,
    NOBODY,
    OBJECTIVES,
    OUTSIDE,
    PHASES,
    RESERVE,
    STATUSES,
    TASKS,
    TOLD,
    ArraySpec,
    allocate,
)

SIZES = {
    "person": 1_000, "slot": 64, "cell": 7, "cell+1": 8, "site": 2, "facility": 3, "unit": 5, "count": len(COUNTS),
    "shop": 4, "told": len(TOLD), "channel": len(CHANNELS), "lag": LAGS, "objective": OBJECTIVES,
    "member": 2, "cargo": 5, "plane": 4, "load": 6, "field": 2, "spot": 3,
}  # fmt: skip
MECHANISMS = {module.__name__.rpartition(".")[2] for module in ORDER}
by_name = pytest.mark.parametrize("spec", ARRAYS, ids=lambda spec: spec.name)


def test_no_array_is_declared_twice() -> None:
    names = [spec.name for spec in ARRAYS]
    assert len(set(names)) == len(names)


@by_name
def test_every_array_has_one_writer_that_exists_a_meaning_and_a_unit(spec: ArraySpec) -> None:
    assert spec.writer == "stepper" or spec.writer in MECHANISMS
    assert len(spec.meaning) > 3
    assert spec.unit
    assert set(spec.dims) <= set(SIZES)


@by_name
def test_shapes_types_and_first_values_follow_the_declaration(spec: ArraySpec) -> None:
    for state in allocate(SIZES):
        array = getattr(state, spec.name)
        assert array.shape == (tuple(SIZES[d] for d in spec.dims) or (1,))
        assert array.dtype == np.dtype(spec.dtype)
        assert np.all(array == spec.initial)


@by_name
def test_only_what_mechanisms_write_is_held_twice(spec: ArraySpec) -> None:
    now, following = allocate(SIZES)
    shared = np.shares_memory(getattr(now, spec.name), getattr(following, spec.name))
    assert shared == (spec.writer == "stepper" or spec.dims == ("slot",))
    assert spec.buffered == (not shared)


def test_names_of_codes_are_as_many_as_the_codes() -> None:
    assert STATUSES == (
        "calm", "protesting", "returning home", "detained", "injured", "dead", "armed", "in hiding", "left the area",
        "not yet in the area",
    )  # fmt: skip
    assert len(STATUSES) == OUTSIDE + 1
    assert (len(PHASES), len(HOLDERS), len(TASKS)) == (HIDDEN + 1, NOBODY + 1, RESERVE + 1)
