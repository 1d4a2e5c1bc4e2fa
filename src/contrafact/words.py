"""Numbers of things and lengths of time in words. A leaf."""

from __future__ import annotations


def length(hours: float) -> str:
    """A length of time in words: days from two days on, else hours."""
    amount, noun = (hours / 24, "day") if hours >= 48 or hours == 24 else (hours, "hour")
    return f"{amount:.3g} {noun}" if amount == 1 else f"{amount:.3g} {noun}s"


def counted(count: int, noun: str) -> str:
    """A number of things, e.g. "1 replay" or "1,440 ticks"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
