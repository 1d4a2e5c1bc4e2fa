"""Numbers of things and lengths of time in words."""

from __future__ import annotations

from contrafact.translation import localised, text


def length(hours: float) -> str:
    """A length of time in the language that is spoken: days from two days on, else hours."""
    if hours >= 48 or hours == 24:
        return text("1 day") if hours == 24 else text("{amount} days", amount=localised(f"{hours / 24:.3g}"))
    return text("1 hour") if hours == 1 else text("{amount} hours", amount=localised(f"{hours:.3g}"))


def counted(count: int, noun: str) -> str:
    """A number of things in English, e.g. "1 replay" or "1,440 ticks"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
