"""Copy to clipboard: the first word says what keytui could see, and no more."""

import base64
import subprocess
from collections.abc import Sequence
from typing import Any

import pytest

from keytui.domain.records import Actor
from keytui.settings import ClipboardRoute
from keytui.tui.reveal.clipboard import child, copying
from keytui.tui.reveal.clipboard.clearing import Cleared, Clearing
from keytui.tui.screens.form import Entry, Form
from keytui.tui.screens.profile import Profile
from tests.tui.support import Tui
from tests.tui.test_reveal import TEXT, revealing

PLAIN = f"\x1b]52;c;{base64.b64encode(TEXT.encode()).decode()}\a"


async def first_words(tui: Tui) -> str:
    """Press c and return what is said once the copy is over."""
    await tui.press("c")
    await tui.until(lambda: tui.message not in ("", "Copying..."))
    return tui.message


def listen(tui: Tui, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list to which every clipboard sequence is added as the terminal would get it.

    What the app itself writes must be placeholders alone.
    """
    got: list[str] = []
    late, driver = tui.app.late, tui.app._driver
    assert driver is not None

    def write(text: str) -> None:
        assert "52;c" not in text
        if late.placeholder.fullmatch(text):
            got.append(bytes(late.characters(text)).decode())

    monkeypatch.setattr(driver, "write", write)
    return got


class TestNative:
    """The clipboard of this machine, read back."""

    def answers(self, monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
        """Have the child process answer so."""
        monkeypatch.setattr(Clearing, "copy", lambda clearing, text, seconds: answer)

    async def test_says_copied_when_it_was_read_back(
        self, maria: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """COPIED is said when the clipboard was read back, and when it will be cleared."""
        self.answers(monkeypatch, child.COPIED)
        monkeypatch.setattr(Clearing, "seconds_left", 45)
        async with revealing(clipboard=ClipboardRoute.NATIVE) as (tui, _):
            assert (await first_words(tui)).startswith("COPIED and checked.")
            tui.app._look_at_clipboard()
            assert tui.message == "COPIED and checked. The clipboard is cleared in 45 s."

    @pytest.mark.parametrize(
        ("answer", "why"),
        [
            (child.NO_CLIPBOARD, "there is no clipboard here"),
            (child.NOT_CONFIRMED, "the clipboard did not give it back"),
            (child.NOTHING_GIVEN, "it was masked meanwhile"),
            (b"", "the clipboard did not answer"),
        ],
    )
    async def test_says_not_copied_otherwise(
        self, maria: Actor, monkeypatch: pytest.MonkeyPatch, answer: bytes, why: str
    ) -> None:
        """Whatever else the child answers is NOT COPIED, with the reason and the ways by hand."""
        self.answers(monkeypatch, answer)
        async with revealing(clipboard=ClipboardRoute.NATIVE) as (tui, reveal):
            said = await first_words(tui)
            assert said.startswith(f"NOT COPIED: {why}.")
            assert "select it above with the mouse" in said
            assert "save it to a file" in said
            assert reveal.focused is reveal.query_one("#copy")

    async def test_falls_back_to_the_terminal(
        self, maria: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where this machine has no clipboard, the terminal's is tried, and SENT is said."""
        self.answers(monkeypatch, child.NO_CLIPBOARD)
        async with revealing(clipboard=ClipboardRoute.AUTO) as (tui, _):
            written = listen(tui, monkeypatch)
            assert (await first_words(tui)).startswith("SENT to your terminal's clipboard.")
            assert PLAIN in written

    async def test_says_when_it_was_cleared(
        self, maria: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The time left stands in the status line of whatever screen one is on; then that it is done."""
        self.answers(monkeypatch, child.COPIED)
        async with revealing(clipboard=ClipboardRoute.NATIVE) as (tui, _):
            await first_words(tui)
            await tui.press("enter")
            await tui.on(Profile)
            monkeypatch.setattr(Clearing, "seconds_left", 45)
            tui.app._look_at_clipboard()
            await tui.shows("The clipboard is cleared in 45 s.")
            monkeypatch.setattr(Clearing, "seconds_left", None)
            monkeypatch.setattr(Clearing, "over", lambda clearing: Cleared.DONE)
            tui.app._look_at_clipboard()
            await tui.shows("The clipboard is cleared: it still held what you copied.")
            assert "cleared in" not in tui.text

    async def test_a_screen_that_is_being_laid_out_has_no_line_yet(self, maria: Actor) -> None:
        """The look at the clipboard does no harm between a dialog's opening and its drawing."""
        async with revealing() as (tui, _):
            tui.app.push_screen(Form("Late", "", [Entry("label", "Label")], first_words))
            tui.app._look_at_clipboard()
            await tui.on(Form)


class TestTmux:
    """tmux hands it to the terminal outside."""

    def answers(
        self, monkeypatch: pytest.MonkeyPatch, features: bytes, fails: str = ""
    ) -> list[tuple[Sequence[str], bytes]]:
        """Stand in for tmux; return what it was asked, and with what on its standard input."""
        asked: list[tuple[Sequence[str], bytes]] = []

        def run(command: Sequence[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
            asked.append((command, b""))
            if command[1] == fails:
                raise subprocess.CalledProcessError(1, command)
            return subprocess.CompletedProcess(command, 0, features)

        def given(command: Sequence[str], text: memoryview) -> bool:
            asked.append((command, bytes(text)))
            return command[1] != fails

        monkeypatch.setattr(copying.subprocess, "run", run)
        monkeypatch.setattr(copying, "_given", given)
        monkeypatch.setenv("TMUX", "/tmp/tmux,1,0")
        return asked

    async def test_says_sent(self, maria: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
        """SENT is said, the text goes through a pipe and never in an argument, no buffer is left."""
        asked = self.answers(monkeypatch, b"256,RGB,clipboard,title\n")
        async with revealing(clipboard=ClipboardRoute.AUTO) as (tui, _):
            said = await first_words(tui)
        assert said.startswith("SENT to your terminal's clipboard through tmux.")
        assert "paste once to check" in said
        assert [command[1] for command, _ in asked] == [
            "display-message",
            "load-buffer",
        ]
        assert list(asked[1][0])[-3:] == ["delete-buffer", "-b", "keytui"]
        assert [given for _, given in asked] == [b"", TEXT.encode()]
        assert not any(TEXT in word for command, _ in asked for word in command)

    async def test_knows_a_terminal_without_a_clipboard(
        self, maria: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where tmux says that the terminal has no clipboard, nothing is sent."""
        asked = self.answers(monkeypatch, b"256,RGB,title\n")
        async with revealing(clipboard=ClipboardRoute.AUTO) as (tui, _):
            said = await first_words(tui)
        assert said.startswith("NOT COPIED: tmux says your terminal has no clipboard.")
        assert len(asked) == 1

    @pytest.mark.parametrize("fails", ["display-message", "load-buffer"])
    async def test_says_not_copied_when_tmux_fails(
        self, maria: Actor, monkeypatch: pytest.MonkeyPatch, fails: str
    ) -> None:
        """A tmux that fails has not taken it."""
        self.answers(monkeypatch, b"clipboard", fails)
        async with revealing(clipboard=ClipboardRoute.AUTO) as (tui, _):
            assert (await first_words(tui)).startswith("NOT COPIED: tmux did not take it.")


@pytest.mark.parametrize("variable", ["SSH_CONNECTION", "SSH_TTY"])
async def test_ssh_sends_to_the_terminal(
    maria: Actor, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Over SSH the clipboard of the server is nobody's: one OSC 52 goes to the terminal."""
    monkeypatch.setattr(Clearing, "copy", lambda *_: pytest.fail("asked this machine"))
    monkeypatch.setenv(variable, "10.0.4.17 22")
    monkeypatch.setenv("TERM", "xterm-256color")
    async with revealing(clipboard=ClipboardRoute.AUTO) as (tui, _):
        written = listen(tui, monkeypatch)
        assert (await first_words(tui)).startswith("SENT to your terminal's clipboard.")
        assert written == [PLAIN]
        assert tui.app.clipboard == ""


async def test_screen_gets_short_chunks(maria: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """GNU screen drops long control strings: it gets chunks that make up the whole."""
    monkeypatch.setenv("STY", "1.pts-0")
    async with revealing(clipboard=ClipboardRoute.AUTO) as (tui, _):
        written = listen(tui, monkeypatch)
        assert (await first_words(tui)).startswith("SENT")
    chunks = "".join(written).split("\x1bP")[1:]
    assert all(chunk.endswith("\x1b\\") and len(chunk) <= 78 for chunk in chunks)
    assert "".join(chunk.removesuffix("\x1b\\") for chunk in chunks) == PLAIN


async def test_a_hidden_multiplexer_gets_both_forms(
    maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where TERM alone tells of tmux, the plain and the wrapped form are sent."""
    monkeypatch.setenv("TERM", "tmux-256color")
    async with revealing(clipboard=ClipboardRoute.OSC52) as (tui, _):
        written = listen(tui, monkeypatch)
        assert (await first_words(tui)).startswith("SENT")
    wrapped = PLAIN.replace("\x1b", "\x1b\x1b")
    assert written == [f"{PLAIN}\x1bPtmux;{wrapped}\x1b\\"]
