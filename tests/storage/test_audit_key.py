"""The audit key: private, beside the database, never replaced unasked."""

import os
import stat
from pathlib import Path

import peewee
import pytest

from keytui.domain.audit import Action
from keytui.domain.errors import BadInput, DatabaseUnusable, Refused
from keytui.domain.records import Actor
from keytui.services import api_keys, audit_check
from keytui.storage import audit_key, models
from keytui.storage.database import close_database, open_database
from tests.support import NOBODY, people_and_keys, rows, trail


def key_file(database: Path) -> Path:
    """Return where the key is by default."""
    return Path(f"{database}.audit-key")


def test_a_new_database_has_a_private_key_of_32_bytes(database: Path) -> None:
    """It lies beside the database, 0600, and its bytes are nowhere in the database."""
    file = key_file(database)
    assert (stat.S_IMODE(file.stat().st_mode), file.stat().st_size) == (0o600, 32)
    written = b"".join(path.read_bytes() for path in database.parent.glob("keytui.db*[!y]"))
    assert file.read_bytes() not in written


def test_the_key_may_be_elsewhere(tmp_path: Path) -> None:
    """The setting names another place, and nothing lies beside the database."""
    chosen = tmp_path / "elsewhere.key"
    path = open_database(str(tmp_path / "keytui.db"), audit_key_file=str(chosen))
    close_database()
    assert chosen.stat().st_size == 32
    assert not key_file(path).exists()


def _missing(file: Path) -> None:
    file.unlink()


def _other(file: Path) -> None:
    file.unlink()
    audit_key.write_new(str(file), "/nowhere")


def _open(file: Path) -> None:
    file.chmod(0o640)


def _short(file: Path) -> None:
    file.write_bytes(b"x" * 31)


def _link(file: Path) -> None:
    real = file.rename(file.with_name("real"))
    file.symlink_to(real)


def _pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file, 0o600)


SPOILT = {
    _missing: "is missing: put back the one you keep",
    _other: "is not the one of this database: put back",
    _open: "is open to other accounts: give it to",
    _short: "is no key of keytui: put back",
    _link: "cannot be read",
    _pipe: "is no key of keytui: put back",
}


@pytest.mark.parametrize(
    ("spoil", "words"), SPOILT.items(), ids=lambda it: getattr(it, "__name__", "")
)
def test_without_the_right_key_nothing_is_changed(
    database: Path, maria: Actor, spoil: object, words: str
) -> None:
    """What cannot be recorded does not happen; one sentence says what to do; reading goes on."""
    before, events = people_and_keys(), trail()
    assert callable(spoil)
    spoil(key_file(database))
    with pytest.raises(DatabaseUnusable, match=words):
        api_keys.create_key(maria, "CI")
    assert (people_and_keys(), trail()) == (before, events)
    assert list(api_keys.list_keys(maria)) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_key_of_another_account_is_refused(database: Path, maria: Actor) -> None:
    """A key that somebody else may read and change proves nothing."""
    os.chown(key_file(database), NOBODY, -1)
    with pytest.raises(DatabaseUnusable, match="is open to other accounts"):
        api_keys.create_key(maria, "CI")


def test_a_key_put_back_is_used_again(database: Path, maria: Actor) -> None:
    """A running program needs no new start when the file is there again."""
    file = key_file(database)
    away = file.rename(file.with_name("away"))
    with pytest.raises(DatabaseUnusable):
        api_keys.create_key(maria, "CI")
    away.rename(file)
    api_keys.create_key(maria, "CI")
    assert trail()[-1].action is Action.KEY_CREATE


def test_a_lost_key_is_not_replaced_by_opening(database: Path) -> None:
    """Only a new database gets a key unasked."""
    key_file(database).unlink()
    close_database()
    open_database(str(database))
    assert not key_file(database).exists()


def test_a_new_key_goes_on_with_the_chain_and_says_so(
    database: Path, maria: Actor, host: Actor
) -> None:
    """After a loss: an event with the reason; what was before is told to be unproved."""
    key_file(database).unlink()
    events = len(trail())
    assert audit_check.new_key(host, "the disk of the key broke") == ""
    api_keys.create_key(maria, "CI")
    assert [(event.action, event.detail) for event in trail()[events:]] == [
        (Action.AUDIT_NEW_KEY, "the disk of the key broke"),
        (Action.KEY_CREATE, "CI"),
    ]
    found = audit_check.check(host)
    assert (found.broken, found.unproved, found.head.number) == (None, events, events + 2)


def test_a_new_key_keeps_the_old_one_beside(database: Path, host: Actor) -> None:
    """A key that is there is never thrown away."""
    old = key_file(database).read_bytes()
    kept = Path(audit_check.new_key(host, "an administrator left"))
    assert kept.read_bytes() == old != key_file(database).read_bytes()
    assert stat.S_IMODE(key_file(database).stat().st_mode) == 0o600
    assert audit_check.check(host).broken is None


@pytest.mark.parametrize("lost", [False, True])
def test_a_new_key_that_is_not_on_record_is_none(database: Path, host: Actor, lost: bool) -> None:
    """When its event cannot be written everything is as it was, the file too."""
    if lost:
        key_file(database).unlink()
    before = {file.name: file.read_bytes() for file in database.parent.glob("*audit-key*")}
    models.database.execute_sql(
        "CREATE TRIGGER full BEFORE INSERT ON audit_event BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    with pytest.raises(peewee.IntegrityError):
        audit_check.new_key(host, "because")
    after = {file.name: file.read_bytes() for file in database.parent.glob("*audit-key*")}
    assert after == before
    assert rows("SELECT count(*) FROM audit_key") == [(1,)]


def test_only_the_host_s_account_makes_a_new_key(database: Path, adam: Actor) -> None:
    """An administrator is refused on record, and the key stays; so it does without a reason."""
    before = key_file(database).read_bytes()
    with pytest.raises(Refused, match="Only the account that owns the database"):
        audit_check.new_key(adam, "because")
    assert trail()[-1].action is Action.AUDIT_NEW_KEY
    with pytest.raises(BadInput):
        audit_check.new_key(adam, " ")
    assert key_file(database).read_bytes() == before
    assert audit_check.check(adam).broken is None
