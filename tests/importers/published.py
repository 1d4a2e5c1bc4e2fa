"""What the tests of importers share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import shapely

Write = Callable[..., Path]

SOURCE = "Made up for tests, no rights reserved"
USUAL = {"source": SOURCE, "start": "2022-01-04T00:00", "timezone": "Etc/UTC", "days": 3}


def square(west: float, south: float, side: float = 0.04) -> Any:
    """A square in degrees from its south-west corner."""
    return shapely.box(west, south, west + side, south + side)
