"""Free text from people: labels and reasons on the way in, any line on the way out.

Two layers against text that acts: :func:`label` and :func:`reason` refuse
what does not belong, with a sentence, and :func:`harmless` drops it once more
from whatever is shown or written, in case it came by another way.
"""

import unicodedata
from typing import Final

from keytui.domain.errors import BadInput

LABEL_MAX: Final = 64
REASON_MAX: Final = 200

_FORBIDDEN = {
    "Cc": "control characters",
    "Cf": "invisible formatting characters",
    "Cs": "broken characters",
    "Co": "private-use characters",
    "Cn": "unassigned characters",
    "Zl": "line separators",
    "Zp": "paragraph separators",
}
_MAX_MARKS_IN_A_ROW = 2

# C0, DEL, C1 and what turns or hides text: the zero-width and bidi controls
# of UAX #9, line and paragraph separators, the byte-order mark, and lone
# surrogates, which no encoding can write.
_DROPPED: Final = dict.fromkeys(
    [
        *range(0x20),
        *range(0x7F, 0xA0),
        0x061C,
        *range(0x200B, 0x2010),
        *range(0x2028, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xD800, 0xE000),
        0xFEFF,
    ]
)


def label(typed: str) -> str:
    """Return a key's label, trimmed and in NFC: 1 to 64 characters.

    Raises:
        BadInput: it is empty, too long or holds characters that are not text.
    """
    return _free_text(typed, "label", LABEL_MAX)


def reason(typed: str) -> str:
    """Return a reason, trimmed and in NFC: 1 to 200 characters.

    Raises:
        BadInput: it is empty, too long or holds characters that are not text.
    """
    return _free_text(typed, "reason", REASON_MAX)


def harmless(text: str) -> str:
    """Drop what could act on a terminal or a log, or cannot be written to one."""
    # All that is dropped is not printable in Python's sense: most text is seen through at once.
    return text if text.isprintable() else text.translate(_DROPPED)


def folded(text: str) -> str:
    """Return a text as it is searched and sorted by: whatever the case, without accents."""
    apart = unicodedata.normalize("NFKD", harmless(text).casefold())
    return "".join(each for each in apart if not unicodedata.combining(each))


def counted(number: int, thing: str) -> str:
    """Return how many there are of a thing: ``1 key``, ``2,000 keys``."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def times(number: int) -> str:
    """Return how often something happened: ``once``, ``2,000 times``."""
    return "once" if number == 1 else f"{number:,} times"


def _free_text(typed: str, what: str, longest: int) -> str:
    text = unicodedata.normalize("NFC", typed.strip())
    if not text:
        raise BadInput(f"Enter a {what}.")
    if len(text) > longest:
        raise BadInput(f"A {what} has at most {longest} characters; this has {len(text):,}.")
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category in _FORBIDDEN:
            raise BadInput(f"A {what} cannot hold {_FORBIDDEN[category]}: type it again without.")
        marks = marks + 1 if category.startswith("M") else 0
        if marks > _MAX_MARKS_IN_A_ROW:
            raise BadInput(f"A {what} cannot stack more than {_MAX_MARKS_IN_A_ROW} accents.")
    return text
