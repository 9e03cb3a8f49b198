"""A locked screen: it covers, it keeps, and only the password opens it."""

import threading

import pytest

from keytui.domain.records import Actor
from keytui.services import users
from keytui.settings import ClipboardRoute
from keytui.tui.reveal.clipboard import child
from keytui.tui.reveal.clipboard.clearing import Clearing
from keytui.tui.reveal.screen import Occasion, Reveal
from keytui.tui.screens.entrance import Locked, SignIn
from keytui.tui.screens.form import Form
from keytui.tui.screens.profile import Profile
from keytui.tui.widgets.field import Field
from tests.support import PASSWORD, WRONG_PASSWORD, secret_of, trail
from tests.tui.support import new_key, running


async def test_it_covers_everything(maria: Actor) -> None:
    """Nothing of the screen below shows through a locked screen."""
    new_key(maria, "my-laptop")
    async with running("maria") as tui:
        tui.app.action_lock()
        await tui.on(Locked)
        assert "my-laptop" not in tui.text
        assert "••••" not in tui.text


async def test_the_right_password_brings_everything_back(maria: Actor) -> None:
    """Unlocking shows the very screen that was left, with what was typed in it."""
    async with running("maria") as tui:
        await tui.press("n")
        form = await tui.on(Form)
        await tui.paste("half a lab")
        tui.app.action_lock()
        await tui.on(Locked)
        await tui.fill(PASSWORD)
        await tui.until(lambda: tui.app.screen is form)
        assert form.values["label"] == "half a lab"


async def test_a_wrong_password_keeps_it_locked(maria: Actor) -> None:
    """A wrong password is said, recorded, emptied, and opens nothing."""
    async with running("maria") as tui:
        tui.app.action_lock()
        await tui.on(Locked)
        await tui.fill(WRONG_PASSWORD)
        await tui.shows("Wrong password.")
        assert isinstance(tui.app.screen, Locked)
        assert tui.app.screen.query_one("#password", Field).value == ""
    last = trail()[-1]
    assert (last.action, last.outcome, last.target) == ("user:unlock", "failed", "maria")


@pytest.mark.parametrize("key", ["escape", "ctrl+p", "ctrl+l", "f1", "down", "ctrl+c"])
async def test_no_other_key_opens_it(maria: Actor, key: str) -> None:
    """No key but those of the password does anything to a locked screen."""
    async with running("maria") as tui:
        tui.app.action_lock()
        locked = await tui.on(Locked)
        await tui.press(key)
        assert tui.app.screen is locked


async def test_it_can_be_signed_out(maria: Actor) -> None:
    """Whoever is not the one who sat there can still sign them out."""
    async with running("maria") as tui:
        tui.app.action_lock()
        await tui.on(Locked)
        await tui.press("tab", "tab", "enter")
        await tui.on(SignIn)
        assert tui.app.signed_in is None


async def test_a_person_reset_meanwhile_signs_in_anew(maria: Actor, adam: Actor) -> None:
    """The old password does not unlock once an administrator has reset the sign-in."""
    async with running("maria") as tui:
        tui.app.action_lock()
        await tui.on(Locked)
        users.reset_sign_in(adam, "maria").wipe()
        await tui.fill(PASSWORD)
        await tui.on(SignIn)
        await tui.shows("Your role, password or sign-in was changed: sign in again.")


async def test_it_locks_after_the_idle_minutes(
    maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The screen locks when the last key press is as old as the settings say, not before."""
    async with running("maria", idle_minutes=5) as tui:
        await tui.press("down")
        present = tui.app._last_input
        monkeypatch.setattr("keytui.tui.app.monotonic", lambda: present + 299)
        tui.app._check_idle()
        await tui.pilot.pause()
        assert isinstance(tui.app.screen, Profile)
        await tui.press("down")
        monkeypatch.setattr("keytui.tui.app.monotonic", lambda: present + 300)
        tui.app._check_idle()
        await tui.pilot.pause()
        assert isinstance(tui.app.screen, Profile), "a key was pressed meanwhile"
        monkeypatch.setattr("keytui.tui.app.monotonic", lambda: present + 599)
        tui.app._check_idle()
        await tui.on(Locked)
        await tui.shows("No key was pressed for 5 min.")
        tui.app._check_idle()
        await tui.pilot.pause()
        assert sum(isinstance(screen, Locked) for screen in tui.app.screen_stack) == 1


async def test_nobody_is_locked_out_of_the_sign_in_screen(
    maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without anybody signed in there is nothing to lock."""
    async with running() as tui:
        monkeypatch.setattr("keytui.tui.app.monotonic", lambda: 10.0**9)
        tui.app._check_idle()
        await tui.pilot.pause()
        assert isinstance(tui.app.screen, SignIn)


async def test_a_key_on_show_is_masked(maria: Actor) -> None:
    """Locking wipes a secret on show for good: unlocking shows the list and the mask."""
    async with running("maria") as tui:
        await tui.press("n")
        await tui.on(Form)
        await tui.fill("laptop")
        secret = (await tui.on(Reveal)).secret
        tui.app.action_lock()
        await tui.on(Locked)
        assert secret.wiped
        await tui.fill(PASSWORD)
        await tui.on(Reveal)
        await tui.shows("MASKED: the screen was locked.")
        await tui.press("c")
        await tui.shows("It is masked: nobody can see it again. OK closes this.")
        await tui.press("enter")
        await tui.on(Profile)
        await tui.shows("Key 1 is not confirmed. If you do not have its text, press d")
        assert "not confirmed" in tui.cursor_line


async def test_a_copy_under_way_does_no_harm(maria: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locking while a copy hangs wipes the secret, and the late answer finds nobody."""
    going, go_on = threading.Event(), threading.Event()

    def slow(*_: object) -> bytes:
        going.set()
        assert go_on.wait(30)
        return child.COPIED

    monkeypatch.setattr(Clearing, "copy", slow)
    async with running("maria", clipboard=ClipboardRoute.NATIVE) as tui:
        secret = secret_of("kt_secret")
        tui.app.push_screen(
            Reveal(secret, Occasion("New Key", "Key 1.", "create it anew", "key-1"))
        )
        await tui.on(Reveal)
        await tui.press("c")
        await tui.until(going.is_set)
        tui.app.action_lock()
        await tui.on(Locked)
        go_on.set()
        await tui.fill(PASSWORD)
        await tui.on(Reveal)
        await tui.shows("MASKED, but COPIED and checked.")
        await tui.press("enter")
        await tui.on(Profile)
        assert secret.wiped
