"""The permission table once more, at the door of those who come over SSH."""

import sqlite3
from contextlib import closing

import pytest

from keytui.services import api_keys
from keytui.storage.database import close_database, open_database
from tests.forced import people, send
from tests.home import Home, home  # noqa: F401 - a fixture
from tests.support import signed_in

# command: the sentence for a user, and for an administrator; None where it is done.
TABLE: dict[str, tuple[str | None, str | None]] = {
    "key new --label ci": (None, "Administrators cannot create keys: separation of duties."),
    "key new --label ci --lasts 30": (
        None,
        "Administrators cannot create keys: separation of duties.",
    ),
    "expiring --within 7d": (None, None),
    "key list": (None, None),
    "key list maria": (None, None),
    "key list noor": ("You can view only your own API keys.", None),
    "key rotate 2 --overlap 1h": (
        "You can rotate only your own keys, and end only their overlap.",
        "Administrators cannot rotate keys, nor end an overlap: separation of duties.",
    ),
    "key history 1": (None, None),
    "key history 2": ("You can view only your own API keys.", None),
    "key uses 1": (None, None),
    "key uses 2": ("You can view only your own API keys.", None),
    "key deactivate 1 --reason lost": (None, None),
    "key deactivate 2 --reason lost": ("You can deactivate only your own keys.", None),
    "export": ("Only an administrator exports the report.", None),
    "export --format jsonl --active --owner noor --idle-days 0 --older-days 0": (
        "Only an administrator exports the report.",
        None,
    ),
    "audit list": (None, None),
    "audit list --filter maria --limit 3 --json": (None, None),
    "audit list --about maria --only sign-ins": (None, None),
    "audit list --about noor": ("You can read only your own audit events.", None),
    "audit check": ("Only an administrator checks the audit chain.", None),
}
CASES = [
    (who, command, sentence)
    for command, sentences in TABLE.items()
    for who, sentence in zip(("maria", "adam"), sentences, strict=True)
]


@pytest.fixture
def server(home: Home) -> Home:  # noqa: F811 - the fixture
    """Let maria hold key 1, noor key 2, and adam be an administrator."""
    people(home.database, "maria", "noor")
    open_database(str(home.database))
    for name in ("maria", "noor"):
        api_keys.create_key(signed_in(name), f"key of {name}")
    close_database()
    return home


def _outcomes(server: Home) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(server.database)) as connection:
        return connection.execute(
            "SELECT actor, outcome, detail FROM audit_event "
            "WHERE origin LIKE 'ssh 10.0.4.17 SHA256:%' AND action <> 'user:sign_in'"
        ).fetchall()


@pytest.mark.parametrize(
    ("who", "command", "sentence"), CASES, ids=[f"{who}; {command}" for who, command, _ in CASES]
)
def test_everybody_may_what_the_table_says(
    server: Home, who: str, command: str, sentence: str | None
) -> None:
    """Done with exit 0; or refused with exit 1, the sentence, nothing changed and one event."""
    before = server.rows("SELECT * FROM api_key")
    ended = send(server, who, command)
    outcomes = _outcomes(server)
    if sentence is None:
        assert (ended.returncode, "keytui: " in ended.stderr) == (0, False)
        assert {outcome for _, outcome, _ in outcomes} <= {"done"}
    else:
        assert (ended.returncode, ended.stdout) == (1, "")
        assert ended.stderr == f"keytui: {sentence}\n"
        assert server.rows("SELECT * FROM api_key") == before
        assert outcomes == [(who, "refused", sentence)]


@pytest.mark.parametrize("who", ["maria", "adam"])
def test_everybody_may_verify(server: Home, who: str) -> None:
    """A key is read from standard input; what is none is not good."""
    ended = send(server, who, "verify --json", typed="kt_none\n")
    assert ended.returncode == 1
    assert '"code": "malformed"' in ended.stdout
