"""What keeps other pages and other machines out: checks of every request, and headers on every answer.

A page of another origin can make a browser send requests to this machine, also under a name that it points here. So
a request must name this server as its host, and one that changes something must come from its own page or from no page
at all. The content security policy lets the page load nothing but what this server sends.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contrafact.error_words import in_every_language
from contrafact.errors import InputError

NAMES = ("127.0.0.1", "localhost", "[::1]")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST_BODY = 12_000_000
"""Bytes of a request: a scenario with its map and its record, each of which may have 5 MB, rarely all at once."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
TOO_LARGE = "the request is too large"
ALLOWED_HOSTS = "the host 127.0.0.1 or localhost with the port of this server"


class Guard:
    """Refuses requests from elsewhere and bodies that are too large, and puts HEADERS on every answer."""

    def __init__(self, app: ASGIApp, port: int, largest: int = LARGEST_BODY) -> None:
        self.app, self.largest = app, largest
        self.hosts = frozenset(f"{name}:{port}" for name in NAMES) | (frozenset(NAMES) if port == 80 else frozenset())
        self.origins = frozenset(f"http://{host}" for host in self.hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope["method"], Headers(scope=scope))
        if refusal is not None:
            status, reason, allowed = refusal
            await error_response(status, reason, allowed)(scope, receive, _with_headers(send))
            return
        await self.app(scope, Bounded(receive, self.largest), _with_headers(send))

    def _refusal(self, method: str, headers: Headers) -> tuple[int, str, str] | None:
        """Status, reason and what is allowed, where a request is refused before it is read."""
        if headers.get("host", "").lower() not in self.hosts:
            return 421, "the request names another host", ALLOWED_HOSTS
        if method not in SAFE:
            origin = headers.get("origin")
            if origin is not None and origin.lower() not in self.origins:
                return 403, "the request comes from a page of another origin", "the page that this server sends"
            if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
                return 403, "the request comes from a page of another site", "the page that this server sends"
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or int(length[:12]) > self.largest:
            return 413, TOO_LARGE, f"at most {self.largest:,} bytes"
        return None


class Bounded:
    """Receives a body and counts its bytes, since a length that was announced need not be true."""

    def __init__(self, receive: Receive, largest: int) -> None:
        self.receive, self.left = receive, largest

    async def __call__(self) -> Message:
        """The next part of the request; HTTPException beyond the largest body."""
        message = await self.receive()
        self.left -= len(message.get("body", b""))
        if self.left < 0:
            raise HTTPException(413, TOO_LARGE)
        return message


def error_response(status: int, message: str, allowed: str | None = None) -> JSONResponse:
    """What is wrong with a request, in the form of ``validate --json``."""
    return JSONResponse({"ok": False, "errors": [entry(message, allowed=allowed)]}, status)


def entry(message: str, **known: str | int | None) -> dict[str, Any]:
    """One error with all the keys that ``validate --json`` prints, and its message in every language."""
    names: Iterable[str] = ("file", "line", "column", "key", "found", "allowed")
    told = {"message": message, "told": in_every_language(message)}
    return {**{name: known.get(name) for name in names}, **told}


def problem_of(error: InputError) -> dict[str, Any]:
    """The same of an error of the scenario."""
    return {**error.as_dict(), "told": in_every_language(error.message)}


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
        await send(message)

    return sending
