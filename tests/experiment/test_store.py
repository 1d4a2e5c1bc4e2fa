"""A store must hold one plan and one process, and say of a file that is torn which one it is."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrafact.errors import InputError, RunError
from contrafact.experiment.locking import LOCK, Lock
from contrafact.experiment.store import PLAN, Store, check_same, read_arrays

ONE = {"kind": "run", "seed": 1, "resolved": {"forces": {"police": 90}}}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_folder_is_made_for_a_plan_and_gone_on_with_for_the_same_alone(tmp_path: Path) -> None:
    out = tmp_path / "a" / "out"
    with Store.opened(out, ONE) as store:
        store.write("points/one", {"value": np.arange(3)}, {})
    assert names(out) == {PLAN, "points"}
    with Store.opened(out, ONE, resume=True) as store:
        assert store.read("points/one")["value"].tolist() == [0, 1, 2]
    with pytest.raises(InputError, match="--resume or --overwrite"):
        Store.opened(out, ONE)
    with Store.opened(out, ONE, overwrite=True):
        assert not (out / "points").exists()


def test_what_differs_is_named_with_both_values(tmp_path: Path) -> None:
    with Store.opened(tmp_path / "out", ONE):
        pass
    other = {**ONE, "seed": 2, "resolved": {"forces": {"police": 80}}}
    told = r"under seed, resolved \(seed was 1 and is 2; resolved.forces.police was 90 and is 80\)"
    with pytest.raises(InputError, match=told):
        Store.opened(tmp_path / "out", other, resume=True)


PLANS = st.dictionaries(
    st.sampled_from(["seed", "until", "record"]),
    st.one_of(st.integers(), st.text(max_size=3), st.lists(st.integers(), max_size=2), st.none()),
)


@given(PLANS, PLANS)
def test_plans_are_the_same_where_every_key_is(held: dict[str, object], wanted: dict[str, object]) -> None:
    changed = {key for key in {*held, *wanted} if held.get(key) != wanted.get(key)}
    if not changed:
        check_same(Path("out"), held, wanted)
        return
    with pytest.raises(InputError) as raised:
        check_same(Path("out"), held, wanted)
    assert set(str(raised.value.found).split(", ")) == changed


def test_something_else_is_never_emptied(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="holds something else"):
        Store.opened(tmp_path, ONE, overwrite=True)
    assert names(tmp_path) == {"thesis.txt"}


def test_a_second_process_is_refused_until_the_first_has_ended(tmp_path: Path) -> None:
    first = Store.opened(tmp_path / "out", ONE)
    for how in ({"resume": True}, {"overwrite": True}):
        with pytest.raises(InputError, match="another process is at work"):
            Store.opened(tmp_path / "out", ONE, **how)
    with first:
        pass
    with Store.opened(tmp_path / "out", ONE, resume=True):
        pass
    assert LOCK not in names(tmp_path / "out")


def test_the_lock_of_a_killed_process_blocks_nobody(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from contrafact.experiment.locking import Lock; "
        "lock = Lock(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(InputError, match="another process is at work"):
            Lock(tmp_path)
        other.send_signal(signal.SIGKILL)
    assert names(tmp_path) == {LOCK}
    Lock(tmp_path).release()
    assert names(tmp_path) == set()


def test_what_a_killed_process_was_writing_is_in_nobodys_way(tmp_path: Path) -> None:
    with Store.opened(tmp_path / "out", ONE) as store:
        for _ in range(2):
            (store.folder / ".partial").mkdir()
            (store.folder / ".partial" / "torn").write_bytes(b"half")
            assert store.measured(lambda folder: (folder / "one").write_bytes(bytes(10)) and None) == 10
        (store.folder / ".partial").mkdir()
        assert store.fill(lambda folder: (folder / "one").write_bytes(bytes(10)) and None) == ["one"]
        assert not (store.folder / ".partial").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o555)
    root = os.geteuid() == 0
    tmp_path.chmod(0o755)
    if root:
        for parent in tmp_path.parents:
            if parent == Path(tempfile.gettempdir()):
                break
            parent.chmod(0o755)
        os.seteuid(65534)
    try:
        with pytest.raises(InputError, match="which cannot be written"):
            Store.opened(tmp_path / "closed" / "out", ONE)
    finally:
        if root:
            os.seteuid(0)


def test_a_disk_that_is_full_loses_nothing_that_was_written(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    large = {"value": np.random.default_rng(1).integers(0, 2**60, 100_000)}
    with Store.opened(tmp_path / "out", ONE) as store:
        store.write("points/one", {"value": np.arange(3)}, {})
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
        try:
            for write in (
                lambda: store.write("points/two", large, {}),
                lambda: store.write_arrays(store.folder / "kept" / "two.npz", large),
                lambda: store.fill(lambda folder: (folder / "two").write_bytes(bytes(100_000)) and None),
            ):
                with pytest.raises(
                    RunError, match="what was finished before is kept, and the same command with --resu"
                ):
                    write()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert {path.name for path in store.folder.rglob("*") if path.is_file()} == {PLAN, LOCK, "one.parquet"}
        assert store.read("points/one")["value"].tolist() == [0, 1, 2]


@given(share=st.floats(0.0, 0.999))
def test_torn_arrays_are_told_wherever_they_are_torn(tmp_path_factory: pytest.TempPathFactory, share: float) -> None:
    path = tmp_path_factory.mktemp("torn") / "kept.npz"
    with Store.opened(path.parent / "out", ONE) as store:
        store.write_arrays(path, {"a/b": np.arange(50), "name": np.array(["x", "yz"])})
    whole = path.read_bytes()
    assert read_arrays(path)["name"].tolist() == ["x", "yz"]
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(InputError, match="torn or edited"):
        read_arrays(path)
