"""Managing users: adding, resetting, roles, deactivating, and the first administrator."""

from collections.abc import Callable
from pathlib import Path

import pytest

from keytui.domain.audit import Action
from keytui.domain.errors import BadInput, Conflict
from keytui.domain.pages import Wanted
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.domain.states import Status
from keytui.services import api_keys, user_lists, users
from tests.support import (
    HERE,
    PASSWORD,
    Clock,
    MakePerson,
    people_and_keys,
    race,
    rows,
    signed_in,
    text_of,
    trail,
    written_of,
)


def user(actor: Actor, name: str) -> users.User:
    """Return one person as Manage Users shows them."""
    (found,) = [one for one in users.list_users(actor) if one.user_id == name]
    return found


def test_the_first_administrator_is_created_once(database: Path) -> None:
    """Whoever comes first becomes the administrator, and nobody after them."""
    assert not users.administrator_exists()
    users.create_first_administrator("Adam", PASSWORD, HERE)
    assert users.administrator_exists()
    assert signed_in("adam").role is Role.ADMINISTRATOR
    with pytest.raises(Conflict, match="already is an administrator"):
        users.create_first_administrator("eve", PASSWORD, HERE)
    assert rows('SELECT user_id FROM "user"') == [("adam",)]


def test_an_inactive_administrator_is_no_vacancy(
    adam: Actor, person: MakePerson, host: Actor
) -> None:
    """When administrators are deactivated, the next stranger is not offered to be the first."""
    person("astrid", Role.ADMINISTRATOR)
    users.deactivate_user(host, "adam", "left")
    assert users.administrator_exists()
    with pytest.raises(Conflict):
        users.create_first_administrator("eve", PASSWORD, HERE)


@pytest.mark.parametrize(
    ("name", "password"), [("a b", PASSWORD), ("adam", "short"), ("adam", "adam " * 4)]
)
def test_a_first_administrator_that_does_not_fit_is_not_created(
    database: Path, name: str, password: str
) -> None:
    """User ID and password are held to the same rules as everybody's."""
    with pytest.raises(BadInput):
        users.create_first_administrator(name, password, HERE)
    assert rows('SELECT * FROM "user"') == []


def test_two_first_administrators_at_once_are_one(database: Path) -> None:
    """Of two who race to be the first, one is told to be late."""
    ends = race(
        lambda: users.create_first_administrator("adam", PASSWORD, HERE),
        lambda: users.create_first_administrator("eve", PASSWORD, HERE),
    )
    assert sorted(map(str, ends)) == [
        "None",
        "There already is an administrator: sign in, or ask them.",
    ]
    assert len(rows('SELECT * FROM "user"')) == 1


@pytest.mark.parametrize("typed", ["maria", "MARIA", "Maria"])
def test_a_user_id_is_taken_whatever_its_case(adam: Actor, typed: str) -> None:
    """A second maria is refused, in capitals as well, and nothing is recorded as done."""
    users.add_user(adam, "mariA", Role.USER)
    before = people_and_keys(), trail()
    with pytest.raises(BadInput, match="User ID maria is taken"):
        users.add_user(adam, typed, Role.ADMINISTRATOR)
    assert (people_and_keys(), trail()) == before


def test_a_user_id_is_never_used_again(adam: Actor) -> None:
    """The name of a person who left stays theirs."""
    users.add_user(adam, "maria", Role.USER)
    users.deactivate_user(adam, "maria", "left")
    with pytest.raises(BadInput, match="is taken, and is never used again"):
        users.add_user(adam, "maria", Role.USER)


def test_adding_is_on_record_without_the_code(adam: Actor, database: Path) -> None:
    """The event names who was added and as what; the code stands nowhere in the files."""
    code = text_of(users.add_user(adam, "astrid", Role.ADMINISTRATOR))
    event = trail()[-1]
    assert (event.actor, event.action, event.target, event.detail) == (
        "adam",
        Action.USER_CREATE,
        "astrid",
        "as administrator",
    )
    written = written_of(database)
    assert b"astrid" in written
    assert code.encode() not in written
    assert code.replace("-", "").encode() not in written


def test_people_are_listed_with_their_keys(adam: Actor, maria: Actor) -> None:
    """Each person once, by User ID, with how many keys work and since when the oldest does."""
    first, _ = api_keys.create_key(maria, "first")
    second, _ = api_keys.create_key(maria, "second")
    api_keys.create_key(maria, "third")
    api_keys.deactivate_key(maria, first.key_id, "lost")
    assert [one.user_id for one in users.list_users(adam)] == ["adam", "maria"]
    shown = user(adam, "maria")
    assert (shown.role, shown.status) == (Role.USER, Status.ACTIVE)
    assert (shown.active_keys, shown.oldest_key_at) == (2, second.created_at)
    assert (shown.last_sign_in_from, user(adam, "adam").active_keys) == (HERE, 0)


def test_an_inactive_person_has_no_active_keys(adam: Actor, maria: Actor) -> None:
    """A key of somebody who left is inactive in the report, so it is not counted as active."""
    api_keys.create_key(maria, "CI")
    users.deactivate_user(adam, "maria", "left")
    assert user(adam, "maria").active_keys == 0


def test_an_expired_key_is_not_counted_as_active(clock: Clock, adam: Actor, maria: Actor) -> None:
    """A key that has ended is inactive in the report, so it is not counted as active."""
    api_keys.create_key(maria, "CI", expires_at=clock.now + 1)
    clock.advance(seconds=1)
    assert user(adam, "maria").active_keys == 0


@pytest.mark.parametrize(
    ("containing", "found"),
    [("", 4), ("A", 4), ("a_b", 1), ("_", 1), ("%", 0), ("\\", 0), ("x", 0)],
)
def test_the_filter_takes_wildcards_as_they_are(adam: Actor, containing: str, found: int) -> None:
    """``%`` and ``_`` mean themselves, and case does not matter."""
    for name in ("a_b", "aab", "maria"):
        users.add_user(adam, name, Role.USER)
    assert user_lists.count(adam, Wanted(containing=containing)) == found


@pytest.mark.parametrize("name", ["nobody", "", "mari_", "x" * 10_000, "a\0b"])
def test_there_must_be_such_a_person(adam: Actor, maria: Actor, name: str) -> None:
    """An unknown User ID is said to be one, in a sentence of bounded length."""
    acts: list[Callable[[], object]] = [
        lambda: users.reset_sign_in(adam, name),
        lambda: users.set_role(adam, name, Role.USER, active_keys=0),
        lambda: users.deactivate_user(adam, name, "why"),
    ]
    for act in acts:
        with pytest.raises(BadInput, match="There is no user") as refused:
            act()
        assert len(str(refused.value)) < 100
