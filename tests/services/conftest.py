"""Services do the same on both engines; files of tests about SQLite's files say so."""

import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Run each test with a database on SQLite and on PostgreSQL."""
    return str(request.param)
