"""Environments that are broken, strange or meant to do harm."""

import re

import pytest

from tests.home import Home, close_reveal, create_key, quit_with, signed_in
from tests.support import PASSWORD


@pytest.mark.parametrize(
    "environ",
    [
        {"TERM": "dumb", "COLUMNS": "1", "LINES": "1"},
        {"TERM": "", "LC_ALL": "xx"},
        {"TERM": "linux", "COLUMNS": "200", "LINES": "50", "TZ": "Mars/Olympus"},
        {"TERM": "../../etc/passwd;$(id)", "COLUMNS": "wide", "LINES": "-3"},
        {"LC_ALL": "C", "LOGNAME": "adam", "USER": "adam", "SUDO_USER": "adam"},
        {
            "LANG": "",
            "COLORTERM": "truecolor",
            "NO_COLOR": "1",
            "SSH_CONNECTION": "\x1b]0;PWNED\x07 1 2 3",
        },
    ],
    ids=str,
)
def test_a_strange_environment_changes_nothing(home: Home, environ: dict[str, str]) -> None:
    """One signs in, creates a key, closes it and quits as ever."""
    home.people("maria")
    terminal = signed_in(home, "maria", **environ)
    key = create_key(terminal)
    close_reveal(terminal)
    terminal.wait_for(f"••••{key[-4:]}", "maria (user)")
    assert quit_with(terminal) == 0
    assert b"PWNED" not in terminal.raw


def test_no_color_is_legible(home: Home) -> None:
    """With ``NO_COLOR`` no hue is sent; the cursor is seen by ``>`` and reverse."""
    home.people("maria")
    terminal = signed_in(home, "maria", NO_COLOR="1")
    create_key(terminal, "laptop")
    close_reveal(terminal)
    terminal.wait_for("> laptop")
    assert terminal.screen.is_reversed("> laptop")
    colours = re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)", terminal.raw)
    assert [rgb for rgb in colours if len(set(rgb)) > 1] == []


def test_textuals_own_switches_do_nothing(home: Home) -> None:
    """``TEXTUAL_*`` neither writes what is typed to a file nor imports a module."""
    home.people("maria")
    (home.folder / "evil.py").write_text(
        "from pathlib import Path\n"
        "from textual.drivers.linux_driver import LinuxDriver as Driver\n"
        "Path('imported').touch()\n"
    )
    terminal = signed_in(
        home,
        "maria",
        PYTHONPATH=str(home.folder),
        TEXTUAL="debug,devtools",
        TEXTUAL_DEBUG="1",
        TEXTUAL_DRIVER="evil:Driver",
        TEXTUAL_LOG=str(home.folder / "typed.log"),
        TEXTUAL_PRESS="q",
        TEXTUAL_SCREENSHOT="1",
        TEXTUAL_SCREENSHOT_LOCATION=str(home.folder),
    )
    create_key(terminal)
    close_reveal(terminal)
    assert quit_with(terminal) == 0
    assert not (home.folder / "imported").exists()
    assert sorted(path.name for path in home.folder.iterdir() if path.is_file()) == [
        ".keytui.db.lock",
        "evil.py",
        "keytui.db",
        "keytui.db.audit-key",
    ]
    assert home.files_with(PASSWORD) == []


def test_the_keys_that_would_stop_a_program_do_not(home: Home) -> None:
    """Ctrl+Z, Ctrl+C and Ctrl+Backslash neither stop nor end it; it says how to quit."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    terminal.press("ctrl+z", "ctrl+\\", "ctrl+c")
    terminal.wait_for("Ctrl+Q quits.")
    assert quit_with(terminal, "ctrl+q") == 0


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("KEYTUI_CLEAR_SECONDS", "0", "KEYTUI_CLEAR_SECONDS must be a whole number"),
        ("KEYTUI_CLIPBOARD", "telepathy", "KEYTUI_CLIPBOARD must be one of"),
        ("KEYTUI_DATABASE", "mysql://h/d", "keytui cannot use a mysql database"),
        ("KEYTUI_DATABASE", "postgresql://h/d", "name one with KEYTUI_AUDIT_KEY"),
        ("KEYTUI_DATABASE", "/dev/null", "keytui: "),
        ("KEYTUI_DATABASE", "nowhere/keytui.db", "does not exist"),
    ],
)
def test_a_wrong_setting_is_said_before_anything_is_drawn(
    home: Home, variable: str, value: str, says: str
) -> None:
    """One sentence names what is wrong, on a terminal that was not touched."""
    terminal = home.open(**{variable: value})
    assert terminal.wait_end() in (1, 2)
    assert says in terminal.raw.decode()
    assert terminal.raw.count(b"\n") == 1
    assert b"\x1b" not in terminal.raw
