"""The pop-up that shows a secret once: OK closes it, and nothing else does."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from keytui.domain.records import Actor
from keytui.settings import ClipboardRoute
from keytui.tui.reveal import deadline as deadline_module
from keytui.tui.reveal import quiet as quiet_module
from keytui.tui.reveal.clipboard import child
from keytui.tui.reveal.clipboard.clearing import Cleared, Clearing
from keytui.tui.reveal.screen import Occasion, Reveal
from keytui.tui.screens.form import Form
from keytui.tui.screens.profile import Profile
from keytui.tui.widgets.field import Field
from tests.support import secret_of
from tests.tui.support import Tui, running

TEXT = "kt_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1v2W3x4Y"


@asynccontextmanager
async def revealing(**settings: object) -> AsyncIterator[tuple[Tui, Reveal]]:
    """Run the app with a secret on show."""
    settings = {"clipboard": ClipboardRoute.OFF} | settings
    async with running("maria", **settings) as tui:
        secret = secret_of(TEXT)
        reveal = Reveal(
            secret,
            Occasion(
                title="New Key",
                what='Key 1 "laptop".',
                otherwise="create a new key",
                file="key-1",
                masked="••••3W4Y",
                checkable=True,
            ),
        )
        tui.app.push_screen(reveal)
        await tui.on(Reveal)
        yield tui, reveal


@pytest.mark.parametrize(
    "key",
    ["escape", "q", "ctrl+q", "ctrl+p", "question_mark", "f1", "ctrl+c", "L", "1", "3", "a", "r"],
)
async def test_no_key_but_that_of_ok_closes_it(maria: Actor, key: str) -> None:
    """Neither Esc nor q nor Ctrl+Q nor any other key closes it or opens anything over it."""
    async with revealing() as (tui, reveal):
        await tui.press(key, key)
        assert tui.app.screen is reveal
        assert tui.app.is_running
        assert not reveal.secret.wiped
        assert TEXT in tui.text


@pytest.mark.parametrize("key", ["escape", "ctrl+q"])
async def test_it_says_what_closes_it(maria: Actor, key: str) -> None:
    """Esc and Ctrl+Q get a sentence instead of what they do elsewhere."""
    async with revealing() as (tui, _):
        await tui.press(key)
        await tui.shows("Only OK closes this: the text is shown only once.")


async def test_a_click_outside_does_not_close_it(maria: Actor) -> None:
    """A click beside the box changes nothing."""
    async with revealing() as (tui, reveal):
        for offset in ((0, 0), (79, 23), (2, 12)):
            await tui.pilot.click(offset=offset)
            await tui.pilot.pause()
        assert tui.app.screen is reveal
        assert not reveal.secret.wiped


async def test_a_resize_does_not_close_it(maria: Actor) -> None:
    """It survives every size, even one at which nothing can be drawn."""
    async with revealing() as (tui, reveal):
        for size in ((120, 40), (40, 10), (60, 16), (80, 24)):
            await tui.pilot.resize_terminal(*size)
            await tui.pilot.pause()
        assert tui.app.screen is reveal
        assert any(f" {TEXT} " in line for line in tui.lines)


async def test_keys_typed_ahead_are_ignored(maria: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was typed before it could be seen answers nothing, and each such key prolongs the quiet."""
    present = 1_000.0
    monkeypatch.setattr(quiet_module, "monotonic", lambda: present)
    monkeypatch.setattr(quiet_module, "QUIET_SECONDS", 0.4)
    async with revealing() as (tui, reveal):
        for key in ("enter", "c", "enter", "enter", "c", "enter"):
            present += 0.3
            await tui.press(key)
        assert tui.app.screen is reveal
        assert tui.message.startswith("Enter or c copies.")
        present += 0.5
        await tui.press("enter")
        await tui.until(lambda: tui.message.startswith("NOT COPIED: the clipboard is switched off"))


