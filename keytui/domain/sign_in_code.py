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
LENGTH: Final = _GROUPS * (_GROUP_LENGTH + 1) - 1
_LOOKALIKES = str.maketrans("ILO", "110")


def draw(secret: Secret) -> None:
    """Draw a new code into ``secret``, in groups as it is shown: 29 characters with dashes."""
    text = secret.room(LENGTH)
    for place in range(LENGTH):
        between = (place + 1) % (_GROUP_LENGTH + 1) == 0
        text[place] = ord("-" if between else secrets.choice(_ALPHABET))


def digest_of_drawn(secret: Secret) -> bytes:
    """Return what :func:`digest` returns for the code in ``secret``, without a string of it."""
    text = secret.view()
    sha = hashlib.sha256()
    for start in range(0, LENGTH, _GROUP_LENGTH + 1):
        sha.update(text[start : start + _GROUP_LENGTH])
    return sha.digest()


def digest(presented: str) -> bytes:
    """Return the SHA-256 of a code as typed, forgiving case, dashes and spaces.

    Anything at all may be presented; what is no code digests to what no code
    digests to.
    """
    characters = presented.upper().translate(_LOOKALIKES)
    bare = "".join(character for character in characters if character in _ALPHABET)
    return hashlib.sha256(bare.encode("ascii")).digest()
