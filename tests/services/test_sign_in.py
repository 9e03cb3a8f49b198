"""Signing in: passwords, one-time codes, notices, and signing out."""

from pathlib import Path

import pytest
from argon2 import PasswordHasher

from keytui.domain import passwords
from keytui.domain.audit import Action, Outcome
from keytui.domain.errors import SignInFailed
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import sign_in, users
from keytui.services.sign_in import SignedIn
from tests.support import (
    HERE,
    PASSWORD,
    WRONG_PASSWORD,
    Clock,
    MakePerson,
    rows,
    signed_in,
    trail,
    written_of,
)

WRONG = "Wrong User ID, password or sign-in code."


@pytest.mark.parametrize("typed", ["maria", "MARIA", "  maria "])
def test_the_right_password_lets_in(maria: Actor, typed: str) -> None:
    """A User ID in whatever case and its password make an actor, and an event."""
    entered = sign_in.sign_in(typed, PASSWORD, "local")
    assert isinstance(entered, SignedIn)
    assert entered.actor == Actor(maria.row_id, "maria", Role.USER, maria.epoch, "local")
    event = trail()[-1]
    assert (event.actor, event.action, event.outcome) == (
        "maria",
        Action.USER_SIGN_IN,
        Outcome.DONE,
    )
    assert (event.target, event.detail, event.origin) == (
        "maria",
        "with password",
        "local",
    )


@pytest.mark.usefixtures("maria")
@pytest.mark.parametrize(
    ("typed", "secret"),
    [
        ("maria", WRONG_PASSWORD),
        ("maria", ""),
        ("maria", "\0"),
        ("maria", "x" * 1_000_000),
        ("maria", "\ud800"),
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("host:root", PASSWORD),
        ("x" * 10_000, PASSWORD),
        ("m\0aria", PASSWORD),
        ("maria' OR '1'='1", PASSWORD),
        ("mari_", PASSWORD),
        ("mar%", PASSWORD),
        ("\ud800", PASSWORD),
    ],
)
def test_everything_wrong_is_wrong_in_the_same_words(typed: str, secret: str) -> None:
    """Wrong password, unknown or impossible User ID: nobody is told which it was."""
    before = len(trail())
    with pytest.raises(SignInFailed) as refused:
        sign_in.sign_in(typed, secret, HERE)
    assert str(refused.value) == WRONG
    (event,) = trail()[before:]
    assert (event.actor, event.outcome, event.detail) == ("-", Outcome.FAILED, "")


def test_a_look_alike_does_not_sign_in(person: MakePerson) -> None:
    """A Kelvin sign is no k: a User ID is refused, never folded."""
    person("kim")
    with pytest.raises(SignInFailed, match=WRONG):
        sign_in.sign_in("\u212aim", PASSWORD, HERE)


def test_an_inactive_person_gets_the_same_words(host: Actor, maria: Actor) -> None:
    """Being deactivated is not told to whoever tries."""
    users.deactivate_user(host, "maria", "left")
    with pytest.raises(SignInFailed) as refused:
        sign_in.sign_in("maria", PASSWORD, HERE)
    assert str(refused.value) == WRONG


def test_a_failed_attempt_writes_no_secret_and_no_unknown_name(
    maria: Actor, database: Path
) -> None:
    """A password typed into the wrong field stands nowhere in the database's files."""
    for typed, secret in (("hunter2-as-name", "x"), ("maria", "hunter2-as-password")):
        with pytest.raises(SignInFailed):
            sign_in.sign_in(typed, secret, HERE)
    assert trail()[-2].target.startswith("unknown:")
    written = written_of(database)
    assert b"unknown:" in written
    assert b"hunter2" not in written


def test_the_last_sign_in_is_told(clock: Clock, maria: Actor) -> None:
    """At sign-in one is told when and from where the one before was."""
    before = clock.now
    signed_in("maria", origin="ssh 10.9.9.9")
    clock.advance(hours=1)
    entered = sign_in.sign_in("maria", PASSWORD, HERE)
    assert isinstance(entered, SignedIn)
    assert (entered.previous_at, entered.previous_from) == (before, "ssh 10.9.9.9")


def test_failed_attempts_are_told_at_the_next_sign_in(clock: Clock, maria: Actor) -> None:
    """Two wrong passwords since the last time are a notice."""
    for _ in range(2):
        clock.advance(minutes=1)
        with pytest.raises(SignInFailed):
            sign_in.sign_in("maria", WRONG_PASSWORD, "ssh 203.0.113.9")
    entered = sign_in.sign_in("maria", PASSWORD, HERE)
    assert isinstance(entered, SignedIn)
    assert entered.notices == (
        "2 failed sign-in attempts since your last sign-in: press 3 for Audit.",
    )


def test_a_hash_of_old_parameters_is_renewed_at_sign_in(
    maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the parameters have changed, the right password is hashed anew with them."""
    (old,) = rows('SELECT password_hash FROM "user"')
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(2, 16, 1))
    with pytest.raises(SignInFailed):
        sign_in.sign_in("maria", WRONG_PASSWORD, HERE)
    assert rows('SELECT password_hash FROM "user"') == [old]
    signed_in("maria")
    (new,) = rows('SELECT password_hash FROM "user"')
    assert new[0].startswith("$argon2id$v=19$m=16,t=2,p=1$")
    signed_in("maria")
    assert rows('SELECT password_hash FROM "user"') == [new]


def test_signing_out_is_on_record(maria: Actor) -> None:
    """The end of a sign-in is an event."""
    sign_in.sign_out(maria)
    assert (trail()[-1].actor, trail()[-1].action) == ("maria", Action.USER_SIGN_OUT)
