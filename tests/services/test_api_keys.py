"""API keys: created once, seen once, ended once."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from keytui.domain import key_text
from keytui.domain.audit import Action, Outcome
from keytui.domain.clock import SECOND
from keytui.domain.errors import BadInput, Conflict, Refused
from keytui.domain.pages import Wanted
from keytui.domain.records import Actor, ApiKey
from keytui.domain.secret import Secret
from keytui.domain.states import KeyState
from keytui.services import api_keys, key_lists
from keytui.storage.models import ApiKeyRow
from tests.corpus import NO_TEXT
from tests.support import Clock, MakePerson, people_and_keys, rows, text_of, trail, written_of


def test_a_new_key_is_returned_with_its_text_once(clock: Clock, maria: Actor) -> None:
    """The record is masked and dated; the text is well formed and fits the mask."""
    key, secret = api_keys.create_key(maria, " CI runner ")
    text = text_of(secret)
    assert key_text.digest_of(text) is not None
    assert key.masked == "••••" + text[-4:]
    assert (key.label, key.user_id, key.created_at) == ("CI runner", "maria", clock.now)
    assert (key.state, key.last_used_at) == (KeyState.ACTIVE, None)
    assert list(api_keys.list_keys(maria)) == [key]


def test_creating_is_on_record_by_number_and_label(maria: Actor) -> None:
    """The event names the key by its number, so that it can be found again."""
    key, _ = api_keys.create_key(maria, "CI")
    event = trail()[-1]
    assert (event.actor, event.action, event.outcome) == (
        "maria",
        Action.KEY_CREATE,
        Outcome.DONE,
    )
    assert (event.target, event.detail) == (f"key {key.key_id}", "CI")


def test_what_is_stored_is_the_digest(maria: Actor) -> None:
    """The row holds the SHA-256 of the text and its last 4 characters."""
    _, secret = api_keys.create_key(maria, "CI")
    assert rows("SELECT digest, last_four, scheme, owner_id, created_by_id FROM api_key") == [
        (secret.digest(), text_of(secret)[-4:], 1, maria.row_id, maria.row_id)
    ]


def test_the_key_text_stands_in_no_file(maria: Actor, database: Path) -> None:
    """Neither the rows nor a file of the database, its WAL too, ever holds the text, whole or without its brand."""
    texts = []
    for number in range(20):
        key, secret = api_keys.create_key(maria, f"label-{number}")
        texts.append(text_of(secret))
        api_keys.edit_label(maria, key.key_id, f"renamed-{number}")
        api_keys.deactivate_key(maria, key.key_id, "lost")
    written = written_of(database)
    assert b"renamed-19" in written
    for text in texts:
        assert text.encode() not in written
        assert text[len(key_text.BRAND) : -4].encode() not in written


@pytest.mark.parametrize("seconds", [0, -1, -(10**9)])
def test_a_key_must_end_in_the_future(clock: Clock, maria: Actor, seconds: int) -> None:
    """A key that would be born expired is refused, and none is made."""
    with pytest.raises(BadInput, match="must end in the future"):
        api_keys.create_key(maria, "CI", expires_at=clock.now + seconds * SECOND)
    assert api_keys.list_keys(maria) == []


def test_a_key_ends_when_it_was_said(clock: Clock, maria: Actor) -> None:
    """Until its end a key is active, from then on expired."""
    api_keys.create_key(maria, "CI", expires_at=clock.now + SECOND)
    assert api_keys.list_keys(maria)[0].state is KeyState.ACTIVE
    clock.advance(seconds=1)
    assert api_keys.list_keys(maria)[0].state is KeyState.EXPIRED


def test_keys_are_listed_working_ones_first_then_newest_first(maria: Actor) -> None:
    """A dead key comes after every living one, however new it is."""
    keys = [api_keys.create_key(maria, label)[0] for label in "abcd"]
    api_keys.deactivate_key(maria, keys[3].key_id, "lost")
    api_keys.deactivate_key(maria, keys[0].key_id, "lost")
    assert [key.label for key in api_keys.list_keys(maria)] == ["c", "b", "d", "a"]


def found_by(actor: Actor, containing: str) -> Sequence[ApiKey]:
    """Return the actor's keys that a filter finds, the newest first."""
    wanted = Wanted("Key ID", down=True, containing=containing)
    return key_lists.page(actor, wanted, actor.user_id).rows


@pytest.mark.parametrize(
    ("containing", "labels"),
    [
        ("", ["a_b", "aab", "100 %", "Élan"]),
        ("a_b", ["a_b"]),
        ("_", ["a_b"]),
        ("%", ["100 %"]),
        ("\\", []),
        ("AAB", ["aab"]),
        ("Élan", ["Élan"]),
    ],
)
def test_the_filter_takes_wildcards_as_they_are(
    maria: Actor, containing: str, labels: list[str]
) -> None:
    """``%`` and ``_`` mean themselves, and ASCII case does not matter."""
    for label in ("Élan", "100 %", "aab", "a_b"):
        api_keys.create_key(maria, label)
    assert [key.label for key in found_by(maria, containing)] == labels


