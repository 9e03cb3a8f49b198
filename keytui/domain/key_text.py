r"""The key text: its grammar, its mask and its digest. All three live only here.

    kt_ AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA CCCCCC
    |   |                                           CRC-32 of the 43, base62
    |   43 random base62 characters: 43 x log2(62) = 256.03 bits
    brand, so that a leaked key is recognised for what it is

52 characters, one word for a double-click. The checksum is GitHub's scheme
(alphabet ``0-9A-Za-z``, zero-padded, computed over the random part alone); it
rejects a typo without a look at the database and lets secret scanners be sure.

Why the stored digest is a plain SHA-256 and not Argon2: slow hashes protect
secrets that can be guessed. OWASP ASVS 5.0 §6.5.2 accepts a plain hash for
lookup secrets from 112 bits up, and a key text has 256. A slow hash would cost
every verification 100 ms and 64 MiB, a gift to whoever floods the service.
"""

import re
from hashlib import sha256 as _sha256
from typing import Final
from zlib import crc32 as _crc32

from keytui.domain.secret import Secret

BRAND: Final = "kt_"
ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
RANDOM_LENGTH: Final = 43
CHECKSUM_LENGTH: Final = 6
LENGTH: Final = len(BRAND) + RANDOM_LENGTH + CHECKSUM_LENGTH

SCHEME: Final = 1
"""The number of this grammar and digest, stored beside every digest, so that a
later scheme upgrades keys instead of breaking them."""

PATTERN: Final = r"\bkt_[0-9A-Za-z]{49}\b"
"""What a key text looks like, for secret scanners."""

MASK: Final = "••••"
SHOWN_LENGTH: Final = 4
"""How many of its last characters a masked key shows."""

_SHAPE = re.compile(r"kt_[0-9A-Za-z]{49}", re.ASCII).fullmatch
_VALUES = bytes(max(ALPHABET.find(chr(code)), 0) for code in range(256))


def draw(secret: Secret) -> None:
    """Draw a new key text from the operating system's random source into ``secret``.

    Character by character: no string of more than one of them comes to be.
    """
    import secrets  # late: verification, which draws nothing, starts sooner without it

    text = secret.room(LENGTH)
    start, end = len(BRAND), len(BRAND) + RANDOM_LENGTH
    text[:start] = BRAND.encode("ascii")
    for place in range(start, end):
        text[place] = ord(secrets.choice(ALPHABET))
    text[end:] = checksum(text[start:end])


def digest_of(presented: str) -> bytes | None:
    """Return the digest by which a presented key text is looked up.

    Args:
        presented: what somebody sent; anything at all.

    Returns:
        Its SHA-256, 32 bytes, or ``None`` when shape or checksum is wrong and a
        lookup makes no sense.
    """
    try:
        if _SHAPE(presented) is None:
            return None
    except TypeError:  # no string at all
        return None
    # On the way of every verification: decoding the checksum takes half the time
    # of encoding one.
    text = presented.encode("ascii")
    a, b, c, d, e, f = text[-CHECKSUM_LENGTH:].translate(_VALUES)
    checksum = ((((a * 62 + b) * 62 + c) * 62 + d) * 62 + e) * 62 + f
    return _sha256(text).digest() if checksum == _crc32(text[3:46]) else None


def last_four(secret: Secret) -> str:
    """Return the 4 characters that the mask of this key may show.

    Raises:
        ValueError: the secret is wiped, or nothing was drawn.
    """
    last = str(secret.view()[-SHOWN_LENGTH:], "ascii")
    if not len(secret):
        raise ValueError("there is nothing in this secret")
    return last


def mask(last: str) -> str:
    """Return how a key is shown everywhere: four dots and its last 4 characters."""
    return MASK + last


def checksum(random_part: bytes | memoryview) -> bytes:
    """Return the 6 characters that end a key text with this random part."""
    number = _crc32(random_part)
    characters = bytearray()
    for _ in range(CHECKSUM_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        characters.append(ord(ALPHABET[place]))
    characters.reverse()
    return bytes(characters)
