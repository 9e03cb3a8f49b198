"""The accounts of the README: each can do its work, and nothing that only an owner may."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from keytui import Verifier
from keytui.domain.errors import DatabaseUnusable
from keytui.domain.overlap import Overlap
from keytui.domain.permissions import Role
from keytui.domain.policy import Policy
from keytui.domain.reviews import Decision
from keytui.services import (
    api_keys,
    audit,
    audit_check,
    authorized_keys,
    bulk,
    copying,
    host,
    key_history,
    offboarding,
    policy,
    review_decisions,
    reviews,
    rotation,
    sign_in,
    ssh_keys,
    users,
)
from keytui.storage import libpq, models
from keytui.storage.database import close_database, open_database, transaction
from keytui.storage.models import SshKeyRow
from tests.postgresql import server
from tests.ssh_keys import ED25519, FINGERPRINTS, needs_ssh_keygen
from tests.support import make_person, text_of
from tests.test_readme import section

GRANTS = section("PostgreSQL").split("```sql\n")[1].split("```")[0]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Return the URL of a database with the accounts of the README."""
    key = str(tmp_path / "audit-key")
    made = server().fresh(tmp_path / "audit-key")
    grant(made, key)
    yield made
    revoke(made, key)


def grant(url: str, key: str) -> None:
    """Run the statements of the README in a database."""
    open_database(url, audit_key_file=key)
    for statement in GRANTS.split(";"):
        lines = [line for line in statement.splitlines() if not line.startswith("--")]
        if any(lines):
            models.database.execute_sql("\n".join(line.partition(" -- ")[0] for line in lines))
    close_database()


def revoke(url: str, key: str) -> None:
    """Take the accounts away again: they are the whole server's."""
    close_database()
    open_database(url, audit_key_file=key)
    for role in ("keytui_app", "keytui_verify", "keytui_sshd"):
        models.database.execute_sql(f"DROP OWNED BY {role}; DROP ROLE {role}")
    close_database()


def account(url: str, name: str) -> str:
    """Return the URL for another account."""
    return url.replace("postgres:@", f"{name}@")


@pytest.fixture
def app(url: str, tmp_path: Path) -> Iterator[Path]:
    """Open the database as the account for the app."""
    yield open_database(
        account(url, "keytui_app"), create=False, audit_key_file=str(tmp_path / "audit-key")
    )
    close_database()
    open_database(url, audit_key_file=str(tmp_path / "audit-key"))


@needs_ssh_keygen
def test_the_app_s_account_does_all_that_people_do(app: Path, url: str) -> None:
    """Adding, creating, confirming, labelling, rotating, deactivating, promoting, verifying, coming by SSH."""
    adam = make_person(app, "adam", Role.ADMINISTRATOR)
    maria = make_person(app, "maria", Role.USER)
    key, secret = api_keys.create_key(maria, "CI")
    api_keys.confirm_key(maria, key.key_id)
    api_keys.edit_label(maria, key.key_id, "laptop")
    with Verifier(account(url, "keytui_verify")) as verifier:
        for _ in range(2):
            assert verifier.verify(text_of(secret))
            assert verifier.flush(), verifier.problem
        assert key_history.history(maria, key.key_id).uses.total == 2
        successor, _ = rotation.rotate(maria, key.key_id, Overlap.NONE)
        assert not verifier.verify(text_of(secret))
        assert verifier.flush(), verifier.problem
    assert "api_key:use_after_rotation" in [event.action for event in audit.events(adam)]
    kind, body = ED25519.split()
    ssh_keys.edit_label(maria, ssh_keys.add_key(maria, ED25519).ssh_key_id, "laptop")
    sign_in.by_ssh_key("maria", FINGERPRINTS[ED25519], "local")
    asking = account(url, "keytui_sshd")
    assert authorized_keys.line_of(asking, kind, body, ("keytui",)).endswith(f"{ED25519}\n")
    ssh_keys.remove_key(maria, 1, "lost")
    assert authorized_keys.line_of(asking, kind, body, ("keytui",)) == ""
    review = reviews.open_review(adam).review_id
    review_decisions.decide(adam, review, successor.key_id, Decision.KEEP, "in use")
    reviews.close_review(adam, review)
    strict = Policy(30, 90, no_end=False)
    assert policy.change(adam, strict, "audit", warning_days=0, seen=0) == 1
    users.set_role(adam, "maria", Role.ADMINISTRATOR, active_keys=1)
    assert audit_check.check(host.host_actor(app, "local")).broken is None


