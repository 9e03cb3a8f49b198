"""The key text: shape, checksum, mask."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from keytui.domain import key_text
from keytui.domain.key_text import ALPHABET, BRAND, LENGTH
from tests.support import new_key_text, text_of


def test_a_key_text_is_52_characters_that_a_secret_scanner_finds() -> None:
    """A new key text is found as one word in the middle of a sentence."""
    text = text_of(new_key_text())
    assert len(text) == LENGTH == 52
    assert re.findall(key_text.PATTERN, f"my key is {text}, really") == [text]


def test_a_new_key_text_is_well_formed() -> None:
    """Every key text that is drawn is looked up by the very digest that is stored."""
    for _ in range(100):
        secret = new_key_text()
        assert key_text.digest_of(text_of(secret)) == secret.digest()


def test_no_key_text_is_drawn_twice() -> None:
    """A thousand key texts are a thousand different ones."""
    assert len({text_of(new_key_text()) for _ in range(1000)}) == 1000


def test_the_checksum_is_githubs() -> None:
    """The sample that GitHub published for its own tokens has the checksum we compute."""
    # In two pieces, so that secret scanners stay quiet about this file.
    random_part, checksum = "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq17"
    assert key_text.checksum(random_part.encode()) == checksum.encode()


def test_a_small_checksum_is_padded_with_zeros() -> None:
    """The checksum of nothing, which is 0, is six zeros."""
    assert key_text.checksum(b"") == b"000000"


@pytest.mark.parametrize("place", range(LENGTH))
def test_a_typo_is_rejected(place: int) -> None:
    """One wrong character, whichever and wherever, makes a key text malformed."""
    text = text_of(new_key_text())
    typos = [
        text[:place] + wrong + text[place + 1 :]
        for wrong in ALPHABET + "-_ é"
        if wrong != text[place]
    ]
    assert [typo for typo in typos if key_text.digest_of(typo)] == []


def test_two_swapped_neighbours_are_rejected() -> None:
    """Typing two characters in the wrong order makes a key text malformed."""
    text = text_of(new_key_text())
    swapped = [
        text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        for place in range(LENGTH - 1)
        if text[place] != text[place + 1]
    ]
    assert [typo for typo in swapped if key_text.digest_of(typo)] == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: "", id="nothing"),
        pytest.param(lambda text: text + "\n", id="newline after it"),
        pytest.param(lambda text: " " + text, id="space before it"),
        pytest.param(lambda text: text[:-1], id="one character short"),
        pytest.param(lambda text: text + "0", id="one character more"),
        pytest.param(lambda text: text.replace(BRAND, "KT_", 1), id="another brand"),
        pytest.param(lambda text: text * 10_000, id="half a megabyte"),
        pytest.param(lambda text: text[:-1] + "\0", id="NUL"),
        pytest.param(lambda text: text.encode(), id="bytes"),
        pytest.param(lambda text: None, id="None"),
        pytest.param(lambda text: text[:-1] + "\ud800", id="lone surrogate"),
        pytest.param(lambda text: text[:-1] + "٣", id="digit of another script"),
    ],
)
def test_what_is_no_key_text_is_rejected(change: Callable[[str], Any]) -> None:
    """Anything but exactly a key text is malformed, and never an exception."""
    assert key_text.digest_of(change(text_of(new_key_text()))) is None


def test_the_mask_shows_the_last_four_characters_alone() -> None:
    """A masked key is four dots and the last 4 characters of its text."""
    secret = new_key_text()
    last = key_text.last_four(secret)
    assert last == text_of(secret)[-4:]
    assert key_text.mask(last) == "••••" + last
