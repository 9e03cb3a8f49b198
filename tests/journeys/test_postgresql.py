"""The app on a PostgreSQL server, which restarts in the middle."""

import pytest

from tests.home import Home, close_reveal, create_key, quit_with, signed_in
from tests.postgresql import server


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_session_goes_on_when_the_server_comes_back(home: Home) -> None:
    """Keys are created before and after every connection was cut; nobody signs in again."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    create_key(terminal, "before")
    close_reveal(terminal)
    terminal.wait_for("before")
    server().end_sessions()
    create_key(terminal, "after")
    close_reveal(terminal)
    terminal.wait_for("before", "after")
    assert quit_with(terminal) == 0
    assert home.rows("SELECT label FROM api_key ORDER BY id") == [("before",), ("after",)]
