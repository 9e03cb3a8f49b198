"""The command line and the terminal app on one database, and the demo."""

import pytest

from tests.home import (
    BOTH_ENGINES,
    Home,
    choose_password,
    close_reveal,
    create_key,
    in_profile,
    press_button,
    quit_with,
    sign_in,
    signed_in,
)
from tests.support import PASSWORD
from tests.terminal import SIZES, Terminal

pytestmark = BOTH_ENGINES


def _back_at_sign_in(terminal: Terminal, why: str) -> None:
    terminal.wait_for("Sign in", "Password or code", why)
    assert not terminal.says("API Keys:")


def test_a_code_of_the_command_line_opens_the_app(home: Home) -> None:
    """``keytui user add`` prints only the code, and the code signs in."""
    home.people()
    added = home.keytui("user", "add", "Maria")
    assert added.returncode == 0
    terminal = home.open()
    sign_in(terminal, "MARIA", added.stdout.strip())
    choose_password(terminal)
    in_profile(terminal, "maria")
    assert quit_with(terminal) == 0


def test_a_code_opens_only_once(home: Home) -> None:
    """After the password is chosen the code is as good as any wrong password."""
    home.people()
    code = home.keytui("user", "add", "maria").stdout.strip()
    terminal = home.open()
    sign_in(terminal, "maria", code)
    choose_password(terminal)
    in_profile(terminal, "maria")
    terminal.press("L")
    terminal.wait_for("maria is signed out.")
    sign_in(terminal, "maria", code)
    terminal.wait_for("Wrong User ID, password or sign-in code.")
    assert quit_with(terminal, "ctrl+q") == 0


@pytest.mark.parametrize("key", ["r", "3"])
def test_somebody_deactivated_meanwhile_is_out_at_the_next_key(home: Home, key: str) -> None:
    """Signed in on the terminal, deactivated by the command line: nothing more is shown."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    ended = home.keytui("user", "deactivate", "maria", "--reason", "left the team")
    assert ended.returncode == 0
    terminal.press(key)
    _back_at_sign_in(terminal, "Your account was deactivated: ask an administrator.")
    sign_in(terminal, "maria")
    terminal.wait_for("Wrong User ID, password or sign-in code.")


def test_a_dialog_does_not_outlive_its_persons_account(home: Home) -> None:
    """With New Key open already, Create leads to sign in, and there is no key."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    terminal.press("n")
    terminal.wait_for("What will use this key?")
    home.keytui("user", "deactivate", "maria", "--reason", "left the team")
    terminal.fill(Label="too late")
    _back_at_sign_in(terminal, "Your account was deactivated: ask an administrator.")
    assert quit_with(terminal, "ctrl+q") == 0
    assert home.rows("SELECT * FROM api_key") == []


def test_a_change_of_role_ends_the_sign_in(home: Home) -> None:
    """Promoted while signed in, one signs in again and finds oneself an administrator."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    assert home.keytui("user", "role", "maria", "administrator").returncode == 0
    terminal.press("r")
    _back_at_sign_in(terminal, "Your role, password or sign-in was changed")
    sign_in(terminal, "maria")
    in_profile(terminal, "maria")
    terminal.wait_for("2 Manage Users")


def test_a_key_ended_elsewhere_meanwhile_is_said(home: Home) -> None:
    """Of two people at the same key, the second is told and nothing is overwritten."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    create_key(terminal)
    close_reveal(terminal)
    home.keytui("key", "deactivate", "1", "--reason", "the first")
    terminal.press("x")
    terminal.fill(Reason="the second")
    press_button(terminal, "Deactivate")
    terminal.wait_for("Key 1 is inactive already: nothing was changed.")
    assert home.rows("SELECT deactivation_reason FROM api_key") == [("the first",)]


def test_the_command_line_sees_what_the_app_created(home: Home) -> None:
    """A key of the app is listed by the command line, masked, for its owner's password."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    key = create_key(terminal, "laptop")
    close_reveal(terminal)
    assert quit_with(terminal) == 0
    listed = home.keytui("key", "list", "--user", "maria", typed=PASSWORD + "\n")
    assert listed.returncode == 0
    assert listed.stdout.split("\t")[:3] == ["1", f"••••{key[-4:]}", "active"]
    assert key not in listed.stdout + listed.stderr


@pytest.mark.parametrize("size", SIZES)
def test_the_demo_opens_as_somebody(home: Home, size: tuple[int, int]) -> None:
    """``keytui demo --as maria`` opens signed in, and leaves nothing behind."""
    terminal = home.open("demo", "--as", "maria", size=size, TMPDIR=str(home.folder))
    in_profile(terminal, "maria")
    terminal.press("2")
    terminal.wait_for("[2 Manage Users]", "adeline", "active keys")
    assert quit_with(terminal) == 0
    assert not home.database.exists()
    assert list(home.folder.glob("keytui-demo-*")) == []


def test_the_demo_does_not_know_everybody(home: Home) -> None:
    """``keytui demo --as nobody`` says so in one sentence, before it draws anything."""
    terminal = home.open("demo", "--as", "nobody")
    assert terminal.wait_end() == 1
    said = terminal.raw.decode().splitlines()
    assert len(said) == 1
    assert said[0].startswith("keytui: Nobody in the demo is called nobody")
