"""The pop-up that shows a key text or a sign-in code once.

It closes by OK and by nothing else: not by Esc, ``q``, a click beside it or
keys typed ahead. After OK the secret is wiped and keytui has it nowhere. Left
alone for too long it masks the secret, and says so.
"""

import hmac
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from keytui.domain import key_text
from keytui.domain.clock import SECOND, duration
from keytui.domain.errors import BadInput
from keytui.domain.secret import Secret
from keytui.tui.reveal import saving
from keytui.tui.reveal.deadline import Deadline
from keytui.tui.reveal.quiet import Quiet
from keytui.tui.reveal.secret_line import SecretLine
from keytui.tui.screens.dialog import Dialog
from keytui.tui.screens.form import Entry, Form, Values
from keytui.tui.surroundings import NO_FILES
from keytui.tui.widgets.button import Button
from keytui.tui.widgets.field import Field, Labelled
from keytui.tui.widgets.plain import plain

CHECKED = 6
"""How many of the last characters prove a copy: those of a key text's checksum."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a reveal says around the secret.

    Attributes:
        title: the pop-up's title.
        what: which secret this is, a sentence.
        otherwise: what to do when it is lost, after "to get another, ".
        file: how a file that it is saved to is called, without an ending.
        masked: what stands in its place once it is masked.
        checkable: whether the last characters can be typed to check a copy.
    """

    title: str
    what: str
    otherwise: str
    file: str
    masked: str = key_text.MASK
    checkable: bool = False