def test_a_key_is_found_by_number_and_by_last_four(clock: Clock, maria: Actor) -> None:
    """What stands beside and in the mask finds the key."""
    keys = [api_keys.create_key(maria, "CI")[0] for _ in range(12)]
    for containing in (str(keys[11].key_id), keys[11].last_four):
        assert keys[11] in found_by(maria, containing)
    assert len(found_by(maria, keys[11].last_four)) < 12


def test_a_new_key_waits_to_be_confirmed(clock: Clock, maria: Actor) -> None:
    """The key works at once, not confirmed; its owner confirms it once, on record with the time."""
    key, _ = api_keys.create_key(maria, "CI")
    assert (key.confirmed, key.state, key.state_shown) == (False, KeyState.ACTIVE, "not confirmed")
    clock.advance(minutes=1)
    api_keys.confirm_key(maria, key.key_id)
    (confirmed,) = api_keys.list_keys(maria)
    assert (confirmed.confirmed_at, confirmed.state_shown) == (clock.now, "active")
    assert (trail()[-1].action, trail()[-1].target) == (Action.KEY_CONFIRM, f"key {key.key_id}")
    before = people_and_keys(), trail()
    with pytest.raises(Conflict, match=f"Key {key.key_id} is confirmed already"):
        api_keys.confirm_key(maria, key.key_id)
    assert (people_and_keys(), trail()) == before


def test_a_dead_key_is_not_confirmed_any_more(maria: Actor) -> None:
    """Whoever presses OK on a key that was deactivated meanwhile is told."""
    key, _ = api_keys.create_key(maria, "CI")
    api_keys.deactivate_key(maria, key.key_id, "lost")
    with pytest.raises(Conflict, match=f"Key {key.key_id} is inactive already"):
        api_keys.confirm_key(maria, key.key_id)


def test_a_key_in_use_has_evidently_arrived(maria: Actor) -> None:
    """A key that was used is not called not confirmed, whatever its reveal came to."""
    key, _ = api_keys.create_key(maria, "CI")
    used = replace(key, last_used_at=key.created_at + 1)
    assert (used.confirmed, used.state_shown) == (True, "active")


def test_a_lost_key_is_created_anew_in_one_step(clock: Clock, maria: Actor) -> None:
    """The old key ends with the reason, the new one has its label and end, both on record."""
    end = clock.now + 90 * 24 * 3600 * SECOND
    lost, old_text = api_keys.create_key(maria, "CI", expires_at=end)
    secret = Secret()
    new, drawn = api_keys.create_anew(maria, lost.key_id, secret)
    assert drawn is secret
    assert drawn.digest() != old_text.digest()
    assert (new.label, new.expires_at, new.confirmed) == ("CI", end, False)
    working, ended = api_keys.list_keys(maria)
    assert working == new
    assert (ended.key_id, ended.deactivation_reason) == (lost.key_id, api_keys.NOT_CONFIRMED)
    assert [(event.action, event.target) for event in trail()[-2:]] == [
        (Action.KEY_DEACTIVATE, f"key {lost.key_id}"),
        (Action.KEY_CREATE, f"key {new.key_id}"),
    ]


@pytest.mark.parametrize("how", ["confirmed", "used", "deactivated", "expired"])
def test_only_a_lost_key_is_created_anew(clock: Clock, maria: Actor, how: str) -> None:
    """A key that arrived, or that is dead, is left alone: nothing changes."""
    key, _ = api_keys.create_key(maria, "CI", expires_at=clock.now + SECOND)
    if how == "confirmed":
        api_keys.confirm_key(maria, key.key_id)
    elif how == "used":
        ApiKeyRow.update(last_used_at=clock.now).execute()
    elif how == "deactivated":
        api_keys.deactivate_key(maria, key.key_id, "lost")
    else:
        clock.advance(seconds=2)
    before = people_and_keys(), trail()
    with pytest.raises(Conflict):
        api_keys.create_anew(maria, key.key_id)
    assert (people_and_keys(), trail()) == before


def test_a_wiped_secret_gets_no_key(maria: Actor) -> None:
    """A door that gave up meanwhile finds no key whose text nobody will ever see."""
    secret = Secret()
    secret.wipe()
    before = people_and_keys(), trail()
    with pytest.raises(ValueError, match="no room"):
        api_keys.create_key(maria, "CI", secret)
    assert (people_and_keys(), trail()) == before


