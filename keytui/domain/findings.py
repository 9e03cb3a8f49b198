"""What ``keytui doctor`` finds: fine, worth knowing, or to be mended."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    NOTE = "note"
    """Worth knowing; nothing need be done at once."""
    PROBLEM = "problem"
    """To be mended; the sentence says how."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: how much it matters, and a sentence."""

    severity: Severity
    sentence: str


def ok(sentence: str) -> Finding:
    """Return what is fine."""
    return Finding(Severity.OK, sentence)


def note(sentence: str) -> Finding:
    """Return what is worth knowing."""
    return Finding(Severity.NOTE, sentence)


def problem(sentence: str) -> Finding:
    """Return what is to be mended."""
    return Finding(Severity.PROBLEM, sentence)
