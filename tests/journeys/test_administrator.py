"""An administrator's day: other people's keys, the report, the audit trail, a reset."""

import csv
import stat

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
    select,
    sign_in,
    signed_in,
)
from tests.terminal import SIGN_IN_CODE, SIZES

pytestmark = BOTH_ENGINES


@pytest.mark.parametrize("size", SIZES)
def test_an_administrator_oversees_keys_and_cannot_see_one(
    home: Home, size: tuple[int, int]
) -> None:
    """They find another's key masked, end it, export the report and read who did what."""
    home.people("maria")
    terminal = signed_in(home, "maria", size)
    key = create_key(terminal, '=cmd|"calc", laptop')
    close_reveal(terminal)
    kept = create_key(terminal, "ci-runner")
    close_reveal(terminal)
    quit_with(terminal)

    terminal = signed_in(home, "adam", size)
    terminal.press("2")
    select(terminal, "maria")
    terminal.press("v")
    terminal.wait_for("maria's API Keys: 1-2 of 2", f"••••{key[-4:]}", f"••••{kept[-4:]}")
    select(terminal, "=cmd|")
    terminal.press("x")
    terminal.fill(Reason="seen in a public repository")
    press_button(terminal, "Deactivate")
    terminal.wait_for("Key 1 is deactivated.", "1 active")
    terminal.press("esc")
    terminal.wait_for("Users: 1-2 of 2   1 active key")

    terminal.press("a")
    terminal.wait_for("Export Account API Key...", "Letter or Enter picks")
    terminal.press("e")
    terminal.wait_for("[ Export ]")
    terminal.settle()
    terminal.press("ctrl+u")  # the proposed name goes
    terminal.fill(File="report.csv")
    terminal.wait_for("2 keys written to")

    terminal.press("3")
    terminal.wait_for("[3 Audit]", "api_key:deactivate", "report:export", "api_key:create")
    assert quit_with(terminal) == 0

    assert key.encode() not in terminal.raw
    assert kept.encode() not in terminal.raw
    report = home.folder / "report.csv"
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    with report.open(newline="") as file:
        header, *lines = csv.reader(file)
    assert header[:5] == ["user_id", "masked_key", "status", "key_age_days", "last_used"]
    assert [line[:5] for line in lines] == [
        ["maria", f"••••{key[-4:]}", "inactive", "0", "never"],
        ["maria", f"••••{kept[-4:]}", "active", "0", "never"],
    ]
    labels = [line[header.index("label")] for line in lines]
    assert labels == ['\'=cmd|"calc", laptop', "ci-runner"]


def test_an_administrator_cannot_create_a_key(home: Home) -> None:
    """New Key is shown, and says why not: separation of duties."""
    home.people()
    terminal = signed_in(home, "adam")
    terminal.press("n")
    terminal.wait_for("Administrators cannot create keys: separation of duties.")
    terminal.press("a")
    terminal.wait_for("n New Key...")
    terminal.press("n")
    terminal.settle()
    assert terminal.says("Administrators cannot create keys: separation of duties.")
    terminal.press("esc")
    terminal.wait_gone("New Key...")
    assert quit_with(terminal) == 0
    assert home.rows("SELECT * FROM api_key") == []


def test_whoever_is_reset_is_told_who_did_it(home: Home) -> None:
    """The first screen after a reset says that it was reset, by whom and when, and stays."""
    home.people("maria")
    terminal = signed_in(home, "adam")
    terminal.press("2")
    select(terminal, "maria")
    terminal.press("p")
    press_button(terminal, "Reset")
    code = terminal.find(SIGN_IN_CODE)
    close_reveal(terminal)
    terminal.wait_for("The sign-in of maria is reset")
    terminal.press("L")
    terminal.wait_for("adam is signed out.")

    sign_in(terminal, "maria")
    terminal.wait_for("Wrong User ID, password or sign-in code.")
    terminal.fill(Password_or_code=code)
    choose_password(terminal)
    in_profile(terminal, "maria")
    terminal.settle()
    assert "Your sign-in was reset by adam on " in terminal.status


def test_failed_attempts_are_told_at_the_next_sign_in(home: Home) -> None:
    """Somebody who guessed at a password is noticed by its owner."""
    home.people("maria")
    terminal = home.open()
    sign_in(terminal, "maria", "not her password")
    terminal.wait_for("Wrong User ID, password or sign-in code.")
    terminal.fill(Password_or_code="olive boats drift")
    in_profile(terminal, "maria")
    terminal.settle()
    assert "1 failed sign-in attempt since your last sign-in" in terminal.status
