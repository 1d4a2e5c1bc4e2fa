"""Kill runs at random moments, go on with each until it is whole, and compare every byte with an undisturbed run.

    python -m verification.killing                 60 kills on a thread, 12 with worker processes
    python -m verification.killing --kills 4 --worker-kills 0

A run is a forked child of this process, killed with SIGKILL after a random part of the time that the undisturbed run
took; then `resume=True` goes on in the same folder, and is killed as well, until one comes to its end. With worker
processes every second kill hits one of them instead of the run that started it. Shards hold few replications and every
replication is saved at once or none before its shard is whole, by turns, so that kills fall between, into and behind
all kinds of writes. The exit code is 1 if any byte differs.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import contrafact as cf

TOWN = Path(__file__).parents[1] / "tests" / "data" / "small"
OPTIONS: dict[str, Any] = {"replications": 23, "seed": 5, "until": "12 h", "shard_size": 4, "command": "a command"}
KILLS_OF_A_ROUND = 6
TIMES = {
    "manifest.json": ("created", "elapsed_s"),
    "ro-crate-metadata.json": ("endTime", "datePublished"),
}
"""Keys that say when a run ended and how long it took; all else in a folder but run.log is compared."""


@dataclass
class Tally:
    """What was done so far: kills of runs, kills of workers, folders compared, files that differ."""

    runs: int = 0
    workers: int = 0
    folders: int = 0
    different: tuple[str, ...] = ()

    @property
    def kills(self) -> int:
        """All kills."""
        return self.runs + self.workers

    def __str__(self) -> str:
        same = "all the same, byte for byte" if not self.different else f"DIFFERENT: {', '.join(self.different)}"
        return f"{self.kills} kills, {self.workers} of them of workers; {self.folders} folders made whole, {same}"


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a results folder by its name, without the log and without what tells times."""
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    found.pop("run.log", None)
    return {name: _timeless(name, content) for name, content in found.items()}


def differing(folder: Path, expected: dict[str, bytes]) -> list[str]:
    """Names of files that one folder has and the other has not, or with other bytes."""
    found = contents(folder)
    return sorted(name for name in {*found, *expected} if found.get(name) != expected.get(name))


def kill_and_go_on(
    folder: Path, whole_s: float, kills: int, chance: random.Random, tally: Tally, workers: int = 0
) -> None:
    """Run into the folder and kill it up to so many times, each after a part of ``whole_s`` seconds; then let it be."""
    save_s = chance.choice((0.0, 1e9))
    for left in range(kills, -1, -1):
        child = _forked(folder, save_s, workers)
        if left and _killed(child, chance.uniform(0.0, whole_s), tally, workers > 0 and left % 2 == 0):
            continue
        if os.waitpid(child, 0)[1] == 0:
            return
    raise SystemExit(f"{folder} did not come to its end; its run.log:\n{(folder / 'run.log').read_text()}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill and compare; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m verification.killing", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--kills", type=int, default=60, help="of runs on one thread")
    parser.add_argument("--worker-kills", type=int, default=12, help="with two worker processes")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    on_thread = killed(asked.kills, 0, asked.seed)
    print(f"on one thread: {on_thread}", flush=True)
    with_workers = killed(0, asked.worker_kills, asked.seed)
    print(f"with two worker processes: {with_workers}")
    return int(bool(on_thread.different or with_workers.different))


def killed(kills: int, worker_kills: int, seed: int = 1) -> Tally:
    """Kill runs on one thread and runs with two worker processes so many times, go on with each, and compare."""
    chance, tally = random.Random(seed), Tally()
    cf.run(cf.load(TOWN), 1, threads=1, until=OPTIONS["until"])  # so that children find all compiled
    with tempfile.TemporaryDirectory() as place:
        for workers, wanted in ((0, kills), (2, worker_kills)):
            if wanted:
                _kill_many(Path(place), wanted, workers, chance, tally)
    return tally


def _kill_many(place: Path, wanted: int, workers: int, chance: random.Random, tally: Tally) -> None:
    whole = place / f"whole-{workers}"
    whole_s = max(_undisturbed(whole, workers) for _ in range(2))  # the first may compile
    expected = contents(whole)
    end = tally.kills + wanted
    while tally.kills < end:
        folder = place / f"run-{tally.folders}"
        kill_and_go_on(folder, whole_s, min(KILLS_OF_A_ROUND, end - tally.kills), chance, tally, workers)
        tally.folders += 1
        tally.different += tuple(f"{folder.name}/{name}" for name in differing(folder, expected))


def _undisturbed(folder: Path, workers: int) -> float:
    """Seconds that a run takes which nobody kills."""
    begun = time.monotonic()
    if os.waitpid(_forked(folder, 1e9, workers, overwrite=True), 0)[1] != 0:
        raise SystemExit("the undisturbed run failed")
    return time.monotonic() - begun


def _forked(folder: Path, save_s: float, workers: int, overwrite: bool = False) -> int:
    """Start a run in a child; its process number."""
    child = os.fork()
    if child:
        return child
    code, screen = 1, os.dup(2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what workers of a killed run say
    try:
        side_by_side: dict[str, Any] = {"workers": workers} if workers else {"threads": 1}
        goes_on = {"overwrite": True} if overwrite else {"resume": True}
        cf.run(cf.load(TOWN), out=folder, save_s=save_s, notify=lambda _: None, **OPTIONS, **side_by_side, **goes_on)
        code = 0
    except BaseException as error:
        os.write(screen, f"{type(error).__name__}: {error}\n".encode())
    os._exit(code)


def _killed(child: int, after_s: float, tally: Tally, is_worker: bool) -> bool:
    """Kill the run, or one of its workers, after so many seconds; False where it has ended or lives on."""
    time.sleep(after_s)
    if is_worker:
        victims = [number for number in _children(child) if b"spawn_main" in _command(number)]
        for victim in victims[:1]:
            os.kill(victim, signal.SIGKILL)
            tally.workers += 1
        return False
    if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
        return False
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    tally.runs += 1
    return True


def _children(process: int) -> list[int]:
    try:
        return [int(number) for number in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except FileNotFoundError:
        return []


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


def _timeless(name: str, content: bytes) -> bytes:
    return content if name not in TIMES else json.dumps(_without(json.loads(content), TIMES[name])).encode()


def _without(value: Any, keys: Sequence[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without(inner, keys) for key, inner in value.items() if key not in keys}
    return [_without(inner, keys) for inner in value] if isinstance(value, list) else value


if __name__ == "__main__":
    sys.exit(main())
