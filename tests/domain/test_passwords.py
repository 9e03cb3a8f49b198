"""People's passwords: which are accepted, and how they are kept."""

import subprocess
import sys

import pytest
from argon2 import PasswordHasher, Type

from keytui.domain import passwords
from keytui.domain.errors import BadInput

GOOD = "olive boats drift"

REFUSED = {
    "empty": "",
    "11 characters": "olive boats",
    "129 characters": "olive boats " * 10 + "123456789",
    "10,000 characters": "olive boat" * 1_000,
    "the User ID inside": "olive maria drift",
    "the User ID in capitals inside": "olive MARIA drift",
    "one of the worst": "password1234",
    "one of the worst in capitals": "PASSWORD1234",
    "one character over and over": "a" * 20,
    "three characters over and over": "abcabcabcabcabc",
    "NUL": "olive boats\0drift",
    "escape": "olive boats\x1bdrift",
    "newline": "olive boats\ndrift",
    "lone surrogate": "olive boats \ud800 drift",
}


@pytest.mark.parametrize("password", REFUSED.values(), ids=REFUSED.keys())
def test_a_bad_password_is_refused_without_repeating_it(password: str) -> None:
    """The sentence says what is wrong and never what was typed."""
    with pytest.raises(BadInput) as refused:
        passwords.check(password, "maria")
    assert str(refused.value).endswith(".")
    assert not password or password not in str(refused.value)


@pytest.mark.parametrize(
    "password",
    [GOOD, "olive boats!", "lower case only here", "пароль на корабле", "x1y2" * 32],
    ids=["a phrase", "12 characters", "no digits", "another script", "128 characters"],
)
def test_length_is_all_that_a_good_password_needs(password: str) -> None:
    """There are no composition rules."""
    passwords.check(password, "maria")


def test_a_password_is_judged_as_it_is_hashed() -> None:
    """A full-width password1234 is hashed as password1234, so it is refused as that."""
    with pytest.raises(BadInput):
        passwords.check("ｐａｓｓｗｏｒｄ１２３４", "maria")


def test_a_full_width_user_id_is_found_inside_a_password() -> None:
    """A password is searched for the User ID in the form in which it is hashed."""
    with pytest.raises(BadInput):
        passwords.check("olive ｍａｒｉａ drift", "maria")


def test_the_right_password_is_verified_and_a_wrong_one_is_not() -> None:
    """Only the password that was hashed matches its hash."""
    kept = passwords.hash_password(GOOD)
    assert passwords.verify(GOOD, kept)
    assert not passwords.verify(GOOD + " ", kept)
    assert not passwords.verify("", kept)


def test_the_same_password_typed_composed_or_not_is_the_same() -> None:
    """An é typed as one character or as two is the same password (NFKC)."""
    kept = passwords.hash_password("caf\u00e9 on the corner")
    assert passwords.verify("cafe\u0301 on the corner", kept)


def test_two_hashes_of_one_password_differ() -> None:
    """Every hash has its own salt."""
    assert passwords.hash_password(GOOD) != passwords.hash_password(GOOD)


@pytest.mark.parametrize(
    "presented", ["", "\0", "\ud800", "x" * 1_000_000], ids=["", "NUL", "surrogate", "1 MB"]
)
def test_anything_at_all_may_be_presented(presented: str) -> None:
    """What nobody could have chosen is simply wrong."""
    assert not passwords.verify(presented, passwords.hash_password(GOOD))


@pytest.mark.parametrize("kept", ["", "x", "$argon2id$v=19$broken"])
def test_a_damaged_hash_matches_nothing(kept: str) -> None:
    """A hash that cannot be read lets nobody in."""
    assert not passwords.verify(GOOD, kept)


def test_without_a_hash_one_is_computed_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No such person costs one Argon2 verification, as a wrong password does."""
    verified = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002
            verified.append(hash)
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_hasher", Counting(1, 8, 1))
    assert not passwords.verify(GOOD, None)
    assert not passwords.verify(GOOD, passwords.hash_password("another one, long"))
    assert len(verified) == 2
    assert all(kept.startswith("$argon2id$v=19$m=8,t=1,p=1$") for kept in verified)


def test_nothing_matches_where_there_is_no_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even the text that the dummy hash was made of opens an account without a hash."""
    monkeypatch.setattr(passwords, "_dummy_hash", passwords.hash_password(GOOD))
    assert not passwords.verify(GOOD, None)
    assert not passwords.verify("", None)


def test_the_hash_of_nobody_costs_what_everybody_s_costs() -> None:
    """Whoever is unknown takes as long as who is known: the same parameters."""
    ended = subprocess.run(
        [
            sys.executable,
            "-c",
            "from keytui.domain import passwords; print(passwords.needs_rehash(passwords._dummy_hash))",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout == "False\n"


def test_the_parameters_are_those_of_rfc_9106(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside the tests a hash takes 64 MiB, 3 passes and 4 lanes of Argon2id."""
    monkeypatch.setattr(passwords, "_hasher", None)
    real = passwords._argon2()
    assert (real.type, real.memory_cost, real.time_cost, real.parallelism) == (
        Type.ID,
        65_536,
        3,
        4,
    )


def test_a_hash_of_other_parameters_needs_a_rehash() -> None:
    """A hash made under yesterday's parameters is recognised, today's is left alone."""
    assert passwords.needs_rehash(PasswordHasher(2, 16, 1).hash(GOOD))
    assert not passwords.needs_rehash(passwords.hash_password(GOOD))
