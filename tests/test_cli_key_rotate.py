"""``keytui key rotate``: the new text goes out once; where it cannot, the old key still works."""

from pathlib import Path

import pytest

from keytui.cli import new_key
from keytui.cli.exits import ExitCode
from keytui.domain.errors import DatabaseBusy
from keytui.domain.records import Actor
from keytui.services import api_keys, rotation
from tests.forced import CONNECTION, connect, forced, people, send
from tests.home import KEYTUI, Home, close_reveal, home, quit_with  # noqa: F401 - a fixture
from tests.support import PASSWORD, keytui
from tests.terminal import KEY_TEXT


@pytest.fixture
def server(home: Home) -> Home:  # noqa: F811 - the fixture
    """Let maria hold key 1 and noor key 2, their texts taken, and adam be there."""
    people(home.database, "maria", "noor")
    for who in ("maria", "noor"):
        assert send(home, who, f"key new --label 'of {who}'").returncode == 0
    return home


def _keys(server: Home) -> list[tuple[object, ...]]:
    return server.rows(
        "SELECT id, replaces_id, confirmed_at IS NOT NULL, deactivation_reason, "
        "round((expires_at - (SELECT max(created_at) FROM api_key)) / 3600e6) FROM api_key "
        "WHERE owner_id = (SELECT id FROM user WHERE user_id = 'maria') ORDER BY id"
    )


@pytest.mark.parametrize(("overlap", "hours"), [("", 168), ("24h", 24), ("1h", 1)])
def test_both_keys_work_while_they_overlap(server: Home, overlap: str, hours: int) -> None:
    """The new text alone is the answer; the old key works for the overlap, 7 days by default."""
    ended = send(server, "maria", f"key rotate 1 {overlap and f'--overlap {overlap}'}")
    assert (ended.returncode, bool(KEY_TEXT.fullmatch(ended.stdout))) == (0, True)
    assert ended.stderr == (
        f"Key 3 ••••{ended.stdout[-4:]} replaces key 1; it expires in 90 d. "
        "Its text went to standard output, once: nobody can see it again.\n"
    )
    assert _keys(server) == [(1, None, 1, None, hours), (3, 1, 1, None, 90 * 24)]
    verified = send(server, "maria", "verify", typed=ended.stdout)
    assert verified.stdout == "valid: key 3 of maria, of maria\n"


def test_without_an_overlap_the_old_key_ends_once_the_text_is_out(server: Home) -> None:
    """Deactivated, with the reason that rotating has everywhere."""
    ended = send(server, "maria", "key rotate 1 --overlap none")
    assert KEY_TEXT.fullmatch(ended.stdout)
    assert [key[:4] for key in _keys(server)] == [(1, None, 1, "rotated"), (3, 1, 1, None)]


@pytest.mark.parametrize(("overlap", "hours"), [("none", 1), ("24h", 24)])
def test_a_text_that_goes_nowhere_leaves_the_old_key_working(
    server: Home, overlap: str, hours: int
) -> None:
    """A full disk: the new key is deactivated, and the sentence says until when the old one works."""
    script = '"$@" 2>said >/dev/full'
    server.run(
        *("/bin/sh", "-c", script, "sh", *KEYTUI, *forced(server.database, "maria")),
        SSH_CONNECTION=CONNECTION,
        SSH_ORIGINAL_COMMAND=f"key rotate 1 --overlap {overlap}",
    )
    length = "for an hour" if overlap == "none" else "for its overlap"
    assert (server.folder / "said").read_text() == (
        "keytui: Key 3 is deactivated again: its text could not be written "
        f"(No space left on device). Key 1 goes on working {length}; "
        "create another before it ends.\n"
    )
    old, new = _keys(server)
    assert old == (1, None, 1, None, hours)
    assert new[:4] == (3, 1, 0, "Its text could not be written: nobody has it.")


def test_an_old_key_that_cannot_be_ended_is_said_to_work(
    database: Path, maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new text is out and good; the sentence says what is left to do, and the command fails."""
    key, _ = api_keys.create_key(maria, "ci")
    api_keys.confirm_key(maria, key.key_id)
    out: list[int] = []

    def busy(*_: object) -> None:
        raise DatabaseBusy("The database is in use by another process: try again in a moment.")

    monkeypatch.setattr(new_key, "_write", lambda secret: out.append(len(secret.view())))
    monkeypatch.setattr(rotation, "end_overlap", busy)
    words = ("key", "rotate", key.key_id, "--overlap", "none", "--user", "maria")
    answer = keytui("--database", database, *words, typed=f"{PASSWORD}\n")
    assert (answer.code, out) == (ExitCode.CANNOT, [52])
    assert answer.err.endswith(
        "keytui: Key 1 still works, for an hour: The database is in use by another process: "
        "try again in a moment. Then deactivate it.\n"
    )


@pytest.mark.parametrize(
    ("who", "key", "sentence"),
    [
        ("maria", "2", "You can rotate only your own keys, and end only their overlap."),
        (
            "adam",
            "1",
            "Administrators cannot rotate keys, nor end an overlap: separation of duties.",
        ),
        ("maria", "9", "There is no key 9."),
    ],
)
def test_nobody_rotates_for_somebody_else(server: Home, who: str, key: str, sentence: str) -> None:
    """Nothing is created, and no text comes out."""
    before = server.rows("SELECT * FROM api_key")
    ended = send(server, who, f"key rotate {key}")
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", f"keytui: {sentence}\n")
    assert server.rows("SELECT * FROM api_key") == before


def test_at_a_terminal_the_app_shows_it(server: Home) -> None:
    """``ssh -t HOST key rotate`` opens the pop-up, which says what it replaces."""
    terminal = connect(server, "maria", "key rotate 1 --overlap 1h")
    terminal.wait_for('Key 3 "of maria". It replaces key 1.', "[ Copy to clipboard ]")
    close_reveal(terminal)
    terminal.wait_for("[1 Profile]", "from now on")
    assert quit_with(terminal) == 0
    assert _keys(server) == [(1, None, 1, None, 1), (3, 1, 1, None, 90 * 24)]


def test_at_a_terminal_a_key_that_cannot_be_rotated_is_said(server: Home) -> None:
    """In the app, whose list stays; nothing is created."""
    terminal = connect(server, "maria", "key rotate 2")
    terminal.wait_for(
        "[1 Profile]", "You can rotate only your own keys, and end only their overlap."
    )
    assert quit_with(terminal) == 0
    assert len(_keys(server)) == 1


def test_history_and_uses_are_told_as_the_details_page_does(server: Home) -> None:
    """To the owner and administrators: steps by time, and uses by day."""
    text = send(server, "maria", "key rotate 1 --overlap none").stdout
    for _ in range(2):
        assert send(server, "maria", "verify", typed=text).returncode == 0
    for who in ("maria", "adam"):
        steps = [
            line.split("\t")[1:3] for line in send(server, who, "key history 1").stdout.splitlines()
        ]
        assert steps[0] == ["deactivated", "maria"]
        assert steps[-1] == ["created", "maria"]
        ((day, uses),) = (
            line.split("\t") for line in send(server, who, "key uses 3").stdout.splitlines()
        )
        assert (len(day), uses) == (10, "2")
    assert send(server, "maria", "key uses 1").stdout == ""
    assert send(server, "noor", "key uses 3").returncode == 1
