"""The policy on how long keys last: who changes it, whom a change hits, what it does to keys."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from keytui import Code, Verifier
from keytui.domain.audit import Action, Outcome
from keytui.domain.clock import DAY, SECOND
from keytui.domain.errors import BadInput, Cancelled, Conflict, Refused
from keytui.domain.permissions import Role
from keytui.domain.policy import Policy
from keytui.domain.records import Actor
from keytui.domain.states import KeyState
from keytui.services import api_keys, policy, users
from keytui.services.policy import PolicyRecord
from keytui.storage.database import open_location
from tests.support import Clock, MakePerson, people_and_keys, rows, text_of, trail

STRICT = Policy(30, 90, no_end=False)


@pytest.fixture
def door(database: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what a Verifier opens; its clock, which it reads past keytui's own, is the test's."""
    assert database.exists()
    stopped = SimpleNamespace(time_ns=lambda: clock.now * 1_000)
    monkeypatch.setattr("keytui.services.verification.time", stopped)
    return open_location()


def change(actor: Actor, wish: Policy, warning_days: int = 30) -> int:
    """Change the policy after looking at it."""
    seen = policy.current().number
    return policy.change(actor, wish, "audit finding", warning_days=warning_days, seen=seen)


def end_of(actor: Actor, key_id: int) -> int | None:
    """Return when one of the actor's keys ends."""
    return next(key.expires_at for key in api_keys.list_keys(actor) if key.key_id == key_id)


def test_created_anew_a_key_lasts_no_longer_than_the_policy_allows(
    clock: Clock, adam: Actor, maria: Actor
) -> None:
    """The warning that its forerunner was given is no end for a new key."""
    old, _ = api_keys.create_key(maria, "CI")
    change(adam, Policy(30, 30, no_end=False), warning_days=365)
    assert end_of(maria, old.key_id) == clock.now + 365 * DAY
    new, _ = api_keys.create_anew(maria, old.key_id)
    assert new.expires_at == clock.now + 30 * DAY


@pytest.mark.usefixtures("database")
def test_before_any_policy_whatever_is_asked_for_is_allowed() -> None:
    """A database of before goes on as it was; the default is 90 days."""
    assert policy.current() == PolicyRecord(0, Policy(90, None, no_end=True))


def test_a_change_says_who_when_why_and_from_when(clock: Clock, adam: Actor) -> None:
    """It counts at once, and stands in the audit trail in words."""
    assert change(adam, STRICT) == 0
    now = clock.now
    assert policy.current() == PolicyRecord(1, STRICT, now, "adam", "audit finding", now + 30 * DAY)
    event = trail()[-1]
    assert (event.actor, event.action, event.outcome, event.target) == (
        "adam",
        Action.POLICY_CHANGE,
        Outcome.DONE,
        "policy 1",
    )
    assert event.detail == (
        "30 days by default, at most 90, every key must end; 0 keys shortened, none stops before "
        "2026-12-24T06:00:00Z: audit finding"
    )


def test_a_user_changes_no_policy(maria: Actor) -> None:
    """Neither changes it nor learns whom a change would hit; both attempts are on record."""
    for act in (lambda: change(maria, STRICT), lambda: policy.preview(maria, STRICT, 30)):
        with pytest.raises(Refused, match="Only an administrator changes the policy on keys"):
            act()
        assert trail()[-1].outcome is Outcome.REFUSED
    assert policy.current().number == 0


def test_keys_that_last_longer_end_when_the_warning_is_over(
    clock: Clock, maria: Actor, adam: Actor
) -> None:
    """An old key gets the time of the warning; a young one its longest; a shorter one stays."""
    old, _ = api_keys.create_key(maria, "old")
    later, _ = api_keys.create_key(maria, "later", expires_at=clock.now + 900 * DAY)
    clock.advance(days=80)
    young, _ = api_keys.create_key(maria, "young")
    short, _ = api_keys.create_key(maria, "short", expires_at=clock.now + 5 * DAY)
    seen = policy.preview(adam, STRICT, 30)
    assert (seen.keys, seen.people, seen.named) == (3, 1, [("maria", 3)])
    assert seen.first_end == clock.now + 30 * DAY
    assert change(adam, STRICT) == 3
    assert end_of(maria, old.key_id) == clock.now + 30 * DAY
    assert end_of(maria, later.key_id) == clock.now + 30 * DAY
    assert end_of(maria, young.key_id) == clock.now + 90 * DAY
    assert end_of(maria, short.key_id) == clock.now + 5 * DAY


def test_keys_without_an_end_stay_where_none_is_allowed(
    clock: Clock, maria: Actor, adam: Actor
) -> None:
    """A longest binds the keys that end; whoever wants it of all says that every key must."""
    free, _ = api_keys.create_key(maria, "free")
    bound, _ = api_keys.create_key(maria, "bound", expires_at=clock.now + 900 * DAY)
    assert change(adam, Policy(30, 90, no_end=True)) == 1
    assert end_of(maria, free.key_id) is None
    assert end_of(maria, bound.key_id) == clock.now + 90 * DAY


def test_a_wider_policy_lengthens_nothing(clock: Clock, maria: Actor, adam: Actor) -> None:
    """What was shortened stays so."""
    key, _ = api_keys.create_key(maria, "CI")
    change(adam, STRICT)
    assert change(adam, Policy(90, None, no_end=True)) == 0
    assert end_of(maria, key.key_id) == clock.now + 90 * DAY