class Reveal(Dialog[bool]):
    """Shows a secret once; answers whether the person said OK to it before it was masked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy to clipboard", show=False, id="copy"),
        Binding("f", "save", "Save to file", show=False, id="save"),
        Binding("escape", "stay", "Stay", show=False, id="stay"),
        Binding("left", "app.focus_previous", "Previous", show=False, id="left"),
        Binding("right", "app.focus_next", "Next", show=False, id="right"),
    ]
    first_focus = "#copy"

    def __init__(self, secret: Secret, occasion: Occasion) -> None:
        """Show ``secret``; it is wiped when the pop-up closes, however it closes."""
        super().__init__()
        self.secret = secret
        self.occasion = occasion
        self.title_text = occasion.title
        self.masked = False
        self.deadline: Deadline | None = None
        self._form: Form[str] | None = None
        self._taken = ""
        self._warned = False
        self._quiet = Quiet()

    def body(self) -> ComposeResult:
        """Lay out the words and the secret."""
        late = self._late = self.keytui.late
        words = f"{self.occasion.what} Shown only now: nobody can see it again."
        yield Static(plain(f"{words} {late.page.weakness}".strip()), id="intro")
        yield SecretLine(late.show(self.secret))
        yield Static(id="deadline", markup=False)
        if self.occasion.checkable:
            check = Field(id="check", entered=self._checked)
            yield Labelled(f"Its last {CHECKED}, to check your copy", check)

    def buttons(self) -> ComposeResult:
        """Offer to take it away, and to be done."""
        yield Button("Copy to clipboard", id="copy")
        yield Button("OK", id="ok")
        save = Button("Save to file...", id="save")
        save.disabled = self.keytui.surroundings.forced
        yield save

    def on_mount(self) -> None:
        """Say how to copy, and start to count."""
        seconds = self.keytui.settings.reveal_seconds
        self.deadline = Deadline(seconds, self._expire)
        self._show_deadline()
        self._counting = self.set_interval(1, self._show_deadline)
        self.say("Enter or c copies. Tab goes on to OK. Esc does not close this.")

    # -- keys

    def extend(self) -> None:
        """Somebody is there: the time starts anew."""
        if self.deadline is not None:
            self.deadline.extend()

    def on_key(self) -> None:
        """Let every key that was typed ahead prolong the quiet."""
        self._quiet.typed_ahead()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Copy, save or be done, unless the key was typed ahead."""
        event.stop()
        event.prevent_default()
        if event.button.id == "copy":
            self.action_copy()
        elif event.button.id == "save":
            self.action_save()
        else:
            self.accept()

    def action_copy(self) -> None:
        """Copy to the clipboard; then OK is the next thing to press."""
        if self._may_take():
            self.busy = True
            self.say("Copying...")
            self.run_worker(self._copy(), name="copy")

    async def _copy(self) -> None:
        outcome = await self.keytui.copy_to_any_clipboard(self.secret)
        self.busy = False
        if self.masked:
            if outcome.worked:
                self.complain(f"MASKED, but {outcome.sentence}")
            return
        if outcome.worked:
            self._take("copy", outcome.sentence)
        else:
            self.complain(outcome.sentence)

    def action_save(self) -> None:
        """Ask where, and save it there."""
        if self.keytui.surroundings.forced:
            if not self._quiet.typed_ahead():
                self.complain(NO_FILES)
        elif self._may_take():
            self.busy = True
            self.run_worker(self._save(), name="save")

    async def _save(self) -> None:
        async def submit(values: Values) -> str:
            if self.masked:
                raise BadInput("It was masked meanwhile: nothing is left to save. Esc goes back.")
            return str(saving.save(self.secret, values["file"]))

        self._form = Form[str](
            "Save to file",
            "A new file that only you can read, in a folder that only you can enter. "
            "Whoever gets the file has the key.",
            [Entry("file", "File", saving.suggestion(self.occasion.file))],
            submit,
            ok="Save",
        )
        path = await self.app.push_screen_wait(self._form)
        self._form = None
        self.busy = False
        if path is not None:
            self._take("file", f"SAVED to {path}")

    def _take(self, how: str, sentence: str) -> None:
        """The person has it: say how, and go on to OK."""
        self._taken = how
        self.say(sentence)
        self.set_focus(self.query_one("#ok"))
        self._quiet.begin()

    def copy_is_gone(self) -> None:
        """The clipboard was cleared: what was copied into it does not count any more."""
        if self._taken == "copy":
            self._taken = ""

    def _checked(self, field: Field) -> None:
        # Somebody may paste the whole of it: only its end is looked at.
        typed, field.value = field.value.strip()[-CHECKED:], ""
        if not typed:
            self.set_focus(self.query_one("#ok"))
        elif hmac.compare_digest(typed.encode("utf-8", "replace"), self.secret.view()[-CHECKED:]):
            self._take("check", f"CHECKED: your copy ends with the right {CHECKED} characters.")
        else:
            self._taken, self._warned = "", False
            self.complain(
                f"DIFFERENT: it does not end like that. Type the last {CHECKED} characters "
                "of your copy again, or copy anew."
            )

    # -- the end

    def accept(self) -> None:
        """Close for good; before it was taken anywhere it is asked once."""
        if self._quiet.typed_ahead() or self.busy:
            return
        if self.masked:
            self.dismiss(False)
        elif self._taken or self._warned:
            self._wipe()
            self.dismiss(True)
        else:
            self._warned = True
            self._quiet.begin()  # Enter held down must not answer it
            self.complain(
                f"NOT COPIED yet. Press OK again to close; to get another, "
                f"{self.occasion.otherwise}."
            )

    def action_cancel(self) -> None:
        """Stay: Esc does not close this pop-up."""
        self.action_stay()

    def action_stay(self) -> None:
        """Say what closes it."""
        if not self.busy:
            self.complain("Only OK closes this: the text is shown only once.")

    def mask(self, why: str) -> None:
        """Wipe the secret, and stay to say ``why``."""
        if not self.masked and self.is_attached:
            self.masked = True
            self._wipe()
            # What prints every second keeps sshd from asking whether the client is still there.
            self._counting.stop()
            self._show_deadline()
            self.query_one(SecretLine).put(self.occasion.masked)
            for part in self.query("#copy, #save, #check"):
                part.disabled = True
            self.complain(f"MASKED: {why} To get another, {self.occasion.otherwise}.")
            self.set_focus(self.query_one("#ok"))
            if self._form is not None:
                self._form.action_cancel()

    def on_unmount(self) -> None:
        """Wipe the secret, whatever closed the pop-up."""
        self._wipe()

    def _wipe(self) -> None:
        self.secret.wipe()
        if self.deadline is not None:
            self.deadline.cancel()

    def _expire(self) -> None:
        # On the deadline's own thread: the screen may stand still.
        self.secret.wipe()
        self._late.clear_outgoing()
        self.app.call_later(self.mask, f"no key was pressed for {self._limit}.")

    def _show_deadline(self) -> None:
        words = ""
        if self.deadline is not None and not self.masked:
            minutes, seconds = divmod(self.deadline.seconds_left, 60)
            words = f"Masked in {minutes}:{seconds:02}, unless you press a key."
        self.query_one("#deadline", Static).update(plain(words), layout=False)

    @property
    def _limit(self) -> str:
        return duration(self.keytui.settings.reveal_seconds * SECOND)

    def _may_take(self) -> bool:
        if self._quiet.typed_ahead() or self.busy:
            return False
        if self.masked:
            self.complain("It is masked: nobody can see it again. OK closes this.")
        return not self.masked
