"""A person comes over SSH: what sshd would start for them, in a real pseudo-terminal."""

import signal
import sys
from pathlib import Path

import pytest

from keytui.domain.records import Actor
from keytui.services import users
from keytui.services.host import host_actor
from keytui.storage.database import close_database, open_database
from tests.forced import CONNECTION, connect, forced, people, send
from tests.home import Home, close_reveal, create_key, in_profile, quit_with, sign_in
from tests.reveals import press_ok

_DRIVER = """
import os, sys, threading
from keytui import cli
from keytui.tui import watchdog
from keytui.tui.app import KeytuiApp
from keytui.tui.screens.profile import Profile

watchdog._OVERDUE_SECONDS = {overdue}
watchdog._GRACE_SECONDS = 0.2
KeytuiApp._seconds_left = lambda app: -60 if os.path.exists({flag!r}) else 0.1
Profile.action_sort = lambda screen: threading.Event().wait()
cli.main()
"""
"""keytui whose idle limit has passed as soon as a file is there, and whose loop ``s`` stops."""


@pytest.fixture
def server(home: Home) -> Home:
    """Let maria, ben and adam be there, each with an SSH key."""
    people(home.database, "maria", "ben")
    return home


def _as_host(server: Home) -> Actor:
    return host_actor(open_database(str(server.database)), "local")


def test_straight_into_the_profile(server: Home) -> None:
    """No password is asked; the SSH key stands in every event; q ends the session."""
    terminal = connect(server, "maria")
    in_profile(terminal, "maria")
    create_key(terminal)
    close_reveal(terminal)
    terminal.wait_for("from now on")
    assert quit_with(terminal) == 0
    origins = server.rows("SELECT DISTINCT origin FROM audit_event WHERE action LIKE 'api_key:%'")
    assert origins == [(f"ssh 10.0.4.17 {forced(server.database, 'maria')[-1]}",)]


def test_a_copy_goes_to_the_terminal_and_to_nothing_on_the_server(server: Home) -> None:
    """OSC 52, also where a setting of the server or a variable of the client says otherwise."""
    del server.environ["KEYTUI_CLIPBOARD"]
    server.environ |= {"TMUX": "/nowhere,1,0", "DISPLAY": ":0"}
    terminal = connect(server, "maria")
    in_profile(terminal, "maria")
    create_key(terminal)
    terminal.press_heard("c", lambda: b"\x1b]52;c;" in terminal.raw, "the copy")
    terminal.wait_for("SENT to your terminal's clipboard")
    press_ok(terminal)


def test_signing_out_ends_the_session(server: Home) -> None:
    """There is no other sign-in behind it."""
    terminal = connect(server, "maria")
    in_profile(terminal, "maria")
    terminal.press("L")
    assert terminal.wait_end() == 0
    assert terminal.says("keytui: maria is signed out.")
    assert server.rows("SELECT action FROM audit_event ORDER BY id DESC LIMIT 1") == [
        ("user:sign_out",)
    ]


def test_deactivated_while_connected(server: Home) -> None:
    """Everything is over at the next key press, and nothing lets them in again."""
    terminal = connect(server, "maria")
    in_profile(terminal, "maria")
    users.deactivate_user(_as_host(server), "maria", "left")
    close_database()
    terminal.press("r")
    assert terminal.wait_end() == 1
    terminal.wait_until(
        lambda: terminal.says("keytui: Your account was deactivated: ask an administrator."),
        "the sentence",
    )
    again = send(server, "maria", "key list")
    assert (again.returncode, again.stdout) == (1, "")


def test_the_reveal_writes_no_file(server: Home) -> None:
    """Save to file is off, and f says why."""
    terminal = connect(server, "maria")
    in_profile(terminal, "maria")
    create_key(terminal)
    words = "A session over SSH writes no files on the server: copy it instead."
    terminal.press_heard("f", lambda: terminal.says(words), words)
    terminal.press("tab", "tab", "tab", "enter")
    terminal.settle()
    assert not terminal.says("Save to file [")
    press_ok(terminal)
    assert list(server.folder.rglob("*.txt")) == []


def test_the_report_goes_to_whoever_asked_for_it(server: Home) -> None:
    """In the app it is dimmed with what to do instead; the command prints it."""
    terminal = connect(server, "adam")
    in_profile(terminal, "adam")
    terminal.press("2")
    terminal.wait_for("Users: 1-")
    terminal.press("e")
    terminal.wait_for("run ssh HOST export > report.csv where you are.")
    assert quit_with(terminal) == 0
    report = send(server, "adam", "export --active")
    assert report.returncode == 0
    assert report.stdout.startswith('"user_id","masked_key","status"')