async def test_typing_on_without_looking_answers_nothing(
    maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever types on, whatever keys, prolongs the quiet: the Enter at the end counts for nothing."""
    present = 1_000.0
    monkeypatch.setattr(quiet_module, "monotonic", lambda: present)
    monkeypatch.setattr(quiet_module, "QUIET_SECONDS", 0.4)
    async with revealing() as (tui, _):
        for key in (*"keyboard", "tab", "enter"):
            present += 0.2
            await tui.press(key)
        assert tui.message.startswith("Enter or c copies.")


async def test_an_enter_right_after_a_copy_does_not_close_it(
    maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a copy the focus is on OK, and a hasty second Enter is ignored there."""
    present = 1_000.0
    monkeypatch.setattr(quiet_module, "monotonic", lambda: present)
    monkeypatch.setattr(quiet_module, "QUIET_SECONDS", 0.4)
    async with revealing(clipboard=ClipboardRoute.OSC52) as (tui, reveal):
        present += 0.5
        await tui.press("enter")
        await tui.until(lambda: tui.message.startswith("SENT"))
        present += 0.2
        await tui.press("enter")
        assert tui.app.screen is reveal
        present += 0.5
        await tui.press("enter")
        await tui.on(Profile)


async def test_ok_before_any_copy_asks_once(maria: Actor) -> None:
    """OK without a copy is asked about once; the second OK closes."""
    async with revealing() as (tui, reveal):
        await tui.press("tab", "enter")
        assert tui.app.screen is reveal
        await tui.shows(
            "NOT COPIED yet. Press OK again to close; to get another, create a new key."
        )
        await tui.press("enter")
        await tui.on(Profile)
        assert reveal.secret.wiped


async def test_ok_after_a_failed_copy_asks_too(maria: Actor) -> None:
    """A copy that did not work does not count as one."""
    async with revealing() as (tui, reveal):
        await tui.press("c")
        await tui.until(
            lambda: tui.message.startswith("NOT COPIED: the clipboard is switched off.")
        )
        await tui.press("tab", "enter")
        assert tui.app.screen is reveal


async def test_a_copy_moves_on_to_ok(maria: Actor) -> None:
    """After a copy one Enter is enough to be done."""
    async with revealing(clipboard=ClipboardRoute.OSC52) as (tui, reveal):
        assert reveal.focused is reveal.query_one("#copy")
        await tui.press("enter")
        await tui.until(lambda: reveal.focused is reveal.query_one("#ok"))
        await tui.press("enter")
        await tui.on(Profile)
        assert reveal.secret.wiped


async def test_arrows_and_tab_move_between_the_buttons(maria: Actor) -> None:
    """Every direction that people try reaches the other buttons."""
    async with revealing() as (tui, reveal):
        copy, ok, save = (reveal.query_one(f"#{name}") for name in ("copy", "ok", "save"))
        for key, where in (
            ("right", ok),
            ("left", copy),
            ("down", ok),
            ("up", copy),
            ("tab", ok),
            ("tab", save),
            ("shift+tab", ok),
        ):
            await tui.press(key)
            assert reveal.focused is where, key


@pytest.mark.parametrize("way", ["pop", "sign out", "quit"])
async def test_whatever_closes_it_wipes_the_secret(maria: Actor, way: str) -> None:
    """The secret is gone when the pop-up is, however that comes to be."""
    async with revealing() as (tui, reveal):
        if way == "pop":
            tui.app.pop_screen()
        elif way == "sign out":
            tui.app.ask_sign_in("Your account was deactivated.")
        else:
            tui.app.exit()
        await tui.pilot.pause()
    assert reveal.secret.wiped


class TestCheck:
    """The last characters of one's copy, typed, prove it."""

    async def test_the_right_ones_are_as_good_as_a_copy(self, maria: Actor) -> None:
        """CHECKED, and OK closes without asking."""
        async with revealing() as (tui, reveal):
            reveal.query_one("#check").focus()
            await tui.press(*TEXT[-6:], "enter")
            await tui.until(lambda: tui.message.startswith("CHECKED: your copy ends"))
            assert reveal.query_one("#check", Field).value == ""
            await tui.press("enter")
            await tui.on(Profile)

    @pytest.mark.parametrize("typed", ["x2W3x4", "2W3x4", "W3x4y"])
    async def test_wrong_ones_are_said(self, maria: Actor, typed: str) -> None:
        """DIFFERENT for anything else, and OK still asks."""
        async with revealing() as (tui, reveal):
            reveal.query_one("#check").focus()
            await tui.press(*typed, "enter")
            await tui.until(lambda: tui.message.startswith("DIFFERENT: it does not end like that."))
            reveal.query_one("#ok").focus()
            await tui.press("enter")
            await tui.shows("NOT COPIED yet.")

    async def test_the_letters_of_keys_are_letters_there(self, maria: Actor) -> None:
        """C and f typed into the field neither copy nor save."""
        async with revealing() as (tui, reveal):
            reveal.query_one("#check").focus()
            await tui.press("c", "f", "q")
            assert reveal.query_one("#check", Field).value == "cfq"
            assert tui.app.screen is reveal

    async def test_the_whole_copy_can_be_pasted(self, maria: Actor) -> None:
        """Whoever pastes all of it is right too: its end is looked at, and nothing stays."""
        async with revealing() as (tui, reveal):
            reveal.query_one("#check").focus()
            await tui.paste(f"  {TEXT}\n")
            await tui.press("enter")
            await tui.until(lambda: tui.message.startswith("CHECKED"))
            assert reveal.query_one("#check", Field).value == ""

    async def test_a_wrong_one_takes_back_what_was_right(self, maria: Actor) -> None:
        """After DIFFERENT, OK asks again, whatever was copied before."""
        async with revealing(clipboard=ClipboardRoute.OSC52) as (tui, reveal):
            await tui.press("c")
            await tui.until(lambda: tui.message.startswith("SENT"))
            reveal.query_one("#check").focus()
            await tui.press(*"wrong!", "enter")
            await tui.until(lambda: tui.message.startswith("DIFFERENT"))
            reveal.query_one("#ok").focus()
            await tui.press("enter")
            await tui.shows("NOT COPIED yet.")


async def test_enter_held_down_does_not_answer_the_question(
    maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OK before any copy asks; the Enters that follow at once do not answer."""
    present = 1_000.0
    monkeypatch.setattr(quiet_module, "monotonic", lambda: present)
    monkeypatch.setattr(quiet_module, "QUIET_SECONDS", 0.4)
    async with revealing() as (tui, reveal):
        present += 0.5
        await tui.press("tab")
        present += 0.5
        for _ in range(20):
            await tui.press("enter")
            present += 0.04
        assert tui.app.screen is reveal
        present += 0.5
        await tui.press("enter")
        await tui.on(Profile)


async def test_a_copy_that_was_cleared_does_not_count(
    maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the clipboard is cleared again, OK asks as if nothing had been copied."""
    monkeypatch.setattr(Clearing, "copy", lambda *_: child.COPIED)
    async with revealing(clipboard=ClipboardRoute.NATIVE) as (tui, reveal):
        await tui.press("c")
        await tui.until(lambda: tui.message.startswith("COPIED"))
        monkeypatch.setattr(Clearing, "over", lambda clearing: Cleared.DONE)
        tui.app._look_at_clipboard()
        await tui.shows("The clipboard is cleared: it still held what you copied.")
        await tui.press("enter")
        await tui.shows("NOT COPIED yet.")
        assert tui.app.screen is reveal


async def test_quitting_from_the_save_form_does_not_lose_the_key(maria: Actor) -> None:
    """Ctrl+Q over the pop-up is no way past it either."""
    async with revealing() as (tui, reveal):
        await tui.press("f")
        form = await tui.on(Form)
        await tui.press("ctrl+q")
        await tui.shows("Not yet: Esc goes back to what is shown only once.")
        assert tui.app.screen is form
        assert not reveal.secret.wiped


class TestDeadline:
    """Left alone for too long, the secret is masked for good."""

    async def test_it_is_masked_and_says_so(
        self, maria: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The mask stands where the key was; OK closes; nobody sees it again."""
        present = 1_000.0
        monkeypatch.setattr(deadline_module, "monotonic", lambda: present)
        async with revealing(reveal_seconds=120) as (tui, reveal):
            assert "Masked in 2:00, unless you press a key." in tui.text
            present += 121
            await tui.until(lambda: reveal.masked)
            await tui.shows("MASKED: no key was pressed for 2 min. To get another, create a new")
            assert reveal.secret.wiped
            assert TEXT not in tui.text
            assert "••••3W4Y" in tui.text
            assert "Masked in" not in tui.text
            await tui.press("c")
            await tui.shows("It is masked: nobody can see it again. OK closes this.")
            assert reveal.query_one("#copy").disabled
            await tui.press("enter")
            await tui.on(Profile)

    async def test_any_key_extends_it(self, maria: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
        """Somebody is there: the time starts anew."""
        present = 1_000.0
        monkeypatch.setattr(deadline_module, "monotonic", lambda: present)
        async with revealing(reveal_seconds=120) as (tui, reveal):
            for _ in range(3):
                present += 100
                await tui.press("z")
            assert reveal.deadline is not None
            assert reveal.deadline.seconds_left == 120
            assert not reveal.masked

    def test_it_does_not_need_the_loop(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its own thread expires it, once, even where no loop runs at all."""
        present = 1_000.0
        monkeypatch.setattr(deadline_module, "monotonic", lambda: present)
        expired = threading.Event()
        deadline_module.Deadline(10, expired.set)
        present += 11
        assert expired.wait(30)

    def test_it_can_be_cancelled(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A pop-up that was closed masks nothing any more, and its thread ends."""
        present = 1_000.0
        monkeypatch.setattr(deadline_module, "monotonic", lambda: present)
        expired = threading.Event()
        before = set(threading.enumerate())
        deadline = deadline_module.Deadline(10, expired.set)
        (thread,) = set(threading.enumerate()) - before
        deadline.cancel()
        present += 11
        thread.join(30)
        assert not thread.is_alive()
        assert not expired.is_set()
