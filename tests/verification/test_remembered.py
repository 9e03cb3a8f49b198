"""What a verifier remembers of a key it found: nothing that anybody has changed since."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from keytui import Code, Verifier
from keytui.storage import key_lookup
from tests.support import new_key_text, text_of
from tests.verification.support import Ring

END = "deactivated_at = 1, deactivated_by = 'adam', deactivation_reason = 'left'"


@pytest.fixture
def other(ring: Ring) -> Iterator[sqlite3.Connection]:
    """Return another connection, of this same process, that stays open."""
    with closing(sqlite3.connect(ring.database, isolation_level=None)) as connection:
        yield connection


def many_keys(ring: Ring, other: sqlite3.Connection, number: int) -> list[str]:
    """Add keys of maria's, past keytui, and return their texts."""
    import hashlib

    texts = [text_of(new_key_text()) for _ in range(number)]
    other.executemany(
        "INSERT INTO api_key (owner_id, created_by_id, label, scheme, digest, last_four, created_at)"
        " SELECT id, id, 'many', 1, ?, 'abcd', 1 FROM user WHERE user_id = 'maria'",
        [(hashlib.sha256(text.encode()).digest(),) for text in texts],
    )
    return texts


def test_each_of_many_deactivations_is_seen_at_once(
    ring: Ring, verifier: Verifier, other: sqlite3.Connection
) -> None:
    """Key after key: good and remembered, then ended by somebody else, then refused."""
    texts = many_keys(ring, other, 200)
    for text in texts:
        key = verifier.verify(text).key_id
        assert all(verifier.verify(text) for _ in range(3))
        other.execute(f"UPDATE api_key SET {END} WHERE id = ?", (key,))
        assert verifier.verify(text).code is Code.DEACTIVATED


def test_a_changed_label_or_owner_is_seen_at_once(
    ring: Ring, verifier: Verifier, other: sqlite3.Connection
) -> None:
    """What a verdict says of a key is what the row says, not what it said before."""
    assert verifier.verify(ring.valid.text).label != "renamed"
    other.execute("UPDATE api_key SET label = 'renamed' WHERE id = ?", (ring.valid.key_id,))
    assert verifier.verify(ring.valid.text).label == "renamed"
    other.execute("UPDATE user SET status = 'inactive', deactivated_at = 1 WHERE user_id = 'maria'")
    assert verifier.verify(ring.valid.text).code is Code.OWNER_INACTIVE


def test_only_a_commit_counts(ring: Ring, verifier: Verifier, other: sqlite3.Connection) -> None:
    """A deactivation that is under way, or taken back, refuses nobody; committed it does."""
    change = f"UPDATE api_key SET {END} WHERE id = ?"
    for ending, valid in (("ROLLBACK", True), ("COMMIT", False)):
        other.execute("BEGIN IMMEDIATE")
        other.execute(change, (ring.valid.key_id,))
        assert verifier.verify(ring.valid.text)
        other.execute(ending)
        assert verifier.verify(ring.valid.text).valid is valid


@pytest.mark.parametrize(
    "upkeep", ["PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "REINDEX", "ANALYZE"]
)
def test_upkeep_of_the_file_hides_no_change(
    ring: Ring, verifier: Verifier, other: sqlite3.Connection, upkeep: str
) -> None:
    """Whatever is done to the file between, before and after a deactivation, it is seen."""
    for key in (ring.valid, ring.spare):
        assert verifier.verify(key.text)
        other.execute(upkeep)
        assert verifier.verify(key.text)
        other.execute(f"UPDATE api_key SET {END} WHERE id = ?", (key.key_id,))
        other.execute(upkeep)
        assert verifier.verify(key.text).code is Code.DEACTIVATED


def test_its_own_flush_hides_no_change(
    ring: Ring, verifier: Verifier, other: sqlite3.Connection
) -> None:
    """The verifier writes last uses itself: in between, others' commits are seen as ever."""
    for key in (ring.valid, ring.spare):
        assert verifier.verify(key.text)
        assert verifier.flush()
        assert verifier.verify(key.text)
        other.execute(f"UPDATE api_key SET {END} WHERE id = ?", (key.key_id,))
        assert verifier.flush()
        assert verifier.verify(key.text).code is Code.DEACTIVATED


def test_what_is_remembered_is_bounded(
    ring: Ring, verifier: Verifier, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More keys than are remembered still get their own verdicts, in any order."""
    monkeypatch.setattr(key_lookup, "_REMEMBERED", 3)
    texts = many_keys(ring, other, 10)
    first = [verifier.verify(text).key_id for text in texts]
    assert len(set(first)) == 10
    again = [verifier.verify(text).key_id for text in reversed(texts)]
    assert again == first[::-1]
    assert len(verifier._lookup._here.thread.found) <= 3


def test_garbage_and_unknown_keys_are_not_remembered(ring: Ring, verifier: Verifier) -> None:
    """Whoever floods it with keys of nobody fills no memory."""
    assert verifier.verify(ring.unknown.text).code is Code.UNKNOWN
    assert verifier.verify(ring.valid.text)
    assert len(verifier._lookup._here.thread.found) == 1
