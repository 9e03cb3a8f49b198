"""The corpus pasted into every field of every form and every list, and entered there."""

from pathlib import Path

import pytest

from keytui.domain.records import Actor
from keytui.tui.screens.ending import Ending
from keytui.tui.screens.entrance import FirstAdministrator, SignIn
from keytui.tui.screens.export import Export
from keytui.tui.screens.form import Form
from keytui.tui.screens.place import Place
from keytui.tui.widgets.field import Field
from tests.corpus import EVERYTHING, FORMULAS, MARKUP, NO_TEXT, ODD_TEXT, PATHS, SIZES
from tests.support import people_and_keys
from tests.tui.everywhere import ADMINISTRATOR_WAYS, USER_WAYS, Way, go
from tests.tui.support import HOME, SMALL, Tui, acting, new_key, running

_LINES = [text for text in EVERYTHING.values() if len(text) < 100 and len(text.splitlines()) < 2]
PASTED = {
    "acting": "".join(text for text in _LINES if acting(text)),
    "not drawn": "".join(text for text in _LINES if not text.isprintable() and not acting(text)),
    "markup": "".join(MARKUP.values()),
    **{
        name: NO_TEXT[name]
        for name in (
            "blank",
            "clipboard write",
            "newline",
            "line separator",
            "lone surrogate",
            "stacked accents at length",
            "201 characters",
            "100,000 characters",
        )
    },
    "click": MARKUP["click"],
    "formula": FORMULAS["program"],
    "wildcards": ODD_TEXT["wildcards"],
}
"""The corpus for a hand that needs a tenth of a second for each: much of it at once, and alone."""

FORMS = [
    *(("maria", way) for way in USER_WAYS if way.kind in (Form, Ending)),
    *(("adam", way) for way in ADMINISTRATOR_WAYS if way.kind in (Form, Export, Ending)),
]
LISTS = [
    ("maria", ("1",)),
    ("maria", ("3",)),
    ("adam", ("2",)),
    ("adam", ("2", "v")),
    ("adam", ("3",)),
]


@pytest.fixture
def people(maria: Actor, adam: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make maria, with a key, and adam; what is exported lands in a folder of its own."""
    new_key(maria)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


def _look(tui: Tui) -> None:
    assert tui.app.is_running
    for line in tui.lines:
        assert not acting(line), repr(line)


async def _enter(tui: Tui, field: Field, text: str) -> None:
    """Paste into a field, look, press Enter until the form has an answer, look."""
    field.focus()
    await tui.paste(text)
    _look(tui)
    screen = tui.app.screen
    list(screen.query(Field))[-1].focus()
    await tui.press("enter")
    if isinstance(screen, Form):
        await tui.until(lambda: tui.app.screen is not screen or not screen.busy)
    await tui.pilot.pause()
    _look(tui)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(("who", "way"), FORMS, ids=str)
async def test_every_form_meets_the_corpus(who: str, way: Way) -> None:
    """What does not fit is said in the form; what fits is text. The app goes on."""
    async with running(who, size=SMALL) as tui:
        await go(tui, way, about="maria")
        names = [str(field.id) for field in tui.app.screen.query(Field)]
    texts = [*PASTED.values(), *(PATHS.values() if "path" in names else ())]
    left = [(name, text) for name in names for text in texts]
    while left:
        async with running(who, size=SMALL) as tui:
            await go(tui, way, about="maria")
            while left and isinstance(tui.app.screen, way.kind):
                name, text = left.pop()
                field = tui.app.screen.query_one(f"#{name}", Field)
                field.value = ""
                await _enter(tui, field, text)


async def test_the_folder_it_was_started_in_is_text(
    adam: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of a hostile name is proposed harmlessly, and a report into it is refused."""
    folder = tmp_path / "[@click=app.quit]\x1b]0;PWNED\x07"
    folder.mkdir()
    monkeypatch.chdir(folder)
    async with running("adam") as tui:
        await go(tui, Way(("2", "e"), Export), about="adam")
        _look(tui)
        await _enter(tui, tui.app.screen.query_one("#path", Field), "")
        await tui.until(lambda: list(folder.iterdir()) or "cannot be written" in tui.flow)
        assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("way", [USER_WAYS[0], USER_WAYS[5]], ids=str)
async def test_every_size_of_a_terminal_is_survived(way: Way) -> None:
    """From one cell to a wall of them and back: nothing ends, and home is as it was."""
    async with running("maria") as tui:
        await go(tui, way)
        before = tui.text
        for columns, lines in SIZES:
            await tui.pilot.resize_terminal(columns, lines)
            _look(tui)
        await tui.pilot.resize_terminal(*HOME)
        await tui.until(lambda: tui.text == before)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(("who", "keys"), LISTS, ids=str)
async def test_every_filter_meets_the_corpus(who: str, keys: tuple[str, ...]) -> None:
    """Whatever a list is filtered by, it is read as text, and the list goes on."""
    async with running(who, size=SMALL) as tui:
        await go(tui, Way(keys, Place), about="maria")
        for text in PASTED.values():
            await tui.press("slash")
            field = tui.app.screen.query_one("#filter", Field)
            field.value = ""
            await _enter(tui, field, text)
            await tui.calm()
            _look(tui)


@pytest.mark.usefixtures("people")
async def test_the_door_meets_the_corpus() -> None:
    """Nobody gets in by text that is no User ID or no password, and nothing of it is drawn raw."""
    async with running(size=SMALL) as tui:
        for name in ("user_id", "password"):
            for text in PASTED.values():
                field = tui.app.screen.query_one(f"#{name}", Field)
                field.value = ""
                await _enter(tui, field, text)
                assert isinstance(tui.app.screen, SignIn)


@pytest.mark.usefixtures("database")
async def test_the_first_start_meets_the_corpus() -> None:
    """No hostile User ID or password makes an administrator."""
    async with running(first=FirstAdministrator(), size=SMALL) as tui:
        for name in ("user_id", "password", "again"):
            for text in PASTED.values():
                field = tui.app.screen.query_one(f"#{name}", Field)
                field.value = ""
                await _enter(tui, field, text)
                assert isinstance(tui.app.screen, FirstAdministrator)
        assert people_and_keys() == []
