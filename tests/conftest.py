"""What holds for every test: no deadlines, since a first call may compile; the same examples every time."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")
