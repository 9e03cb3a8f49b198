"""The app as the only thing that somebody may run: what is off, and how it ends."""

from typing import Any

import pytest
from textual.screen import Screen

from keytui.domain.records import Actor
from keytui.services import users
from keytui.services.sign_in import SignedIn
from keytui.settings import Settings
from keytui.tui import app as app_module
from keytui.tui.app import KeytuiApp
from keytui.tui.reveal.screen import Reveal
from keytui.tui.screens.action_menu import ActionMenu
from keytui.tui.screens.audit import Audit
from keytui.tui.screens.entrance import FirstAdministrator, SignIn
from keytui.tui.screens.manage_users import ManageUsers
from keytui.tui.screens.profile import Profile
from keytui.tui.surroundings import NO_REPORT, NewKey, Surroundings
from tests.forced import come, give_ssh_key
from tests.tui.support import HOME, SMALL, Tui

FORCED = Surroundings(forced=True)


def _app(first: SignedIn | Screen[Any], surroundings: Surroundings = FORCED) -> KeytuiApp:
    return KeytuiApp(Settings(), "ssh 10.0.4.17", first, surroundings)


def _maria() -> SignedIn:
    give_ssh_key("maria")
    return come("maria")


def _close(app: KeytuiApp) -> None:
    app.background.close()
    app.clearing.finish()


async def test_a_person_who_is_in_sees_their_profile(maria: Actor) -> None:
    """The first screen is not a door."""
    app = _app(_maria())
    async with app.run_test(size=HOME) as pilot:
        await Tui(app, pilot).on(Profile)
        assert app.signed_in is not None
        assert app.signed_in.actor.ssh_key_id is not None
    _close(app)


async def test_a_key_asked_for_is_created_once(maria: Actor) -> None:
    """Its pop-up is the first thing; going away and coming back creates no other."""
    app = _app(_maria(), Surroundings(forced=True, new_key=NewKey("ci")))
    async with app.run_test(size=HOME) as pilot:
        tui = Tui(app, pilot)
        reveal = await tui.on(Reveal)
        assert 'Key 1 "ci".' in tui.flow
        reveal.mask("seen.")
        await tui.press("enter")
        await tui.until(lambda: isinstance(app.screen, Profile))
        await tui.calm()
        await tui.press("3")
        await tui.on(Audit)
        await tui.calm()
        await tui.press("1")
        await tui.on(Profile)
        await tui.shows("API Keys: 1-1 of 1")
    _close(app)


async def test_a_key_that_may_not_be_is_refused_on_the_profile(adam: Actor) -> None:
    """The sentence of the rule, and no pop-up."""
    give_ssh_key("adam")
    app = _app(come("adam"), Surroundings(forced=True, new_key=NewKey("ci")))
    async with app.run_test(size=HOME) as pilot:
        tui = Tui(app, pilot)
        await tui.shows("Administrators cannot create keys: separation of duties.")
        assert isinstance(app.screen, Profile)
    _close(app)


@pytest.mark.parametrize("size", [HOME, SMALL])
async def test_the_export_is_dimmed_with_what_to_do_instead(
    adam: Actor, size: tuple[int, int]
) -> None:
    """In the menu, and when its letter is pressed."""
    give_ssh_key("adam")
    app = _app(come("adam"))
    async with app.run_test(size=size) as pilot:
        tui = Tui(app, pilot)
        await tui.on(Profile)
        await tui.calm()
        await tui.press("2")
        await tui.on(ManageUsers)
        await tui.until(lambda: tui.listing.rows)
        await tui.press("e")
        await tui.shows(NO_REPORT)
        await tui.press("a")
        await tui.on(ActionMenu)
        await tui.press("home")
        await tui.shows(NO_REPORT)
        await tui.press("enter")
        assert isinstance(app.screen, ActionMenu)
    _close(app)


async def test_save_to_file_cannot_be_reached(maria: Actor) -> None:
    """Its button takes neither focus nor click."""
    app = _app(_maria(), Surroundings(forced=True, new_key=NewKey("ci")))
    async with app.run_test(size=HOME) as pilot:
        reveal = await Tui(app, pilot).on(Reveal)
        assert reveal.query_one("#save").disabled
        assert not reveal.query_one("#copy").disabled
    _close(app)


async def test_a_sign_in_that_is_over_ends_it(maria: Actor, adam: Actor) -> None:
    """With the sentence for after the app, exit code 1, and no screen to sign in."""
    app = _app(_maria())
    async with app.run_test(size=HOME) as pilot:
        tui = Tui(app, pilot)
        await tui.on(Profile)
        users.deactivate_user(adam, "maria", "left")
        await tui.press("r")
        await tui.until(lambda: app.last_words)
    assert app.last_words == "Your account was deactivated: ask an administrator."
    assert app.return_code == 1
    _close(app)


async def test_a_wrong_password_lets_try_again(maria: Actor) -> None:
    """Nobody was in: nothing has ended."""
    app = _app(SignIn())
    async with app.run_test(size=HOME) as pilot:
        tui = Tui(app, pilot)
        await tui.on(SignIn)
        await tui.fill("maria", "not the password")
        await tui.shows("Wrong User ID, password or sign-in code.")
        assert app.last_words == ""
    _close(app)


@pytest.mark.parametrize("signed_in", [True, False])
async def test_whoever_is_away_is_out(
    maria: Actor, monkeypatch: pytest.MonkeyPatch, signed_in: bool
) -> None:
    """At the sign-in too: an open door holds a place that others wait for."""
    app = _app(_maria() if signed_in else SignIn())
    async with app.run_test(size=HOME) as pilot:
        tui = Tui(app, pilot)
        await tui.on(Profile if signed_in else SignIn)
        late = app_module.monotonic() + 15 * 60
        monkeypatch.setattr(app_module, "monotonic", lambda: late)
        app._check_idle()
        await tui.until(lambda: app.last_words)
    assert app.last_words == "No key was pressed for 15 min. The session is over: come again."
    assert app.return_code == 1
    _close(app)


@pytest.mark.parametrize("first", [FirstAdministrator, SignIn])
async def test_what_is_wrong_with_the_file_stands_on_the_first_screen(
    maria: Actor, first: type[FirstAdministrator | SignIn]
) -> None:
    """Before anybody types a password."""
    app = _app(first("Other accounts can write it."), Surroundings())
    async with app.run_test(size=HOME) as pilot:
        await Tui(app, pilot).shows("Other accounts can write it.")
    _close(app)
