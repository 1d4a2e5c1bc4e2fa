"""Environments of the programs that are run beside ours, each with pinned versions, under verification/.rivals/.

    python -m verification.rivals        makes those of verification that are missing

They are no dependencies of the project. Where one cannot be made, its comparison is reported as not measured.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / ".rivals"
PINS = {
    "mesa": ("mesa==3.3.1", "networkx==3.6.1"),  # the newest Mesa for Python 3.11; its examples import networkx
    "pyabc": ("pyabc==0.13.0",),
    "agentpy": ("agentpy==0.1.5",),
    "mesa-frames": ("mesa-frames==0.1.0a0", "polars==2.1.0"),  # the newest for Python 3.11
    "starsim": ("starsim==3.7.2",),
}
IN_CHECKS = ("mesa", "pyabc")
"""Rivals that verification runs; the others are for benchmarks/."""


def interpreter(name: str) -> Path | None:
    """Python of a rival's environment, made now if it is missing; None if it cannot be made."""
    pins = PINS[name]
    digest = hashlib.sha256("\n".join((sys.version, *pins)).encode()).hexdigest()[:12]
    home = FOLDER / f"{name}-{digest}"
    python = home / "bin" / "python"
    if (home / "complete").exists():
        return python
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / ".gitignore").write_text("*\n")
    print(f"installing {' '.join(pins)} into {home}", file=sys.stderr)
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *pins]
        subprocess.run(pip, check=True, timeout=600)
    except (subprocess.SubprocessError, OSError) as error:
        print(f"cannot install {name}: {error}", file=sys.stderr)
        return None
    (home / "complete").touch()
    return python


if __name__ == "__main__":
    sys.exit(any(interpreter(rival) is None for rival in IN_CHECKS))
