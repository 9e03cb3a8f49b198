"""Offboarding: everything of a person ends in one act, with a receipt of it."""

import stat
from pathlib import Path

import pytest

from keytui import Verifier
from keytui.domain.audit import Action, Outcome
from keytui.domain.errors import BadInput, Cancelled, Conflict, Refused, SignedOut, SignInFailed
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import (
    api_keys,
    audit_check,
    authorized_keys,
    offboarding,
    receipt,
    sign_in,
    ssh_keys,
    users,
)
from keytui.storage.database import open_location, transaction
from keytui.storage.models import ApiKeyRow
from tests.ssh_keys import ECDSA_256, ED25519, FINGERPRINTS, needs_ssh_keygen
from tests.support import (
    HERE,
    PASSWORD,
    Clock,
    MakePerson,
    people_and_keys,
    rows,
    text_of,
    trail,
)

pytestmark = needs_ssh_keygen


def test_a_person_is_out_at_every_door_at_once(adam: Actor, maria: Actor) -> None:
    """After one act Verifier, open sign-ins, password, SSH session and sshd all say no."""
    _, secret = api_keys.create_key(maria, "laptop")
    text = text_of(secret)
    ssh_keys.add_key(maria, ED25519)
    by_ssh = sign_in.by_ssh_key("maria", FINGERPRINTS[ED25519], HERE).actor
    asked = (open_location(), *ED25519.split()[:2], ("/usr/bin/keytui",))
    assert authorized_keys.line_of(*asked)
    with Verifier(open_location()) as verifier:
        assert verifier.verify(text)
        offboarding.offboard(adam, "maria", "left the team")
        assert verifier.verify(text).code == "deactivated"
    assert authorized_keys.line_of(*asked) == ""
    for actor in (maria, by_ssh):
        with pytest.raises(SignedOut, match="Your account was deactivated"):
            api_keys.list_keys(actor)
    with pytest.raises(SignInFailed):
        sign_in.sign_in("maria", PASSWORD, HERE)
    with pytest.raises(SignInFailed):
        sign_in.by_ssh_key("maria", FINGERPRINTS[ED25519], HERE)


def test_a_sign_in_code_ends_too(adam: Actor) -> None:
    """A code that was handed out and not used yet lets nobody in any more."""
    code = text_of(users.add_user(adam, "ben", Role.USER))
    done = offboarding.offboard(adam, "ben", "never came")
    assert done.had_code
    assert "- a one-time sign-in code that was not used yet" in done.lines
    with pytest.raises(SignInFailed):
        sign_in.choose_password("ben", code, PASSWORD, HERE)


def test_every_end_is_an_event_with_the_act_s_name(adam: Actor, maria: Actor) -> None:
    """The person, each API key and each SSH key: on record by whom and why, and found together."""
    for label in ("laptop", "ci"):
        api_keys.create_key(maria, label)
    for line in (ED25519, ECDSA_256):
        ssh_keys.add_key(maria, line)
    events = len(trail())
    done = offboarding.offboard(adam, "maria", "left the team")
    new = trail()[events:]
    assert [(event.action, event.target) for event in new] == [
        (Action.USER_OFFBOARD, "maria"),
        (Action.KEY_DEACTIVATE, "key 1"),
        (Action.KEY_DEACTIVATE, "key 2"),
        (Action.SSH_KEY_REMOVE, "SSH key 1"),
        (Action.SSH_KEY_REMOVE, "SSH key 2"),
    ]
    assert new[0].detail == f"left the team ({done.act}: 2 API keys, 2 SSH keys)"
    assert {event.actor for event in new} == {"adam"}
    assert all(done.act in event.detail for event in new)
    assert rows("SELECT DISTINCT deactivated_by, deactivation_reason FROM api_key") == [
        ("adam", "left the team")
    ]


