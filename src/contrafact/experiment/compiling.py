"""At the first run after an installation kernels are compiled; the user is told so, and how long it took."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Iterator

from contrafact import kernels
from contrafact.experiment.protocol import Notify
from contrafact.translation import text

COMPILING = "compiling the kernels; this happens once after an installation and takes up to a minute"


@contextlib.contextmanager
def compiling(note: str, notify: Notify) -> Iterator[bool]:
    """A block that compiles all kernels of a model if it gets True; a note beside the kernels tells that it has."""
    place = hashlib.sha256(str(kernels.PACKAGE).encode()).hexdigest()[:8]  # another copy has code of its own
    path = kernels.cache_folder() / f"{note}-{place}"
    if path.exists():
        yield False
        return
    notify(text(COMPILING))
    begun = time.perf_counter()
    yield True
    notify(text("compiled in {seconds} s", seconds=f"{time.perf_counter() - begun:.0f}"))
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
