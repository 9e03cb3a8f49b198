"""A plain function: check a key wherever a program receives one."""

import os

from keytui import Verifier

verifier = Verifier(os.environ["KEYTUI_DATABASE"])  # one for the whole program


def owner_of(presented: str | None) -> str | None:
    """Return the User ID behind an API key, or None for a key that is not good."""
    verdict = verifier.verify(presented or "")
    return verdict.user_id if verdict else None
