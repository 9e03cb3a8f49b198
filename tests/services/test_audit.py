"""The audit trail: who reads what, and what can be in it."""

from pathlib import Path

import pytest

from keytui.domain.audit import Action, AuditEvent, Family, Outcome
from keytui.domain.errors import BadInput, Refused, SignInFailed
from keytui.domain.pages import Wanted
from keytui.domain.records import Actor
from keytui.services import api_keys, audit, sign_in, users
from tests.support import HERE, PASSWORD, WRONG_PASSWORD, Clock, MakePerson, rows, trail


def test_an_administrator_reads_everything_newest_first(adam: Actor, maria: Actor) -> None:
    """Every event is there, in falling order of its number."""
    events = audit.events(adam)
    assert [event.event_id for event in events] == list(range(len(trail()), 0, -1))


def test_a_user_reads_what_they_did_and_what_concerns_them(
    maria: Actor, person: MakePerson, adam: Actor
) -> None:
    """Own acts, failed attempts at one's name and acts of others on one: nobody else's."""
    noor = person("noor")
    mine, _ = api_keys.create_key(maria, "mine")
    api_keys.create_key(noor, "hers")
    api_keys.deactivate_key(adam, mine.key_id, "seen on a forum")
    with pytest.raises(SignInFailed):
        sign_in.sign_in("maria", WRONG_PASSWORD, "ssh 203.0.113.9")
    seen = audit.events(maria)
    assert [(event.actor, event.action) for event in seen[:3]] == [
        ("-", Action.USER_SIGN_IN),
        ("adam", Action.KEY_DEACTIVATE),
        ("maria", Action.KEY_CREATE),
    ]
    assert {"maria", "key 1"} == {event.target for event in seen}
    assert "hers" not in str(seen)
    assert "noor" not in str(seen)


def test_an_event_says_who_what_when_from_where(clock: Clock, maria: Actor) -> None:
    """All its parts come back as they were written, in closed words."""
    clock.advance(hours=1)
    api_keys.create_key(maria, "CI")
    (event,) = audit.events(maria, limit=1)
    assert event == AuditEvent(
        event_id=event.event_id,
        at=clock.now,
        actor="maria",
        action=Action.KEY_CREATE,
        outcome=Outcome.DONE,
        target="key 1",
        detail="CI",
        origin=HERE,
    )
    assert isinstance(event.action, Action)
    assert isinstance(event.outcome, Outcome)


@pytest.mark.parametrize(
    ("containing", "labels"),
    [
        ("a_b", ["a_b"]),
        ("100%", ["100%"]),
        ("\\d", ["\\d"]),
        ("A_B", ["a_b"]),
        ("KEY_CREATE", []),
        ("api_key:create done key 2 aab", ["aab"]),
        ("Élan", ["Élan"]),
        ("x' OR '1'='1", []),
    ],
)
def test_the_filter_takes_wildcards_as_they_are(
    maria: Actor, containing: str, labels: list[str]
) -> None:
    """Wildcards and backslashes mean themselves; what stands in an event finds it."""
    for label in ("a_b", "aab", "100%", "100 x", "\\d", "Élan"):
        api_keys.create_key(maria, label)
    found = [event.detail for event in audit.events(maria, containing)]
    assert found == labels


def test_a_filter_opens_nothing_to_a_user(maria: Actor, person: MakePerson) -> None:
    """Whatever a user filters for, only their own events come back."""
    noor = person("noor")
    api_keys.create_key(noor, "hers")
    for containing in ("noor", "hers", "key", ""):
        assert "hers" not in str(audit.events(maria, containing))


def test_each_event_is_of_one_family(adam: Actor, maria: Actor) -> None:
    """Sign-ins, refused ones too; what became of keys; everything else: together they are all."""
    api_keys.create_key(maria, "CI")
    with pytest.raises(SignInFailed):
        sign_in.sign_in("maria", WRONG_PASSWORD, HERE)
    with pytest.raises(Refused):
        users.list_users(maria)
    found = {family: audit.events(adam, family=family) for family in Family}
    actions = {family: {str(event.action) for event in events} for family, events in found.items()}
    assert actions[Family.SIGN_INS] == {"user:sign_in", "user:choose_password"}
    assert "failed" in {event.outcome for event in found[Family.SIGN_INS]}
    assert actions[Family.KEYS] == {"api_key:create"}
    assert actions[Family.ADMINISTRATION] == {"user:create", "user:list"}
    parts = [event for family in list(Family)[1:] for event in found[family]]
    assert sorted(event.event_id for event in parts) == sorted(
        event.event_id for event in found[Family.ALL]
    )
    assert [event.action for event in audit.events(maria, family=Family.KEYS)] == ["api_key:create"]


