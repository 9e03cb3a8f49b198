"""People's passwords: which are accepted, and how they are kept.

Rules by NIST SP 800-63B-4 §3.1.1: a length, no composition rules, no expiry, a
list of the worst refused, NFKC before hashing. Kept as Argon2id with
argon2-cffi's default profile (RFC 9106, low memory: 64 MiB, 3 passes, 4 lanes).
That takes 100-200 ms on purpose: never call :func:`hash_password` or
:func:`verify` on a thread that draws a screen.
"""

import unicodedata
from typing import TYPE_CHECKING, Final

from keytui.domain.errors import BadInput

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_LENGTH: Final = 12
MAX_LENGTH: Final = 128
_SHORTEST_TELLING_USER_ID: Final = 3
_FEWEST_DIFFERENT_CHARACTERS: Final = 4

# The most used passwords of 12 characters and more in public breach
# compilations, folded to lower case; shorter ones fail on their length.
_WORST: Final = frozenset(
    [
        "123456789012",
        "1234567890123",
        "12345678901234",
        "1234567890123456",
        "123123123123",
        "1q2w3e4r5t6y",
        "1q2w3e4r5t6y7u",
        "1qaz2wsx3edc",
        "1qazxsw23edc",
        "abcd12345678",
        "abcdefghijkl",
        "administrator",
        "administrator1",
        "changemenow1",
        "changemechangeme",
        "correcthorsebatterystaple",
        "iloveyou1234",
        "letmeinletmein",
        "letmein123456",
        "passw0rd1234",
        "password1234",
        "password12345",
        "password123456",
        "password1234567",
        "passwordpassword",
        "passwort1234",
        "p@ssw0rd1234",
        "p@ssword1234",
        "qazwsxedcrfv",
        "qwerty123456",
        "qwerty1234567",
        "qwertyqwerty",
        "qwertyuiop12",
        "qwertyuiop123",
        "qwertyuiop1234",
        "qwertyuiopasdf",
        "qwertyuiopasdfghjkl",
        "unbelievable",
        "welcome12345",
        "welcome123456",
        "zaq12wsxcde3",
        "zxcvbnm12345",
        "zxcvbnmasdfghjklqwertyuiop",
    ]
)

# A hash of a random text that nobody knows, by the default profile: what an
# unknown User ID is checked against, so that it costs the same time as a known one.
_dummy_hash = (
    "$argon2id$v=19$m=65536,t=3,p=4$iHam1zsnc7vPUx+sHFaVFw"
    "$Z7nTITo7hL0YQYE4LNLAOO6SeIVmg1aK6/Gr2Rhy9Js"
)
_hasher: "PasswordHasher | None" = None


def check(password: str, user_id: str) -> None:
    """Accept a password that a person has chosen, or say what is wrong with it.

    Raises:
        BadInput: too short, too long, holds the User ID, or too easy to guess.
    """
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in password):
        raise BadInput("A password cannot hold control characters: type it again without.")
    length = len(password)
    if length < MIN_LENGTH:
        raise BadInput(f"A password has at least {MIN_LENGTH} characters; this has {length}.")
    if length > MAX_LENGTH:
        raise BadInput(f"A password has at most {MAX_LENGTH} characters; this has {length:,}.")
    # Judged as it will be hashed: full-width "password1234" is "password1234".
    folded = _normal(password).casefold()
    if len(user_id) >= _SHORTEST_TELLING_USER_ID and user_id.casefold() in folded:
        raise BadInput("A password cannot contain the User ID: choose another.")
    if folded in _WORST or len(set(folded)) < _FEWEST_DIFFERENT_CHARACTERS:
        raise BadInput("This password is one of the first that anybody tries: choose another.")


def hash_password(password: str) -> str:
    """Return the Argon2id hash to keep, in PHC string format. Takes 100-200 ms."""
    return _argon2().hash(_normal(password))


def verify(password: str, kept: str | None) -> bool:
    """Tell whether ``password`` is the one that ``kept`` was made from.

    With ``None`` (no such person, or no password yet) it takes as long and
    says no. Takes 100-200 ms.
    """
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        _argon2().verify(kept or _dummy_hash, _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def needs_rehash(kept: str) -> bool:
    """Tell whether ``kept`` was made with other parameters than today's."""
    return _argon2().check_needs_rehash(kept)


def _normal(password: str) -> str:
    # A lone surrogate would end in an encoding error; no stored hash matches it.
    return (
        unicodedata.normalize("NFKC", password[: MAX_LENGTH * 2])
        .encode("utf-8", "replace")
        .decode("utf-8")
    )


def _argon2() -> "PasswordHasher":
    global _hasher  # noqa: PLW0603 - importing argon2 costs 25 ms: only when needed
    if _hasher is None:
        from argon2 import PasswordHasher

        _hasher = PasswordHasher()
    return _hasher
