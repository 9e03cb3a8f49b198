"""Verdicts: every code for its reason, and a yes only for a good key."""

import dataclasses
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest

from keytui import Code, Verdict, Verifier
from keytui.domain.errors import DatabaseUnusable
from tests.verification.support import LABEL, Ring

EXPIRY = 1_800_000_000_000_000
"""When a key of these tests ends, in microseconds."""


def at(monkeypatch: pytest.MonkeyPatch, microseconds: int) -> None:
    """Stop the verifier's clock."""
    stopped = SimpleNamespace(time_ns=lambda: microseconds * 1_000)
    monkeypatch.setattr("keytui.services.verification.time", stopped)


def test_a_good_key_is_valid_and_says_whose_it_is(ring: Ring, verifier: Verifier) -> None:
    """The verdict names the key, its owner and its label."""
    verdict = verifier.verify(ring.valid.text)
    assert verdict == Verdict(Code.VALID, ring.valid.key_id, "maria", LABEL)
    assert verdict.valid
    assert verdict


@pytest.mark.parametrize(
    ("kind", "code", "owner"),
    [
        ("deactivated", Code.DEACTIVATED, "maria"),
        ("expired", Code.EXPIRED, "maria"),
        ("owner_inactive", Code.OWNER_INACTIVE, "tom"),
    ],
)
def test_a_known_key_that_is_not_good_says_why(
    ring: Ring, verifier: Verifier, kind: str, code: Code, owner: str
) -> None:
    """Operators learn whose key it is and what ended it; it is no yes."""
    key = getattr(ring, kind)
    verdict = verifier.verify(key.text)
    assert (verdict.code, verdict.key_id, verdict.user_id) == (code, key.key_id, owner)
    assert not verdict.valid
    assert not verdict


def test_a_well_formed_key_of_nobody_is_unknown(ring: Ring, verifier: Verifier) -> None:
    """Shape and checksum are right, but no such key was ever created here."""
    assert verifier.verify(ring.unknown.text) == Verdict(Code.UNKNOWN, None, None, None)


def test_a_key_expires_at_the_very_microsecond(
    ring: Ring, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``expires_at`` is the first moment at which the key is not good any more."""
    ring.rows("UPDATE api_key SET expires_at = ? WHERE id = ?", EXPIRY, ring.spare.key_id)
    found = []
    for moment in (EXPIRY - 1, EXPIRY, EXPIRY + 1):
        at(monkeypatch, moment)
        found.append(verifier.verify(ring.spare.text).code)
    assert found == [Code.VALID, Code.EXPIRED, Code.EXPIRED]


def test_of_several_reasons_the_first_of_the_order_is_named(
    ring: Ring, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deactivated goes before expired, and expired before an inactive owner."""
    at(monkeypatch, EXPIRY)
    for key in (ring.deactivated, ring.owner_inactive):
        ring.force("UPDATE api_key SET expires_at = ? WHERE id = ?", EXPIRY, key.key_id)
    found = (
        verifier.verify(ring.deactivated.text).code,
        verifier.verify(ring.owner_inactive.text).code,
    )
    assert found == (Code.DEACTIVATED, Code.EXPIRED)
    ring.rows(
        "UPDATE api_key SET deactivated_at = 1, deactivated_by = 'adam', "
        "deactivation_reason = 'left' WHERE id = ?",
        ring.owner_inactive.key_id,
    )
    assert verifier.verify(ring.owner_inactive.text).code is Code.DEACTIVATED


def test_refused_keys_have_no_last_use(ring: Ring, verifier: Verifier) -> None:
    """Only a good verification is a use."""
    kinds = (ring.deactivated, ring.expired, ring.owner_inactive, ring.unknown)
    for text in (*(key.text for key in kinds), "kt_nonsense"):
        assert not verifier.verify(text, "10.0.0.1")
    assert verifier.flush()
    assert ring.never_used()


@pytest.mark.parametrize("code", list(Code))
def test_a_verdict_is_true_only_for_a_good_key(code: Code) -> None:
    """``if verifier.verify(text):`` lets no bad key in."""
    assert bool(Verdict(code, 1, "maria", "CI")) is (code is Code.VALID)
    assert Verdict(code).valid is (code is Code.VALID)


def test_a_verdict_is_frozen() -> None:
    """Nobody turns a no into a yes afterwards."""
    verdict = Verdict(Code.EXPIRED, 1, "maria", "CI")
    for name in ("code", "key_id", "user_id", "label", "valid", "other"):
        with pytest.raises((AttributeError, dataclasses.FrozenInstanceError)):
            setattr(verdict, name, Code.VALID)
    assert hash(verdict) == hash(Verdict(Code.EXPIRED, 1, "maria", "CI"))


def test_the_codes_are_these_and_no_others() -> None:
    """The enum is closed: programs may handle each."""
    assert [code.name for code in Code] == [
        "VALID",
        "MALFORMED",
        "UNKNOWN",
        "DEACTIVATED",
        "EXPIRED",
        "OWNER_INACTIVE",
    ]


def test_a_row_that_cannot_be_read_is_never_a_yes(ring: Ring, verifier: Verifier) -> None:
    """A label of broken UTF-8 in the file is an error for operators, not an answer."""
    with sqlite3.connect(Path(ring.database)) as connection:
        connection.execute(
            "UPDATE api_key SET label = CAST(x'ff' AS TEXT) WHERE deactivated_at IS NULL"
        )
    connection.close()
    with pytest.raises(DatabaseUnusable):
        verifier.verify(ring.valid.text)
