"""The app on a PostgreSQL server, which restarts in the middle."""

from keytui.domain.permissions import Role
from keytui.storage.database import close_database, open_database
from tests.home import Home, close_reveal, create_key, in_profile, quit_with, sign_in
from tests.postgresql import server
from tests.support import make_person, rows


def test_a_session_goes_on_when_the_server_comes_back(home: Home) -> None:
    """Keys are created before and after every connection was cut; nobody signs in again."""
    key = home.folder / "audit-key"
    url = server().fresh(key)
    file = open_database(url, audit_key_file=str(key))
    make_person(file, "adam", Role.ADMINISTRATOR)
    make_person(file, "maria", Role.USER)
    terminal = home.open(KEYTUI_DATABASE=url, KEYTUI_AUDIT_KEY=str(key))
    sign_in(terminal, "maria")
    in_profile(terminal, "maria")
    create_key(terminal, "before")
    close_reveal(terminal)
    terminal.wait_for("before")
    close_database()
    server().end_sessions()
    create_key(terminal, "after")
    close_reveal(terminal)
    terminal.wait_for("before", "after")
    assert quit_with(terminal) == 0
    open_database(url, audit_key_file=str(key))
    assert rows("SELECT label FROM api_key ORDER BY id") == [("before",), ("after",)]
    close_database()
