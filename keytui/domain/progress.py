"""How long work tells how far it is, and how it is stopped."""

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[int, int], object]
"""Told now and then how many of how many are done; what it raises stops the work."""


def untold(_done: int, _total: int) -> None:
    """Tell nobody, and let the work go on."""