def test_a_person_s_sign_ins_are_read_by_themselves(
    adam: Actor, maria: Actor, person: MakePerson
) -> None:
    """When, from where and by what, the failed ones too; of nobody else, whoever reads it."""
    noor = person("noor")
    for name in ("maria", "noor"):
        sign_in.sign_in(name, PASSWORD, HERE)
    with pytest.raises(SignInFailed):
        sign_in.sign_in("maria", WRONG_PASSWORD, "ssh 203.0.113.9")
    found = audit.events(adam, family=Family.SIGN_INS, about="Maria")
    assert [(event.outcome, event.origin) for event in found[:2]] == [
        ("failed", "ssh 203.0.113.9"),
        ("done", HERE),
    ]
    assert "with password" in found[1].detail
    assert {event.target for event in found} == {"maria"}
    assert audit.events(maria, family=Family.SIGN_INS, about="maria") == found
    assert audit.count(adam, Wanted(), Family.SIGN_INS, "maria") == len(found)
    for reader, name, sentence in (
        (noor, "maria", "only your own audit events"),
        (noor, "nobody", "only your own audit events"),
    ):
        with pytest.raises(Refused, match=sentence):
            audit.events(reader, about=name)
    with pytest.raises(BadInput, match="There is no user nobody"):
        audit.events(adam, about="nobody")


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_family_is_read_by_its_index(adam: Actor) -> None:
    """Its expression is, letter for letter, what the index holds."""
    plan = rows(
        f"EXPLAIN QUERY PLAN SELECT id FROM audit_event WHERE ({audit._FAMILY}) = 1 ORDER BY id"
    )
    assert "USING INDEX audit_event_family" in str(plan)


def test_a_limit_keeps_the_newest(adam: Actor) -> None:
    """Of many events the last ones are returned."""
    for number in range(5):
        users.add_user(adam, f"user{number}", adam.role)
    assert [event.target for event in audit.events(adam, limit=2)] == ["user4", "user3"]


def test_reading_leaves_no_event(adam: Actor, maria: Actor) -> None:
    """What one may look at leaves no trace."""
    before = trail()
    audit.events(adam)
    api_keys.list_keys(maria)
    users.list_users(adam)
    assert trail() == before


@pytest.mark.parametrize(
    "name", ["a\x1b]52;c;eA==\x07b", "a\u202eb", "two\nlines"], ids=["OSC", "bidi", "LF"]
)
def test_what_was_asked_for_is_recorded_harmlessly(maria: Actor, name: str) -> None:
    """A refused attempt at a hostile name writes nothing that acts on whoever reads of it."""
    with pytest.raises(Refused):
        api_keys.list_keys(maria, name)
    written = trail()[-1].target
    assert not set(written) & set("\x1b\x07\u202e\n")


def test_what_was_asked_for_is_recorded_in_bounded_length(maria: Actor) -> None:
    """Nobody fills the trail with megabytes by asking for impossible names."""
    with pytest.raises(Refused):
        api_keys.list_keys(maria, "x" * 1_000_000)
    assert len(trail()[-1].target) <= 200


def test_the_origin_is_recorded_harmlessly(database: Path, host: Actor) -> None:
    """An origin with an escape sequence in it stands in no event and in no person's row."""
    users.create_first_administrator("adam", "olive boats drift", "ssh \x1b[31mx")
    entered = sign_in.sign_in("adam", "olive boats drift", "ssh \x1b[31mx")
    assert isinstance(entered, sign_in.SignedIn)
    assert "\x1b" not in "".join(event.origin for event in trail())
    (shown,) = users.list_users(host)
    assert "\x1b" not in str(shown.last_sign_in_from)
