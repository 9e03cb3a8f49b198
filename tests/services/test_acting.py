"""Check, act, record: the frame around everything an actor does."""

from dataclasses import replace

import pytest

from keytui.domain.audit import Action, Outcome
from keytui.domain.errors import BadInput, Refused, SignedOut
from keytui.domain.permissions import Permission, Role
from keytui.domain.records import Actor
from keytui.services import users
from keytui.services.acting import acting, looking
from keytui.storage.models import UserRow
from tests.support import Event, people_and_keys, trail


def add(user_id: str) -> None:
    """Change something."""
    UserRow.create(user_id=user_id, role=Role.USER, created_at=1)


def test_a_change_without_an_event_does_not_happen(adam: Actor) -> None:
    """A service that forgets to record is stopped, and its change is undone."""
    before = people_and_keys(), trail()
    with (
        pytest.raises(RuntimeError, match="user:create changed something without"),
        acting(adam, Action.USER_CREATE, "noor"),
    ):
        add("noor")
    assert (people_and_keys(), trail()) == before


def test_a_refusal_undoes_the_block_and_is_recorded_once(adam: Actor) -> None:
    """Whatever the block did, and recorded, before the refusal is gone; the refusal stays."""
    before, events = people_and_keys(), trail()
    with pytest.raises(Refused), acting(adam, Action.USER_CREATE, "noor") as deed:  # noqa: PT012 - the whole block is what is tested
        add("noor")
        deed.record("done, it seemed")
        raise Refused("The rules say no.")
    assert people_and_keys() == before
    assert trail()[len(events) :] == [
        Event(
            "adam",
            Action.USER_CREATE,
            Outcome.REFUSED,
            "noor",
            "The rules say no.",
            adam.origin,
        )
    ]


@pytest.mark.parametrize("error", [BadInput, RuntimeError, KeyboardInterrupt])
def test_another_error_undoes_the_block_without_a_trace(
    adam: Actor, error: type[BaseException]
) -> None:
    """Input that does not fit and interruptions change nothing and are no events."""
    before = people_and_keys(), trail()
    with pytest.raises(error), acting(adam, Action.USER_CREATE, "noor") as deed:  # noqa: PT012 - the whole block is what is tested
        add("noor")
        deed.record()
        raise error("whatever")
    assert (people_and_keys(), trail()) == before


@pytest.mark.parametrize("frame", [acting, looking])
def test_the_role_is_read_and_not_believed(frame, maria: Actor) -> None:
    """An actor that claims to be an administrator is what the database says it is."""
    liar = replace(maria, role=Role.ADMINISTRATOR)
    with (
        pytest.raises(Refused, match="Only an administrator manages users"),
        frame(liar, Action.USER_LIST) as deed,
    ):
        deed.require(Permission.MANAGE_USERS)
    assert trail()[-1].outcome is Outcome.REFUSED


@pytest.mark.parametrize("frame", [acting, looking])
@pytest.mark.parametrize("epoch", [-1, 1])
def test_another_sign_in_series_is_over(frame, maria: Actor, epoch: int) -> None:
    """An actor of an earlier or invented series is signed out before the block begins."""
    with (
        pytest.raises(SignedOut, match="sign in again"),
        frame(replace(maria, epoch=epoch), Action.KEY_LIST),
    ):
        pytest.fail("the block of a signed-out actor does not run")


@pytest.mark.parametrize("frame", [acting, looking])
def test_an_inactive_actor_is_signed_out(frame, adam: Actor, maria: Actor) -> None:
    """Even under the present series nobody inactive does anything."""
    users.deactivate_user(adam, "maria", "left")
    with (
        pytest.raises(SignedOut, match="deactivated: ask an administrator"),
        frame(replace(maria, epoch=maria.epoch + 1), Action.KEY_LIST),
    ):
        pytest.fail("the block of an inactive actor does not run")


def test_what_is_another_persons_is_not_own(maria: Actor) -> None:
    """Neither somebody else's thing nor nobody's is the actor's own."""
    with looking(maria, Action.KEY_LIST) as deed:
        deed.require(Permission.VIEW_KEYS, owner=maria.row_id)
    for owner in (None, 0, 99):
        with pytest.raises(Refused), looking(maria, Action.KEY_LIST) as deed:
            deed.require(Permission.VIEW_KEYS, owner=owner)
