"""Measures rivals and us side by side and writes docs/performance.md.

    python -m benchmarks [--repetitions 5] [--only lattice --only startup] [--quick]

Every part keeps what it measured in benchmarks/.measured/, so that parts can be measured one by one; the document is
made of all that is there. ``--quick`` tries every part on little, prints the table and keeps nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import contagion, kernels, lattice, profile, scaling, startup
from benchmarks.harness import ROOT
from benchmarks.table import Row, markdown

PARTS = {"lattice": lattice, "contagion": contagion, "kernels": kernels, "scaling": scaling, "startup": startup}
MEASURED = Path(__file__).parent / ".measured"
DOCUMENT = ROOT / "docs" / "performance.md"


def processor() -> str:
    """The processor's name, as far as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def circumstances(load: float, repetitions: int) -> dict[str, Any]:
    """Under what a part was measured."""
    names = ("contrafact", "numba", "numpy")
    return {"versions": f"Python {platform.python_version()}, " + ", ".join(f"{one} {version(one)}" for one in names),
            "machine": f"{processor()}, {os.cpu_count()} cores, {platform.system()} on {platform.machine()}",
            "load": load, "date": date.today().isoformat(), "repetitions": repetitions}  # fmt: skip


def keep(part: str, found: dict[str, Any]) -> None:
    """Write down what a part measured."""
    MEASURED.mkdir(exist_ok=True)
    (MEASURED / ".gitignore").write_text("*\n")
    (MEASURED / f"{part}.json").write_text(json.dumps(found, indent=1))


def document() -> str:
    """The document, of every part that was measured."""
    kept = {part: json.loads(path.read_text()) for part in (*PARTS, "profile")
            if (path := MEASURED / f"{part}.json").exists()}  # fmt: skip
    rows = [Row(**row) for part in PARTS if part in kept for row in kept[part]["rows"]]
    missing = [part for part in (*PARTS, "profile") if part not in kept]
    machines = sorted({f"{one['machine']}; {one['versions']}" for one in kept.values()})
    loads = ", ".join(f"{part} {one['load']:.1f}" for part, one in kept.items())
    text = (ROOT / "benchmarks" / "performance.md.in").read_text()
    return (
        text.replace("{machine}", "\n\n".join(machines) or "no machine yet")
        .replace("{loads}", loads or "nothing has begun yet")
        .replace("{missing}", f"Not measured yet: {', '.join(missing)}." if missing else "")
        .replace("{table}", markdown(rows))
        .replace("{profile}", profile.markdown(kept["profile"]["found"]) if "profile" in kept else "Not measured yet.")
    )


def main() -> None:
    """Measure what is asked for, and print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--only", action="append", choices=(*PARTS, "profile"))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true", help="only write the document of what was measured before")
    asked = parser.parse_args()
    if asked.write:
        DOCUMENT.write_text(document())
        return
    measured_rows: list[Row] = []
    for part in asked.only or (*PARTS, "profile"):
        print(f"\n{part} ", end="", file=sys.stderr, flush=True)
        about = circumstances(os.getloadavg()[0], asked.repetitions)
        if part == "profile":
            measured = profile.measure(asked.repetitions, asked.quick)
            found = about | {"found": measured}
            print(profile.markdown(measured))
        else:
            rows = PARTS[part].rows(asked.repetitions, asked.quick)
            found = about | {"rows": [row.as_dict() for row in rows]}
            measured_rows += rows
        if not asked.quick:
            keep(part, found)
    print(markdown(measured_rows))
    if not asked.quick:
        DOCUMENT.write_text(document())


if __name__ == "__main__":
    main()
