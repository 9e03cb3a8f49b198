"""Unlocking the screen and changing one's own password."""

import pytest

from keytui.domain.audit import Action, Outcome
from keytui.domain.errors import BadInput, SignedOut, SignInFailed
from keytui.domain.records import Actor
from keytui.services import sign_in, users
from tests.support import HERE, PASSWORD, WRONG_PASSWORD, rows, signed_in, trail

NEW_PASSWORD = "copper rain again"


def test_the_own_password_unlocks(maria: Actor) -> None:
    """Whoever knows the password may go on, and it is on record."""
    sign_in.unlock(maria, PASSWORD)
    assert (trail()[-1].action, trail()[-1].outcome) == (
        Action.USER_UNLOCK,
        Outcome.DONE,
    )


def test_a_wrong_password_does_not_unlock(maria: Actor) -> None:
    """Whoever does not know the password is told so, and it is on record."""
    with pytest.raises(SignInFailed, match=r"^Wrong password\.$"):
        sign_in.unlock(maria, WRONG_PASSWORD)
    event = trail()[-1]
    assert (event.action, event.outcome, event.target) == (
        Action.USER_UNLOCK,
        Outcome.FAILED,
        "maria",
    )


@pytest.mark.parametrize("password", [PASSWORD, WRONG_PASSWORD])
def test_nothing_unlocks_a_sign_in_that_ended(host: Actor, maria: Actor, password: str) -> None:
    """After a deactivation neither the right nor a wrong password goes on."""
    users.deactivate_user(host, "maria", "left")
    with pytest.raises(SignedOut, match="deactivated"):
        sign_in.unlock(maria, password)


def test_a_changed_password_ends_the_other_sign_ins(maria: Actor) -> None:
    """This sign-in goes on under the new password, every other one is over."""
    elsewhere = signed_in("maria", origin="local")
    here = sign_in.change_password(maria, PASSWORD, NEW_PASSWORD)
    sign_in.unlock(here, NEW_PASSWORD)
    with pytest.raises(SignedOut, match="sign in again"):
        sign_in.unlock(elsewhere, NEW_PASSWORD)
    with pytest.raises(SignInFailed):
        sign_in.sign_in("maria", PASSWORD, HERE)
    assert signed_in("maria", NEW_PASSWORD).epoch == here.epoch


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (WRONG_PASSWORD, NEW_PASSWORD, SignInFailed),
        (PASSWORD, "short", BadInput),
        (PASSWORD, "maria is my name", BadInput),
    ],
    ids=["old one wrong", "new one too short", "new one holds the User ID"],
)
def test_a_password_that_cannot_be_changed_stays(
    maria: Actor, old: str, new: str, error: type[Exception]
) -> None:
    """A wrong old password or a new one that does not fit changes nothing."""
    before = rows('SELECT password_hash, epoch FROM "user"')
    with pytest.raises(error):
        sign_in.change_password(maria, old, new)
    assert rows('SELECT password_hash, epoch FROM "user"') == before


def test_a_change_of_password_is_on_record_without_it(maria: Actor) -> None:
    """The event says that it was changed; neither password stands in any event."""
    sign_in.change_password(maria, PASSWORD, NEW_PASSWORD)
    assert trail()[-1].action is Action.USER_CHANGE_PASSWORD
    assert PASSWORD not in str(trail())
    assert NEW_PASSWORD not in str(trail())
