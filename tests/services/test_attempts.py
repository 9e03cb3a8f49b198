"""Guessing is slowed down, per person and per origin, and locks nobody out for good."""

import re
from functools import partial

import pytest

from keytui.domain.audit import Action, Outcome
from keytui.domain.errors import SignInFailed, TooManyAttempts
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import attempts, sign_in, users
from tests.support import (
    HERE,
    PASSWORD,
    WRONG_PASSWORD,
    Clock,
    MakePerson,
    race,
    signed_in,
    text_of,
    trail,
)

NEW = "ssh 198.51.100.1"
"""An origin from which nobody ever signed in."""


def fail(name: str, origin: str, secret: str = WRONG_PASSWORD) -> None:
    """Make an attempt that is looked at and fails."""
    with pytest.raises(SignInFailed) as refused:
        sign_in.sign_in(name, secret, origin)
    assert not isinstance(refused.value, TooManyAttempts), str(refused.value)


def wait_for(name: str, origin: str, secret: str = PASSWORD) -> int:
    """Make an attempt that is not looked at, and return how long to wait."""
    with pytest.raises(TooManyAttempts) as refused:
        sign_in.sign_in(name, secret, origin)
    assert f"wait {refused.value.seconds} s" in str(refused.value)
    return refused.value.seconds


def wait_of(name: str) -> int:
    """Return how long an attempt at ``name`` has to wait, without making one that counts."""
    try:
        attempt = attempts.begin(name, "local", Action.USER_SIGN_IN)
    except TooManyAttempts as slow:
        return slow.seconds
    attempt.withdraw()
    return 0


def fail_elsewhere(name: str, count: int, clock: Clock) -> list[int]:
    """Fail ``count`` times, each from another origin and after its wait; return the waits."""
    waits = []
    for number in range(count):
        fail(name, f"ssh 203.0.113.{number}")
        waits.append(wait_of(name))
        clock.advance(seconds=waits[-1])
    return waits


def test_the_wait_doubles_to_30_seconds_and_stays_there(clock: Clock, maria: Actor) -> None:
    """Two failures are free; then the wait is 1, 2, 4 … 30 s and never longer."""
    waits = fail_elsewhere("maria", 20, clock)
    assert waits[:8] == [0, 0, 1, 2, 4, 8, 16, 30]
    assert set(waits[8:]) == {30}


def test_nobody_is_locked_out_for_good(clock: Clock, maria: Actor) -> None:
    """After hundreds of failures the right password still works 30 s later."""
    fail_elsewhere("maria", 200, clock)
    assert signed_in("maria", origin="ssh 198.51.100.1").user_id == "maria"


def test_a_wait_ends_exactly_when_it_was_said(clock: Clock, maria: Actor) -> None:
    """One second before the end the right password is not looked at; at the end it is."""
    fail_elsewhere("maria", 5, clock)
    fail("maria", NEW)
    assert wait_for("maria", NEW) == 8
    clock.advance(seconds=7)
    assert wait_for("maria", NEW) == 1
    clock.advance(seconds=1)
    signed_in("maria", origin=NEW)


def test_attempts_that_are_not_looked_at_do_not_count(clock: Clock, maria: Actor) -> None:
    """Hammering during the wait makes it no longer, and each try is on record as refused."""
    fail_elsewhere("maria", 3, clock)
    fail("maria", NEW)
    before = len(trail())
    for _ in range(20):
        assert wait_for("maria", NEW, WRONG_PASSWORD) == 2
    assert {event.outcome for event in trail()[before:]} == {Outcome.REFUSED}
    assert len(trail()) == before + 20
    clock.advance(seconds=2)
    signed_in("maria", origin=NEW)


def test_guesses_at_one_instant_get_no_further_than_one_by_one(clock: Clock, maria: Actor) -> None:
    """Of 50 from 5 origins at once 3 are looked at, and nobody gets in by trying faster."""
    ends = race(
        *(
            partial(sign_in.sign_in, "maria", WRONG_PASSWORD, f"ssh 203.0.113.{number % 5}")
            for number in range(50)
        )
    )
    looked_at = [end for end in ends if not isinstance(end, TooManyAttempts)]
    assert len(looked_at) == attempts.FREE_PER_PERSON
    assert {str(end) for end in looked_at} == {"Wrong User ID, password or sign-in code."}


def test_guesses_at_one_instant_at_nobody_end_the_same(clock: Clock, maria: Actor) -> None:
    """How many are looked at does not tell whether there is such a person."""
    ends = race(
        *(
            partial(sign_in.sign_in, "nobody", WRONG_PASSWORD, f"ssh 203.0.113.{number % 5}")
            for number in range(20)
        )
    )
    looked_at = [end for end in ends if not isinstance(end, TooManyAttempts)]
    assert {str(end) for end in looked_at} == {"Wrong User ID, password or sign-in code."}
    assert len(looked_at) == attempts.FREE_PER_PERSON


def test_the_real_person_gets_in_meanwhile_from_where_they_always_do(
    clock: Clock, maria: Actor
) -> None:
    """Whoever guesses from elsewhere takes none of their openings."""
    fail_elsewhere("maria", 10, clock)
    fail("maria", "ssh 203.0.113.99")
    assert wait_for("maria", NEW) == 30
    assert signed_in("maria", origin=HERE).user_id == "maria"


