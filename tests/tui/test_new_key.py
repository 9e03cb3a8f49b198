"""New Key, from the action menu to the mask: after OK the key text is nowhere."""

import threading

import pytest

from keytui.domain.records import Actor
from keytui.services import api_keys
from keytui.settings import ClipboardRoute
from keytui.tui.reveal.screen import Reveal
from keytui.tui.screens.action_menu import ActionMenu
from keytui.tui.screens.form import Form
from keytui.tui.screens.profile import Profile
from tests.support import rows, text_of
from tests.tui.memory import spy_on_new_keys
from tests.tui.support import SIZES, new_key, running


@pytest.mark.parametrize("size", SIZES)
async def test_after_ok_the_key_text_is_nowhere(
    maria: Actor, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Menu, New Key, label, copy, OK: then no object of the process holds the key text."""
    new_key(maria, "older")
    seen = spy_on_new_keys(monkeypatch)
    async with running("maria", size=size, clipboard=ClipboardRoute.OFF) as tui:
        await tui.press("a")
        await tui.on(ActionMenu)
        await tui.press("n")
        await tui.on(Form)
        await tui.fill("laptop")
        reveal = await tui.on(Reveal)
        (veiled,) = seen
        assert veiled.holders(), "the search finds it while it is on show"
        await tui.press("c", "tab", "enter", "enter")
        await tui.on(Profile)
        await tui.shows("from now on: nobody can see it again.")
        assert reveal.secret.wiped
        del reveal
        assert veiled.holders() == []
        assert not veiled.is_in(tui.text)
        assert tui.app.clipboard == ""
        assert rows("SELECT digest FROM api_key WHERE label = 'laptop'") == [(veiled.digest,)]


@pytest.mark.parametrize("size", SIZES)
async def test_the_pop_up_shows_it_unbroken(maria: Actor, size: tuple[int, int]) -> None:
    """The whole key text stands on one line of the pop-up, at every size."""
    async with running("maria", size=size) as tui:
        await tui.press("n")
        await tui.on(Form)
        await tui.fill("laptop")
        reveal = await tui.on(Reveal)
        assert any(f" {text_of(reveal.secret)} " in line for line in tui.lines)
        assert tui.boxes_fit()


async def test_the_list_shows_the_mask_at_once(maria: Actor) -> None:
    """The new row is there, masked and selected, while the pop-up still stands before it."""
    older = new_key(maria, "older")
    async with running("maria") as tui:
        await tui.press("n")
        await tui.on(Form)
        await tui.fill("laptop")
        await tui.on(Reveal)
        await tui.press("tab", "enter", "enter")
        await tui.on(Profile)
        key = api_keys.list_keys(maria)[0]
        assert key.key_id != older.key_id
        assert tui.listing.current is not None
        assert tui.listing.current.key == key.key_id
        assert key.masked in tui.cursor_line
        assert "laptop" in tui.cursor_line
        assert f"Key {key.key_id} is {key.masked} from now on" in tui.text


async def test_a_label_that_does_not_fit_keeps_the_dialog_open(maria: Actor) -> None:
    """An empty and a too long label are said in the dialog; nothing is created, nothing typed is lost."""
    async with running("maria") as tui:
        await tui.press("n")
        form = await tui.on(Form)
        await tui.press("enter")
        await tui.shows("Enter a label.")
        await tui.fill("x" * 65)
        await tui.shows("A label has at most 64 characters; this has 65.")
        assert tui.app.screen is form
        assert form.values == {"label": "x" * 65}
        assert rows("SELECT * FROM api_key") == []


@pytest.mark.parametrize("keys", [("escape",), ("tab", "tab", "enter")])
async def test_cancel_creates_nothing(maria: Actor, keys: tuple[str, ...]) -> None:
    """Esc and Cancel leave the dialog without a key."""
    async with running("maria") as tui:
        await tui.press("n")
        await tui.on(Form)
        await tui.paste("laptop")
        await tui.press(*keys)
        await tui.on(Profile)
        assert rows("SELECT * FROM api_key") == []


async def test_enter_pressed_twice_creates_one_key(
    maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second Enter while the first is at work does nothing."""
    go_on = threading.Event()
    create = api_keys.create_key

    def slow(actor: Actor, label: str) -> object:
        assert go_on.wait(30)
        return create(actor, label)

    monkeypatch.setattr(api_keys, "create_key", slow)
    async with running("maria") as tui:
        await tui.press("n")
        await tui.on(Form)
        await tui.fill("laptop", "", "")
        assert tui.message == "Working..."
        await tui.press("escape")
        assert isinstance(tui.app.screen, Form), "what is under way is not cancelled"
        go_on.set()
        await tui.on(Reveal)
        assert len(rows("SELECT * FROM api_key")) == 1


class TestAdministrator:
    """Separation of duties: whoever oversees keys creates none."""

    async def test_sees_new_key_dimmed_with_the_reason(self, adam: Actor) -> None:
        """The menu shows New Key, dimmed, and says why it cannot be picked."""
        async with running("adam") as tui:
            await tui.press("a")
            await tui.on(ActionMenu)
            first = tui.listing.rows[0]
            assert first.cells == ("n", "New Key...")
            assert first.dim
            assert not tui.listing.rows[-1].dim
            assert "Change password" in tui.cursor_line
            await tui.press("home")
            await tui.shows("Administrators cannot create keys: separation of duties.")
            await tui.press("enter")
            assert isinstance(tui.app.screen, ActionMenu)
            assert rows("SELECT * FROM api_key") == []

    @pytest.mark.parametrize("keys", [("n",), ("a", "n")])
    async def test_is_told_the_reason_by_the_letter(
        self, adam: Actor, keys: tuple[str, ...]
    ) -> None:
        """Pressing n, on the screen or in the menu, says the reason and creates nothing."""
        async with running("adam") as tui:
            await tui.press(*keys)
            await tui.shows("Administrators cannot create keys: separation of duties.")
            assert rows("SELECT * FROM api_key") == []

    async def test_finds_the_reason_in_the_empty_list(self, adam: Actor) -> None:
        """The empty list of an administrator says why it is empty."""
        async with running("adam") as tui:
            await tui.shows("Administrators hold no API keys: separation of duties.")
