"""What is no key text is malformed, whatever it is, and costs no query."""

import pytest

from keytui import Code, Verdict, Verifier
from keytui.domain.key_text import ALPHABET
from keytui.storage.key_lookup import KeyLookup
from tests.corpus import EVERYTHING, NO_KEY_TEXT, NOT_STRINGS
from tests.verification.support import Ring

KEY_TEXTS = EVERYTHING | NO_KEY_TEXT


@pytest.fixture
def no_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every look at the database fail the test."""

    def asked(lookup: KeyLookup, digest: bytes) -> None:
        raise AssertionError("the database was asked")

    monkeypatch.setattr(KeyLookup, "find", asked)


@pytest.mark.parametrize("presented", KEY_TEXTS.values(), ids=KEY_TEXTS)
def test_what_is_no_key_text_is_malformed(
    no_queries: None, verifier: Verifier, presented: str
) -> None:
    """Whatever text is sent, it gets a verdict, and the database is not asked."""
    assert verifier.verify(presented) == Verdict(Code.MALFORMED, None, None, None)


@pytest.mark.parametrize("presented", NOT_STRINGS, ids=repr)
def test_what_is_no_string_is_malformed(
    no_queries: None, verifier: Verifier, presented: object
) -> None:
    """A missing header or bytes are refused, not raised."""
    assert verifier.verify(presented).code is Code.MALFORMED  # type: ignore[arg-type]


def test_the_bytes_of_a_good_key_are_malformed(
    ring: Ring, no_queries: None, verifier: Verifier
) -> None:
    """A key text is a string: bytes never pass for one by accident."""
    assert verifier.verify(ring.valid.text.encode()).code is Code.MALFORMED  # type: ignore[arg-type]


def test_every_typo_of_one_character_is_malformed(
    ring: Ring, no_queries: None, verifier: Verifier
) -> None:
    """The checksum sees any replaced, lost, doubled or swapped character, without a query."""
    text = ring.valid.text
    places = range(len(text))
    typos = {text[:place] + other + text[place + 1 :] for place in places for other in ALPHABET}
    typos |= {text[:place] + text[place + 1 :] for place in places}
    typos |= {text[:place] + text[place] + text[place:] for place in places}
    typos |= {
        text[:place] + text[place + 1] + text[place] + text[place + 2 :] for place in places[:-1]
    }
    typos.discard(text)
    passed = [typo for typo in typos if verifier.verify(typo).code is not Code.MALFORMED]
    assert len(typos) > 3_000
    assert passed == []


@pytest.mark.parametrize(
    "around", ["{}\n", "\n{}", " {}", "{} ", "{}\0", "x{}", "{}x", "Bearer {}"]
)
def test_a_key_with_something_around_it_is_malformed(
    ring: Ring, no_queries: None, verifier: Verifier, around: str
) -> None:
    """The Python door takes the key text itself; trimming is for whoever read it."""
    assert verifier.verify(around.format(ring.valid.text)).code is Code.MALFORMED
