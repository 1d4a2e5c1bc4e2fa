"""Start the server and say where it is."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn

from contrafact.app.server import application
from contrafact.app.showing import shown
from contrafact.errors import InputError
from contrafact.experiment.pools import Workers
from contrafact.translation import ENGLISH, current, text

HOST = "127.0.0.1"
FIRST_PORT = 8787
TRIES = 20


def serve(
    source: str | None, port: int | None, threads: int | None, notify: Callable[[str], None], workers: Workers = 0
) -> None:
    """Serve until interrupted; InputError where the port is taken or the source is wrong.

    port     None: the first free one from FIRST_PORT on
    workers  as in ``run``: in a script, call with others than 0 under ``if __name__ == "__main__":``
    """
    with listening_on(port) as listener:
        at = int(listener.getsockname()[1])
        notify(text("reading ..."))
        app = application(shown(source, notify), at, threads, workers)
        spoken = "" if current() == ENGLISH else f"/?lang={current()}"
        notify(text("open {address} in a browser; Ctrl-C ends it", address=f"http://{HOST}:{at}{spoken}"))
        config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=2)
        uvicorn.Server(config).run(sockets=[listener])


def listening_on(port: int | None) -> socket.socket:
    """A socket on this machine alone."""
    for candidate in range(FIRST_PORT, FIRST_PORT + TRIES) if port is None else (port,):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, candidate))
            listener.listen()
        except OSError:
            listener.close()
            continue
        return listener
    allowed = "a port that is free, or 0 for any"
    wanted = f"{FIRST_PORT} to {FIRST_PORT + TRIES - 1}" if port is None else str(port)
    raise InputError(f"found {wanted}, which is taken, expected {allowed}", "--port", found=wanted, allowed=allowed)
