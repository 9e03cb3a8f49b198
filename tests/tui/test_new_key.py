"""New Key, from the action menu to the mask; and a key whose text never arrived."""

import threading

import pytest

from keytui.domain.clock import DAY
from keytui.domain.errors import DatabaseBusy
from keytui.domain.policy import Policy
from keytui.domain.records import Actor
from keytui.domain.secret import Secret
from keytui.domain.states import KeyState
from keytui.services import api_keys, policy
from keytui.settings import ClipboardRoute
from keytui.tui.reveal.screen import Reveal
from keytui.tui.screens.action_menu import ActionMenu
from keytui.tui.screens.confirm import Confirm
from keytui.tui.screens.form import Form
from keytui.tui.screens.profile import Profile
from tests.support import Clock, rows, text_of
from tests.tui.support import SIZES, Tui, new_key, running


async def create(tui: Tui, label: str = "laptop") -> Reveal:
    """Create a key by its letter, up to the pop-up."""
    await tui.press("n")
    await tui.on(Form)
    await tui.fill(label)
    return await tui.on(Reveal)


@pytest.mark.parametrize("size", SIZES)
async def test_textual_sees_placeholders_only(maria: Actor, size: tuple[int, int]) -> None:
    """Menu, New Key, label: no character of the key text is in what Textual draws or keeps."""
    async with running("maria", size=size, clipboard=ClipboardRoute.OFF) as tui:
        await tui.press("a")
        await tui.on(ActionMenu)
        await tui.press("n")
        await tui.on(Form)
        await tui.fill("laptop")
        reveal = await tui.on(Reveal)
        text = text_of(reveal.secret)
        assert text in tui.text, "the person sees it"
        drawn = [strip.text for strip in tui.strips]
        assert not any(text[place : place + 5] in line for line in drawn for place in range(43))
        assert text not in tui.app.export_screenshot()
        await tui.press("c", "tab", "enter", "enter")
        await tui.on(Profile)
        await tui.shows("from now on: nobody can see it again.")
        assert reveal.secret.wiped
        assert tui.app.clipboard == ""


@pytest.mark.parametrize(
    ("keys", "days"),
    [
        ((), 90),
        (("shift+tab", "shift+tab", "left"), 30),
        (("shift+tab", "shift+tab", "right"), 365),
        (("shift+tab", "shift+tab", "right", "right"), None),
        (("shift+tab", "1", "2"), 12),
    ],
    ids=str,
)
async def test_new_key_asks_for_how_long(
    maria: Actor, clock: Clock, keys: tuple[str, ...], days: int | None
) -> None:
    """90 days unless the person chooses others, none, or writes them."""
    async with running("maria") as tui:
        await tui.press("n")
        await tui.on(Form)
        await tui.press(*keys)
        tui.app.screen.query_one("#label").focus()
        await tui.fill("laptop")
        await tui.on(Reveal)
    (key,) = api_keys.list_keys(maria)
    assert key.expires_at == (None if days is None else clock.now + days * DAY)


@pytest.mark.parametrize("size", SIZES)
async def test_an_end_beyond_the_policy_is_said_in_the_dialog(
    maria: Actor, adam: Actor, clock: Clock, size: tuple[int, int]
) -> None:
    """The longest is named, nothing is created, and only what is allowed is offered."""
    assert clock.now
    policy.change(adam, Policy(30, 90, no_end=False), "audit", warning_days=0, seen=0)
    async with running("maria", size=size) as tui:
        await tui.press("n")
        await tui.on(Form)
        await tui.shows("( ) 7 (•) 30 ( ) 90")
        assert "365" not in tui.text
        assert "none" not in tui.text.replace("API Keys: none", "")
        await tui.press("shift+tab")
        await tui.paste("2027-06-30")
        await tui.press("enter")
        await tui.fill("laptop")
        await tui.shows("A key may last 90 days at most: choose at most 90 days, or")
        assert tui.boxes_fit()
    assert api_keys.list_keys(maria) == []


