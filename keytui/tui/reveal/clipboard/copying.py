"""Going the ways to a clipboard, with the words for how it went.

The first word of every sentence is the state. COPIED is said only after the
clipboard was read back; SENT where nothing can be read back.
"""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from keytui.domain.secret import Secret
from keytui.tui.reveal.clipboard import child
from keytui.tui.reveal.clipboard.routes import Route
from keytui.tui.reveal.sequences import Wrapping

_BY_HAND: Final = (
    "select it above with the mouse (hold Shift if that does nothing), or save it to a file."
)
_UNSEEN: Final = (
    "keytui cannot see whether it arrived: paste once to check, and clear your clipboard "
    "when you are done."
)
_TMUX_BUFFER: Final = "keytui"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How copying went.

    Attributes:
        worked: whether it was copied or at least sent.
        sentence: for the person; its first word is the state.
    """

    worked: bool
    sentence: str


def copy(
    secret: Secret,
    ways: tuple[Route, ...],
    send: Callable[[Wrapping], None],
    here: Callable[[memoryview], bytes],
) -> Outcome:
    """Copy a secret by the first way that works. May take some seconds.

    Args:
        secret: what to copy.
        ways: the routes to try, in order.
        send: has the terminal sent the sequence that copies the secret.
        here: copies to the clipboard of this machine, to be cleared later;
            returns the answer of the child process.
    """
    outcome = _not_copied("the clipboard is switched off")
    for way in ways:
        if way is Route.NATIVE:
            outcome = _native(here(secret.view()))
        elif way is Route.TMUX:
            outcome = _tmux(secret)
        else:
            send(_wrapping(way))
            outcome = Outcome(worked=True, sentence=f"SENT to your terminal's clipboard. {_UNSEEN}")
        if outcome.worked:
            break
    return outcome


def _native(answer: bytes) -> Outcome:
    if answer == child.COPIED:
        return Outcome(worked=True, sentence="COPIED and checked.")
    if answer == child.NOT_CONFIRMED:
        return Outcome(
            worked=False,
            sentence="NOT COPIED: the clipboard did not give it back. It may hold it all the same: "
            f"clear it when you are done. Instead, {_BY_HAND}",
        )
    return _not_copied(
        {
            child.NO_CLIPBOARD: "there is no clipboard here",
            child.NOTHING_GIVEN: "it was masked meanwhile",
        }.get(answer, "the clipboard did not answer")
    )


def _tmux(secret: Secret) -> Outcome:
    features = _asked(["tmux", "display-message", "-p", "#{client_termfeatures}"])
    if features is not None and b"clipboard" not in features:
        return _not_copied("tmux says your terminal has no clipboard")
    # One command: no end of ours, however sudden, leaves the buffer behind.
    load = ["load-buffer", "-w", "-b", _TMUX_BUFFER, "-", ";", "delete-buffer", "-b", _TMUX_BUFFER]
    loaded = _given(["tmux", *load], secret.view())
    if features is None or not loaded:
        return _not_copied("tmux did not take it")
    return Outcome(
        worked=True,
        sentence=f"SENT to your terminal's clipboard through tmux. {_UNSEEN}",
    )


def _not_copied(why: str) -> Outcome:
    return Outcome(worked=False, sentence=f"NOT COPIED: {why}. Instead, {_BY_HAND}")


def _asked(command: list[str]) -> bytes | None:
    """Run a program of tmux; return what it printed, ``None`` when it failed."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=child.LIMIT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def _given(command: list[str], text: memoryview) -> bool:
    """Run a program of tmux that reads ``text``, straight from its memory; tell whether it took it."""
    try:
        with subprocess.Popen(  # noqa: S603 - fixed words
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        ) as process:
            if process.stdin is not None:
                process.stdin.write(text)
                process.stdin.close()
            try:
                return process.wait(child.LIMIT_SECONDS) == 0
            except subprocess.TimeoutExpired:
                process.kill()
                return False
    except OSError:
        return False


def _wrapping(way: Route) -> Wrapping:
    if way is Route.SCREEN:
        return Wrapping.SCREEN
    if os.environ.get("TERM", "").startswith(("tmux", "screen")):
        return Wrapping.TWICE
    return Wrapping.PLAIN
