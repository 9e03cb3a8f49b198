"""What a whole day leaves behind: no key text and no password, in no file."""

import signal

import pytest

from tests.home import (
    Home,
    choose_password,
    close_reveal,
    copy,
    create_key,
    in_profile,
    quit_with,
    sign_in,
    signed_in,
)
from tests.terminal import SIGN_IN_CODE

ADMINISTRATORS_PASSWORD = "harbour lights in fog"
MARIAS_PASSWORD = "copper kettles sing"


def test_a_whole_day_leaves_no_secret_in_any_file(home: Home) -> None:
    """Password, code and key text are in no file, while keytui runs and afterwards."""
    terminal = home.open(KEYTUI_CLIPBOARD="osc52")
    terminal.fill(
        User_ID="adam",
        Password=ADMINISTRATORS_PASSWORD,
        **{"Password, again": ADMINISTRATORS_PASSWORD},
    )
    terminal.wait_for("is created: sign in")
    sign_in(terminal, "adam", ADMINISTRATORS_PASSWORD)
    in_profile(terminal, "adam")
    terminal.press("2")
    terminal.wait_for("Users: 1-1 of 1")
    terminal.press("n")
    terminal.fill(User_ID="maria")
    code = terminal.find(SIGN_IN_CODE)
    copy(terminal, "SENT to your terminal's clipboard.")
    close_reveal(terminal)
    terminal.wait_for("maria is added")
    terminal.press("L")
    terminal.wait_for("adam is signed out.")
    sign_in(terminal, MARIAS_PASSWORD, "maria")  # the wrong way round
    terminal.wait_for("Wrong User ID, password or sign-in code.")
    terminal.press("shift+tab", "ctrl+u")
    terminal.fill(User_ID="maria", Password_or_code=code)
    choose_password(terminal, MARIAS_PASSWORD)
    in_profile(terminal, "maria")
    key = create_key(terminal)
    copy(terminal, "SENT to your terminal's clipboard.")

    secrets = (key, code, code.replace("-", ""), MARIAS_PASSWORD, ADMINISTRATORS_PASSWORD)
    assert home.database.with_name("keytui.db-wal").exists()
    assert home.files_with(*secrets) == []
    close_reveal(terminal)
    terminal.wait_for("from now on")
    assert quit_with(terminal) == 0
    assert home.files_with(*secrets) == []
    assert home.files_with("maria") != []  # the search does find what is there


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM])
def test_a_key_outlives_the_end_of_its_reveal_masked(home: Home, number: signal.Signals) -> None:
    """Ended with the key on show: it is there, masked, not confirmed, and can be ended."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    key = create_key(terminal)
    terminal.kill(number)
    terminal.wait_end()
    assert home.files_with(key) == []
    listed = home.keytui("key", "list", "maria").stdout
    assert f"••••{key[-4:]}" in listed
    assert "not confirmed" in listed
    assert home.keytui("key", "deactivate", "1", "--reason", "nobody saw it").returncode == 0
    terminal = signed_in(home, "maria")
    terminal.wait_for(f"••••{key[-4:]}", "deactivated")
    assert key.encode() not in terminal.raw


def test_a_lost_terminal_ends_the_program(home: Home) -> None:
    """When the terminal goes away keytui ends with it: nothing runs on unseen."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    create_key(terminal)
    terminal.child.ptyproc.fileobj.close()  # the kernel hangs up
    assert terminal.child.ptyproc.wait() != 0


def test_a_password_is_never_copied_out_of_its_field(home: Home) -> None:
    """Selecting a typed password and pressing Ctrl+C or Ctrl+X copies nothing."""
    home.people("maria")
    terminal = home.open(KEYTUI_CLIPBOARD="osc52")
    terminal.fill(User_ID="maria")
    terminal.wait_until(
        lambda: terminal.screen.has_cursor("Password or code"), "the cursor in Password"
    )
    terminal.send(MARIAS_PASSWORD)
    terminal.wait_for("•" * len(MARIAS_PASSWORD))
    terminal.press("shift+home", "ctrl+c", "ctrl+x", "enter")
    terminal.wait_for("Wrong User ID, password or sign-in code.")
    assert b"]52;" not in terminal.raw
    assert MARIAS_PASSWORD.encode() not in terminal.raw
