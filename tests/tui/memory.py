"""Looking for a secret in every object of this process, without holding the secret."""

import gc
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rich.segment import Segment
from textual.strip import Strip

from keytui.domain.secret import Secret
from keytui.services import api_keys

_VEIL = bytes(number ^ 0x5A for number in range(256))
_ESCAPES = re.compile("\x1b\\[[0-9;?]*[A-Za-z]")
_SHORTEST = 20


class Veiled:
    """What a secret was, XOR-ed with a constant: the test itself never holds it in clear."""

    def __init__(self, secret: Secret) -> None:
        """Take a veiled copy and the digest."""
        self._veiled = bytes(secret.view()).translate(_VEIL)
        self.digest = secret.digest()

    def is_in(self, text: str | bytes | bytearray) -> bool:
        """Tell whether ``text`` holds the secret."""
        if len(text) < _SHORTEST:
            return False
        plain = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        return self._veiled in plain.translate(_VEIL)

    def holders(self) -> list[str]:
        """Return the kinds of all living objects that hold the secret."""
        gc.collect()
        found = [
            type(thing).__name__
            for thing in _objects()
            if isinstance(thing, str | bytes | bytearray) and self._within(thing)
        ]
        return found + [type(line).__name__ for line in _drawn_lines() if self.is_in(line)]

    def _within(self, thing: str | bytes | bytearray) -> bool:
        if isinstance(thing, str) and "\x1b" in thing:
            return self.is_in(_ESCAPES.sub("", thing))
        return self.is_in(thing)


def spy_on_new_keys(monkeypatch: pytest.MonkeyPatch) -> list[Veiled]:
    """Return the list to which every key created from now on is added, veiled."""
    seen: list[Veiled] = []
    create: Callable[..., Any] = api_keys.create_key

    def spying(*args: Any) -> Any:
        key, secret = create(*args)
        seen.append(Veiled(secret))
        return key, secret

    monkeypatch.setattr(api_keys, "create_key", spying)
    return seen


def _objects() -> Iterator[Any]:
    """Walk every object: what the collector tracks, and what that refers to."""
    todo = gc.get_objects()
    seen = {id(thing) for thing in todo}
    seen.update({id(todo), id(seen)})
    while todo:
        thing = todo.pop()
        yield thing
        for other in gc.get_referents(thing):
            if id(other) not in seen:
                seen.add(id(other))
                todo.append(other)


def _drawn_lines() -> Iterator[str]:
    """Walk every line that Textual keeps: a secret may lie there character by character."""
    for thing in gc.get_objects():
        if isinstance(thing, Strip):
            yield "".join(segment.text for segment in thing)
        elif isinstance(thing, list) and thing and isinstance(thing[0], Segment):
            yield "".join(part.text for part in thing if isinstance(part, Segment))
