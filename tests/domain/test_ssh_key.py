"""A pasted public SSH key: which line it is, or the one sentence on what is wrong."""

import pytest

from keytui.domain import ssh_key
from keytui.domain.errors import BadInput
from tests.ssh_keys import CERTIFICATE, DSA, ED25519, FINGERPRINTS, RSA_3072

PRIVATE = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n"
NO_KEY = "This is no public SSH key in the format of OpenSSH: paste a .pub file's line."
NOT_WHOLE = "The key behind its type is not whole: copy the line of the .pub file again."
IN_FRONT = "Paste the key without anything in front of it: it begins with its type."
PRIVATE_KEY = "This is a private key: keep it to yourself, and paste the .pub file's line."
SEVERAL = "A public SSH key is one line: paste one, with no line break in it."

REFUSED = {
    "nothing": ("", "Paste a public SSH key: the one line of a .pub file."),
    "blanks": (" \n ", "Paste a public SSH key: the one line of a .pub file."),
    "a private key": (PRIVATE, PRIVATE_KEY),
    "an old private key": ("-----BEGIN RSA PRIVATE KEY-----", PRIVATE_KEY),
    "a private key of PuTTY": ("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none", PRIVATE_KEY),
    "two keys": (f"{ED25519}\n{RSA_3072}", SEVERAL),
    "a broken line": (f"{ED25519[:40]}\n{ED25519[40:]}", SEVERAL),
    "a key in the format of RFC 4716": (
        "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----",
        SEVERAL,
    ),
    "a novel": (
        f"ssh-ed25519 {'A' * 5_000}",
        "A public SSH key has at most 4,096 characters: paste one .pub file.",
    ),
    "a DSA key": (DSA, "DSA keys are too weak: make another with ssh-keygen -t ed25519."),
    "a certificate": (
        CERTIFICATE,
        "This is a certificate: paste the line of the public key that it certifies.",
    ),
    "options": (f'command="/bin/sh",no-pty {ED25519}', IN_FRONT),
    "a line of known_hosts": (f"host.example {ED25519}", IN_FRONT),
    "a type alone": ("ssh-ed25519", NOT_WHOLE),
    "a body that is no base64": ("ssh-ed25519 AAAA*", NOT_WHOLE),
    "a body cut off": (ED25519[:-3], NOT_WHOLE),
    "base64 written in another way": ("ssh-ed25519 AAB=", NOT_WHOLE),
    "a letter of another script": (ED25519.replace("A", "\u0410", 1), NOT_WHOLE),
    "a password": ("olive boats drift", NO_KEY),
    "a type in capitals": (ED25519.upper(), NO_KEY),
    "an escape": (f"\x1b]52;c;AAAA\x07{ED25519}", NO_KEY),
}


@pytest.mark.parametrize("line", FINGERPRINTS, ids=lambda line: line.split()[0])
def test_a_public_key_is_taken_apart(line: str) -> None:
    """Type, body and comment of every type that may sign in, whatever blanks are around."""
    kind, body = line.split()
    for pasted in (f"{line} maria@laptop of work", f"  {kind}  {body}  maria@laptop of work \n"):
        assert ssh_key.parse(pasted) == ssh_key.PublicKey(kind, body, "maria@laptop of work")
    assert ssh_key.parse(line).comment == ""


@pytest.mark.parametrize(("pasted", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_everything_else_is_refused_in_one_sentence(pasted: str, sentence: str) -> None:
    """Each mistake has its sentence, which repeats nothing of what was pasted."""
    with pytest.raises(BadInput) as refused:
        ssh_key.parse(pasted)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("comment", "label"),
    [
        ("maria@laptop", "maria@laptop"),
        ("", "ssh-rsa"),
        ("x" * 65, "ssh-rsa"),
        ("a\x1b", "ssh-rsa"),
    ],
)
def test_a_key_is_called_by_its_comment(comment: str, label: str) -> None:
    """Where the comment is no label, the type is."""
    assert ssh_key.PublicKey("ssh-rsa", "AAAA", comment).label == label


def test_an_rsa_key_needs_3072_bits() -> None:
    """One bit fewer is too weak; the other types have one size."""
    ssh_key.check_strength("ssh-rsa", 3_072)
    ssh_key.check_strength("ssh-ed25519", 256)
    with pytest.raises(BadInput) as refused:
        ssh_key.check_strength("ssh-rsa", 3_071)
    assert str(refused.value) == (
        "An RSA key needs at least 3,072 bits; this has 3,071: "
        "make another with ssh-keygen -t ed25519."
    )


def test_a_fingerprint_is_known_by_its_form() -> None:
    """SHA256 and 43 characters of base64, nothing before or behind."""
    assert all(map(ssh_key.is_fingerprint, FINGERPRINTS.values()))
    good = FINGERPRINTS[ED25519]
    assert not any(
        map(ssh_key.is_fingerprint, ("", good[:-1], f"{good}\n", f" {good}", f"{good}A"))
    )
