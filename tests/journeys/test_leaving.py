"""What ends together: a thousand stale keys in one act, and a person who leaves."""

import hashlib

import pytest

from keytui import Verifier
from keytui.storage.database import close_database, open_database, transaction
from keytui.storage.models import ApiKeyRow, UserRow
from tests.home import (
    BOTH_ENGINES,
    Home,
    close_reveal,
    create_key,
    press_button,
    quit_with,
    select,
    sign_in,
    signed_in,
)
from tests.ssh_keys import ED25519, needs_ssh_keygen
from tests.support import PASSWORD
from tests.terminal import SIZES

pytestmark = [BOTH_ENGINES, needs_ssh_keygen]

STALE = 1_000


def _stale_keys(home: Home, owner: str) -> None:
    """Give somebody keys that nobody used, and one that is in use."""
    open_database(
        home.environ["KEYTUI_DATABASE"], audit_key_file=home.environ.get("KEYTUI_AUDIT_KEY", "")
    )
    person = UserRow.get(UserRow.user_id == owner)
    with transaction():
        ApiKeyRow.insert_many(
            {
                "owner": person.id,
                "created_by": person.id,
                "label": f"key {n}",
                "label_folded": f"key {n}",
                "scheme": 1,
                "digest": hashlib.sha256(b"%d" % n).digest(),
                "last_four": f"{n:04}",
                "created_at": person.created_at,
                "last_used_at": person.created_at if n == STALE else None,
            }
            for n in range(STALE + 1)
        ).execute()
    close_database()


@pytest.mark.parametrize("size", SIZES)
def test_a_thousand_stale_keys_end_in_one_act_undone_by_nothing(
    home: Home, size: tuple[int, int]
) -> None:
    """A card opens them, one key takes them all, the number confirms; then they stay ended."""
    home.people("maria")
    _stale_keys(home, "maria")
    terminal = signed_in(home, "adam", size)
    terminal.press("2")
    terminal.wait_for("1,000 never used")
    terminal.press("c")
    terminal.wait_for("Stale keys", "1,000  never used", "Letter or Enter picks")
    terminal.press("1")
    terminal.wait_for("API keys, never used: 1-")
    terminal.wait_gone("Reading...")
    terminal.press("*")
    terminal.wait_for("all marked")
    terminal.press("x")
    terminal.wait_for("Deactivate 1,000 keys of 1 owner, for good?", "Used in the last day (!): 0.")
    terminal.fill(Reason="never used", Type_1000="999")
    terminal.wait_for("Type 1000 to confirm: nothing was changed yet.")
    assert home.rows("SELECT count(*) FROM api_key WHERE deactivated_at IS NULL") == [(STALE + 1,)]
    terminal.step("ctrl+u")  # typed ahead, the number would go with it
    terminal.fill(Type_1000="1000")
    terminal.wait_for("1,000 keys deactivated, each on record as bulk ", "No key is never used.")
    assert quit_with(terminal) == 0

    ended = "SELECT count(*) FROM api_key WHERE deactivation_reason = 'never used'"
    on_record = (
        "SELECT count(DISTINCT target), count(DISTINCT detail) FROM audit_event "
        "WHERE action = 'api_key:deactivate' AND outcome = 'done' AND actor = 'adam'"
    )
    assert home.rows(ended) == [(STALE,)]
    assert home.rows(on_record) == [(STALE, 1)]
    assert home.keytui("audit", "check").returncode == 0
    with pytest.raises(Exception, match="kt_key_final"):
        home.rows(
            "UPDATE api_key SET deactivated_at = NULL, deactivated_by = NULL, "
            "deactivation_reason = NULL"
        )
    again = home.keytui(
        "key", "deactivate-many", "--filter", "never-used", "--reason", "again", "--yes"
    )
    assert again.returncode == 1
    assert "None of these keys is left to deactivate" in again.stderr
    assert home.rows(ended) == [(STALE,)]


def test_an_offboarded_person_is_out_at_every_door_while_signed_in(home: Home) -> None:
    """Signed in on one terminal, offboarded on another: app, key, sshd and password say no at once."""
    home.people("maria")
    hers = signed_in(home, "maria")
    key = create_key(hers)
    close_reveal(hers)
    (home.folder / "maria.pub").write_text(f"{ED25519} blue\n", encoding="utf-8")
    added = home.keytui("ssh", "add", "maria.pub", "--user", "maria", typed=PASSWORD + "\n")
    assert added.returncode == 0, added.stderr
    asked = ("ssh", "authorized-keys", *ED25519.split())
    assert "--user maria" in home.keytui(*asked).stdout
    with Verifier(home.environ["KEYTUI_DATABASE"]) as verifier:
        assert verifier.verify(key)

        his = signed_in(home, "adam")
        his.press("2")
        select(his, "maria")
        his.press("O")
        his.wait_for("maria loses at once, for good: 1 API key, 1 SSH key", f"••••{key[-4:]}")
        his.fill(Reason="left the team", Type_maria="maria")
        his.wait_for("Receipt: maria is offboarded", "Offboarded: maria (user)")
        his.press("f")
        his.wait_for("[ Save ]")
        his.settle()
        his.step("ctrl+u")
        his.fill(File="receipt.txt")
        his.wait_for("The receipt is in")
        press_button(his, "OK")
        his.wait_for("maria is offboarded: offboarding ")

        assert verifier.verify(key).code == "deactivated"
    hers.press("r")
    hers.wait_for("Sign in", "Your account was deactivated: ask an administrator.")
    assert not hers.says("API Keys:")
    sign_in(hers, "maria")
    hers.wait_for("Wrong User ID, password or sign-in code.")
    assert home.keytui(*asked).stdout == ""
    by_command = home.keytui("key", "list", "--user", "maria", typed=PASSWORD + "\n")
    assert by_command.returncode == 1
    assert quit_with(his) == 0
    assert quit_with(hers, "ctrl+q") == 0

    receipt = (home.folder / "receipt.txt").read_text(encoding="utf-8")
    assert "By: adam, local" in receipt
    assert "Reason: left the team" in receipt
    assert f"key 1  ••••{key[-4:]}  active" in receipt
    assert "SSH key 1  SHA256:" in receipt
    assert key not in receipt
    ((act,),) = home.rows("SELECT detail FROM audit_event WHERE action = 'user:offboard'")
    assert str(act).split("(")[1].split(":")[0] in receipt
