"""``python -m contrafact.app RESULTS``: take a results folder into the package, to be shown before anything is run."""

from __future__ import annotations

import sys
from pathlib import Path

from contrafact.app.showing import ship

if __name__ == "__main__":
    made = ship(Path(sys.argv[1]))
    print(f"{made.name}: {made.stat().st_size / 1000:.0f} kB")
