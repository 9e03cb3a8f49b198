"""``keytui ssh add``: a first SSH key for somebody who cannot come in without one."""

from pathlib import Path

import pytest

from keytui.domain.audit import Action, Outcome
from keytui.domain.records import Actor
from keytui.services import ssh_keys, users
from keytui.storage.database import open_database
from tests.ssh_keys import ED25519, FINGERPRINTS, needs_ssh_keygen
from tests.support import PASSWORD, MakePerson, keytui, said, signed_in, trail

pytestmark = needs_ssh_keygen


def add(database: Path, *words: str, typed: str = ED25519) -> str:
    """Run it in vain and return the sentence."""
    sentence = said(keytui("--database", database, "ssh", "add", "-", *words, typed=typed))
    open_database(str(database))
    return sentence


def test_the_owner_s_account_gives_anybody_a_key(database: Path, maria: Actor) -> None:
    """It says whose and which; the event names both; the person is told at the next sign-in."""
    answer = keytui(
        "--database", database, "ssh", "add", "-", "--for", "MARIA", typed=f"{ED25519} m@laptop\n"
    )
    fingerprint = FINGERPRINTS[ED25519]
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == f"SSH key 1 ({fingerprint}) lets maria in.\n"
    open_database(str(database))
    (key,) = ssh_keys.list_keys(maria)
    assert (key.user_id, key.label) == ("maria", "m@laptop")
    event = trail()[-1]
    assert event.actor.startswith("host:")
    assert (event.action, event.outcome) == (Action.SSH_KEY_ADD, Outcome.DONE)
    assert event.detail == f"{fingerprint} m@laptop"


def test_a_person_adds_a_key_of_their_own(database: Path, maria: Actor) -> None:
    """Their password first, the key behind it, where nobody is there to type."""
    answer = keytui(
        *("--database", database, "ssh", "add", "-", "--label", "desk", "--user", "maria"),
        typed=f"{PASSWORD}\n{ED25519}\n",
    )
    assert answer.code == 0, answer.err
    open_database(str(database))
    assert [key.label for key in ssh_keys.list_keys(signed_in("maria"))] == ["desk"]


@pytest.mark.parametrize("who", ["noor", "adam"])
def test_nobody_else_gives_a_key_to_another(
    database: Path, maria: Actor, adam: Actor, person: MakePerson, who: str
) -> None:
    """Not even an administrator: it would be a way to become that person. It is on record."""
    person("noor")
    sentence = add(database, "--for", "maria", "--user", who, typed=f"{PASSWORD}\n{ED25519}\n")
    assert sentence == "You can add and label only your own SSH keys."
    assert trail()[-1].outcome is Outcome.REFUSED
    assert ssh_keys.list_keys(signed_in("maria")) == []


def test_what_does_not_fit_is_refused(database: Path, maria: Actor, adam: Actor) -> None:
    """No key, nobody of that name, a key twice, somebody inactive: one sentence each."""
    assert add(database, "--for", "maria", typed="").startswith("Paste a public SSH key")
    assert add(database, "--for", "nobody") == "There is no user nobody."
    assert (
        keytui("--database", database, "ssh", "add", "-", "--for", "maria", typed=ED25519).code == 0
    )
    assert add(database, "--for", "maria") == "This SSH key is added already: nothing was changed."
    users.deactivate_user(adam, "maria", "left")
    assert add(database, "--for", "maria").startswith("maria is inactive")
