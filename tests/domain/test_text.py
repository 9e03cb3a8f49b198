"""Labels and reasons on the way in, any line on the way out."""

import sys

import pytest

from keytui.domain import text
from keytui.domain.errors import BadInput
from tests.corpus import NO_TEXT


@pytest.mark.parametrize("typed", NO_TEXT.values(), ids=NO_TEXT.keys())
@pytest.mark.parametrize("take", [text.label, text.reason])
def test_hostile_text_is_refused(take, typed: str) -> None:
    """What could act on a terminal, hide or break a line is refused with a harmless sentence."""
    with pytest.raises(BadInput) as refused:
        take(typed)
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert sentence == text.harmless(sentence)


@pytest.mark.parametrize(
    ("take", "longest"), [(text.label, 64), (text.reason, 200)], ids=["label", "reason"]
)
def test_text_that_does_not_fit_is_said_and_never_cut(take, longest: int) -> None:
    """The longest text is accepted whole; one character more is refused with the number."""
    assert take("é" * longest) == "é" * longest
    with pytest.raises(BadInput, match=f"at most {longest} .* this has {longest + 1}"):
        take("é" * (longest + 1))


@pytest.mark.parametrize(
    "typed",
    ["CI runner", "naïve café", "日本語", "Việt Nam", "[/foo]", "100 % _", "🚀 rocket"],
)
def test_ordinary_text_is_taken_as_it_is(typed: str) -> None:
    """People's languages, markup characters and wildcards are text."""
    assert text.label(typed) == typed


def test_text_is_kept_composed() -> None:
    """A letter and its combining accent become one character (NFC)."""
    assert text.label("cafe\u0301") == "caf\u00e9"


def test_the_length_is_counted_after_composing() -> None:
    """64 letters typed with 64 combining accents are a label of 64 characters."""
    assert len(text.label("e\u0301" * 64)) == 64


def test_spaces_around_text_are_trimmed() -> None:
    """Spaces before and after are not part of a label."""
    assert text.label("  CI  runner  ") == "CI  runner"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a\x1b]52;c;eA==\x07b", "a]52;c;eA==b"),
        ("a\x9b31mb", "a31mb"),
        ("a\u202eb\u2066c\u2069", "abc"),
        ("a\nb\r\tc\0", "abc"),
        ("a\u200bb\ufeff", "ab"),
        ("naïve 日本 [/foo]", "naïve 日本 [/foo]"),
    ],
    ids=["OSC 52", "C1", "bidi", "line controls", "zero width", "ordinary"],
)
def test_harmless_drops_what_acts_and_keeps_the_rest(given: str, shown: str) -> None:
    """On the way out controls and bidi overrides are gone and everything else stays."""
    assert text.harmless(given) == shown


def test_harmless_leaves_no_control_or_bidi_character() -> None:
    """No C0, DEL, C1 or bidi control of all of Unicode comes through."""
    acting = [*range(0x20), *range(0x7F, 0xA0), 0x061C, 0x200E, 0x200F]
    acting += [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
    assert text.harmless("".join(map(chr, acting))) == ""


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 keys"), (1, "1 key"), (2, "2 keys"), (1_234_567, "1,234,567 keys")]
)
def test_things_are_counted_as_people_do(number: int, words: str) -> None:
    """One is singular, and thousands are set apart."""
    assert text.counted(number, "key") == words


def test_nothing_that_is_dropped_is_printable() -> None:
    """So a text that Python calls printable is harmless without a closer look."""
    printable = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isprintable()]
    whole = "".join(printable)
    assert text.harmless("\x1b" + whole) == whole