async def test_ok_confirms_the_key(maria: Actor) -> None:
    """The key is there and not confirmed while its text is on show; OK confirms it."""
    async with running("maria") as tui:
        await create(tui)
        (key,) = api_keys.list_keys(maria)
        assert not key.confirmed
        await tui.press("tab", "enter", "enter")
        await tui.on(Profile)
        await tui.shows(f"Key {key.key_id} is {key.masked} from now on")
        assert api_keys.list_keys(maria)[0].confirmed
        assert "not confirmed" not in tui.text


async def test_a_key_that_could_not_be_confirmed_works_and_says_so(
    maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that fails after OK costs the mark, not the key; the text is gone all the same."""

    def busy(*_: object) -> None:
        raise DatabaseBusy("Another process holds the database: try again.")

    monkeypatch.setattr(api_keys, "confirm_key", busy)
    async with running("maria") as tui:
        reveal = await create(tui)
        await tui.press("tab", "enter", "enter")
        await tui.on(Profile)
        await tui.shows("Key 1 works, but stays marked as not confirmed: Another process")
        assert reveal.secret.wiped
        assert "not confirmed" in tui.cursor_line


class TestCreateAnew:
    """A key whose text never arrived is ended and created anew in one step."""

    async def test_shows_the_new_text_and_ends_the_old_key(self, maria: Actor) -> None:
        """One confirmation, one new text on show, one working key, with the label of the old."""
        lost = new_key(maria, "laptop")
        async with running("maria") as tui:
            await tui.shows("not confirmed")
            await tui.press("d")
            confirm = await tui.on(Confirm)
            assert confirm.focused is confirm.query_one("#cancel")
            await tui.shows(f'the text of key {lost.key_id} "laptop"')
            await tui.press("tab", "enter")
            reveal = await tui.on(Reveal)
            assert text_of(reveal.secret) in tui.text
            await tui.press("tab", "enter", "enter")
            await tui.on(Profile)
            await tui.shows("from now on")
        new, old = api_keys.list_keys(maria)
        assert (new.label, new.confirmed, new.state) == ("laptop", True, KeyState.ACTIVE)
        assert (old.key_id, old.state) == (lost.key_id, KeyState.DEACTIVATED)
        assert old.deactivation_reason == api_keys.NOT_CONFIRMED

    async def test_is_refused_for_a_key_that_arrived(self, maria: Actor) -> None:
        """A confirmed key says that its text arrived."""
        key = new_key(maria, "laptop")
        api_keys.confirm_key(maria, key.key_id)
        async with running("maria") as tui:
            await tui.press("d")
            await tui.shows("This key is confirmed: its text arrived.")

    async def test_is_refused_for_a_dead_key(self, maria: Actor) -> None:
        """A deactivated key asks for a new one."""
        key = new_key(maria, "laptop")
        api_keys.deactivate_key(maria, key.key_id, "lost")
        async with running("maria") as tui:
            await tui.press("d")
            await tui.shows("This key is inactive already: press n for a new one.")


@pytest.mark.parametrize("size", SIZES)
async def test_the_pop_up_shows_it_unbroken(maria: Actor, size: tuple[int, int]) -> None:
    """The whole key text stands on one line of the pop-up, at every size."""
    async with running("maria", size=size) as tui:
        reveal = await create(tui)
        assert any(f" {text_of(reveal.secret)} " in line for line in tui.lines)
        assert tui.boxes_fit()


async def test_the_list_shows_the_mask_at_once(maria: Actor) -> None:
    """The new row is there, masked and selected, while the pop-up still stands before it."""
    older = new_key(maria, "older")
    async with running("maria") as tui:
        await create(tui)
        await tui.press("tab", "enter", "enter")
        await tui.on(Profile)
        await tui.shows("from now on")
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
        assert form.values == {"days": "90", "until": "", "label": "x" * 65}
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
    real = api_keys.create_key

    def slow(actor: Actor, label: str, secret: Secret, *, expires_at: int) -> object:
        assert go_on.wait(30)
        return real(actor, label, secret, expires_at=expires_at)

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
            assert "SSH keys" in tui.cursor_line
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
