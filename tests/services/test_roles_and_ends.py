"""Roles and deactivations: the last administrator stays, and changes take effect at once."""

from collections.abc import Callable

import pytest

from keytui.domain.audit import Outcome
from keytui.domain.errors import BadInput, Conflict, Refused, SignedOut
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.domain.states import KeyState, Status
from keytui.services import api_keys, users
from tests.support import Clock, MakePerson, people_and_keys, race, rows, trail

LAST = "The last active administrator cannot be"


@pytest.mark.parametrize("name", ["adam", "host"])
def test_the_last_administrator_stays(adam: Actor, host: Actor, maria: Actor, name: str) -> None:
    """Neither they themselves nor the host's account can demote or deactivate the last one."""
    actor = {"adam": adam, "host": host}[name]
    before = people_and_keys()
    with pytest.raises(Refused, match=f"{LAST} demoted: add another first"):
        users.set_role(actor, "adam", Role.USER, active_keys=0)
    with pytest.raises(Refused, match=f"{LAST} deactivated: add another first"):
        users.deactivate_user(actor, "adam", "bye")
    assert people_and_keys() == before
    assert [event.outcome for event in trail()[-2:]] == [Outcome.REFUSED] * 2


def test_an_inactive_administrator_does_not_count(adam: Actor, person: MakePerson) -> None:
    """With the other one inactive the last active administrator stays."""
    person("astrid", Role.ADMINISTRATOR)
    users.deactivate_user(adam, "astrid", "left")
    with pytest.raises(Refused, match=LAST):
        users.set_role(adam, "adam", Role.USER, active_keys=0)


def test_nobody_deactivates_or_resets_themselves(adam: Actor, person: MakePerson) -> None:
    """An administrator's end is another administrator's act."""
    person("astrid", Role.ADMINISTRATOR)
    with pytest.raises(Refused, match="You cannot deactivate yourself"):
        users.deactivate_user(adam, "adam", "bye")
    with pytest.raises(Refused, match="You cannot reset your own sign-in"):
        users.reset_sign_in(adam, "adam")


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
    assert {(key.state, key.deactivated_by) for key in keys} == {(KeyState.DEACTIVATED, "adam")}
    assert {key.deactivation_reason for key in keys} == {users.PROMOTED}


def test_a_promotion_leaves_the_past_of_dead_keys_alone(
    clock: Clock, adam: Actor, maria: Actor
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
        "promoted": lambda: users.set_role(adam, "zoe", Role.ADMINISTRATOR, active_keys=0),
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
def test_a_deactivation_needs_a_proper_reason(adam: Actor, maria: Actor, why: str) -> None:
    """Without a reason that fits nobody is deactivated."""
    with pytest.raises(BadInput):
        users.deactivate_user(adam, "maria", why)
    assert rows('SELECT status FROM "user" ORDER BY id') == [("active",), ("active",)]


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
