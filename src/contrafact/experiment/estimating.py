"""How long a run may still take, and how much disk, told from its first replications."""

from __future__ import annotations

LONG_S = 60.0
"""Seconds from which on a run is long enough to be told."""

UNITS = ("bytes", "kB", "MB", "GB", "TB")


def is_long(seconds_each: float, missing: int) -> bool:
    """Whether so many more replications take long."""
    return seconds_each * missing > LONG_S


def sentence(seconds: float, size: float, free: float) -> str:
    """What is said of a run that takes so many more seconds and bytes, with so many bytes free."""
    text = f"about {duration(seconds)} and {amount(size)} of disk to go, judged by the first replications"
    if size > free:
        return f"{text}; only {amount(free)} are free, so the run may stop there: it can be gone on with then"
    return text


def duration(seconds: float) -> str:
    """A length of time to two digits, in the largest unit of which there are at least two."""
    for unit, length in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * length:
            return f"{float(f'{seconds / length:.2g}'):g} {unit}"
    return f"{float(f'{seconds:.2g}'):g} seconds"


def amount(size: float) -> str:
    """A number of bytes to two digits."""
    power = 0
    while size >= 1000 and power < len(UNITS) - 1:
        size, power = size / 1000, power + 1
    return f"{float(f'{size:.2g}'):g} {UNITS[power]}"
