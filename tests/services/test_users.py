"""Managing users: adding, resetting, roles, deactivating, and the first administrator."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from keytui.domain.audit import Action, Outcome
from keytui.domain.errors import BadInput, Conflict, KeytuiError, Refused, SignedOut
from keytui.domain.permissions import Role
from keytui.domain.records import Actor, KeyState, Status
from keytui.services import api_keys, users
from keytui.storage.database import close_database
from tests.support import (
    HERE,
    PASSWORD,
    MakePerson,
    people_and_keys,
    rows,
    signed_in,
    trail,
)

LAST = "The last active administrator cannot be"


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
    assert sorted(map(str, ends)) == ["None", "There already is an administrator: sign in, or ask them."]
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
    code = users.add_user(adam, "astrid", Role.ADMINISTRATOR).reveal()
    event = trail()[-1]
    assert (event.actor, event.action, event.target, event.detail) == (
        "adam",
        Action.USER_CREATE,
        "astrid",
        "as administrator",
    )
    written = b"".join(file.read_bytes() for file in database.parent.glob("keytui.db*"))
    assert b"astrid" in written
    assert code.encode() not in written
    assert code.replace("-", "").encode() not in written


def test_people_are_listed_with_their_keys(adam: Actor, maria: Actor) -> None:
    """Each person once, by User ID, with how many keys work and since when the oldest does."""
    first, _ = api_keys.create_key(maria, "first")
    second, _ = api_keys.create_key(maria, "second")
    third, _ = api_keys.create_key(maria, "third")
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


@pytest.mark.parametrize(
    ("containing", "found"),
    [("", 4), ("A", 4), ("a_b", 1), ("_", 1), ("%", 0), ("\\", 0), ("x", 0)],
)
def test_the_filter_takes_wildcards_as_they_are(
    adam: Actor, containing: str, found: int
) -> None:
    """``%`` and ``_`` mean themselves, and case does not matter."""
    for name in ("a_b", "aab", "maria"):
        users.add_user(adam, name, Role.USER)
    assert len(users.list_users(adam, containing)) == found


@pytest.mark.parametrize("name", ["adam", "host"])
def test_the_last_administrator_stays(
    adam: Actor, host: Actor, maria: Actor, name: str
) -> None:
    """Neither they themselves nor the host's account can demote or deactivate the last one."""
    actor = {"adam": adam, "host": host}[name]
    before = people_and_keys()
    with pytest.raises(Refused, match=f"{LAST} demoted: add another first"):
        users.set_role(actor, "adam", Role.USER, active_keys=0)
    with pytest.raises(Refused, match=f"{LAST} deactivated: add another first"):
        users.deactivate_user(actor, "adam", "bye")
    assert people_and_keys() == before
    assert [event.outcome for event in trail()[-2:]] == [Outcome.REFUSED] * 2


def test_an_inactive_administrator_does_not_count(
    adam: Actor, person: MakePerson
) -> None:
    """With the other one inactive the last active administrator stays."""
    person("astrid", Role.ADMINISTRATOR)
    users.deactivate_user(adam, "astrid", "left")
    with pytest.raises(Refused, match=LAST):
        users.set_role(adam, "adam", Role.USER, active_keys=0)


def test_nobody_deactivates_or_resets_themselves(
    adam: Actor, person: MakePerson
) -> None:
    """An administrator's end is another administrator's act."""
    person("astrid", Role.ADMINISTRATOR)
    with pytest.raises(Refused, match="You cannot deactivate yourself"):
        users.deactivate_user(adam, "adam", "bye")
    with pytest.raises(Refused, match="You cannot reset your own sign-in"):
        users.reset_sign_in(adam, "adam")


def race(*acts: Callable[[], object]) -> list[KeytuiError | None]:
    """Do all ``acts`` at the same instant, a thread each; return how each ended."""
    start = threading.Barrier(len(acts))
    ends: list[KeytuiError | None] = []

    def run(act: Callable[[], object]) -> None:
        users.administrator_exists()  # be connected before the start
        start.wait()
        try:
            act()
            ends.append(None)
        except KeytuiError as error:
            ends.append(error)
        finally:
            close_database()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


@pytest.mark.parametrize("attempt", range(10))
@pytest.mark.parametrize("how", ["deactivate", "demote"])
def test_two_administrators_ending_each_other_leave_one(
    person: MakePerson, how: str, attempt: int
) -> None:
    """At the same instant, exactly one of them succeeds and exactly one stays."""
    adam, eve = (person(name, Role.ADMINISTRATOR) for name in ("adam", "eve"))

    def end(actor: Actor, name: str) -> None:
        if how == "deactivate":
            users.deactivate_user(actor, name, "coup")
        else:
            users.set_role(actor, name, Role.USER, active_keys=0)

    ends = race(lambda: end(adam, "eve"), lambda: end(eve, "adam"))
    assert sorted(type(error).__name__ for error in ends) == ["NoneType", "SignedOut"]
    assert rows(
        "SELECT count(*) FROM \"user\" WHERE role = 'administrator' AND status = 'active'"
    ) == [(1,)]


