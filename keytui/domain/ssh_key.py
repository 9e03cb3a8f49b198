"""A public SSH key as people paste it: which line it is, or what is wrong with it.

What the line means inside is for ``ssh-keygen`` to say (:mod:`keytui.services.ssh_keygen`);
here is only its outside, and what OpenSSH puts round it. sshd waits while this
is loaded: without dataclasses it is 9 ms shorter.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error
from typing import Final, NamedTuple

from keytui.domain import text
from keytui.domain.errors import BadInput

TYPES: Final = {
    "ssh-ed25519": "ED25519",
    "ecdsa-sha2-nistp256": "ECDSA-256",
    "ecdsa-sha2-nistp384": "ECDSA-384",
    "ecdsa-sha2-nistp521": "ECDSA-521",
    "ssh-rsa": "RSA",
    "sk-ssh-ed25519@openssh.com": "ED25519-SK",
    "sk-ecdsa-sha2-nistp256@openssh.com": "ECDSA-SK",
}
"""The types that may sign in: as sshd(8) names them in ``authorized_keys``, and as people do."""

MIN_RSA_BITS: Final = 3_072
"""NIST SP 800-57 part 1, table 2: the RSA key that is as strong as 128 bits."""

MAX_LENGTH: Final = 4_096
"""Characters of the line; the longest RSA key that OpenSSH takes (16,384 bits) has 2,748."""

_BODY: Final = re.compile(r"[A-Za-z0-9+/]+={0,2}", re.ASCII)
_FINGERPRINT: Final = re.compile(r"SHA256:[A-Za-z0-9+/]{43}", re.ASCII)


class PublicKey(NamedTuple):
    """One public key.

    Attributes:
        type: what kind it is: one of :data:`TYPES`.
        body: the key itself, in base64.
        comment: what its maker wrote behind it.
    """

    type: str
    body: str
    comment: str = ""

    @property
    def label(self) -> str:
        """What the key is called unless its owner says otherwise: the comment, else the type."""
        try:
            return text.label(self.comment)
        except BadInput:
            return self.type


def parse(pasted: str) -> PublicKey:
    """Return the public key that was pasted: one line in the format of OpenSSH.

    Raises:
        BadInput: it is none, or none that may sign in; a private key is never repeated.
    """
    line = pasted.strip()
    if not line:
        raise BadInput("Paste a public SSH key: the one line of a .pub file.")
    if "PRIVATE KEY" in line or line.startswith("PuTTY-User-Key-File"):
        raise BadInput(
            "This is a private key: keep it to yourself, and paste the .pub file's line."
        )
    if len(line.splitlines()) > 1:
        raise BadInput("A public SSH key is one line: paste one, with no line break in it.")
    if len(line) > MAX_LENGTH:
        raise BadInput(
            f"A public SSH key has at most {MAX_LENGTH:,} characters: paste one .pub file."
        )
    kind, _, rest = line.partition(" ")
    _check_type(kind, rest)
    body, _, comment = rest.strip().partition(" ")
    if not is_body(body):
        raise BadInput(
            "The key behind its type is not whole: copy the line of the .pub file again."
        )
    return PublicKey(kind, body, comment.strip())


def is_body(found: str) -> bool:
    """Tell whether this is a key in base64, written in the one way that sshd writes it."""
    if len(found) > MAX_LENGTH or not _BODY.fullmatch(found):
        return False
    try:
        return b64encode(b64decode(found, validate=True)) == found.encode()
    except Error:
        return False


def is_fingerprint(found: str) -> bool:
    """Tell whether this is a fingerprint as ``ssh-keygen -l`` prints it."""
    return _FINGERPRINT.fullmatch(found) is not None


def check_strength(kind: str, bits: int) -> None:
    """Go on only if a key of this type and size is strong enough.

    Raises:
        BadInput: it is an RSA key of too few bits.
    """
    if kind == "ssh-rsa" and bits < MIN_RSA_BITS:
        raise BadInput(
            f"An RSA key needs at least {MIN_RSA_BITS:,} bits; this has {bits:,}: "
            "make another with ssh-keygen -t ed25519."
        )


def _check_type(kind: str, rest: str) -> None:
    if kind in TYPES:
        return
    if kind == "ssh-dss":
        raise BadInput("DSA keys are too weak: make another with ssh-keygen -t ed25519.")
    if "-cert-v0" in kind:
        raise BadInput("This is a certificate: paste the line of the public key that it certifies.")
    if any(word in TYPES for word in rest.split()):
        raise BadInput("Paste the key without anything in front of it: it begins with its type.")
    raise BadInput("This is no public SSH key in the format of OpenSSH: paste a .pub file's line.")
