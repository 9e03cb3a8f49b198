"""One-time sign-in codes: how a person gets in before they have a password.

``7KQ2-M9XD-...``: six groups of four characters of Crockford's base 32, which
has no I, L, O or U to misread. 24 characters are 120 bits: over the 112 bits
from which OWASP ASVS 5.0 §6.5.2 accepts a plain hash for a lookup secret.
"""

import hashlib
import secrets
from typing import Final

from keytui.domain.clock import HOUR
from keytui.domain.secret import Secret

LIFETIME: Final = 72 * HOUR
"""How long a code can be used, in microseconds."""

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS, _GROUP_LENGTH = 6, 4
_LOOKALIKES = str.maketrans("ILO", "110")


def generate() -> Secret:
    """Draw a new code, in groups as it is shown: 29 characters with dashes."""
    text = bytearray()
    for group in range(_GROUPS):
        if group:
            text += b"-"
        for _ in range(_GROUP_LENGTH):
            text.append(ord(secrets.choice(_ALPHABET)))
    return Secret(text)


def digest(presented: str) -> bytes:
    """Return the SHA-256 of a code as typed, forgiving case, dashes and spaces.

    Anything at all may be presented; what is no code digests to what no code
    digests to.
    """
    characters = presented.upper().translate(_LOOKALIKES)
    bare = "".join(character for character in characters if character in _ALPHABET)
    return hashlib.sha256(bare.encode("ascii")).digest()
