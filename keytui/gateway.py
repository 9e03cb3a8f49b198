"""The HTTP door: yes or no for every web server and proxy that can ask a subrequest.

An ASGI application. ``/verify`` takes ``Authorization: Bearer KEY`` or
``X-API-Key: KEY``, by any method, and answers

    204  good; ``X-Keytui-User``, ``X-Keytui-Key``, ``X-Keytui-Label`` say whose
    401  not good, always with the same words: nobody learns why
    400  two different keys at once
    503  it cannot be checked at present: never a yes

``/healthz`` says whether keys can be checked, ``/metrics`` counts verdicts. A
label is percent-encoded (RFC 3986), so that no label can break a header. No key
is ever written to a log.

Where a check is a round trip to a server, threads make it: one slow answer
keeps nobody else waiting. On a file it takes microseconds, less than a thread.
"""

import asyncio
import ipaddress
import os
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

from keytui.domain.errors import DatabaseUnusable
from keytui.services.verification import Code, Verdict, Verifier
from keytui.telling import Tell, exposition, teller

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
Answer = tuple[int, Headers, bytes]

_TEXT: Final = (b"content-type", b"text/plain; charset=utf-8")
_NO_STORE: Final = (b"cache-control", b"no-store")


def _words(status: int, body: str, *headers: tuple[bytes, bytes]) -> Answer:
    """Return an answer in words, with its length, so that the connection can be kept."""
    said = f"{body}\n".encode()
    length = (b"content-length", str(len(said)).encode("ascii"))
    return status, [*headers, _TEXT, _NO_STORE, length], said


_UNAUTHORIZED: Final = _words(
    401, "A valid API key is needed.", (b"www-authenticate", b'Bearer realm="keytui"')
)
_TWO_KEYS: Final = _words(400, "Send one API key, not two different ones.")
_CANNOT_CHECK: Final = _words(
    503, "The API key cannot be checked at present.", (b"retry-after", b"1")
)
_NOT_FOUND: Final = _words(404, "There is nothing here.")
_NO_KEY: Final = Verdict(Code.MALFORMED)
_THREADS: Final = 8
"""Checks under way at once in one worker, where each is a round trip: each thread has a connection,
and a server lets in 100 by default (``max_connections``)."""
_LONGEST_ADDRESS: Final = 64
"""Bytes: 39 of IPv6 in hex (RFC 4291) or 45 with IPv4 in it, a percent sign, a zone of up to 15."""


