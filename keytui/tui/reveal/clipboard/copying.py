"""Going the ways to a clipboard, with the words for how it went.

The first word of every sentence is the state. COPIED is said only after the
clipboard was read back; SENT where nothing can be read back.
"""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from keytui.domain.secret import Secret
from keytui.tui.reveal.clipboard import child, native
from keytui.tui.reveal.clipboard.clearing import Mark
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
        untouched: whether the clipboard of this machine certainly holds nothing of ours.
    """

    worked: bool
    sentence: str
    untouched: bool = True


def copy(
    secret: Secret,
    ways: tuple[Route, ...],
    send: Callable[[Wrapping], None],
    arrange: Callable[[Mark], bool],
) -> Outcome:
    """Copy a secret by the first way that works. May take some seconds.

    Args:
        secret: what to copy.
        ways: the routes to try, in order.
        send: has the terminal sent the sequence that copies the secret.
        arrange: has this machine's clipboard cleared later; tells whether it could.
            Called before anything is copied, so that a sudden end leaves nothing.
    """
    outcome = _not_copied("the clipboard is switched off")
    for way in ways:
        if way is Route.NATIVE:
            outcome = _native(secret, arrange)
        elif way is Route.TMUX:
            outcome = _tmux(secret)
        else:
            send(_wrapping(way))
            outcome = Outcome(worked=True, sentence=f"SENT to your terminal's clipboard. {_UNSEEN}")
        if outcome.worked:
            break
    return outcome


def _native(secret: Secret, arrange: Callable[[Mark], bool]) -> Outcome:
    arranged = arrange(Mark(secret.view()))
    answer = native.copy(secret.view())
    if answer == child.COPIED:
        more = "" if arranged else " Clear your clipboard yourself when you are done."
        return Outcome(worked=True, sentence=f"COPIED and checked.{more}", untouched=False)
    why = {
        None: "the clipboard did not answer",
        child.NOT_CONFIRMED: "the clipboard did not take it",
    }.get(answer, "there is no clipboard here")
    return replace(_not_copied(why), untouched=answer == child.NO_CLIPBOARD)


def _tmux(secret: Secret) -> Outcome:
    features = _asked(["tmux", "display-message", "-p", "#{client_termfeatures}"])
    if features is not None and b"clipboard" not in features:
        return _not_copied("tmux says your terminal has no clipboard")
    # One command: no end of ours, however sudden, leaves the buffer behind.
    load = ["load-buffer", "-w", "-b", _TMUX_BUFFER, "-", ";", "delete-buffer", "-b", _TMUX_BUFFER]
    try:
        loaded = native.hand_over(native.fed(["tmux", *load]), secret.view())
    except OSError:
        loaded = None
    if features is None or loaded != 0:
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
            timeout=native.LIMIT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def _wrapping(way: Route) -> Wrapping:
    if way is Route.SCREEN:
        return Wrapping.SCREEN
    if os.environ.get("TERM", "").startswith(("tmux", "screen")):
        return Wrapping.TWICE
    return Wrapping.PLAIN