def test_a_promotion_says_how_many_keys_it_ends(adam: Actor, maria: Actor) -> None:
    """Whoever promotes has seen the number; another number is a conflict and changes nothing."""
    for label in ("one", "two", "three"):
        api_keys.create_key(maria, label)
    before = people_and_keys()
    for told in (0, 2, 4):
        with pytest.raises(Conflict, match=f"now holds 3 active keys, not {told}"):
            users.set_role(adam, "maria", Role.ADMINISTRATOR, active_keys=told)
    assert people_and_keys() == before
    users.set_role(adam, "maria", Role.ADMINISTRATOR, active_keys=3)
    assert trail()[-1].detail == "to administrator; 3 keys deactivated"
    keys = api_keys.list_keys(adam, "maria")
    assert {(key.state, key.deactivated_by) for key in keys} == {
        (KeyState.DEACTIVATED, "adam")
    }
    assert {key.deactivation_reason for key in keys} == {users.PROMOTED}


def test_a_promotion_leaves_the_past_of_dead_keys_alone(
    adam: Actor, maria: Actor
) -> None:
    """A key that was deactivated before keeps who, when and why."""
    key, _ = api_keys.create_key(maria, "old")
    api_keys.deactivate_key(maria, key.key_id, "lost")
    (dead,) = api_keys.list_keys(maria)
    users.set_role(adam, "maria", Role.ADMINISTRATOR, active_keys=0)
    assert list(api_keys.list_keys(adam, "maria")) == [dead]


@pytest.mark.parametrize("how", ["demoted", "promoted", "deactivated", "reset"])
def test_the_next_act_of_a_changed_person_is_refused_and_recorded(
    adam: Actor, person: MakePerson, how: str
) -> None:
    """Whoever was changed a moment ago is stopped at their next act, whatever their screen shows."""
    changed = person("zoe", Role.ADMINISTRATOR if how == "demoted" else Role.USER)
    acts: dict[str, Callable[[], object]] = {
        "demoted": lambda: users.set_role(adam, "zoe", Role.USER, active_keys=0),
        "promoted": lambda: users.set_role(
            adam, "zoe", Role.ADMINISTRATOR, active_keys=0
        ),
        "deactivated": lambda: users.deactivate_user(adam, "zoe", "left"),
        "reset": lambda: users.reset_sign_in(adam, "zoe"),
    }
    acts[how]()
    before, events = people_and_keys(), len(trail())
    next_acts: list[Callable[[], object]] = [
        lambda: users.add_user(changed, "mallory", Role.ADMINISTRATOR),
        lambda: api_keys.create_key(changed, "one more"),
        lambda: api_keys.list_keys(changed),
    ]
    for act in next_acts:
        with pytest.raises(SignedOut):
            act()
    assert people_and_keys() == before
    assert [(event.actor, event.outcome) for event in trail()[events:]] == [
        ("zoe", Outcome.REFUSED)
    ] * 3


def test_a_deactivated_persons_keys_stop_at_once(adam: Actor, maria: Actor) -> None:
    """Their keys are inactive because of their owner, and the reason is on record."""
    api_keys.create_key(maria, "CI")
    users.deactivate_user(adam, "maria", "left the company")
    (key,) = api_keys.list_keys(adam, "maria")
    assert (key.state, key.status) == (KeyState.OWNER_INACTIVE, Status.INACTIVE)
    assert (trail()[-1].target, trail()[-1].detail) == ("maria", "left the company")
    assert rows(
        "SELECT deactivated_by, deactivation_reason FROM \"user\" WHERE user_id='maria'"
    ) == [("adam", "left the company")]


@pytest.mark.parametrize("why", ["", " ", "x" * 201, "a\x1b[31m", "two\nlines"])
def test_a_deactivation_needs_a_proper_reason(
    adam: Actor, maria: Actor, why: str
) -> None:
    """Without a reason that fits nobody is deactivated."""
    with pytest.raises(BadInput):
        users.deactivate_user(adam, "maria", why)
    assert user(adam, "maria").status is Status.ACTIVE


def test_an_inactive_person_cannot_be_changed(adam: Actor, maria: Actor) -> None:
    """Deactivation is one-way: no reset, no role and no second one."""
    users.deactivate_user(adam, "maria", "left")
    before = people_and_keys()
    acts: list[Callable[[], object]] = [
        lambda: users.deactivate_user(adam, "maria", "again"),
        lambda: users.reset_sign_in(adam, "maria"),
        lambda: users.set_role(adam, "maria", Role.ADMINISTRATOR, active_keys=0),
    ]
    for act in acts:
        with pytest.raises(Conflict, match="maria is inactive already"):
            act()
    assert people_and_keys() == before


def test_a_role_that_one_has_already_is_a_conflict(adam: Actor, maria: Actor) -> None:
    """Nothing is changed, and no sign-in ends, when the role is what it was."""
    with pytest.raises(Conflict, match="already a user: nothing was changed"):
        users.set_role(adam, "maria", Role.USER, active_keys=0)
    assert api_keys.list_keys(maria) == []


@pytest.mark.parametrize("name", ["nobody", "", "MARIA", "mari_", "x" * 10_000, "a\0b"])
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
