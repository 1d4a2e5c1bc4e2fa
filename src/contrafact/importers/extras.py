"""Packages that only importers of maps need; each is imported where it is first used."""

from __future__ import annotations

from functools import partial

from contrafact import extras

needed = partial(extras.needed, extra="geo", purpose="reads maps")
"""A module of the extra ``geo``; InputError saying how to get it where it is not installed."""
