"""How long a run may still take, and how much disk, told from its first replications."""

from __future__ import annotations

from contrafact.translation import localised, retold, text

MINUTES = "{amount} minutes"
LONG_S = 60.0
"""Seconds from which on a run is long enough to be told."""

UNITS = ("bytes", "kB", "MB", "GB", "TB")


def is_long(seconds_each: float, missing: int) -> bool:
    """Whether so many more replications take long."""
    return seconds_each * missing > LONG_S


@retold
def sentence(seconds: float, size: float, free: float) -> str:
    """What is said of a run that takes so many more seconds and bytes, with so many bytes free."""
    said = text(
        "about {time} and {size} of disk to go, judged by the first replications",
        time=duration(seconds),
        size=amount(size),
    )
    if size <= free:
        return said
    short = text("only {free} are free, so the run may stop there: it can be gone on with then", free=amount(free))
    return f"{said}; {short}"


def duration(seconds: float) -> str:
    """A length of time to two digits, in the largest unit of which there are at least two."""
    for words, length in (("{amount} days", 86400.0), ("{amount} hours", 3600.0), (MINUTES, 60.0)):
        if seconds >= 2 * length:
            return text(words, amount=_two_digits(seconds / length))
    return text("{amount} seconds", amount=_two_digits(seconds))


def amount(size: float) -> str:
    """A number of bytes to two digits."""
    power = 0
    while size >= 1000 and power < len(UNITS) - 1:
        size, power = size / 1000, power + 1
    return f"{_two_digits(size)} {text(UNITS[power])}"


def _two_digits(number: float) -> str:
    return localised(f"{float(f'{number:.2g}'):g}")
