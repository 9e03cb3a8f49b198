"""The app: a signboard. Where one can go, the global keys, who is signed in, the locked screen."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from textual import events
from textual.screen import ModalScreen, Screen

from keytui.domain.errors import KeytuiError
from keytui.domain.permissions import Role
from keytui.settings import Settings
from keytui.tui.background import Background
from keytui.tui.hardening import harden, settled
from keytui.tui.idle import monotonic
from keytui.tui.revealing import RevealingApp
from keytui.tui.screens.dialog import Dialog
from keytui.tui.screens.entrance import ChoosePassword, CodeAccepted, Locked, SignIn
from keytui.tui.screens.form import Form
from keytui.tui.screens.sized import Sized
from keytui.tui.surroundings import ORDINARY, Surroundings
from keytui.tui.watchdog import Watchdog

if TYPE_CHECKING:
    from textual.app import SystemCommand

    from keytui.domain.records import Actor
    from keytui.services.sign_in import SignedIn

REST = ("keytui.tui.places", "keytui.tui.palette", "keytui.tui.reveal.clipboard.copying")
"""With these comes all that is imported inside of a method: the first paint does not wait for it,
:meth:`KeytuiApp._load_rest` has it loaded in the background then."""


class KeytuiApp(RevealingApp):
    """keytui in the terminal."""

    CSS_PATH = "keytui.tcss"
    TITLE = "keytui"
    ALLOW_SELECT = False

    def __init__(
        self,
        settings: Settings,
        origin: str,
        first: "Screen[Any] | SignedIn",
        surroundings: Surroundings = ORDINARY,
        opening: Callable[[], object] | None = None,
    ) -> None:
        """Create the app.

        Args:
            settings: of this run.
            origin: from where it is used, for the audit trail.
            first: the first screen, a door that answers with who came in; or who is in already.
            surroundings: how it was started.
            opening: opens the database, where it is not open already.
        """
        super().__init__(settings)
        self.origin = origin
        self.surroundings = surroundings
        self.background = Background(opening)
        self.signed_in: SignedIn | None = None
        self.last_words = ""
        self.watchdog: Watchdog | None = None
        self._first = [first]
        self._last_input = monotonic()

    # -- coming and going

    def on_mount(self) -> None:
        """Start to notice when nobody is there."""
        self.set_interval(1, self._check_idle)
        if not self.is_headless:
            # A closed terminal or a shutdown ends the app as Ctrl+Q does, so that
            # the terminal is restored; the clipboard's helper does its own.
            loop = asyncio.get_running_loop()
            self.watchdog = Watchdog(
                wake=lambda: loop.call_soon_threadsafe(lambda: None),
                wipe=self.late.wipe,
                end=lambda code: loop.call_soon_threadsafe(self.exit, None, code),
                seconds_left=self._seconds_left if self.surroundings.forced else None,
            )
            self.watchdog.start()

    async def _ready(self) -> None:
        # Before the first key, but not in on_mount: Textual draws what is pushed there once
        # for nothing.
        await super()._ready()
        # Not kept: a password that was typed into it would stay as long.
        first = self._first.pop()
        if isinstance(first, Screen):
            self.push_screen(first, self.came_in)
        else:
            self.came_in(first)
        if not self.is_headless:
            self.call_after_refresh(harden, for_good=self.surroundings.forced)
            self.call_after_refresh(self.run_worker, self._load_rest, exit_on_error=False)

    async def _load_rest(self) -> None:
        try:
            await self.background.call(lambda: [*map(import_module, REST)])
        except KeytuiError:
            pass  # the next service that is asked for says why
        finally:
            settled()

    def came_in(self, answer: object) -> None:
        """Go on from a door by what it answered."""
        from keytui.services.sign_in import SignedIn
        from keytui.tui.screens.profile import Profile

        if isinstance(answer, SignedIn):
            self.signed_in = answer
            began = self.surroundings
            self.surroundings = replace(began, remark="", new_key=None)
            notices = (*filter(None, [began.remark]), *answer.notices)
            self._go(Profile(replace(answer, notices=notices), began.new_key))
        elif isinstance(answer, CodeAccepted):
            self.push_screen(ChoosePassword(answer), self.came_in)
        else:
            self.ask_sign_in("The first administrator is created: sign in.")

    def ask_sign_in(self, words: str = "") -> None:
        """Close everything and ask who is there; ``words`` say why. A forced session ends."""
        if self.surroundings.forced and self.signed_in is not None:
            self.end(words)
            return
        self.signed_in = None
        self._go(SignIn(words))

    def end(self, words: str, code: int = 1) -> None:
        """End the app, and have ``words`` said once the terminal is given back."""
        self.late.wipe()
        self.signed_in = None
        self.last_words = words
        self.exit(return_code=code)

    def renew(self, actor: "Actor") -> None:
        """Go on as ``actor``, whose sign-in series is new."""
        if self.signed_in is not None:
            self.signed_in = replace(self.signed_in, actor=actor, notices=())

    def action_sign_out(self) -> None:
        """Sign out and ask who is next."""
        if self.signed_in is not None:
            actor, self.signed_in = self.signed_in.actor, None  # once, however often it is pressed
            if isinstance(self.screen, Sized):
                self.screen.say("Signing out...")  # a locked database takes its time
            self.run_worker(self._sign_out(actor))

    async def _sign_out(self, actor: "Actor") -> None:
        from keytui.services import sign_in

        words = f"{actor.user_id} is signed out."
        try:
            await self.background.call(sign_in.sign_out, actor)
        except KeytuiError as error:
            words = f"{actor.user_id} is signed out, but not on record: {error}"
        if self.surroundings.forced:
            self.end(words, 0)
        else:
            self.ask_sign_in(words)

    # -- places

    @property
    def places(self) -> Sequence[tuple[str, str]]:
        """Return the places where this person can be, each its key and title."""
        from keytui.tui import places

        return places.titles(self.signed_in.actor.role if self.signed_in else Role.USER)

    def action_place(self, title: str) -> None:
        """Go to a place."""
        from keytui.tui import places

        here = self.screen
        if self.signed_in is None or not isinstance(here, places.Place):
            return
        there = places.place(title, self.signed_in)
        if isinstance(there, str):
            here.complain(there)
        else:
            self._go(there)

    def _go(self, screen: Screen[Any]) -> None:
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.push_screen(screen, self.came_in if isinstance(screen, SignIn) else None)

    # -- everywhere

    def action_help(self) -> None:
        """Show the keys of this screen."""
        from keytui.tui import places

        if isinstance(self.screen, places.Place):
            self.push_screen(places.help_of(self.screen))

    def action_redraw(self) -> None:
        """Draw the screen anew, over whatever another program left on it."""
        self.refresh(layout=True)
        self.screen.refresh(layout=True)

    def action_command_palette(self) -> None:
        """Open the palette, but never over a dialog."""
        if not isinstance(self.screen, ModalScreen):
            super().action_command_palette()

    def get_system_commands(self, screen: Screen[Any]) -> "Iterable[SystemCommand]":
        """Offer every action of the screen, with its key."""
        from keytui.tui import palette

        yield from palette.commands(self, screen)

    def action_help_quit(self) -> None:
        """Say how to quit: Ctrl+C is pressed out of habit, and must not lose anything."""
        if isinstance(self.screen, Sized):
            self.screen.say("Ctrl+Q quits.")

    async def action_quit(self) -> None:
        """Quit, but not while a secret is shown that nobody can see again."""
        from keytui.tui.reveal.screen import Reveal

        if isinstance(self.screen, Reveal):
            self.screen.action_stay()
        elif isinstance(self.screen, Form) and self.reveals:
            self.screen.say("Not yet: Esc goes back to what is shown only once.")
        elif isinstance(self.screen, Dialog) and self.screen.busy:
            self.screen.say("Not yet: wait for what was begun to end.")
        else:
            self.exit()

    # -- a locked screen

    async def on_event(self, event: events.Event) -> None:
        """Note that somebody is there."""
        if isinstance(event, events.Key | events.Paste | events.MouseDown):
            self._last_input = monotonic()
            for reveal in self.reveals:
                reveal.extend()
        if isinstance(event, events.Key) and self.screen.has_class("-too-small"):
            if event.key == "ctrl+q":
                await self.action_quit()
            return  # whoever cannot see the screen does nothing on it
        if isinstance(event, events.Key) and isinstance(self.screen, Sized) and self.screen.in_list:
            # At once, not by the list's queue: a key typed behind this one must meet
            # what it did, be it the filter line or another place.
            acting = self.screen.acting
            if not (await self._check_bindings(event.key, priority=True) or acting):
                await self._check_bindings(event.key)
            return
        await super().on_event(event)

    def _check_idle(self) -> None:
        if self.screen_stack and self._seconds_left() <= 0:
            self.action_lock(f"No key was pressed for {self.settings.idle_minutes} min.")

    def _seconds_left(self) -> float:
        """How long nobody may press a key from now on; the watchdog's thread asks too."""
        return self._last_input + self.settings.idle_minutes * 60 - monotonic()

    def action_lock(self, why: str = "") -> None:
        """Cover the screen until the password is typed; nothing is closed but a secret on show.

        A forced session ends instead.
        """
        if self.surroundings.forced:
            # Whoever came with an SSH key may have no password to unlock it with.
            self.end(f"{why} The session is over: come again.".strip())
            return
        if self.signed_in is None or isinstance(self.screen, Locked):
            return
        for reveal in self.reveals:
            reveal.mask("the screen was locked.")
        self.push_screen(Locked(self.signed_in.actor, why))