def test_the_real_person_gets_in_at_the_very_instant_of_a_crowd(clock: Clock, maria: Actor) -> None:
    """Of 30 guesses from 10 origins and one right password from the usual place, that one is in."""
    crowd = [
        partial(sign_in.sign_in, "maria", WRONG_PASSWORD, f"ssh 203.0.113.{number % 10}")
        for number in range(30)
    ]
    ends = race(*crowd, partial(sign_in.sign_in, "maria", PASSWORD, HERE))
    assert ends.count(None) == 1
    assert sum(isinstance(end, TooManyAttempts) for end in ends) >= 30 - 2 * 3
    assert signed_in("maria", origin=HERE).user_id == "maria"


def test_a_crowd_learns_the_same_of_somebody_and_of_nobody(clock: Clock, maria: Actor) -> None:
    """Sentence for sentence and wait for wait, as often as each: who exists stays unknown."""
    heard = []
    for name in ("maria", "nobody", "x y"):
        guesses = [
            partial(sign_in.sign_in, name, WRONG_PASSWORD, f"ssh {name} {number}")
            for number in range(20)
        ]
        heard.append(sorted(map(str, race(*guesses))))
    assert heard[0] == heard[1] == heard[2]
    assert len(set(heard[0])) > 1


def test_a_usual_origin_has_no_free_guesses_without_end(clock: Clock, maria: Actor) -> None:
    """From there too the fourth wrong password in a row waits."""
    for _ in range(3):
        fail("maria", HERE)
    assert wait_for("maria", HERE) == 1


def test_a_code_that_is_right_does_not_count(clock: Clock, host: Actor) -> None:
    """Showing the code again and again before choosing a password is no guessing."""
    code = text_of(users.add_user(host, "noor", Role.USER))
    for _ in range(8):
        assert isinstance(sign_in.sign_in("noor", code, NEW), sign_in.PasswordNeeded)


def test_a_success_forgives_the_person(clock: Clock, maria: Actor) -> None:
    """After signing in one starts with free attempts again."""
    fail_elsewhere("maria", 6, clock)
    signed_in("maria")
    assert fail_elsewhere("maria", 3, clock) == [0, 0, 1]


def test_failures_are_forgotten_after_a_day(clock: Clock, maria: Actor) -> None:
    """What happened 24 hours ago slows nobody down."""
    fail_elsewhere("maria", 6, clock)
    clock.advance(hours=24)
    assert fail_elsewhere("maria", 3, clock) == [0, 0, 1]


def test_one_person_does_not_slow_down_another(
    clock: Clock, maria: Actor, person: MakePerson
) -> None:
    """Guessing at maria leaves noor alone."""
    person("noor")
    fail_elsewhere("maria", 6, clock)
    fail("maria", "ssh 203.0.113.99")
    signed_in("noor")


def test_an_origin_that_tries_many_names_is_slowed_down(clock: Clock, maria: Actor) -> None:
    """From the tenth failure on an origin waits, also for the right password; others do not."""
    for number in range(10):
        fail(f"name{number}", "ssh 203.0.113.7")
    assert wait_for("maria", "ssh 203.0.113.7") == 1
    signed_in("maria", origin=HERE)


def test_a_success_does_not_forgive_an_origin(clock: Clock, maria: Actor) -> None:
    """Whoever owns one account cannot buy free guesses at others with it."""
    for number in range(9):
        fail(f"name{number}", HERE)
    signed_in("maria", origin=HERE)
    fail("name9", HERE)
    assert wait_for("maria", HERE) == 1


def test_an_origin_is_forgiven_after_15_minutes(clock: Clock, maria: Actor) -> None:
    """Many people behind one address wait for each other's mistakes only so long."""
    for number in range(10):
        fail(f"name{number}", HERE)
    clock.advance(minutes=15)
    signed_in("maria", origin=HERE)


def test_unknown_names_are_slowed_down_like_known_ones(clock: Clock, maria: Actor) -> None:
    """The wait does not tell whether there is such a person."""
    known = fail_elsewhere("maria", 6, clock)
    clock.advance(minutes=15)
    assert fail_elsewhere("nobody", 6, clock) == known == [0, 0, 1, 2, 4, 8]


def test_a_clock_set_back_makes_no_lock(clock: Clock, maria: Actor) -> None:
    """When the clock loses a year, the wait is still no more than 30 s."""
    fail_elsewhere("maria", 10, clock)
    fail("maria", NEW)
    clock.advance(days=-365)
    assert wait_for("maria", NEW) <= 30


def test_unlocking_is_slowed_down_too(clock: Clock, maria: Actor) -> None:
    """A locked screen is no place for free guesses."""
    for _ in range(3):
        with pytest.raises(SignInFailed, match="Wrong password"):
            sign_in.unlock(maria, WRONG_PASSWORD)
    with pytest.raises(TooManyAttempts):
        sign_in.unlock(maria, PASSWORD)


def test_guessing_a_code_is_slowed_down_too(clock: Clock, host: Actor, maria: Actor) -> None:
    """Choosing a password with wrong codes counts as failing to sign in."""
    users.reset_sign_in(host, "maria")
    for _ in range(3):
        with pytest.raises(SignInFailed, match="Wrong User ID"):
            sign_in.choose_password("maria", "0000", "copper rain again", HERE)
    with pytest.raises(TooManyAttempts):
        sign_in.choose_password("maria", "0000", "copper rain again", HERE)


@pytest.mark.parametrize("typed", ["hunter2", "x" * 100_000, "", "a\0b", "\x1b[31m"])
def test_an_unknown_name_is_recorded_by_16_bits_of_its_digest(host: Actor, typed: str) -> None:
    """What is no User ID of ours may be a password: it is not written down."""
    fail(typed, HERE)
    assert re.fullmatch("unknown:[0-9a-f]{4}", trail()[-1].target)
