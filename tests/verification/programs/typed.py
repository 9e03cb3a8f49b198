"""A typed program that uses keytui, for a type checker to read."""

from pathlib import Path
from typing import assert_type

from keytui import Code, DatabaseUnusable, Verdict, Verifier


def greet(database: Path, presented: str) -> str:
    """Return a greeting for the owner of a good key."""
    with Verifier(database) as verifier:
        verdict = verifier.verify(presented, origin="10.0.0.1")
        assert_type(verdict, Verdict)
        assert_type(verdict.code, Code)
        assert_type(verdict.key_id, int | None)
        assert_type(verdict.user_id, str | None)
        assert_type(verdict.label, str | None)
        assert_type(verdict.valid, bool)
        assert_type(verifier.problem, str)
        assert_type(verifier.flush(), bool)
    if verdict.code is Code.VALID:
        return f"Good morning, {verdict.user_id}."
    return "Who are you?"


def may_enter(verifier: Verifier, presented: str) -> bool:
    """Tell whether a key is good; what could not be checked is not."""
    try:
        verifier.check()
        return bool(verifier.verify(presented))
    except DatabaseUnusable:
        return False
