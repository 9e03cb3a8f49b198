"""Signing in by an SSH key that sshd has checked."""

import pytest

from keytui.domain.audit import Action, Outcome
from keytui.domain.errors import Refused, SignedOut, SignInFailed
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import api_keys, sign_in, users
from keytui.storage.models import SshKeyRow, UserRow
from tests.support import HERE, PASSWORD, Clock, MakePerson, trail

FINGERPRINT = "SHA256:Wl9Ro6Yy2iQk8xbQ2m1vXy8J8fZq4c1nZ4rQy7b0k3A"
GONE = "This SSH key lets nobody in any more: ask an administrator."


def add_key(owner: Actor, body: str = "AAAA") -> int:
    """Give somebody an SSH key as a row; return its number."""
    key = SshKeyRow.create(
        owner=owner.row_id,
        type="ssh-ed25519",
        body=body,
        fingerprint=FINGERPRINT,
        label="laptop",
        added_at=1,
    )
    return key.id


def remove(ssh_key_id: int) -> None:
    """Remove an SSH key as a row."""
    SshKeyRow.update(removed_at=2, removed_by="adam").where(SshKeyRow.id == ssh_key_id).execute()


def test_an_ssh_key_lets_its_owner_in(clock: Clock, maria: Actor) -> None:
    """The person is signed in; the key and the person say when; nothing else changes."""
    key = add_key(maria)
    before = clock.now
    clock.advance(hours=1)
    entered = sign_in.by_ssh_key("maria", FINGERPRINT, HERE)
    origin = f"{HERE} {FINGERPRINT}"
    assert entered.actor == Actor(maria.row_id, "maria", Role.USER, maria.epoch, origin, key)
    assert (entered.previous_at, entered.previous_from) == (before, HERE)
    assert SshKeyRow.get_by_id(key).last_used_at == clock.now
    row = UserRow.get_by_id(maria.row_id)
    assert (row.last_sign_in_at, row.last_sign_in_from) == (clock.now, HERE)
    event = trail()[-1]
    assert (event.actor, event.action, event.outcome) == (
        "maria",
        Action.USER_SIGN_IN,
        Outcome.DONE,
    )
    assert (event.target, event.detail, event.origin) == ("maria", "with an SSH key", origin)


def test_every_act_names_the_ssh_key(maria: Actor) -> None:
    """The fingerprint stands in every event of a session, after a new password too."""
    add_key(maria)
    came = sign_in.by_ssh_key("maria", FINGERPRINT, HERE).actor
    with pytest.raises(Refused):
        users.list_users(came)
    api_keys.create_key(came, "nightly")
    again = sign_in.change_password(came, PASSWORD, "a wholly other sentence")
    api_keys.create_key(again, "hourly")
    assert again.ssh_key_id == came.ssh_key_id
    origins = [event.origin for event in trail()]
    sign_in_at = origins.index(came.origin)
    assert set(origins[sign_in_at:]) == {f"{HERE} {FINGERPRINT}"}


def test_removing_the_ssh_key_ends_what_it_let_in(maria: Actor) -> None:
    """The next act is refused with a sentence; a sign-in by password goes on."""
    key = add_key(maria)
    came = sign_in.by_ssh_key("maria", FINGERPRINT, HERE).actor
    api_keys.list_keys(came)
    remove(key)
    with pytest.raises(
        SignedOut, match=r"^The SSH key you came with was removed: sign in again\.$"
    ):
        api_keys.list_keys(came)
    api_keys.list_keys(maria)


def test_a_removed_key_lets_nobody_in(maria: Actor) -> None:
    """What was removed between sshd's question and the session is refused, on record."""
    remove(add_key(maria))
    with pytest.raises(SignInFailed) as refused:
        sign_in.by_ssh_key("maria", FINGERPRINT, HERE)
    assert str(refused.value) == GONE
    event = trail()[-1]
    assert (event.actor, event.outcome, event.target, event.origin) == (
        "-",
        Outcome.REFUSED,
        "maria",
        f"{HERE} {FINGERPRINT}",
    )


def test_an_inactive_person_is_not_let_in_by_a_key(host: Actor, maria: Actor) -> None:
    """An inactive person's key is worth nothing, even where nobody removed it."""
    add_key(maria)
    users.deactivate_user(host, "maria", "left")
    SshKeyRow.create(
        owner=maria.row_id,
        type="ssh-ed25519",
        body="BBBB",
        fingerprint="SHA256:late",
        label="late",
        added_at=3,
    )
    with pytest.raises(SignInFailed) as refused:
        sign_in.by_ssh_key("maria", "SHA256:late", HERE)
    assert str(refused.value) == GONE


def test_a_key_lets_only_its_owner_in(person: MakePerson, maria: Actor) -> None:
    """Another person's name with this key, an unknown name, an unknown key: nobody gets in."""
    person("ben")
    add_key(maria)
    for name, fingerprint in (
        ("ben", FINGERPRINT),
        ("nobody", FINGERPRINT),
        ("", FINGERPRINT),
        ("maria", ""),
        ("maria", "SHA256:%"),
    ):
        with pytest.raises(SignInFailed):
            sign_in.by_ssh_key(name, fingerprint, HERE)