def test_ctrl_z_suspends_nothing(server: Home) -> None:
    """There is no shell below to come to."""
    terminal = connect(server, "maria")
    in_profile(terminal, "maria")
    terminal.press("ctrl+z")
    terminal.kill(signal.SIGTSTP)
    terminal.settle()
    state = Path(f"/proc/{terminal.child.pid}/stat").read_text().rpartition(")")[2].split()[0]
    assert state != "T"
    assert quit_with(terminal) == 0


def test_nothing_started_from_it_gains_rights(server: Home) -> None:
    """No setuid program means anything in a session over SSH (NoNewPrivs in proc(5))."""
    terminal = connect(server, "maria")
    in_profile(terminal, "maria")
    status = Path(f"/proc/{terminal.child.pid}/status")
    terminal.wait_until(lambda: "NoNewPrivs:\t1\n" in status.read_text(), "the end of new rights")


def test_a_person_without_an_ssh_key_signs_in(server: Home) -> None:
    """The same forced session, with a password; signing out ends it too."""
    terminal = server.open(
        "--database", str(server.database), "ssh", "session", SSH_CONNECTION=CONNECTION
    )
    sign_in(terminal, "ben")
    in_profile(terminal, "ben")
    terminal.press("L")
    assert terminal.wait_end() == 0
    assert terminal.says("keytui: ben is signed out.")


@pytest.mark.parametrize("key", ["", "s"], ids=["the loop runs", "the loop stands still"])
def test_left_alone_the_session_ends(server: Home, key: str) -> None:
    """Not locked, for there may be no password: ended, by the watchdog where nothing else can."""
    flag = server.folder / "time is up"
    driver = server.folder / "driver.py"
    driver.write_text(_DRIVER.format(overdue=0.2 if key else 30, flag=str(flag)))
    terminal = connect(server, "maria", program=[sys.executable, driver])
    in_profile(terminal, "maria")
    if key:
        terminal.press(key)
        terminal.settle()
    flag.touch()
    assert terminal.wait_end() == 1
    assert terminal.says("keytui: No key was pressed for")
    assert terminal.says("The session is over: come again.")
    assert b"\x1b[?1049l" in terminal.raw


def test_locking_ends_it(server: Home) -> None:
    """Lock, in the palette, means that one leaves."""
    terminal = connect(server, "maria")
    in_profile(terminal, "maria")
    terminal.press("ctrl+p")
    terminal.wait_for("Search for commands")
    terminal.send("lock")
    terminal.wait_for("over SSH nothing is locked")
    terminal.press("enter")
    assert terminal.wait_end() == 1
    assert terminal.says("keytui: The session is over: come again.")


def test_the_mouse_is_the_terminal_s_own(server: Home) -> None:
    """No mouse reports are asked for."""
    terminal = connect(server, "maria")
    in_profile(terminal, "maria")
    assert b"\x1b[?1000h" not in terminal.raw
    assert b"\x1b[?1003h" not in terminal.raw


def test_one_session_too_many_is_refused(server: Home) -> None:
    """With a sentence and on record; when one ends there is room again, killed or not."""
    config = server.folder / "config.toml"
    config.write_text("sessions_per_person = 1\n")
    driver = server.folder / "driver.py"
    driver.write_text(
        "from pathlib import Path\nfrom keytui import cli, settings\n"
        f"settings.config_file = lambda: Path({str(config)!r})\ncli.main()\n"
    )
    program = [sys.executable, driver]
    first = connect(server, "maria", program=program)
    in_profile(first, "maria")
    second = connect(server, "maria", program=program)
    assert second.wait_end() == 1
    sentence = "maria has 1 session open already: close one, then come again."
    assert second.says(f"keytui: {sentence}")
    assert server.rows("SELECT outcome, detail FROM audit_event ORDER BY id DESC LIMIT 1") == [
        ("refused", sentence)
    ]
    in_profile(connect(server, "ben", program=program), "ben")
    first.kill(signal.SIGKILL)
    first.wait_end()
    in_profile(connect(server, "maria", program=program), "maria")


@pytest.mark.parametrize("mode", [0o660, 0o644])
def test_a_database_open_to_others_is_called_that(home: Home, mode: int) -> None:
    """On the sign-in screen and again in the Profile, before anything else is said."""
    home.people("maria")
    home.folder.chmod(0o755)
    home.database.chmod(mode)
    terminal = home.open()
    words = "no separation of duties" if mode == 0o660 else "can be read by other accounts"
    terminal.wait_for(words)
    sign_in(terminal, "maria")
    in_profile(terminal, "maria")
    terminal.wait_for(words)
    assert quit_with(terminal) == 0
