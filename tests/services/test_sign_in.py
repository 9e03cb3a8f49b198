"""Signing in: passwords, one-time codes, notices, and signing out."""

from pathlib import Path

import pytest
from argon2 import PasswordHasher

from keytui.domain import passwords
from keytui.domain.audit import Action, Outcome
from keytui.domain.clock import HOUR
from keytui.domain.errors import BadInput, SignedOut, SignInFailed
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.domain.secret import Secret
from keytui.services import sign_in, users
from keytui.services.sign_in import PasswordNeeded, SignedIn, choose_password
from tests.support import (
    HERE,
    PASSWORD,
    WRONG_PASSWORD,
    Clock,
    MakePerson,
    rows,
    signed_in,
    trail,
)

WRONG = "Wrong User ID, password or sign-in code."
NEW_PASSWORD = "copper rain again"


@pytest.fixture
def code(clock: Clock, host: Actor) -> Secret:
    """Return the sign-in code of maria, who was just added, on a stopped clock."""
    return users.add_user(host, "maria", Role.USER)


@pytest.mark.parametrize("typed", ["maria", "MARIA", "  maria "])
def test_the_right_password_lets_in(maria: Actor, typed: str) -> None:
    """A User ID in whatever case and its password make an actor, and an event."""
    entered = sign_in.sign_in(typed, PASSWORD, "local")
    assert isinstance(entered, SignedIn)
    assert entered.actor == Actor(
        maria.row_id, "maria", Role.USER, maria.epoch, "local"
    )
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
    written = b"".join(file.read_bytes() for file in database.parent.glob("keytui.db*"))
    assert b"unknown:" in written
    assert b"hunter2" not in written


def test_a_code_asks_for_a_password_and_signs_in_with_it(code: Secret) -> None:
    """A new person signs in with the code, chooses a password and is in."""
    presented = code.reveal()
    assert sign_in.sign_in("Maria", presented, HERE) == PasswordNeeded("maria")
    entered = choose_password("maria", presented, NEW_PASSWORD, HERE)
    assert (entered.actor.user_id, entered.previous_at, entered.notices) == (
        "maria",
        None,
        (),
    )
    assert signed_in("maria", NEW_PASSWORD) == entered.actor


def test_a_code_works_until_the_last_moment_of_72_hours(
    code: Secret, clock: Clock
) -> None:
    """One microsecond before its end the code still works."""
    clock.now += 72 * HOUR - 1
    assert choose_password("maria", code.reveal(), NEW_PASSWORD, HERE)


def test_a_code_expires_after_72_hours(code: Secret, clock: Clock) -> None:
    """An expired code is said to be one, to whoever holds it, and changes nothing."""
    clock.advance(hours=72)
    with pytest.raises(SignInFailed, match="expired: ask an administrator"):
        sign_in.sign_in("maria", code.reveal(), HERE)
    assert trail()[-1].outcome is Outcome.REFUSED
    with pytest.raises(SignInFailed):
        choose_password("maria", code.reveal(), NEW_PASSWORD, HERE)
    assert rows('SELECT password_hash FROM "user"') == [(None,)]


def test_a_code_is_used_once(code: Secret) -> None:
    """A code that chose a password is nothing any more."""
    choose_password("maria", code.reveal(), NEW_PASSWORD, HERE)
    with pytest.raises(SignInFailed, match=WRONG):
        choose_password("maria", code.reveal(), "quite another one", HERE)
    with pytest.raises(SignInFailed, match=WRONG):
        sign_in.sign_in("maria", code.reveal(), HERE)
    signed_in("maria", NEW_PASSWORD)


def test_a_code_survives_a_password_that_does_not_fit(code: Secret) -> None:
    """A bad choice of password does not use up the code."""
    with pytest.raises(BadInput, match="at least 12 characters"):
        choose_password("maria", code.reveal(), "short", HERE)
    assert choose_password("maria", code.reveal(), NEW_PASSWORD, HERE)


@pytest.mark.parametrize("name", ["maria", "noor", "nobody"])
def test_a_wrong_code_chooses_nothing(
    code: Secret, person: MakePerson, name: str
) -> None:
    """Without the code of that very person no password is chosen."""
    person("noor")
    wrong = code.reveal() if name != "maria" else code.reveal()[:-1] + "!"
    before = rows('SELECT password_hash FROM "user"')
    with pytest.raises(SignInFailed, match=WRONG):
        choose_password(name, wrong, NEW_PASSWORD, HERE)
    assert rows('SELECT password_hash FROM "user"') == before


def test_a_reset_ends_password_and_sign_ins_and_is_told(
    clock: Clock, maria: Actor, adam: Actor
) -> None:
    """After a reset the old password and actor are nothing, and who did it is told once."""
    fresh = users.reset_sign_in(adam, "maria").reveal()
    clock.advance(seconds=1)
    with pytest.raises(SignInFailed, match=WRONG):
        sign_in.sign_in("maria", PASSWORD, HERE)
    with pytest.raises(SignedOut):
        sign_in.sign_out(maria)
    notices = choose_password("maria", fresh, NEW_PASSWORD, HERE).notices
    assert notices == (
        "Your sign-in was reset by adam on 2026-11-24 06:00:00 UTC.",
        "1 failed sign-in attempt since your last sign-in: see My events.",
    )
    entered = sign_in.sign_in("maria", NEW_PASSWORD, HERE)
    assert isinstance(entered, SignedIn)
    assert entered.notices == ()


def test_the_last_sign_in_is_told(clock: Clock, maria: Actor) -> None:
    """At sign-in one is told when and from where the one before was."""
    before = clock.now
    signed_in("maria", origin="ssh 10.9.9.9")
    clock.advance(hours=1)
    entered = sign_in.sign_in("maria", PASSWORD, HERE)
    assert isinstance(entered, SignedIn)
    assert (entered.previous_at, entered.previous_from) == (before, "ssh 10.9.9.9")


def test_failed_attempts_are_told_at_the_next_sign_in(
    clock: Clock, maria: Actor
) -> None:
    """Two wrong passwords since the last time are a notice."""
    for _ in range(2):
        clock.advance(minutes=1)
        with pytest.raises(SignInFailed):
            sign_in.sign_in("maria", WRONG_PASSWORD, "ssh 203.0.113.9")
    entered = sign_in.sign_in("maria", PASSWORD, HERE)
    assert isinstance(entered, SignedIn)
    assert entered.notices == (
        "2 failed sign-in attempts since your last sign-in: see My events.",
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
