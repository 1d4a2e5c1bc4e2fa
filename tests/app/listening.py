"""A server that listens on this machine while tests ask it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import uvicorn

from contrafact.app.server import application
from contrafact.app.showing import Shown


def listening(shown: Shown) -> Iterator[str]:
    """Address of a server that runs in a thread of its own until the test has ended."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        server = uvicorn.Server(
            uvicorn.Config(application(shown, port), log_level="error", timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join()
