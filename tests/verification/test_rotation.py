"""A rotation as the programs see it that verify: two good keys for a while, then one."""

import threading
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

from keytui import Code, Verifier
from keytui.domain.audit import Action, Outcome
from keytui.domain.clock import iso
from keytui.domain.errors import DatabaseUnusable
from keytui.domain.overlap import Overlap
from keytui.domain.records import Actor
from keytui.gateway import Gateway
from keytui.services import api_keys, audit, last_uses, rotation, sign_in
from keytui.storage import late_uses
from keytui.storage.database import open_location, writing_alone
from tests.support import PASSWORD, Clock, Event, MakePerson, rows, text_of, trail
from tests.verification.asking import ask, bearer, living


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Tell each story on both engines."""
    if request.param == "postgresql":
        pytest.importorskip("psycopg", reason="psycopg is not installed")
    return str(request.param)


@pytest.fixture
def clock(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stop the verifier's clock too, and let its thread write nothing by itself."""
    stopped = SimpleNamespace(time_ns=lambda: clock.now * 1_000)
    monkeypatch.setattr("keytui.services.verification.time", stopped)
    monkeypatch.setattr(last_uses.LastUses, "start", lambda *_: None)
    return clock


class Pair:
    """A key of somebody's and the one that replaces it."""

    def __init__(self, owner: Actor, overlap: Overlap) -> None:
        """Create the one and rotate it."""
        old, secret = api_keys.create_key(owner, "CI")
        api_keys.confirm_key(owner, old.key_id)
        new, another = rotation.rotate(owner, old.key_id, overlap)
        self.old, self.old_text = old.key_id, text_of(secret)
        self.new, self.new_text = new.key_id, text_of(another)


def late_events() -> list[Event]:
    """Return the events of uses after a rotation that stand in the trail."""
    return [event for event in trail() if event.action is Action.KEY_USE_AFTER_ROTATION]


def test_both_keys_verify_during_the_overlap_and_then_the_new_one_alone(
    clock: Clock, maria: Actor
) -> None:
    """To the microsecond, and by one verifier that is open all the time."""
    pair = Pair(maria, Overlap.DAY)
    with Verifier(open_location()) as verifier:

        def codes() -> tuple[Code, Code]:
            return verifier.verify(pair.old_text).code, verifier.verify(pair.new_text).code

        assert codes() == (Code.VALID, Code.VALID)
        clock.now += Overlap.DAY.length - 1
        assert codes() == (Code.VALID, Code.VALID)
        clock.now += 1
        assert codes() == (Code.EXPIRED, Code.VALID)


async def test_the_http_door_says_the_same(clock: Clock, maria: Actor) -> None:
    """204 and 204, then 401 and 204."""
    pair = Pair(maria, Overlap.HOUR)
    place = open_location()
    gateway = Gateway(lambda: Verifier(place))
    async with living(gateway):

        async def statuses() -> list[int]:
            texts = (pair.old_text, pair.new_text)
            return [(await ask(gateway, [bearer(text)])).status for text in texts]

        assert await statuses() == [204, 204]
        clock.advance(hours=1)
        assert await statuses() == [401, 204]


@pytest.mark.parametrize("early", [True, False], ids=["overlap ended early", "no overlap"])
def test_an_end_is_seen_by_the_very_next_verification(
    clock: Clock, maria: Actor, *, early: bool
) -> None:
    """Whether there was no overlap or its owner has just ended it."""
    pair = Pair(maria, Overlap.WEEK if early else Overlap.NONE)
    with Verifier(open_location()) as verifier:
        if early:
            assert verifier.verify(pair.old_text)
            rotation.end_overlap(maria, pair.old)
        assert verifier.verify(pair.old_text).code is Code.DEACTIVATED
        assert verifier.verify(pair.new_text)


def test_a_use_after_the_end_is_an_event_of_its_own(
    clock: Clock, maria: Actor, adam: Actor
) -> None:
    """Refused, counted, with when and from where; and the new key goes on working."""
    pair = Pair(maria, Overlap.HOUR)
    clock.advance(hours=1)
    with Verifier(open_location()) as verifier:
        for origin in ("10.0.4.17", "10.0.4.17", "10.0.4.18"):
            assert not verifier.verify(pair.old_text, origin)
        assert verifier.flush(), verifier.problem
        assert late_events() == [], "whoever verifies has no audit key"
        (told,) = (
            event for event in audit.events(adam) if event.action == Action.KEY_USE_AFTER_ROTATION
        )
        assert verifier.verify(pair.new_text)
    assert (told.actor, told.outcome, told.target, told.detail, told.origin) == (
        "-",
        Outcome.REFUSED,
        f"key {pair.old}",
        f"3 times, last at {iso(clock.now)}",
        "10.0.4.18",
    )
    found = {key.key_id: key for key in api_keys.list_keys(maria)}
    old = found[pair.old]
    assert (old.late_uses, old.late_used_at, old.late_used_from) == (3, clock.now, "10.0.4.18")
    assert (old.last_used_at, found[pair.new].late_uses) == (None, 0)


def test_a_flood_of_uses_is_one_event_an_hour(clock: Clock, maria: Actor) -> None:
    """What comes within the hour is counted, and told together when the hour is over."""
    pair = Pair(maria, Overlap.NONE)
    with Verifier(open_location()) as verifier:
        for minutes in (0, 1, 58, 1):
            clock.advance(minutes=minutes)
            for _ in range(50):
                verifier.verify(pair.old_text)
            assert verifier.flush(), verifier.problem
            audit.events(maria)
            audit.events(maria)
    assert [event.detail.partition(",")[0] for event in late_events()] == [
        "50 times",
        "150 times",
    ]


