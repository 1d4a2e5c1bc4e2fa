"""One process at a time in a results folder: an advisory lock, which ends with the process that holds it."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

from contrafact.errors import InputError

LOCK = ".lock"
HELD = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)


class Lock:
    """Holds a folder from when it is made until ``release``; InputError where another process holds it.

    The file stays behind where a process was killed, and blocks nobody: the system has let go of the lock. On a file
    system without locks, such as some of clusters, nothing is held.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / LOCK
        self._handle = self._taken(folder)

    def release(self) -> None:
        """Let the folder go; calling it again does nothing."""
        if self._handle is None:
            return
        self.path.unlink(missing_ok=True)
        os.close(self._handle)
        self._handle = None

    def _taken(self, folder: Path) -> int | None:
        while True:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                os.close(handle)
                if error.errno not in HELD:
                    self.path.unlink(missing_ok=True)
                    return None
                message = f'found "{folder}", in which another process is at work; wait for it, or choose another name'
                raise InputError(message, key="--out", found=str(folder)) from None
            if self._is_the_file(handle):
                return handle
            os.close(handle)  # whoever held it has removed the file since

    def _is_the_file(self, handle: int) -> bool:
        try:
            return os.path.samestat(os.stat(self.path), os.fstat(handle))
        except FileNotFoundError:
            return False
