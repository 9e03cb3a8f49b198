"""The accounts of the README: each can do its work, and nothing that only an owner may."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from keytui import Verifier
from keytui.domain.errors import DatabaseUnusable
from keytui.domain.permissions import Role
from keytui.services import (
    api_keys,
    audit_check,
    authorized_keys,
    host,
    sign_in,
    ssh_keys,
    users,
)
from keytui.storage import libpq, models
from keytui.storage.database import close_database, open_database, transaction
from tests.postgresql import server
from tests.ssh_keys import ED25519, FINGERPRINTS, needs_ssh_keygen
from tests.support import make_person, text_of
from tests.test_readme import section

GRANTS = section("PostgreSQL").split("```sql\n")[1].split("```")[0]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Return the URL of a database with the accounts of the README."""
    made = server().fresh(tmp_path / "audit-key")
    open_database(made, audit_key_file=str(tmp_path / "audit-key"))
    for statement in GRANTS.split(";"):
        lines = [line for line in statement.splitlines() if not line.startswith("--")]
        if any(lines):
            models.database.execute_sql("\n".join(line.partition(" -- ")[0] for line in lines))
    close_database()
    yield made
    close_database()
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
    """Adding, creating, confirming, labelling, deactivating, promoting, verifying, coming by SSH."""
    adam = make_person(app, "adam", Role.ADMINISTRATOR)
    maria = make_person(app, "maria", Role.USER)
    key, secret = api_keys.create_key(maria, "CI")
    api_keys.confirm_key(maria, key.key_id)
    api_keys.edit_label(maria, key.key_id, "laptop")
    with Verifier(account(url, "keytui_verify")) as verifier:
        assert verifier.verify(text_of(secret))
        assert verifier.flush(), verifier.problem
    kind, body = ED25519.split()
    ssh_keys.edit_label(maria, ssh_keys.add_key(maria, ED25519).ssh_key_id, "laptop")
    sign_in.by_ssh_key("maria", FINGERPRINTS[ED25519], "local")
    asking = account(url, "keytui_sshd")
    assert authorized_keys.line_of(asking, kind, body, ("keytui",)).endswith(f"{ED25519}\n")
    ssh_keys.remove_key(maria, 1, "lost")
    assert authorized_keys.line_of(asking, kind, body, ("keytui",)) == ""
    users.set_role(adam, "maria", Role.ADMINISTRATOR, active_keys=1)
    assert audit_check.check(host.host_actor(app, "local")).broken is None


BEYOND = {
    "another digest": "UPDATE api_key SET digest = digest",
    "another owner": "UPDATE api_key SET owner_id = owner_id",
    "another owner of an SSH key": "UPDATE ssh_key SET owner_id = owner_id",
    "another body of an SSH key": "UPDATE ssh_key SET body = body",
    "deleting a key": "DELETE FROM api_key",
    "changing an event": "UPDATE audit_event SET detail = detail",
    "deleting events": "DELETE FROM audit_event",
    "emptying": "TRUNCATE audit_event",
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
