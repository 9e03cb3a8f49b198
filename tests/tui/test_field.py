"""Where a person types: passwords stay inside, and a paste that does not fit is refused."""

import pytest

from keytui.domain.records import Actor
from keytui.tui.screens.entrance import SignIn
from keytui.tui.screens.form import Form
from keytui.tui.widgets.field import LONGEST_PASTE, Field
from tests.support import PASSWORD
from tests.tui.everywhere import ADMINISTRATOR_WAYS, USER_WAYS, go
from tests.tui.support import Tui, acting, new_key, running


def field(tui: Tui, name: str) -> Field:
    """Return a field of the dialog on top."""
    return tui.app.screen.query_one(f"#{name}", Field)


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+x", "super+c"])
async def test_a_password_is_not_copied(maria: Actor, key: str) -> None:
    """Neither copying nor cutting takes anything out of a password field."""
    async with running() as tui:
        await tui.fill("maria")
        await tui.paste(PASSWORD)
        password = field(tui, "password")
        password.select_all()
        await tui.press(key)
        assert tui.app.clipboard == ""
        assert password.value == PASSWORD


async def test_other_text_is_copied(maria: Actor) -> None:
    """A label can be copied as anywhere."""
    new_key(maria, "laptop")
    async with running("maria") as tui:
        await tui.press("l")
        await tui.on(Form)
        field(tui, "label").select_all()
        await tui.press("ctrl+c")
        assert tui.app.clipboard == "laptop"


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        ("one\ntwo", "The pasted text has several lines: paste one line."),
        ("one\r\ntwo\r\n", "The pasted text has several lines: paste one line."),
        ("one\u2028two", "The pasted text has several lines: paste one line."),
        ("x" * 1_000_000, "The pasted text has 1,000,000 characters: nothing was pasted."),
        ("x" * (LONGEST_PASTE + 1), "The pasted text has 4,097 characters: nothing was pasted."),
    ],
    ids=["lines", "windows lines", "line separator", "megabyte", "one too many"],
)
async def test_a_paste_that_does_not_fit_is_refused(
    maria: Actor, pasted: str, sentence: str
) -> None:
    """The sentence says why, and what was typed before is kept."""
    async with running("maria") as tui:
        await tui.press("n")
        await tui.on(Form)
        await tui.paste("lap")
        await tui.paste(pasted)
        await tui.shows(sentence)
        assert field(tui, "label").value == "lap"


async def test_a_refused_paste_into_the_filter_is_said_too(maria: Actor) -> None:
    """The filter line of a list says it in the status line."""
    async with running("maria") as tui:
        await tui.press("slash")
        await tui.paste("one\ntwo")
        await tui.shows("The pasted text has several lines: paste one line.")
        assert field(tui, "filter").value == ""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
async def test_one_line_with_its_end_is_one_line(maria: Actor, end: str) -> None:
    """A copied line that brings its line end along is taken, and does not submit."""
    async with running("maria") as tui:
        await tui.press("n")
        form = await tui.on(Form)
        await tui.paste(f"laptop{end}")
        assert form.values["label"] == "laptop"
        assert tui.app.screen is form


async def test_a_pasted_escape_is_drawn_as_nothing(maria: Actor) -> None:
    """Control characters that were pasted reach neither the terminal nor the database."""
    async with running("maria") as tui:
        await tui.press("n")
        await tui.on(Form)
        await tui.fill("lap\x1b]52;c;ZXZpbA==\x07top")
        await tui.shows("A label cannot hold control characters: type it again without.")
        assert not any(acting(line) for line in tui.lines)


@pytest.mark.parametrize("who", ["maria", "adam"])
async def test_no_cursor_blinks_and_no_password_is_in_clear(
    maria: Actor, adam: Actor, who: str
) -> None:
    """Every field of every dialog has a still cursor, and every password field shows dots."""
    new_key(maria)
    seen = set()
    async with running(who) as tui:
        for way in USER_WAYS if who == "maria" else ADMINISTRATOR_WAYS:
            if way.kind.__name__ not in ("Form", "Export", "Profile", "ManageUsers", "Audit"):
                continue
            await go(tui, way, about="maria")
            for widget in tui.app.screen.query(Field):
                seen.add(widget.id)
                assert not widget.cursor_blink
                assert widget.password is (widget.id in ("old", "new", "again", "password"))
            await tui.press("escape", "escape", "1")
            await tui.calm()
    assert seen >= ({"label", "reason", "old", "new", "again"} if who == "maria" else {"path"})


@pytest.mark.usefixtures("database")
async def test_the_door_hides_what_is_a_secret() -> None:
    """The one field for a password or a code shows dots for both."""
    async with running() as tui:
        await tui.on(SignIn)
        assert not field(tui, "user_id").password
        assert field(tui, "password").password