BEYOND = {
    "another digest": "UPDATE api_key SET digest = digest",
    "another owner": "UPDATE api_key SET owner_id = owner_id",
    "another owner of an SSH key": "UPDATE ssh_key SET owner_id = owner_id",
    "another body of an SSH key": "UPDATE ssh_key SET body = body",
    "deleting a key": "DELETE FROM api_key",
    "changing a policy": "UPDATE policy SET no_end = 1",
    "deleting a policy": "DELETE FROM policy",
    "changing an event": "UPDATE audit_event SET detail = detail",
    "deleting events": "DELETE FROM audit_event",
    "emptying": "TRUNCATE audit_event",
    "another SSH key": "UPDATE ssh_key SET body = body",
    "another's SSH key": "UPDATE ssh_key SET owner_id = owner_id",
    "deleting an SSH key": "DELETE FROM ssh_key",
    "a mark of its own": "INSERT INTO migration (name, applied) VALUES ('x', now())",
    "another key of a review": "UPDATE review_item SET key_id = key_id",
    "another scope of a review": "UPDATE access_review SET scope = scope",
    "deleting a review": "DELETE FROM access_review",
    "uses of a key": "UPDATE key_use_day SET uses = uses",
    "uses of a key on another day": "INSERT INTO key_use_day VALUES (91, 1, 0, 5)",
    "another audit key": "UPDATE audit_key SET fingerprint = fingerprint",
    "no guard": "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "no guards for a while": "SET session_replication_role = replica",
}


def test_sshd_s_account_reads_nothing_else(url: str, tmp_path: Path) -> None:
    """No password hash, no key's digest, no event; and it writes nothing."""
    with closing(libpq.connect(account(url, "keytui_sshd"), autocommit=True)) as asking:
        for statement in (
            'SELECT password_hash FROM "user"',
            "SELECT digest FROM api_key",
            "SELECT 1 FROM audit_event",
            "UPDATE ssh_key SET removed_at = NULL",
        ):
            with pytest.raises(Exception, match="permission denied"):
                asking.execute(statement)
    open_database(url, audit_key_file=str(tmp_path / "audit-key"))


@pytest.mark.parametrize("statement", BEYOND.values(), ids=BEYOND.keys())
def test_the_app_s_account_can_change_no_evidence(app: Path, statement: str) -> None:
    """It lacks the right, before any guard is asked."""
    with pytest.raises(DatabaseUnusable, match="may not do that"), transaction():
        models.database.execute_sql(statement)


def test_the_app_s_account_keeps_ssh_keys(app: Path) -> None:
    """Adding one, using it, removing it."""
    maria = make_person(app, "maria", Role.USER)
    with transaction():
        key = SshKeyRow.create(
            owner=maria.row_id, type="t", body="QQ==", fingerprint="f", label="l", added_at=1
        )
        SshKeyRow.update(label="m", last_used_at=2).execute()
        SshKeyRow.update(removed_at=3, removed_by="maria").execute()
    assert SshKeyRow.get_by_id(key.id).removed_at == 3


@needs_ssh_keygen
def test_the_app_s_account_ends_many_things_at_once(app: Path) -> None:
    """Many keys in one act, and a person with all they hold."""
    adam = make_person(app, "adam", Role.ADMINISTRATOR)
    maria = make_person(app, "maria", Role.USER)
    for label in ("one", "two", "three"):
        api_keys.create_key(maria, label)
    ssh_keys.add_key(maria, ED25519)
    bulk.deactivate_many(adam, bulk.Chosen(marked=frozenset({1, 2})), "stale", 2)
    done = offboarding.offboard(adam, "maria", "left")
    assert (len(done.keys), len(done.ssh_keys)) == (1, 1)


def test_an_owner_who_is_no_superuser_copies_and_the_app_s_account_works_there(
    tmp_path: Path,
) -> None:
    """The README's way to a server, account by account."""
    file = open_database(str(tmp_path / "keytui.db"))
    maria = make_person(file, "maria", Role.USER)
    _, secret = api_keys.create_key(maria, "CI")
    empty = server().empty()
    name = empty.split("/")[3].split("?")[0]
    server().admin.execute("CREATE ROLE keytui_owner LOGIN")
    server().admin.execute(f"ALTER DATABASE {name} OWNER TO keytui_owner")
    key = f"{file}.audit-key"
    done = copying.copy_database(host.host_actor(file, "local"), account(empty, "keytui_owner"))
    assert (done.chain.broken, done.audit_key) == (None, key)
    close_database()
    grant(empty, key)
    try:
        there = open_database(account(empty, "keytui_app"), create=False, audit_key_file=key)
        key_id = api_keys.create_key(make_person(there, "ben", Role.USER), "CI")[0].key_id
        with Verifier(account(empty, "keytui_verify")) as verifier:
            assert verifier.verify(text_of(secret))
            assert verifier.flush(), verifier.problem
        with pytest.raises(DatabaseUnusable, match="may not do that"), transaction():
            models.database.execute_sql(f"UPDATE api_key SET digest = digest WHERE id = {key_id}")
    finally:
        revoke(empty, key)
        server().admin.execute(f"ALTER DATABASE {name} OWNER TO postgres")
        open_database(empty, audit_key_file=key)
        models.database.execute_sql("REASSIGN OWNED BY keytui_owner TO postgres")
        close_database()
        server().admin.execute("DROP ROLE keytui_owner")
