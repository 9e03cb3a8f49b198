"""A key from its creation to its end, at a terminal; its end comes by an injected clock."""

from types import SimpleNamespace

import pytest

from keytui import Code, Verifier
from keytui.domain.clock import DAY, SECOND
from tests.home import (
    BOTH_ENGINES,
    Home,
    close_reveal,
    create_key,
    quit_with,
    signed_in,
)

pytestmark = BOTH_ENGINES


def test_a_key_with_the_default_end_works_until_then_and_not_a_second_longer(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Created in the app, verified by the command line, refused one second after its end."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    text = create_key(terminal, "ci-runner")
    close_reveal(terminal)
    assert quit_with(terminal) == 0
    ((created, end),) = home.rows("SELECT created_at, expires_at FROM api_key")
    assert isinstance(created, int)
    assert isinstance(end, int)
    # Counted from when Create was pressed, a moment before the row was written.
    assert 0 <= created + 90 * DAY - end < 10 * SECOND
    assert home.keytui("verify", typed=text).returncode == 0
    found = []
    with Verifier(home.environ["KEYTUI_DATABASE"]) as verifier:
        for moment in (end - SECOND, end + SECOND):
            stopped = SimpleNamespace(time_ns=lambda moment=moment: moment * 1_000)
            monkeypatch.setattr("keytui.services.verification.time", stopped)
            found.append(verifier.verify(text).code)
    assert found == [Code.VALID, Code.EXPIRED]


def test_a_policy_set_by_a_script_binds_the_keys_of_before_and_of_after(home: Home) -> None:
    """It says whom it hits; then cron finds the key, its owner is told, and New Key offers less."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    create_key(terminal, "ci-runner")
    close_reveal(terminal)
    assert quit_with(terminal) == 0
    words = ("policy", "set", "--default", "5", "--longest", "6", "--must-end", "--reason", "x")
    asked = home.keytui(*words, "--warning", "6d")
    assert asked.returncode == 1
    assert "1 key of 1 person ends sooner by it: maria (1)." in asked.stdout
    assert home.keytui(*words, "--warning", "6d", "--yes").returncode == 0
    listed = home.keytui("expiring", "--within", "7d")
    assert (listed.returncode, listed.stdout.count("\n")) == (3, 1)
    assert "\tci-runner\n" in listed.stdout
    terminal = signed_in(home, "maria")
    terminal.wait_for("1 of your keys expires within 7 days: ci-runner in")
    terminal.press("n")
    terminal.wait_for("It lasts 5 days unless you choose otherwise", "(•) 5")
    assert not terminal.says("none")
    terminal.press("esc")
    terminal.wait_gone("What will use this key?")
    assert quit_with(terminal) == 0