def test_owner_and_administrator_read_it_and_nobody_else(
    clock: Clock, maria: Actor, adam: Actor, person: MakePerson
) -> None:
    """The event concerns the key's owner."""
    ben = person("ben")
    pair = Pair(maria, Overlap.NONE)
    with Verifier(open_location()) as verifier:
        verifier.verify(pair.old_text)
    for reader, reads in ((maria, 1), (adam, 1), (ben, 0)):
        assert len(audit.events(reader, "use_after_rotation")) == reads


def test_the_next_sign_in_says_so(
    clock: Clock, maria: Actor, adam: Actor, person: MakePerson
) -> None:
    """To the owner with the key, to an administrator with the number of keys, to others nothing."""
    person("ben")
    pair = Pair(maria, Overlap.NONE)
    clock.advance(minutes=1)
    with Verifier(open_location()) as verifier:
        verifier.verify(pair.old_text, "10.0.4.17")
    clock.advance(minutes=1)

    def notices(name: str) -> tuple[str, ...]:
        entered = sign_in.sign_in(name, PASSWORD, "local")
        assert isinstance(entered, sign_in.SignedIn)
        return entered.notices

    (told,) = notices("maria")
    assert told.startswith(f"Key {pair.old} was tried once after its rotation, last on 20")
    assert told.endswith(" from 10.0.4.17: find why.")
    assert notices("adam") == (
        "1 key was tried after rotation since your last sign-in: press 3 for Audit.",
    )
    assert notices("ben") == ()
    assert len(late_events()) == 1
    clock.advance(minutes=1)
    assert notices("maria") == notices("adam") == ()


@pytest.mark.parametrize("ended", [True, False], ids=["deactivated", "expired"])
def test_a_key_that_was_never_rotated_is_not_counted(
    clock: Clock, maria: Actor, *, ended: bool
) -> None:
    """It costs no writing either: another writer who holds the database is in nobody's way."""
    key, secret = api_keys.create_key(maria, "CI", expires_at=clock.now + 1)
    if ended:
        api_keys.deactivate_key(maria, key.key_id, "lost")
    clock.advance(seconds=1)
    before = rows("SELECT * FROM api_key")
    with Verifier(open_location()) as verifier:
        assert not verifier.verify(text_of(secret))
        with writing_alone():
            assert verifier.flush(), verifier.problem
    assert rows("SELECT * FROM api_key") == before


def test_what_could_not_be_written_is_written_later(
    clock: Clock, maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flush that fails keeps the count, and adds what comes meanwhile."""
    pair = Pair(maria, Overlap.NONE)
    write = late_uses.write

    def busy(_: str, late: Mapping[int, late_uses.LateUse], **__: float) -> None:
        verifier.verify(pair.old_text, "meanwhile")
        raise DatabaseUnusable("The database is busy.")

    with Verifier(open_location()) as verifier:
        verifier.verify(pair.old_text, "first")
        monkeypatch.setattr(late_uses, "write", busy)
        assert not verifier.flush()
        assert verifier.problem == "The database is busy."
        monkeypatch.setattr(late_uses, "write", write)
        assert verifier.flush()
        assert verifier.problem == ""
    assert rows(f"SELECT late_uses, late_used_from FROM api_key WHERE id = {pair.old}") == [
        (2, "meanwhile")
    ]


def test_no_use_is_lost_between_threads_and_verifiers(clock: Clock, maria: Actor) -> None:
    """Four threads on two verifiers: each use is counted once, across flushes."""
    pair = Pair(maria, Overlap.NONE)
    place = open_location()

    def use(verifier: Verifier) -> None:
        for _ in range(5):
            for _ in range(20):
                verifier.verify(pair.old_text)
            verifier.flush()

    with Verifier(place) as one, Verifier(place) as other:
        threads = [
            threading.Thread(target=use, args=(which,)) for which in (one, one, other, other)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert rows(f"SELECT late_uses FROM api_key WHERE id = {pair.old}") == [(400,)]


def test_a_trail_that_cannot_be_written_can_be_read(
    clock: Clock, maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is counted stays counted, and is told as soon as it can be."""
    pair = Pair(maria, Overlap.NONE)
    with Verifier(open_location()) as verifier:
        verifier.verify(pair.old_text)

    def unusable(*_: object, **__: object) -> None:
        raise DatabaseUnusable("The audit key is missing.")

    with monkeypatch.context() as broken:
        broken.setattr("keytui.services.recording.append", unusable)
        assert audit.events(maria)
    assert late_events() == []
    audit.events(maria)
    assert len(late_events()) == 1


def test_an_origin_is_harmless_where_it_is_kept(clock: Clock, database: Path, maria: Actor) -> None:
    """An escape sequence in it reaches neither the row nor the trail."""
    pair = Pair(maria, Overlap.NONE)
    with Verifier(open_location()) as verifier:
        verifier.verify(pair.old_text, "\x1b]52;c;eA==\x07" + "x" * 100)
    audit.events(maria)
    ((kept,),) = rows(f"SELECT late_used_from FROM api_key WHERE id = {pair.old}")
    assert kept.isprintable()
    assert len(kept) <= 64
    assert late_events()[0].origin == kept
