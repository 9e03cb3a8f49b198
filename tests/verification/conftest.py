"""A ring of keys for every test, and processes that end with it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from keytui import Verifier
from keytui.domain import passwords
from tests.verification.agents import Agent
from tests.verification.support import Ring, copy_ring, make_ring

StartAgent = Callable[..., Agent]


@pytest.fixture(scope="session")
def first_ring(tmp_path_factory: pytest.TempPathFactory) -> Ring:
    """Make keys of every kind once; the tests get copies."""
    with patch.object(passwords, "_hasher", PasswordHasher.from_parameters(CHEAPEST)):
        return make_ring(tmp_path_factory.mktemp("first") / "keytui.db")


@pytest.fixture
def ring(first_ring: Ring, tmp_path: Path) -> Ring:
    """Return keys of every kind in a database of the test's own."""
    return copy_ring(first_ring, tmp_path)


@pytest.fixture
def verifier(ring: Ring) -> Iterator[Verifier]:
    """Return a verifier on the ring's database."""
    with Verifier(ring.database) as opened:
        yield opened


@pytest.fixture
def agent() -> Iterator[StartAgent]:
    """Start Python processes that do what they are told; they end with the test."""
    with ExitStack() as stack:

        def start(*arguments: str | Path, told: str = "", under: tuple[str, ...] = ()) -> Agent:
            started = Agent(*arguments, under=under)
            stack.callback(started.close)
            if told:
                started.ask(told)
            return started

        yield start
