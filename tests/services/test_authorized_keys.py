"""What sshd is told about an SSH key: one line for whom it lets in, nothing for everybody else."""

import pytest

from keytui.domain.errors import DatabaseUnusable
from keytui.domain.records import Actor
from keytui.services import authorized_keys, sign_in, ssh_keys, users
from keytui.storage import models
from keytui.storage.database import open_location
from keytui.storage.models import SshKeyRow
from tests.ssh_keys import DSA, ED25519, FINGERPRINTS, OTHER, RSA_2048, needs_ssh_keygen
from tests.support import HERE, MakePerson

pytestmark = needs_ssh_keygen

PROGRAM = ("/usr/bin/keytui",)


def line_of(line: str, location: str = "") -> str:
    """Ask about a key as sshd does."""
    kind, body = line.split()
    return authorized_keys.line_of(location or open_location(), kind, body, PROGRAM)


def expected(line: str, user_id: str) -> str:
    """Return the line that lets somebody in."""
    return (
        f'restrict,pty,command="/usr/bin/keytui ssh session --user {user_id} '
        f'--key {FINGERPRINTS[line]}" {line}\n'
    )


@pytest.mark.parametrize("line", FINGERPRINTS, ids=lambda line: line.partition(" ")[0])
def test_a_key_of_an_active_person_gets_its_line(maria: Actor, line: str) -> None:
    """User ID and fingerprint stand in it; with them the session lets its owner in."""
    ssh_keys.add_key(maria, line)
    assert line_of(line) == expected(line, "maria")
    came = sign_in.by_ssh_key("maria", FINGERPRINTS[line], HERE)
    assert came.actor.user_id == "maria"


def test_every_other_key_gets_nothing(maria: Actor, adam: Actor, person: MakePerson) -> None:
    """Unknown, removed, an inactive person's, of another type, weak, and no key at all."""
    ben = person("ben")
    ssh_keys.add_key(maria, ED25519)
    ssh_keys.remove_key(maria, 1, "lost")
    ssh_keys.add_key(ben, OTHER)
    users.deactivate_user(adam, "ben", "left")
    for line in (*FINGERPRINTS, RSA_2048, DSA, "x y", "ssh-ed25519 %", "ssh-ed25519 '", "\ud800 A"):
        assert line_of(line) == ""


def test_a_type_that_is_not_the_key_s_gets_nothing(maria: Actor) -> None:
    """The body alone is not enough."""
    ssh_keys.add_key(maria, ED25519)
    assert line_of(ED25519.replace("ssh-ed25519", "ssh-rsa")) == ""


def test_an_inactive_person_s_key_that_stayed_gets_nothing(maria: Actor, adam: Actor) -> None:
    """Being inactive is enough, whatever else another program wrote."""
    users.deactivate_user(adam, "maria", "left")
    kind, body = ED25519.split()
    SshKeyRow.create(
        owner=maria.row_id,
        type=kind,
        body=body,
        fingerprint=FINGERPRINTS[ED25519],
        label="x",
        added_at=1,
    )
    assert line_of(ED25519) == ""


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("type", 'command="/bin/sh" ssh-ed25519'),
        ("type", "ssh-ed25519\nssh-rsa"),
        ("fingerprint", 'x" ssh-ed25519 AAAA\n'),
        ("fingerprint", "$(touch /tmp/x)"),
        ("body", "AAAA\nssh-rsa AAAA"),
    ],
)
def test_a_row_that_another_program_wrote_gets_no_line(
    maria: Actor, column: str, value: str
) -> None:
    """What is no key, no type or no fingerprint never gets into a line that sshd obeys."""
    kind, body = ED25519.split()
    row = {"type": kind, "body": body, "fingerprint": FINGERPRINTS[ED25519], column: value}
    SshKeyRow.create(owner=maria.row_id, label="x", added_at=1, **row)
    assert authorized_keys.all_lines(open_location(), PROGRAM) == ""
    assert authorized_keys.line_of(open_location(), row["type"], row["body"], PROGRAM) == ""


def test_a_user_id_that_another_program_wrote_gets_no_line(maria: Actor) -> None:
    """A name stands in a command: only what can be a User ID does."""
    name = "x; touch y"
    row = models.UserRow.create(user_id=name, role="user", created_at=1)
    SshKeyRow.create(
        owner=row.id,
        type="ssh-ed25519",
        body=ED25519.split()[1],
        fingerprint=FINGERPRINTS[ED25519],
        label="x",
        added_at=1,
    )
    assert line_of(ED25519) == ""


def test_all_lines_are_those_of_each_key(maria: Actor, adam: Actor) -> None:
    """The static file lets in exactly whom sshd's questions would."""
    for owner, line in zip((maria, adam, maria), FINGERPRINTS, strict=False):
        ssh_keys.add_key(owner, line)
    ssh_keys.remove_key(maria, 3, "lost")
    assert authorized_keys.all_lines(open_location(), PROGRAM) == "".join(
        map(line_of, FINGERPRINTS)
    )


def test_a_program_s_path_is_quoted(maria: Actor) -> None:
    """For the shell that sshd starts, and for sshd."""
    ssh_keys.add_key(maria, ED25519)
    program = ("/opt/my keytui", "--database", 'a"b')
    line = authorized_keys.line_of(open_location(), *ED25519.split(), program)
    assert line.startswith(
        "restrict,pty,command=\"'/opt/my keytui' --database 'a\\\"b' ssh session --user maria"
    )


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_database_that_is_not_there_is_said(database: object) -> None:
    """It is not taken for one without keys."""
    with pytest.raises(DatabaseUnusable, match="There is no database /nowhere/"):
        line_of(ED25519, "/nowhere/keytui.db")
