"""No stale yes: a deactivation that any process committed is seen by the very next verification."""

from typing import Any

import pytest

from keytui import Code, Verifier
from tests.verification.agents import DEACTIVATING, VERIFYING, Agent
from tests.verification.conftest import StartAgent
from tests.verification.support import Key, Ring

HAMMERING = """
import threading, time
answers = []
def hammer(text):
    given = 0
    while given < 60 or answer:
        start = time.monotonic_ns()
        answer = bool(verifier.verify(text))
        answers.append((start, answer))
        given += 1
def begin(text):
    global threads
    threads = [threading.Thread(target=hammer, args=(text,)) for _ in range(5)]
    for thread in threads:
        thread.start()
def collected():
    for thread in threads:
        thread.join()
    given, answers[:] = list(answers), []
    return given
"""
"""What makes an agent verify in five threads, each until it is told no and at least 60 times."""
PROCESSES = 4


def codes(agents: list[Agent], verifier: Verifier, key: Key) -> list[str]:
    """Return what this process and the others say to a key."""
    here = verifier.verify(key.text).code.name
    return [here, *(each.ask(f"code({key.text!r})") for each in agents)]


def test_a_deactivated_key_is_refused_at_once_in_every_process(
    ring: Ring, verifier: Verifier, agent: StartAgent
) -> None:
    """One process deactivates; this one and a third refuse the very next time."""
    others = [agent(ring.database, told=VERIFYING)]
    writer = agent(ring.database, told=DEACTIVATING)
    assert codes(others, verifier, ring.valid) == ["VALID", "VALID"]
    writer.ask(f"deactivate({ring.valid.key_id})")
    assert codes(others, verifier, ring.valid) == ["DEACTIVATED", "DEACTIVATED"]
    assert codes(others, verifier, ring.spare) == ["VALID", "VALID"]


def test_the_keys_of_a_deactivated_user_are_refused_at_once(
    ring: Ring, verifier: Verifier, agent: StartAgent
) -> None:
    """Whoever leaves takes all their keys with them, at the very next verification."""
    others = [agent(ring.database, told=VERIFYING)]
    writer = agent(ring.database, told=DEACTIVATING)
    assert codes(others, verifier, ring.spare) == ["VALID", "VALID"]
    writer.ask("users.deactivate_user(host, 'maria', 'left')")
    for key in (ring.valid, ring.spare):
        assert all(
            code in ("OWNER_INACTIVE", "DEACTIVATED") for code in codes(others, verifier, key)
        )


def test_a_promotion_ends_the_keys_at_once(
    ring: Ring, verifier: Verifier, agent: StartAgent
) -> None:
    """Administrators hold no keys: not even for one more verification."""
    writer = agent(ring.database, told=DEACTIVATING)
    assert verifier.verify(ring.spare.text)
    working = ring.rows(
        "SELECT count(*) FROM api_key JOIN user ON user.id = owner_id WHERE user_id = 'maria' "
        "AND api_key.deactivated_at IS NULL AND expires_at IS NULL"
    )[0][0]
    writer.ask(
        "from keytui.domain.permissions import Role\n"
        f"users.set_role(host, 'maria', Role.ADMINISTRATOR, active_keys={working})"
    )
    assert verifier.verify(ring.spare.text).code is Code.DEACTIVATED


def test_a_key_created_elsewhere_is_good_at_once(
    ring: Ring, verifier: Verifier, agent: StartAgent
) -> None:
    """A no is not cached either: the key that somebody has just created works."""
    assert verifier.verify(ring.unknown.text).code is Code.UNKNOWN
    writer = agent(ring.database, told=DEACTIVATING)
    writer.ask(
        "import hashlib\n"
        "from keytui.storage.models import ApiKeyRow, UserRow\n"
        "maria = UserRow.get(UserRow.user_id == 'maria').id\n"
        "ApiKeyRow.create(owner=maria, created_by=maria, label='new', scheme=1, created_at=1,\n"
        f"    digest=hashlib.sha256({ring.unknown.text.encode()!r}).digest(), last_four='abcd')"
    )
    assert verifier.verify(ring.unknown.text)


@pytest.mark.parametrize("what", ["the key", "its owner"])
def test_of_a_thousand_racing_verifications_none_is_stale(
    ring: Ring, agent: StartAgent, what: str
) -> None:
    """20 threads of 4 processes race a deactivation: no yes began after it was committed."""
    writer = agent(ring.database, told=DEACTIVATING)
    racers = [agent(ring.database, told=VERIFYING + HAMMERING) for _ in range(PROCESSES)]
    for racer in racers:
        racer.ask(f"begin({ring.valid.text!r})")
    if what == "the key":
        committed = writer.ask(f"deactivate({ring.valid.key_id})")
    else:
        writer.ask("users.deactivate_user(host, 'maria', 'left')")
        committed = writer.ask("time.monotonic_ns()")
    for racer in racers:
        racer.tell("collected()")
    answers: list[Any] = [answer for racer in racers for answer in racer.hear()]
    assert len(answers) >= 1_000
    assert any(yes for _, yes in answers)
    assert [start for start, yes in answers if yes and start >= committed] == []


def test_verifications_that_begin_after_the_commit_all_refuse(
    ring: Ring, agent: StartAgent
) -> None:
    """A thousand verifications that were waiting for the commit begin together, and all say no."""
    writer = agent(ring.database, told=DEACTIVATING)
    racers = [agent(ring.database, told=VERIFYING + HAMMERING) for _ in range(PROCESSES)]
    for racer in racers:  # their connections have seen the key while it was good
        assert racer.ask(f"code({ring.valid.text!r})") == "VALID"
    writer.ask(f"deactivate({ring.valid.key_id})")
    for racer in racers:
        racer.tell(f"begin({ring.valid.text!r})")
        racer.tell("collected()")
    for racer in racers:
        racer.hear()
        assert not any(yes for _, yes in racer.hear())
