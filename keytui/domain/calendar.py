"""The ends of keys as a calendar: iCalendar, RFC 5545, for any program that shows one.

Only what is needed of the format is here: events at an instant in UTC, with a
display alarm before each.
"""

import re
from collections.abc import Iterator
from typing import Final

from keytui.domain import clock
from keytui.domain.records import ApiKey
from keytui.domain.text import harmless

HEAD: Final = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//keytui//keytui//EN")
TAIL: Final = ("END:VCALENDAR",)
_LONGEST: Final = 75
"""Octets of a line, without its end (RFC 5545, section 3.1)."""


def event(key: ApiKey, present: int) -> Iterator[str]:
    """Yield the content lines of the event that a key ends; it must have an end.

    The UID stays the same for as long as the key lives, so that a calendar that reads
    the file again moves the event instead of adding one.
    """
    if key.expires_at is None:
        raise ValueError("a key without an end is no event")
    what = f"API key {key.key_id} {key.masked} of {key.user_id} expires: {key.label}"
    yield "BEGIN:VEVENT"
    yield f"UID:key-{key.key_id}-{key.created_at}@keytui"
    yield f"DTSTAMP:{_time(present)}"
    yield f"DTSTART:{_time(key.expires_at)}"
    yield f"SUMMARY:{_text(what)}"
    yield "TRANSP:TRANSPARENT"
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"DESCRIPTION:{_text(what)}"
    yield "TRIGGER:-P7D"
    yield "END:VALARM"
    yield "END:VEVENT"


def folded(line: str) -> bytes:
    """Return a content line as it is written: UTF-8, folded at 75 octets, ended by CRLF."""
    parts = [b""]
    room = _LONGEST
    for character in line:
        octets = character.encode()
        if len(parts[-1]) + len(octets) > room:
            parts.append(b"")
            room = _LONGEST - 1  # the space that a folded line begins with counts too
        parts[-1] += octets
    return b"\r\n ".join(parts) + b"\r\n"


def _time(at: int) -> str:
    """Write a time in UTC: ``20261124T060035Z``."""
    return re.sub("[-:]", "", clock.iso(at))


def _text(value: str) -> str:
    """Escape what has a meaning in a value (RFC 5545, section 3.3.11); there are no line ends."""
    return re.sub(r"([\\;,])", r"\\\1", harmless(value))
