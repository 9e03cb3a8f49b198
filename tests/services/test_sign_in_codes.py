"""One-time sign-in codes: how a person gets in without a password, once."""

import pytest

from keytui.domain.audit import Outcome
from keytui.domain.clock import HOUR
from keytui.domain.errors import BadInput, SignedOut, SignInFailed
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.domain.secret import Secret
from keytui.services import sign_in, users
from keytui.services.sign_in import PasswordNeeded, SignedIn, choose_password
from tests.support import HERE, PASSWORD, Clock, MakePerson, rows, signed_in, text_of, trail

WRONG = "Wrong User ID, password or sign-in code."

NEW_PASSWORD = "copper rain again"


@pytest.fixture
def code(clock: Clock, host: Actor) -> Secret:
    """Return the sign-in code of maria, who was just added, on a stopped clock."""
    return users.add_user(host, "maria", Role.USER)


def test_a_code_asks_for_a_password_and_signs_in_with_it(code: Secret) -> None:
    """A new person signs in with the code, chooses a password and is in."""
    presented = text_of(code)
    assert sign_in.sign_in("Maria", presented, HERE) == PasswordNeeded("maria")
    entered = choose_password("maria", presented, NEW_PASSWORD, HERE)
    assert (entered.actor.user_id, entered.previous_at, entered.notices) == (
        "maria",
        None,
        (),
    )
    assert signed_in("maria", NEW_PASSWORD) == entered.actor


def test_a_code_works_until_the_last_moment_of_72_hours(code: Secret, clock: Clock) -> None:
    """One microsecond before its end the code still works."""
    clock.now += 72 * HOUR - 1
    assert choose_password("maria", text_of(code), NEW_PASSWORD, HERE)


def test_a_code_expires_after_72_hours(code: Secret, clock: Clock) -> None:
    """An expired code is said to be one, to whoever holds it, and changes nothing."""
    clock.advance(hours=72)
    with pytest.raises(SignInFailed, match="expired: ask an administrator"):
        sign_in.sign_in("maria", text_of(code), HERE)
    assert trail()[-1].outcome is Outcome.REFUSED
    with pytest.raises(SignInFailed):
        choose_password("maria", text_of(code), NEW_PASSWORD, HERE)
    assert rows('SELECT password_hash FROM "user"') == [(None,)]


def test_a_code_is_used_once(code: Secret) -> None:
    """A code that chose a password is nothing any more."""
    choose_password("maria", text_of(code), NEW_PASSWORD, HERE)
    with pytest.raises(SignInFailed, match=WRONG):
        choose_password("maria", text_of(code), "quite another one", HERE)
    with pytest.raises(SignInFailed, match=WRONG):
        sign_in.sign_in("maria", text_of(code), HERE)
    signed_in("maria", NEW_PASSWORD)


def test_a_code_survives_a_password_that_does_not_fit(code: Secret) -> None:
    """A bad choice of password does not use up the code."""
    with pytest.raises(BadInput, match="at least 12 characters"):
        choose_password("maria", text_of(code), "short", HERE)
    assert choose_password("maria", text_of(code), NEW_PASSWORD, HERE)


@pytest.mark.parametrize("name", ["maria", "noor", "nobody"])
def test_a_wrong_code_chooses_nothing(code: Secret, person: MakePerson, name: str) -> None:
    """Without the code of that very person no password is chosen."""
    person("noor")
    wrong = text_of(code) if name != "maria" else text_of(code)[:-1] + "!"
    before = rows('SELECT password_hash FROM "user"')
    with pytest.raises(SignInFailed, match=WRONG):
        choose_password(name, wrong, NEW_PASSWORD, HERE)
    assert rows('SELECT password_hash FROM "user"') == before


def test_a_reset_ends_password_and_sign_ins_and_is_told(
    clock: Clock, maria: Actor, adam: Actor
) -> None:
    """After a reset the old password and actor are nothing, and who did it is told once."""
    fresh = text_of(users.reset_sign_in(adam, "maria"))
    clock.advance(seconds=1)
    with pytest.raises(SignInFailed, match=WRONG):
        sign_in.sign_in("maria", PASSWORD, HERE)
    with pytest.raises(SignedOut):
        sign_in.sign_out(maria)
    notices = choose_password("maria", fresh, NEW_PASSWORD, HERE).notices
    assert notices == (
        "Your sign-in was reset by adam on 2026-11-24 06:00:00 UTC.",
        "1 failed sign-in attempt since your last sign-in: press 3 for Audit.",
    )
    entered = sign_in.sign_in("maria", NEW_PASSWORD, HERE)
    assert isinstance(entered, SignedIn)
    assert entered.notices == ()
    assert rows("SELECT reset_at, reset_by FROM \"user\" WHERE user_id = 'maria'") == [(None, None)]