class Gateway:
    """The application, for any ASGI server that runs the lifespan protocol."""

    def __init__(
        self,
        open_verifier: Callable[[], Verifier],
        *,
        origin_header: str = "",
        tell: Tell | None = None,
        exposition: Callable[[], bytes] | None = None,
    ) -> None:
        """Create it; nothing is opened before the server says that it starts.

        Args:
            open_verifier: makes the verifier, in the process that serves.
            origin_header: the header in which a proxy says from where a request
                comes; without one the peer's own address counts.
            tell: is told of every answer on ``/verify``, to count or to log it.
            exposition: makes what ``/metrics`` answers; without it, 404.
        """
        self._open_verifier = open_verifier
        self._origin_header = origin_header.lower().encode("latin-1")
        self._tell = tell
        self._exposition = exposition
        self._verifier: Verifier | None = None
        self._threads: ThreadPoolExecutor | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request, or the server's start and stop."""
        if scope["type"] != "http":
            await self._live(scope, receive, send)
            return
        path = scope["path"]
        if path == "/verify":
            status, headers, body = await self._checked(self._verify, scope)
        elif path == "/healthz":
            status, headers, body = await self._checked(self._health)
        elif path == "/metrics" and self._exposition is not None:
            status, headers, body = 200, [_TEXT], self._exposition()
        else:
            status, headers, body = _NOT_FOUND
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _checked(self, check: Callable[..., Answer], *given: Message) -> Answer:
        if self._threads is None:
            return check(*given)
        return await asyncio.get_running_loop().run_in_executor(self._threads, check, *given)

    def _verify(self, scope: Message) -> Answer:
        presented, origin, several = _read(scope["headers"], self._origin_header)
        client = scope.get("client")
        if origin is None and client is not None:
            origin = client[0]
        verdict: Verdict | None = None
        if several:
            answer = _TWO_KEYS
        else:
            try:
                verdict = self._judge(presented, origin)
            except DatabaseUnusable:
                answer = _CANNOT_CHECK
            else:
                answer = (204, _whose(verdict), b"") if verdict else _UNAUTHORIZED
        if self._tell is not None:
            self._tell(origin or "-", scope["method"], answer[0], verdict)
        return answer

    def _judge(self, presented: bytes | None, origin: str | None) -> Verdict:
        if presented is None:
            return _NO_KEY
        if self._verifier is None:
            raise DatabaseUnusable("The server has not started yet.")
        return self._verifier.verify(presented.decode("latin-1"), origin)

    def _health(self) -> Answer:
        try:
            if self._verifier is None:
                return _CANNOT_CHECK
            self._verifier.check()
        except DatabaseUnusable:
            return _CANNOT_CHECK
        problem = self._verifier.problem
        words = f"ok, but last used cannot be written: {problem}" if problem else "ok"
        return _words(200, words)

    async def _live(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            raise TypeError("keytui serves HTTP alone")  # a WebSocket: the server closes it
        await receive()  # lifespan.startup
        try:
            self._verifier = self._open_verifier()
        except DatabaseUnusable as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        if self._verifier.asks_server:
            self._threads = ThreadPoolExecutor(_THREADS, "keytui-check")
        await send({"type": "lifespan.startup.complete"})
        await receive()  # lifespan.shutdown
        if self._threads is not None:
            self._threads.shutdown()
            self._threads = None
        self._verifier.close()
        self._verifier = None
        await send({"type": "lifespan.shutdown.complete"})


def _read(
    headers: Iterable[tuple[bytes, bytes]], origin_header: bytes
) -> tuple[bytes | None, str | None, bool]:
    """Return the presented key, the origin that a proxy tells, and whether there are two keys."""
    presented: bytes | None = None
    origin: str | None = None
    several = False
    for name, value in headers:
        if name == b"authorization":
            if value[:7].lower() != b"bearer ":
                continue
            given = value[7:].strip()
        elif name == b"x-api-key":
            given = value.strip()
        else:
            if name == origin_header:
                # The longer ones are no addresses, and would fill the memory of what was read.
                origin = _address(value) if len(value) <= _LONGEST_ADDRESS else None
            continue
        several = several or (presented is not None and given != presented)
        presented = given
    return presented, origin, several


@lru_cache(4_096)
def _address(value: bytes) -> str | None:
    """Return an IP address, or ``None`` for what is none."""
    try:
        return str(ipaddress.ip_address(value.decode("ascii")))
    except ValueError:
        return None


@lru_cache(4_096)
def _whose(verdict: Verdict) -> Headers:
    return [
        (b"x-keytui-user", quote(str(verdict.user_id), safe="@+").encode("ascii")),
        (b"x-keytui-key", str(verdict.key_id).encode("ascii")),
        (b"x-keytui-label", quote(str(verdict.label), safe="").encode("ascii")),
        _NO_STORE,
    ]


def application() -> Gateway:
    """Make the application in a worker, by what ``keytui serve`` left in the environment."""
    metrics = os.environ.get("KEYTUI_GATEWAY_METRICS") == "1"
    return Gateway(
        lambda: Verifier(os.environ["KEYTUI_GATEWAY_DATABASE"]),
        origin_header=os.environ.get("KEYTUI_GATEWAY_ORIGIN_HEADER", ""),
        tell=teller(metrics=metrics, log=os.environ.get("KEYTUI_GATEWAY_ACCESS_LOG") == "1"),
        exposition=exposition if metrics else None,
    )
