"""The statistical suite: every verification target, one line per check, and a count at the end.

    python -m verification          all targets; also writes docs/verification.md
    python -m verification 6 7      only these

The exit code is 1 if a check failed. A line that is marked ``told`` neither passes nor fails: it says what is not
reproduced, not simulated or could not be run.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import contrafact
from verification.check import HEADINGS, Check, cells, count, line, table

TARGETS: dict[int, tuple[str, ...]] = {
    1: ("harm.target_1",),
    2: ("epstein.target_2",),
    3: ("epstein.target_3",),
    4: ("epstein.target_4",),
    5: ("epstein.target_5", "epstein.rival_mesa"),
    6: ("contagion.target_6",),
    7: ("contagion.target_7",),
    8: ("combat.target_8",),
    9: ("combat.target_9",),
    10: ("combat.target_10",),
    11: ("airlift.checks",),
    12: ("harm.target_12",),
    13: ("scales.target_13",),
    14: ("sameness.target_14",),
    15: ("sameness.target_15",),
    16: ("oracle.target_16",),
    17: ("fitting.target_17",),
    18: ("claims.target_18",),
}
"""Functions of this package that check a target, each without arguments and with checks as its result."""

HERE = Path(__file__).parent
TARGETS = {n: paths for n, paths in TARGETS.items() if all((HERE / f"{p.split('.')[0]}.py").exists() for p in paths)}

PACKAGES = ("numpy", "numba", "scipy", "h3")
PAGE = HERE.parent / "docs" / "verification.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the targets that are asked for, or all; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m verification", description=(__doc__ or "").split("\n", 1)[0])
    numbers = f"number of a target: {', '.join(map(str, TARGETS))}; all where none is given"
    parser.add_argument("target", nargs="*", type=int, choices=[[], *TARGETS], metavar="TARGET", help=numbers)
    asked = parser.parse_args(arguments)
    checks: list[Check] = []
    print(line(HEADINGS), flush=True)
    for number in sorted(set(asked.target) or TARGETS):
        begun = time.perf_counter()
        for check in checks_of(number):
            checks.append(check)
            print(line(cells(check)), flush=True)
        print(f"target {number}: {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    if not asked.target:
        PAGE.write_text(page(checks))
    print(count(checks))
    return int(any(check.passed is False for check in checks))


def checks_of(number: int) -> list[Check]:
    """Check one target."""
    checks: list[Check] = []
    for path in TARGETS[number]:
        module, name = path.split(".")
        try:
            function: Callable[[], list[Check]] = getattr(import_module(f"verification.{module}"), name)
            checks += function()
        except Exception as error:  # one target that cannot be run must not hide the others
            traceback.print_exc()
            got = f"{type(error).__name__}: {error}"
            checks.append(Check(f"{path} runs to its end", "yes", got, "exact", False, "none", ""))
    prefix = f"{number} "
    return [c if c.name.startswith(prefix) else replace(c, name=prefix + c.name) for c in checks]


def page(checks: Sequence[Check]) -> str:
    """docs/verification.md: how it was made, then every check."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"""# Verification

Made by `make verify` (`python -m verification`) with contrafact {contrafact.__version__}, Python
{platform.python_version()}, {versions}, on {platform.system()} {platform.machine()}.

Every number in the column *got* comes from running the code. *told* neither passes nor fails: it says what is not
reproduced, not simulated or could not be run. Where chance plays a part, the tolerance is stated with what a wrong
model would have been caught with (*power*). Seeds are fixed, so the table changes only with the code.

{table(checks)}

{count(checks)}
"""


if __name__ == "__main__":
    sys.exit(main())
