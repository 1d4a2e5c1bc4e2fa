"""Ctrl-C, heard between replications and not in the midst of something.

An exception raised wherever the program happens to be can leave processes without a master, or sums that count one
replication and not another, or vanish in a library that catches everything. So while replications run, the signal is
only noted, and whoever waits looks whether it was.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import parent_process, resource_tracker
from types import TracebackType
from typing import Any


class Interruption:
    """Notes Ctrl-C inside its ``with`` block. Outside the main thread nothing can be heard, and nothing is.

    stop  asked between replications as well: whether someone else, say a server, wants the run to stop
    """

    def __init__(self, stop: Callable[[], bool] | None = None) -> None:
        self._heard = False
        self._stop = stop
        self._before: Any = None

    @property
    def asked(self) -> bool:
        """Whether the run is to stop."""
        return self._heard or (self._stop is not None and self._stop())

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _note(self, *_: object) -> None:
        self._heard = True


@contextmanager
def deaf_children() -> Iterator[None]:
    """Processes started inside never hear Ctrl-C, which a terminal sends to them as well; they finish what they do."""
    resource_tracker.ensure_running()  # started inside, it would let the signal through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def die_with_parent() -> None:
    """In a worker process: end when the process that started it has ended, however that came about."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