def test_deactivating_says_who_when_and_why(clock: Clock, maria: Actor, adam: Actor) -> None:
    """An administrator ends somebody's key, on record in the key and in the trail."""
    key, _ = api_keys.create_key(maria, "CI")
    clock.advance(hours=1)
    api_keys.deactivate_key(adam, key.key_id, " seen on a forum ")
    (dead,) = api_keys.list_keys(maria)
    assert (dead.deactivated_by, dead.deactivated_at, dead.deactivation_reason) == (
        "adam",
        clock.now,
        "seen on a forum",
    )
    assert dead.state is KeyState.DEACTIVATED
    assert (trail()[-1].action, trail()[-1].detail) == (
        Action.KEY_DEACTIVATE,
        "seen on a forum",
    )


def test_a_key_is_deactivated_once(maria: Actor, adam: Actor) -> None:
    """The second who tries is told, and the first's who, when and why stay."""
    key, _ = api_keys.create_key(maria, "CI")
    api_keys.deactivate_key(maria, key.key_id, "lost")
    before = people_and_keys(), trail()
    with pytest.raises(Conflict, match=f"Key {key.key_id} is inactive already"):
        api_keys.deactivate_key(adam, key.key_id, "mine is the better reason")
    assert (people_and_keys(), trail()) == before


def test_a_label_is_edited_and_nothing_else(clock: Clock, maria: Actor) -> None:
    """The new label is there, composed and trimmed, and everything else is as it was."""
    key, _ = api_keys.create_key(maria, "CI")
    api_keys.edit_label(maria, key.key_id, " cafe\u0301 ")
    (renamed,) = api_keys.list_keys(maria)
    assert renamed.label == "caf\u00e9"
    assert renamed == replace(key, label="caf\u00e9")
    assert (trail()[-1].action, trail()[-1].detail) == (
        Action.KEY_EDIT_LABEL,
        "from CI to caf\u00e9",
    )
    api_keys.deactivate_key(maria, key.key_id, "moved")
    with pytest.raises(Conflict, match="its label stays as evidence"):
        api_keys.edit_label(maria, key.key_id, "another")


@pytest.mark.parametrize("label", NO_TEXT.values(), ids=NO_TEXT)
def test_a_label_that_does_not_fit_changes_nothing(maria: Actor, label: str) -> None:
    """Neither creating nor editing takes a hostile label."""
    key, _ = api_keys.create_key(maria, "CI")
    before = people_and_keys(), trail()
    with pytest.raises(BadInput):
        api_keys.create_key(maria, label)
    with pytest.raises(BadInput):
        api_keys.edit_label(maria, key.key_id, label)
    with pytest.raises(BadInput):
        api_keys.deactivate_key(maria, key.key_id, label * 4)
    assert (people_and_keys(), trail()) == before


def test_other_peoples_keys_are_out_of_reach(maria: Actor, person: MakePerson) -> None:
    """A user can neither see, end nor rename the key of another."""
    key, _ = api_keys.create_key(maria, "CI")
    noor = person("noor")
    before = people_and_keys()
    acts: list[tuple[Callable[[], object], str]] = [
        (lambda: api_keys.list_keys(noor, "maria"), "view only your own"),
        (
            lambda: api_keys.deactivate_key(noor, key.key_id, "x"),
            "deactivate only your own",
        ),
        (
            lambda: api_keys.edit_label(noor, key.key_id, "x"),
            "only the labels of your own",
        ),
    ]
    for act, words in acts:
        with pytest.raises(Refused, match=words):
            act()
        assert trail()[-1].outcome is Outcome.REFUSED
    assert people_and_keys() == before


def test_a_user_does_not_learn_who_exists(maria: Actor, person: MakePerson) -> None:
    """Asking for the keys of somebody and of nobody is refused in the same words."""
    person("noor")
    sentences = set()
    for name in ("noor", "nobody"):
        with pytest.raises(Refused) as refused:
            api_keys.list_keys(maria, name)
        sentences.add(str(refused.value))
    assert len(sentences) == 1


@pytest.mark.parametrize("key_id", [0, -1, 999, 2**63 - 1])
def test_there_must_be_such_a_key(adam: Actor, maria: Actor, key_id: int) -> None:
    """A number that is no key's is said to be none."""
    with pytest.raises(BadInput, match=f"There is no key {key_id}"):
        api_keys.deactivate_key(adam, key_id, "x")
    with pytest.raises(BadInput, match=f"There is no key {key_id}"):
        api_keys.edit_label(maria, key_id, "x")


@pytest.mark.parametrize("name", ["nobody", "x" * 10_000, "a\x1b[31mb", "\ud800"])
def test_an_unknown_owner_is_said_harmlessly(adam: Actor, name: str) -> None:
    """Whatever was asked for, the sentence is short and acts on no terminal."""
    with pytest.raises(BadInput, match="There is no user") as refused:
        api_keys.list_keys(adam, name)
    assert len(str(refused.value)) < 100
    assert "\x1b" not in str(refused.value)
