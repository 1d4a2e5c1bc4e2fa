"""An infection model: our kernels in the limit of an SIR epidemic beside Starsim's SIR, per agent and step."""

from __future__ import annotations

from typing import Any

from benchmarks.equality import of_groups
from benchmarks.harness import SIDES, Measured, Side, SideFailed, in_turns, ours
from benchmarks.table import Row, compared
from verification.rivals import PINS, interpreter

PERSONS, STEPS, GOAL = 100_000, 300, 3.0
EPIDEMIC = {"r0": 2.0, "first": 0.01, "stay": 12}  # 12 steps are the 2 hours that one stays in ours
CONTACTS = {"pool": "everybody meets everybody alike (MixingPool), as in ours",
            "network": "ten random partners a day (RandomNet); in ours everybody meets everybody alike"}  # fmt: skip
SEEDS = 5  # at least so many turns, so that results can be held against each other
SLACK = 0.006  # of the share: in a pool Starsim adds up chances of a step that ours combines, 0.005 at these numbers
FINAL = 0.8002  # share ever infected at R0 = 2 if 0.01 are at first: the root of z = 1 - 0.99 exp(-2 z)


def rows(repetitions: int, quick: bool) -> list[Row]:
    """A row for each kind of contact; a ratio only where as many are infected."""
    persons = 5_000 if quick else PERSONS
    beside = f"Starsim SIR, {PINS['starsim'][0].replace('==', ' ')}"
    work = f"infection of {persons:,} persons, {STEPS} steps, per agent and step"
    python = interpreter("starsim")
    if python is None:
        return [Row(work, beside, at_least=GOAL, note="Starsim cannot be installed here.")]
    asked = EPIDEMIC | {"persons": persons, "steps": STEPS}
    script = str(SIDES / "contagion_starsim.py")
    sides = [ours("contagion_ours.py", **asked)]
    sides += [Side(kind, (str(python), script), asked | {"contacts": kind}) for kind in CONTACTS]
    try:
        turns = in_turns(sides, max(repetitions, SEEDS))
    except SideFailed as failed:
        return [Row(work, beside, at_least=GOAL, note=f"Not measured: {failed}")]

    def each(measured: Measured) -> float:
        return measured.seconds / persons / float(measured.found["steps"])

    def row(number: int, kind: str, how: str) -> Row:
        mine, theirs = ([turn[side].found["share"] for turn in turns] for side in (0, number))
        agreed = of_groups("Share ever infected", mine, theirs, SLACK)
        named: dict[str, Any] = {
            "at_least": GOAL,
            "note": f"{how}. Ours has no state of recovery: who leaves the street is kept at home by the loop around "
            f"the kernels, which is timed. {agreed.told} Theory: {FINAL:.4f}.",
        }
        name = f"{beside}, {kind}"
        if not agreed.equal:
            return Row(work, name, unequal=True, **named)
        return compared(work, name, turns, number, value=each, **named)

    return [row(number, kind, how) for number, (kind, how) in enumerate(CONTACTS.items(), 1)]
