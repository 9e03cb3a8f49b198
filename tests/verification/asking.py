"""Asking the HTTP door in this process, by hand-made ASGI messages or by httpx."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from keytui import Verifier
from keytui.gateway import Gateway
from tests.verification.support import LIMIT_SECONDS, Ring

Pairs = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Reply:
    """What the application answered."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return a header by its lower-case name."""
        found = [value for key, value in self.headers if key == name.encode()]
        assert len(found) < 2
        return found[0].decode("ascii") if found else None


@asynccontextmanager
async def living(gateway: Gateway) -> AsyncIterator[list[dict[str, Any]]]:
    """Run the application's lifespan around a block; give what it says."""
    told: list[dict[str, Any]] = []
    started, stopping = asyncio.Event(), asyncio.Event()
    wanted = ["lifespan.shutdown", "lifespan.startup"]

    async def receive() -> dict[str, Any]:
        if len(wanted) == 1:
            await stopping.wait()
        return {"type": wanted.pop()}

    async def send(message: Any) -> None:
        told.append(message)
        started.set()

    async with asyncio.timeout(LIMIT_SECONDS):
        running = asyncio.create_task(gateway({"type": "lifespan"}, receive, send))
        await started.wait()
        try:
            yield told
        finally:
            stopping.set()
            await running


async def ask(
    gateway: Gateway,
    headers: Pairs = (),
    *,
    path: str = "/verify",
    method: str = "GET",
    client: tuple[str, int] | None = ("192.0.2.7", 50_000),
    **more: Any,
) -> Reply:
    """Ask once; headers come as a server hands them over, names in lower case."""
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        told.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode("utf-8", "surrogatepass"),
        "query_string": b"",
        "headers": list(headers),
        "client": client,
        **more,
    }
    await gateway(
        {key: value for key, value in scope.items() if value != "left out"}, receive, send
    )
    start, *bodies = told
    assert start["type"] == "http.response.start"
    assert [message["type"] for message in bodies] == ["http.response.body"] * len(bodies)
    return Reply(
        start["status"], list(start["headers"]), b"".join(message["body"] for message in bodies)
    )


def bearer(text: str) -> tuple[bytes, bytes]:
    """Return the header that carries a key the usual way."""
    return b"authorization", f"Bearer {text}".encode()


def api_key(text: str) -> tuple[bytes, bytes]:
    """Return the header that carries a key the other way."""
    return b"x-api-key", text.encode()


def gateway_on(ring: Ring, **how: Any) -> Gateway:
    """Make the application for a ring's database."""
    return Gateway(lambda: Verifier(ring.database), **how)
