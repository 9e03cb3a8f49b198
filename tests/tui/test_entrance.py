"""The doors: first administrator, sign in, choose a password."""

from typing import Any

import pytest

from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import users
from keytui.tui.screens.entrance import ChoosePassword, FirstAdministrator, SignIn
from keytui.tui.screens.profile import Profile
from keytui.tui.widgets.field import Field
from tests.support import PASSWORD, WRONG_PASSWORD, signed_in, text_of
from tests.tui.support import running


@pytest.mark.usefixtures("database")
class TestFirstAdministrator:
    """The form of the very first start."""

    async def test_refuses_two_passwords_that_differ(self) -> None:
        """Nobody is created while the two passwords differ, and what was typed stays."""
        async with running(first=FirstAdministrator()) as tui:
            await tui.fill("adam", PASSWORD, WRONG_PASSWORD)
            await tui.shows("The two passwords differ: type them again.")
            assert tui.app.screen.query_one("#user_id", Field).value == "adam"
            assert not users.administrator_exists()

    async def test_refuses_a_short_password(self) -> None:
        """A password below 12 characters is refused with both numbers."""
        async with running(first=FirstAdministrator()) as tui:
            await tui.fill("adam", "short", "short")
            await tui.shows("at least 12 characters; this has 5.")
            assert not users.administrator_exists()

    async def test_refuses_what_is_no_user_id(self) -> None:
        """A User ID with a space is refused in the dialog."""
        async with running(first=FirstAdministrator()) as tui:
            await tui.fill("a dam", PASSWORD, PASSWORD)
            await tui.shows("A User ID has only letters a-z")
            assert not users.administrator_exists()

    async def test_leads_to_signing_in(self) -> None:
        """The new administrator signs in with the password they chose, and no other way."""
        async with running(first=FirstAdministrator()) as tui:
            await tui.fill("adam", PASSWORD, PASSWORD)
            await tui.on(SignIn)
            assert tui.message == "The first administrator is created: sign in."
            await tui.fill("adam", PASSWORD)
            await tui.on(Profile)
            await tui.shows("adam (administrator)")

    async def test_shows_dots_for_a_password(self) -> None:
        """No password is drawn while it is typed."""
        async with running(first=FirstAdministrator()) as tui:
            await tui.fill("adam", PASSWORD)
            await tui.shows("•" * len(PASSWORD))
            assert PASSWORD not in tui.text


@pytest.mark.parametrize("user_id", ["maria", "nobody"])
async def test_wrong_words_are_the_same_for_everybody(maria: Actor, user_id: str) -> None:
    """A wrong password and an unknown User ID get one sentence, and only the password is emptied."""
    async with running() as tui:
        await tui.fill(user_id, WRONG_PASSWORD)
        await tui.shows("Wrong User ID, password or sign-in code.")
        field = tui.app.screen.query_one("#password", Field)
        assert field.has_focus
        assert field.value == ""
        assert tui.app.screen.query_one("#user_id", Field).value == user_id


async def test_the_right_password_leads_to_the_profile(maria: Actor) -> None:
    """Signing in shows who one is and when and from where one was here last."""
    async with running() as tui:
        await tui.fill("maria", PASSWORD)
        await tui.on(Profile)
        await tui.shows("last sign-in just now from ssh 10.0.4.17")


async def test_the_sign_in_form_needs_a_user_id(database: object) -> None:
    """An empty form is not sent anywhere."""
    async with running() as tui:
        await tui.fill("", "")
        await tui.shows("Enter your User ID and password.")


async def test_failed_attempts_are_told_at_the_next_sign_in(maria: Actor) -> None:
    """Whoever signs in hears how often somebody failed before."""
    async with running() as tui:
        await tui.fill("maria", WRONG_PASSWORD)
        await tui.shows("Wrong User ID")
        await tui.fill(PASSWORD)
        await tui.on(Profile)
        await tui.shows("1 failed sign-in attempt since your last sign-in: press 3 for Audit.")


async def test_too_many_attempts_say_how_long_to_wait(maria: Actor, clock: Any) -> None:
    """The fourth attempt in a row is not looked at, right or wrong."""
    async with running() as tui:
        await tui.fill("maria", WRONG_PASSWORD)
        await tui.shows("Wrong User ID")
        for _ in range(2):
            await tui.fill(WRONG_PASSWORD)
            await tui.until(lambda: not tui.app.screen.query_one("#password", Field).value)
            await tui.until(lambda: tui.message.startswith("Wrong"))
        await tui.fill(PASSWORD)
        await tui.shows("Too many failed attempts: wait 1 s, then try again.")


async def test_a_code_leads_to_choosing_a_password(adam: Actor) -> None:
    """With the one-time code a person chooses their password and is in at once."""
    code = users.add_user(adam, "nina", Role.USER)
    async with running() as tui:
        await tui.fill("nina", text_of(code))
        await tui.on(ChoosePassword)
        await tui.shows("Welcome, nina.")
        await tui.fill(PASSWORD, WRONG_PASSWORD)
        await tui.shows("The two passwords differ")
        await tui.press("escape")
        await tui.fill(PASSWORD)
        await tui.on(Profile)
        await tui.shows("this is your first sign-in")
    assert signed_in("nina").user_id == "nina"


async def test_a_code_is_used_up(adam: Actor) -> None:
    """The same code leads nowhere a second time."""
    code = text_of(users.add_user(adam, "nina", Role.USER))
    async with running() as tui:
        await tui.fill("nina", code)
        await tui.on(ChoosePassword)
        await tui.fill(PASSWORD, PASSWORD)
        await tui.on(Profile)
        await tui.press("L")
        await tui.on(SignIn)
        await tui.fill("nina", code)
        await tui.shows("Wrong User ID, password or sign-in code.")


async def test_escape_clears_the_field(database: object) -> None:
    """Esc empties the field one is in and leaves the others and the screen alone."""
    async with running() as tui:
        await tui.fill("maria")
        await tui.paste("typed wrong")
        await tui.press("escape", "escape")
        screen = await tui.on(SignIn)
        assert screen.values == {"user_id": "maria", "password": ""}
        assert tui.app.is_running


async def test_quit_is_a_button_of_the_door(database: object) -> None:
    """Quit ends the app from the sign-in screen."""
    async with running() as tui:
        await tui.press("tab", "tab", "tab", "enter")
        await tui.until(lambda: not tui.app.is_running)
        assert tui.app.return_code == 0


async def test_signing_out_asks_who_is_next(maria: Actor) -> None:
    """L signs out, on record, and the next person finds an empty form."""
    async with running("maria") as tui:
        await tui.press("L")
        screen = await tui.on(SignIn)
        await tui.shows("maria is signed out.")
        assert screen.values == {"user_id": "", "password": ""}
        assert tui.app.signed_in is None
        assert len(tui.app.screen_stack) == 2


@pytest.mark.parametrize("right", [True, False], ids=["right", "wrong"])
async def test_a_password_does_not_stay_in_its_field(maria: Actor, right: bool) -> None:
    """Once it was used, right or wrong, the field is empty."""
    async with running() as tui:
        form = await tui.on(SignIn)
        field = form.query_one("#password", Field)
        await tui.fill("maria", PASSWORD if right else WRONG_PASSWORD)
        if right:
            await tui.on(Profile)
        else:
            await tui.shows("Wrong User ID")
        assert field.value == ""
