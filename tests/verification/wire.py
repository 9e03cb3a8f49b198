"""A client on the wire that sends what it likes."""

import socket
from dataclasses import dataclass
from typing import Any, Self

from tests.verification.support import LIMIT_SECONDS

Address = tuple[str, int] | str
"""A host and a port, or the path of a Unix socket."""


@dataclass(frozen=True)
class Reply:
    """An answer over HTTP; ``raw`` is what came, byte by byte, but for the date."""

    status: int
    headers: dict[str, str]
    body: bytes
    raw: bytes


class Line:
    """One connection to a server, kept alive as long as it likes."""

    def __init__(self, address: Address) -> None:
        """Connect."""
        unix = isinstance(address, str)
        self.socket = socket.socket(socket.AF_UNIX if unix else socket.AF_INET)
        self.socket.settimeout(LIMIT_SECONDS)
        try:
            self.socket.connect(address)
        except OSError:
            self.socket.close()
            raise
        self._got = b""

    def __enter__(self) -> Self:
        """Use it in a ``with``."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self.socket.close()

    def send(self, sent: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(sent)

    def _until(self, holds: Any) -> bool:
        while not holds():
            try:
                got = self.socket.recv(1 << 16)
            except ConnectionResetError:
                got = b""
            if not got:
                return False
            self._got += got
        return True

    def _take(self, length: int) -> bytes:
        assert self._until(lambda: len(self._got) >= length)
        taken, self._got = self._got[:length], self._got[length:]
        return taken

    def _chunk(self) -> bytes:
        assert self._until(lambda: b"\r\n" in self._got)
        size, _, self._got = self._got.partition(b"\r\n")
        return self._take(int(size, 16) + 2)[:-2]

    def reply(self, *, head_only: bool = False) -> Reply | None:
        """Read one answer; ``None`` when the server hung up instead."""
        if not self._until(lambda: b"\r\n\r\n" in self._got):
            return None
        head, _, self._got = self._got.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in lines)
        }
        if head_only:
            body = b""
        elif "transfer-encoding" in headers:
            body = b"".join(iter(self._chunk, b""))
        else:
            body = self._take(int(headers.get("content-length", 0)))
        kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"date:")]
        return Reply(int(first.split()[1]), headers, body, b"\r\n".join(kept) + body)

    def ask(
        self, *headers: str, method: str = "GET", path: str = "/verify", body: bytes = b""
    ) -> Reply:
        """Send a request and read its answer."""
        lines = [f"{method} {path} HTTP/1.1", "Host: keytui", *headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        answer = self.reply(head_only=method == "HEAD")
        assert answer is not None, "the server hung up"
        return answer


def ask(address: Address, *headers: str, **how: Any) -> Reply:
    """Ask once, over a connection of its own."""
    with Line(address) as line:
        return line.ask(*headers, **how)


def bearer(text: str) -> str:
    """Return the header that carries a key."""
    return f"Authorization: Bearer {text}"
