"""Rows that came past keytui, full of what acts on a terminal: shown, and harmless."""

import re
from typing import Final

import pytest

from tests.corpus import ACTING
from tests.home import Home, quit_with, select, sign_in, signed_in
from tests.terminal import QUIET_SECONDS, Terminal

_WIDE: Final = ("emoji", "wide", "accents", "very long", "very long wide")
_SHORT: Final = [text for name, text in ACTING.items() if name not in _WIDE]
HOSTILE: Final = tuple("".join(_SHORT[start::6]) for start in range(6))
"""The corpus in six rows, but for what the tests' terminal cannot draw: the wide and joined."""

NAMES: Final = ("closing markup", "click", "row: clipboard write")

# What Textual itself sends: modes, colours, cursor movements, the mouse pointer's
# shape. Whatever is left of the bytes after that must be text.
_TEXTUALS_OWN: Final = re.compile(
    rb"\x1b\[[?<>=]?[0-9;]*(?:[HmhlrntuABCDGJK]|\$p)|\x1b\]22;default\x07"
)
_CLEARING: Final = re.compile(rb"\x1b\[[23]J|\x1bc")


def _infest(home: Home) -> None:
    """Put hostile text wherever a row has room for any."""
    home.people("maria")
    ((maria,),) = home.rows("SELECT id FROM user WHERE user_id = 'maria'")
    for number, text in enumerate(HOSTILE):
        ended = (7, text, text) if number % 2 else (None, None, None)
        home.rows(
            "INSERT INTO api_key(owner_id, created_by_id, label, scheme, digest, last_four,"
            " created_at, last_used_at, last_used_from,"
            " deactivated_at, deactivated_by, deactivation_reason)"
            " VALUES (?, ?, ?, 1, ?, '\x1b[2J', 1, 2, ?, ?, ?, ?)",
            *(maria, maria, text, bytes([number]) * 32, text, *ended),
        )
        home.rows(
            "INSERT INTO user(user_id, role, status, epoch, created_at, last_sign_in_at,"
            " last_sign_in_from) VALUES (?, 'user', 'active', 0, 1, 2, ?)",
            *(text.lower(), text),
        )
        (last, before) = home.rows("SELECT id, hash FROM audit_event ORDER BY id DESC")[0]
        home.rows(
            "INSERT INTO audit_event(id, at, actor, action, outcome, target, detail, origin,"
            " about_id, previous_hash, hash)"
            " VALUES (? + 1, 1, ?, 'user:create', 'done', ?, ?, ?, ?, ?, ?)",
            *(last, text, text, text, text, maria, before, bytes([number + 1]) * 32),
        )
    home.rows("UPDATE user SET last_sign_in_from = ?, reset_at = 3, reset_by = ?", *HOSTILE[:2])


def _only_text_came(terminal: Terminal) -> None:
    assert quit_with(terminal, "ctrl+q") == 0
    left = _TEXTUALS_OWN.sub(b"", terminal.raw).decode()
    controls = {character for character in left if ord(character) < 0x20} - {"\r", "\n"}
    assert controls == set()
    assert not re.search("[\x7f-\x9f\u202a-\u202e\u2066-\u2069]", left)
    assert not _CLEARING.search(terminal.raw)


_PACE_SECONDS: Final = 0.1
"""Between two rows of which nothing is claimed but what was printed by the end."""


def _walk(terminal: Terminal, rows: int, keys: str = "") -> None:
    """Select every row, and open on each the dialogs that ``keys`` open."""
    for _ in range(rows):
        terminal.settle(QUIET_SECONDS if keys else _PACE_SECONDS)
        own = "> adam " in terminal.screen_text  # one's own row has no p and no x
        for key in keys:
            if own and key in "px":
                continue
            terminal.press(key)
            terminal.wait_for("╭─", "╯")
            terminal.press("esc")
            terminal.wait_gone("╭─")
        terminal.press("j")
    terminal.settle()


def test_hostile_keys_on_ones_own_profile(home: Home) -> None:
    """Labels, reasons and origins are text on Profile, in its menu and its dialogs."""
    _infest(home)
    terminal = signed_in(home, "maria", size=(120, 40))
    terminal.wait_for("API Keys: 1-6 of 6")
    _walk(terminal, 3, "al")
    _walk(terminal, 3, "a")
    _only_text_came(terminal)


def test_hostile_keys_as_an_administrator_sees_them(home: Home) -> None:
    """Another's hostile label does nothing to the administrator who looks at it."""
    _infest(home)
    terminal = signed_in(home, "adam", size=(120, 40))
    terminal.press("2")
    select(terminal, "maria")
    terminal.press("v")
    terminal.wait_for("maria's API Keys: 1-6 of 6   3 active")
    _walk(terminal, 3, "ax")
    _walk(terminal, 3)
    terminal.press("esc")
    terminal.wait_for("[2 Manage Users]")
    _only_text_came(terminal)


def test_hostile_user_ids_in_manage_users(home: Home) -> None:
    """A hostile User ID is text in the list, the menu, the questions."""
    _infest(home)
    terminal = signed_in(home, "adam", size=(120, 40))
    terminal.press("2")
    terminal.wait_for("Users: 1-8 of 8")
    _walk(terminal, 8, "atpx")
    _only_text_came(terminal)


@pytest.mark.parametrize("name", [ACTING[name] for name in NAMES], ids=NAMES)
def test_hostile_user_ids_in_the_palette(home: Home, name: str) -> None:
    """The palette names a hostile User ID as text, and does not end the app."""
    home.people()
    home.rows(
        "INSERT INTO user(user_id, role, status, epoch, created_at)"
        " VALUES (?, 'user', 'active', 0, 1)",
        name.lower(),
    )
    terminal = signed_in(home, "adam")
    terminal.press("2")
    terminal.wait_for("Users: 1-2 of 2")
    terminal.press("ctrl+p")
    terminal.wait_for("Search for commands")
    terminal.send("change role")
    terminal.wait_for("Change role of")
    terminal.press("esc")
    terminal.wait_gone("Search for commands")
    _only_text_came(terminal)


@pytest.mark.parametrize("who", ["adam", "maria"])
def test_hostile_events_in_the_audit_trail(home: Home, who: str) -> None:
    """Actors, targets, details and origins of any kind are text in Audit."""
    _infest(home)
    terminal = signed_in(home, who, size=(120, 40))
    terminal.press("3")
    terminal.wait_for("[3 Audit]", "user:create")
    _walk(terminal, 12)
    _only_text_came(terminal)


def test_hostile_rows_on_the_command_line(home: Home) -> None:
    """Lists of the command line hold no control character but line ends and tabs."""
    _infest(home)
    for command in (("key", "list", "maria"), ("user", "list"), ("audit", "list")):
        listed = home.keytui(*command)
        assert listed.returncode == 0, listed.stderr
        said = listed.stdout + listed.stderr
        assert not re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", said)


def test_bytes_that_are_no_text_are_said(home: Home) -> None:
    """A label of broken bytes is a sentence in the status line, not the app's end."""
    home.people("maria")
    home.rows(
        "INSERT INTO api_key(owner_id, created_by_id, label, scheme, digest, last_four, created_at)"
        " SELECT id, id, CAST(x'ff' AS TEXT), 1, zeroblob(32), 'abcd', 1 FROM user WHERE user_id = 'maria'"
    )
    terminal = home.open()
    sign_in(terminal, "maria")
    terminal.wait_for("[1 Profile]", "The database reported an error")
    assert quit_with(terminal) == 0
