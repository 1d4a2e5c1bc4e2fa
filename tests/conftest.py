"""What holds for every test: no deadlines, since a first call may compile; the same examples every time.

Compiled modules are kept, also where the environment forbids it as containers do: most of the start of an interpreter
goes into compiling them anew, and tests start many.
"""

from __future__ import annotations

import gc
import os
import sys

from hypothesis import settings

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

gc.set_threshold(10_000)  # at 700 a fiftieth of the time goes into looking for garbage among what was imported
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")
