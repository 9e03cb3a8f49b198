"""Save to file: a new file that only its owner can read, or a sentence."""

import os
import stat
from pathlib import Path

import pytest

from keytui.domain.errors import BadInput, Conflict
from keytui.domain.records import Actor
from keytui.domain.secret import Secret
from keytui.tui.reveal import saving
from keytui.tui.screens.form import Form
from keytui.tui.screens.profile import Profile
from tests.support import secret_of
from tests.tui.test_reveal import TEXT, revealing


@pytest.fixture
def secret() -> Secret:
    """Return a secret that holds TEXT."""
    return secret_of(TEXT)


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """Return a folder that only its owner can enter."""
    folder = tmp_path / "private"
    folder.mkdir(mode=0o700)
    return folder


def test_the_file_holds_the_text_alone_and_is_private(secret: Secret, private: Path) -> None:
    """0600 whatever the umask is, without an end of line, where it was said."""
    before = os.umask(0)
    try:
        path = saving.save(secret, f" {private}/../private/key.txt ")
    finally:
        os.umask(before)
    assert path == private / "key.txt"
    assert path.read_text() == TEXT
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_suggested_folder_is_made_private(
    secret: Secret, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder that is suggested need not be there: it is made, 0700."""
    monkeypatch.setattr(saving, "data_folder", lambda: tmp_path / "data" / "keytui")
    path = saving.save(secret, saving.suggestion("key-17"))
    assert path == tmp_path / "data" / "keytui" / "keys" / "key-17.txt"
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_home_is_understood(secret: Secret, private: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tilde is the person's home."""
    monkeypatch.setenv("HOME", str(private))
    assert saving.save(secret, "~/key.txt") == private / "key.txt"


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701, 0o777])
def test_a_folder_that_others_may_enter_is_refused(
    secret: Secret, private: Path, mode: int
) -> None:
    """Whoever could enter the folder is kept from the key by nothing but luck."""
    private.chmod(mode)
    with pytest.raises(BadInput, match=r"Others may enter the folder .*private: choose one"):
        saving.save(secret, str(private / "key.txt"))
    assert list(private.iterdir()) == []


@pytest.mark.parametrize("what", ["file", "link", "dangling link", "folder"])
def test_nothing_is_ever_replaced(secret: Secret, private: Path, what: str) -> None:
    """A file, a link or a folder that is there already stays as it is."""
    place, other = private / "key.txt", private / "other"
    if what == "file":
        place.write_text("mine")
    elif what == "folder":
        place.mkdir()
    else:
        if what == "link":
            other.write_text("mine")
        place.symlink_to(other)
    with pytest.raises(Conflict, match="exists already: choose another name"):
        saving.save(secret, str(place))
    assert not place.is_file() or place.read_text() == "mine"
    assert other.exists() == (what == "link")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter the name of a file"),
        ("   ", "Enter the name of a file"),
        ("{}/no/such/folder/key.txt", "No such file or directory"),
        ("{}/a\0b", "cannot hold control characters"),
        ("{}/a\tb", "cannot hold control characters"),
        ("{}/" + "x" * 300, "File name too long"),
        ("/dev/null/key", "Not a directory"),
    ],
)
def test_bad_places_get_one_sentence(secret: Secret, private: Path, typed: str, words: str) -> None:
    """What cannot be a file is said; nothing is left lying about."""
    with pytest.raises(BadInput, match=words):
        saving.save(secret, typed.format(private))
    assert list(private.iterdir()) == []


def test_half_a_key_is_not_left_behind(
    secret: Secret, private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that takes only a part of it leaves no file."""
    write = os.write
    monkeypatch.setattr(os, "write", lambda number, data: write(number, data[:10]))
    with pytest.raises(BadInput, match="not all of it could be written"):
        saving.save(secret, str(private / "key.txt"))
    assert list(private.iterdir()) == []


async def test_it_is_saved_from_the_pop_up(maria: Actor, private: Path) -> None:
    """F asks where, says where it is, and OK then closes without asking."""
    async with revealing() as (tui, reveal):
        await tui.press("f")
        form = await tui.on(Form)
        await tui.press("end", "ctrl+u")
        await tui.fill(str(private / "key.txt"))
        await tui.until(lambda: tui.app.screen is reveal)
        await tui.until(lambda: tui.message.startswith(f"SAVED to {private}"))
        assert form is not tui.app.screen
        assert (private / "key.txt").read_text() == TEXT
        assert reveal.focused is reveal.query_one("#ok")
        await tui.press("enter")
        await tui.on(Profile)


async def test_changing_ones_mind_saves_nothing(maria: Actor, private: Path) -> None:
    """Esc goes back to the pop-up, which has lost nothing."""
    async with revealing() as (tui, reveal):
        await tui.press("f")
        await tui.on(Form)
        await tui.press("escape")
        await tui.until(lambda: tui.app.screen is reveal)
        assert TEXT in tui.text
        await tui.press("c")
        await tui.until(lambda: tui.message.startswith("NOT COPIED"))


async def test_masking_closes_the_form(maria: Actor, private: Path) -> None:
    """Masked while the place is being typed: the pop-up says so, and no file comes to be."""
    async with revealing() as (tui, reveal):
        await tui.press("f")
        await tui.on(Form)
        reveal.mask("no key was pressed for 2 min.")
        await tui.until(lambda: tui.app.screen is reveal)
        await tui.shows("MASKED: no key was pressed for 2 min.")
        assert "••••3W4Y" in tui.text
        assert os.listdir(private) == []


def test_a_wiped_secret_is_not_saved(secret: Secret, private: Path) -> None:
    """What was masked in the meantime leaves no empty file."""
    secret.wipe()
    with pytest.raises(BadInput, match="Not saved"):
        saving.save(secret, str(private / "key.txt"))
    assert list(private.iterdir()) == []


def test_a_name_that_is_taken_is_not_suggested(
    secret: Secret, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Saving twice by Enter alone gives two files, in folders of their owner alone."""
    monkeypatch.setattr(saving, "data_folder", lambda: tmp_path / "data" / "keytui")
    for name in ("key-17.txt", "key-17-2.txt", "key-17-3.txt"):
        assert saving.save(secret, saving.suggestion("key-17")).name == name
    assert stat.S_IMODE((tmp_path / "data" / "keytui").stat().st_mode) == 0o700