def test_the_receipt_says_what_ended(
    adam: Actor, maria: Actor, clock: Clock, tmp_path: Path
) -> None:
    """Who, when, by whom, why, each key masked, and the audit head of that moment; saved 0600."""
    key, secret = api_keys.create_key(maria, "laptop")
    text = text_of(secret)
    ssh_keys.add_key(maria, ED25519, "blue")
    clock.advance(days=2)
    done = offboarding.offboard(adam, "MARIA", "left the team")
    assert done.head == audit_check.head(adam)
    lines = list(done.lines)
    assert lines[:5] == [
        "Offboarded: maria (user)",
        "When: 2026-11-26T06:00:00Z",
        f"By: adam, {HERE}",
        "Reason: left the team",
        f"Audit trail: each event of it says {done.act}",
    ]
    assert f"Audit head after it: {done.head}" in lines
    assert "- 1 API key" in lines
    assert f"  key 1  {key.masked}  active, last used never  laptop" in lines
    assert f"  SSH key 1  {FINGERPRINTS[ED25519]}  blue" in lines
    assert receipt.proposed_name(done) == "offboarding-maria-20261126-060000.txt"
    file = tmp_path / "receipt.txt"
    receipt.save(done, file)
    assert file.read_text(encoding="utf-8").splitlines() == lines
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert text not in file.read_text(encoding="utf-8")
    with pytest.raises(Conflict, match="exists already"):
        receipt.save(done, file)
    for nowhere in (tmp_path / "none" / "x.txt", tmp_path, tmp_path / "a\0b"):
        with pytest.raises((BadInput, Conflict), match=r"cannot be written|exists already"):
            receipt.save(done, nowhere)


def test_a_plan_names_what_will_end(adam: Actor, maria: Actor, clock: Clock) -> None:
    """Before the act: the keys that are left, those used last first."""
    for label in ("one", "two", "three"):
        api_keys.create_key(maria, label)
    api_keys.deactivate_key(maria, 2, "lost")
    with transaction():
        ApiKeyRow.update(last_used_at=clock.now).where(ApiKeyRow.id == 3).execute()
    ssh_keys.add_key(maria, ED25519)
    ssh_keys.add_key(maria, ECDSA_256)
    ssh_keys.remove_key(maria, 1, "lost")
    plan = offboarding.plan(adam, "maria")
    assert (plan.user_id, plan.active) == ("maria", True)
    assert [key.key_id for key in plan.keys] == [3, 1]
    assert [key.ssh_key_id for key in plan.ssh_keys] == [2]


def test_what_a_deactivated_person_left_behind_ends(adam: Actor, maria: Actor) -> None:
    """Of somebody inactive the keys end that were left; after that there is nothing to end."""
    api_keys.create_key(maria, "laptop")
    users.deactivate_user(adam, "maria", "left")
    done = offboarding.offboard(adam, "maria", "tidied up")
    assert not done.was_active
    assert "- 1 API key" in done.lines
    assert rows("SELECT deactivation_reason FROM api_key") == [("tidied up",)]
    assert rows("SELECT deactivation_reason FROM \"user\" WHERE user_id = 'maria'") == [("left",)]
    for act in (offboarding.plan, lambda who, name: offboarding.offboard(who, name, "again")):
        with pytest.raises(Conflict, match="maria is inactive and has no keys left"):
            act(adam, "maria")


def test_stopped_on_the_way_it_leaves_everything(adam: Actor, maria: Actor) -> None:
    """Nothing partial: cancelled among the keys, the person is as they were."""
    api_keys.create_key(maria, "laptop")
    before, events = people_and_keys(), len(trail())

    def stop(done: int, total: int) -> None:
        raise Cancelled("Stopped: nothing was changed.")

    with pytest.raises(Cancelled):
        offboarding.offboard(adam, "maria", "left", stop)
    assert people_and_keys() == before
    assert len(trail()) == events
    assert api_keys.list_keys(maria)


def test_who_may_not_and_who_cannot(
    adam: Actor, maria: Actor, person: MakePerson, host: Actor
) -> None:
    """A user may not; nobody offboards themselves, or the last administrator, or nobody."""
    person("noor")
    before, events = people_and_keys(), len(trail())
    for actor, name, error, sentence in (
        (maria, "noor", Refused, "Only an administrator manages users."),
        (maria, "maria", Refused, "Only an administrator manages users."),
        (host, "adam", Refused, "The last active administrator cannot be deactivated"),
        (adam, "zoe", BadInput, "There is no user zoe."),
    ):
        with pytest.raises(error, match=sentence):
            offboarding.offboard(actor, name, "left")
    with pytest.raises(Refused, match="Only an administrator manages users"):
        offboarding.plan(maria, "noor")
    person("beth", Role.ADMINISTRATOR)
    with pytest.raises(Refused, match="You cannot deactivate yourself"):
        offboarding.offboard(adam, "adam", "left")
    assert [row for row in people_and_keys() if row[1] != "beth"] == before
    refused = [event for event in trail()[events:] if event.outcome is Outcome.REFUSED]
    assert [event.action for event in refused] == [
        *[Action.USER_OFFBOARD] * 3,
        Action.USER_LIST,
        Action.USER_OFFBOARD,
    ]
    offboarding.offboard(host, "adam", "left")
