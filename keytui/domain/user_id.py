"""User IDs: the name a person signs in with.

Lower-case ASCII only, so that two different people can never look alike:
homoglyphs, zero-width characters and case twins end here. Anything else is
refused, never folded. A User ID is unique and never used again.
"""

import re
from typing import Final

from keytui.domain.errors import BadInput

MAX_LENGTH: Final = 64
_SHAPE = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}", re.ASCII)


def folded(typed: str) -> str:
    """Return the form in which a typed User ID is looked up; ``""`` if it cannot be one.

    Unlike :func:`parse` it never refuses: whoever signs in learns nothing from it.
    """
    name = typed.strip()
    return name.lower() if name.isascii() and _SHAPE.fullmatch(name.lower()) else ""


def parse(typed: str) -> str:
    """Return the User ID that was typed, in lower case.

    Raises:
        BadInput: it is empty, too long or holds a character that is not allowed.
    """
    if not typed:
        raise BadInput("Enter a User ID.")
    if len(typed) > MAX_LENGTH:
        raise BadInput(f"A User ID has at most {MAX_LENGTH} characters; this has {len(typed):,}.")
    # ASCII first: lower() would fold the Kelvin sign to "k" and make a twin.
    if not typed.isascii() or not _SHAPE.fullmatch(typed.lower()):
        raise BadInput(
            "A User ID has only letters a-z, digits and . _ @ + -, and starts with a letter or digit."
        )
    return typed.lower()
