"""Who is at the other end of a forced command: what is believed, and from whom."""

import os
import pwd
from pathlib import Path

import pytest

from keytui.domain.audit import Action, Outcome
from keytui.domain.errors import Refused, SignInFailed
from keytui.domain.records import Actor
from keytui.services import forced, users
from tests.forced import ORIGIN, fingerprint, give_ssh_key
from tests.support import NOBODY, trail

OTHER_UID = "4711"


@pytest.fixture
def maria_has_an_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the account with the number 4711 be called maria."""
    own = pwd.getpwuid(os.getuid())
    entry = pwd.struct_passwd(("maria", "x", int(OTHER_UID), 100, "", "/", "/bin/sh"))
    accounts = {int(OTHER_UID): entry, os.getuid(): own}
    monkeypatch.setattr(pwd, "getpwuid", accounts.__getitem__)


def test_what_sshd_was_told_is_believed(database: Path, maria: Actor) -> None:
    """Name and fingerprint of the forced command sign the person in."""
    give_ssh_key("maria")
    proved = forced.by_sshd(database, "maria", fingerprint("maria"), ORIGIN, None)
    actor = forced.enter(proved).actor
    assert (actor.row_id, actor.origin) == (maria.row_id, f"{ORIGIN} {fingerprint('maria')}")


@pytest.mark.parametrize(
    ("key", "origin", "sudo_uid"),
    [
        (fingerprint("maria"), "local", None),
        (fingerprint("maria"), ORIGIN, OTHER_UID),
        (fingerprint("maria"), ORIGIN, ""),
        ("", ORIGIN, None),
    ],
    ids=["not under sshd", "under sudo too", "an empty SUDO_UID", "no fingerprint"],
)
def test_a_name_elsewhere_is_refused(
    database: Path, maria: Actor, key: str, origin: str, sudo_uid: str | None
) -> None:
    """Whoever can type --user is not believed."""
    with pytest.raises(Refused, match=r"^--user and --key are for the command that sshd runs: "):
        forced.by_sshd(database, "maria", key, origin, sudo_uid)


def test_whoever_does_not_own_the_file_is_refused(database: Path, maria: Actor) -> None:
    """Another account, root as well, cannot speak for anybody."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(database, NOBODY, NOBODY)
    with pytest.raises(Refused, match=r"Only the account that owns .* open keytui and sign in"):
        forced.by_sshd(database, "maria", fingerprint("maria"), ORIGIN, None)
    with pytest.raises(Refused, match=r"Only the account that owns "):
        forced.by_sudo(database, OTHER_UID, "local")


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_write_proves_nothing(database: Path, maria: Actor, mode: int) -> None:
    """Where others can write the database nobody is let in without a password."""
    database.chmod(mode)
    with pytest.raises(Refused, match=r"^Other accounts can write .*: chmod go-w it\.$"):
        forced.by_sshd(database, "maria", fingerprint("maria"), ORIGIN, None)


def test_nor_does_one_in_a_folder_that_others_write(database: Path, maria: Actor) -> None:
    """They could put another file in its place, or a -wal beside it."""
    database.parent.chmod(0o1777)
    with pytest.raises(Refused, match=f"Other accounts can write {database.parent}, so"):
        forced.by_sshd(database, "maria", fingerprint("maria"), ORIGIN, None)


@pytest.mark.usefixtures("maria_has_an_account")
def test_the_account_that_called_sudo_is_its_user_id(database: Path, maria: Actor) -> None:
    """By its number, which stands in the origin; no address is believed."""
    entered = forced.enter(forced.by_sudo(database, OTHER_UID, "local"))
    assert entered.actor.row_id == maria.row_id
    assert entered.actor.origin == f"sudo uid {OTHER_UID}"
    event = trail()[-1]
    assert (event.action, event.detail) == (Action.USER_SIGN_IN, "with a Unix account")


@pytest.mark.usefixtures("maria_has_an_account")
def test_no_variable_renames_the_account(
    database: Path, maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``SUDO_USER`` and ``LOGNAME`` are not asked."""
    for name in ("SUDO_USER", "LOGNAME", "USER"):
        monkeypatch.setenv(name, "adam")
    assert forced.by_sudo(database, OTHER_UID, "local").user_id == "maria"


@pytest.mark.parametrize("number", [str(os.getuid()), "", "-1", "0x1", "maria", "١", "1 2"])
def test_a_number_that_is_not_from_sudo_is_refused(
    database: Path, maria: Actor, number: str
) -> None:
    """The account itself cannot have called sudo for itself."""
    with pytest.raises(Refused, match=r"^SUDO_UID is not from sudo here: "):
        forced.by_sudo(database, number, "local")


@pytest.mark.usefixtures("maria_has_an_account")
def test_a_client_cannot_send_the_number(database: Path, maria: Actor) -> None:
    """Under sshd itself SUDO_UID can only have come from the client."""
    with pytest.raises(Refused, match=r"^SUDO_UID is not from sudo here: "):
        forced.by_sudo(database, OTHER_UID, ORIGIN)


@pytest.mark.parametrize("number", ["4712", "9" * 30])
@pytest.mark.usefixtures("maria_has_an_account")
def test_a_number_without_a_name_is_refused(database: Path, maria: Actor, number: str) -> None:
    """There is nobody to be."""
    with pytest.raises(Refused, match="The account that called sudo has no name here"):
        forced.by_sudo(database, number, "local")


@pytest.mark.parametrize("name", ["ben", "Maria", "root", "mаria"])
def test_an_account_without_a_user_is_refused_on_record(maria: Actor, name: str) -> None:
    """Only the very same name counts, and the attempt is on record."""
    with pytest.raises(SignInFailed, match="There is no active user"):
        forced.enter(forced.Proved(name, "", "sudo uid 1"))
    event = trail()[-1]
    assert (event.actor, event.outcome, event.target) == ("-", Outcome.REFUSED, name)


def test_an_inactive_user_s_account_lets_nobody_in(maria: Actor, host: Actor) -> None:
    """Deactivated is deactivated, whatever account there still is."""
    users.deactivate_user(host, "maria", "left")
    with pytest.raises(SignInFailed):
        forced.enter(forced.Proved("maria", "", "sudo uid 1"))


def test_a_refused_command_is_on_record_without_its_words(maria: Actor) -> None:
    """Who and from where; what they wrote may have been a key."""
    forced.refuse_command(maria, "no command")
    event = trail()[-1]
    assert (event.actor, event.action, event.outcome) == (
        "maria",
        Action.SESSION_COMMAND,
        Outcome.REFUSED,
    )