def test_keys_that_do_not_work_are_left_as_they_are(
    clock: Clock, person: MakePerson, adam: Actor
) -> None:
    """Deactivated, expired, of somebody who left: nothing is counted or written."""
    maria, ben = person("maria"), person("ben")
    dead, _ = api_keys.create_key(maria, "dead")
    api_keys.deactivate_key(maria, dead.key_id, "lost")
    api_keys.create_key(maria, "over", expires_at=clock.now + SECOND)
    api_keys.create_key(ben, "left")
    users.deactivate_user(adam, "ben", "left")
    clock.advance(seconds=1)
    before = people_and_keys()
    seen = policy.preview(adam, STRICT, 0)
    assert (seen.keys, seen.words) == (0, "No key that works now ends sooner by it.")
    assert change(adam, STRICT, warning_days=0) == 0
    assert people_and_keys() == before


def test_those_with_the_most_keys_are_named(person: MakePerson, adam: Actor) -> None:
    """Three people by name, and how many more there are."""
    for name, keys in (("maria", 1), ("ben", 3), ("noor", 2), ("tom", 1)):
        owner = person(name)
        for _ in range(keys):
            api_keys.create_key(owner, "CI")
    words = policy.preview(adam, STRICT, 30).words
    assert words.startswith(
        "7 keys of 4 people end sooner by it: ben (3), noor (2), maria (1) and 1 more. "
    )


def test_a_policy_that_changed_since_it_was_seen_is_a_conflict(
    person: MakePerson, adam: Actor
) -> None:
    """Of two administrators at the same time one is told, and looks again."""
    astrid = person("astrid", Role.ADMINISTRATOR)
    change(adam, STRICT)
    with pytest.raises(Conflict, match="adam changed the policy meanwhile"):
        policy.change(astrid, Policy(), "mine", warning_days=0, seen=0)
    assert policy.current().policy == STRICT


def test_a_change_that_is_stopped_leaves_nothing(maria: Actor, adam: Actor) -> None:
    """Neither a key is shortened nor a policy made."""
    api_keys.create_key(maria, "CI")
    before = people_and_keys()

    def stop(done: int, total: int) -> None:
        assert (done, total) == (1, 1)
        raise Cancelled("Stopped: nothing was changed.")

    with pytest.raises(Cancelled):
        policy.change(adam, STRICT, "why", warning_days=0, seen=0, progress=stop)
    assert (people_and_keys(), policy.current().number) == (before, 0)


def test_the_numbers_of_keys_may_have_gaps_and_many_batches(
    maria: Actor, adam: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every key is met once, however they are split."""
    monkeypatch.setattr(policy, "_BATCH", 2)
    for _ in range(5):
        api_keys.create_key(maria, "CI")
    assert change(adam, STRICT) == 5
    assert rows("SELECT count(*) FROM api_key WHERE expires_at IS NULL") == [(0,)]


@pytest.mark.parametrize("days", [91, 10_000, None])
def test_an_end_beyond_the_policy_is_refused(
    clock: Clock, maria: Actor, adam: Actor, days: int | None
) -> None:
    """The service says the longest, whichever door asks, and no key is made."""
    change(adam, STRICT)
    before = people_and_keys()
    with pytest.raises(BadInput, match="at most 90 days"):
        api_keys.create_key(
            maria, "CI", expires_at=None if days is None else clock.now + days * DAY
        )
    assert people_and_keys() == before


def test_a_key_created_anew_keeps_its_end(clock: Clock, maria: Actor, adam: Actor) -> None:
    """Losing a key's text wins nobody a longer life."""
    lost, _ = api_keys.create_key(maria, "CI")
    change(adam, STRICT)
    clock.advance(days=50)
    new, _ = api_keys.create_anew(maria, lost.key_id)
    assert new.expires_at == clock.now + 40 * DAY


def test_a_key_with_the_default_end_is_refused_one_second_after_it(
    door: str, clock: Clock, maria: Actor, adam: Actor
) -> None:
    """Created, verified, and by its end refused, through the Verifier too."""
    change(adam, STRICT)
    key, secret = api_keys.create_key(maria, "CI", expires_at=policy.end_of(""))
    assert key.expires_at == clock.now + 30 * DAY
    with Verifier(door) as verifier:
        assert verifier.verify(text_of(secret))
        clock.advance(days=30, seconds=-1)
        assert verifier.verify(text_of(secret))
        clock.advance(seconds=2)
        assert verifier.verify(text_of(secret)).code is Code.EXPIRED
    assert api_keys.list_keys(maria)[0].state is KeyState.EXPIRED


def test_verification_is_bound_by_a_policy_once_its_warning_is_over(
    door: str, clock: Clock, maria: Actor, adam: Actor
) -> None:
    """A key older than the longest goes on for the warning, to the second, and then stops."""
    _, secret = api_keys.create_key(maria, "CI")
    clock.advance(days=400)
    with Verifier(door) as verifier:
        assert verifier.verify(text_of(secret))
        change(adam, STRICT, warning_days=7)
        clock.advance(days=7, seconds=-1)
        assert verifier.verify(text_of(secret))
        clock.advance(seconds=1)
        assert verifier.verify(text_of(secret)).code is Code.EXPIRED
