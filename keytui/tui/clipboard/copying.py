"""Going the ways to a clipboard, with the words for how it went.

The first word of every sentence is the state. COPIED is said only after the
clipboard was read back; SENT where nothing can be read back.
"""

import base64
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from keytui.domain.secret import Secret
from keytui.tui.clipboard import child, native
from keytui.tui.clipboard.native import Mark
from keytui.tui.clipboard.routes import Route

_BY_HAND: Final = "select it above with the mouse (hold Shift if that does nothing)."
_UNSEEN: Final = (
    "keytui cannot see whether it arrived: paste once to check, and clear your clipboard "
    "when you are done."
)
_SCREEN_CHUNK: Final = 76
"""Characters; GNU screen drops longer control strings."""
_TMUX_BUFFER: Final = "keytui"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How copying went.

    Attributes:
        worked: whether it was copied or at least sent.
        sentence: for the person; its first word is the state.
        mark: where it was copied natively, what can clear it again.
    """

    worked: bool
    sentence: str
    mark: Mark | None = None


def copy(
    secret: Secret,
    ways: tuple[Route, ...],
    write: Callable[[str], None],
    clear_seconds: int,
) -> Outcome:
    """Copy a secret by the first way that works. May take some seconds.

    Args:
        secret: what to copy.
        ways: the routes to try, in order.
        write: sends a control sequence to the terminal.
        clear_seconds: when a native copy is cleared, for the words.
    """
    outcome = Outcome(
        worked=False,
        sentence=f"NOT COPIED: the clipboard is switched off. Instead, {_BY_HAND}",
    )
    for way in ways:
        if way is Route.NATIVE:
            outcome = _native(secret, clear_seconds)
        elif way is Route.TMUX:
            outcome = _tmux(secret)
        else:
            write(_sequence(secret, way, os.environ))
            outcome = Outcome(worked=True, sentence=f"SENT to your terminal's clipboard. {_UNSEEN}")
        if outcome.worked:
            break
    return outcome


def _native(secret: Secret, clear_seconds: int) -> Outcome:
    answer = native.copy(secret.view())
    if answer == child.COPIED:
        return Outcome(
            worked=True,
            sentence=f"COPIED and checked. The clipboard is cleared in {clear_seconds} s.",
            mark=Mark(secret.view()),
        )
    why = {
        None: "the clipboard did not answer",
        child.NOT_CONFIRMED: "the clipboard did not take it",
    }.get(answer, "there is no clipboard here")
    return Outcome(worked=False, sentence=f"NOT COPIED: {why}. Instead, {_BY_HAND}")


def _tmux(secret: Secret) -> Outcome:
    features = _run(["tmux", "display-message", "-p", "#{client_termfeatures}"])
    if features is not None and b"clipboard" not in features:
        return Outcome(
            worked=False,
            sentence=f"NOT COPIED: tmux says your terminal has no clipboard. Instead, {_BY_HAND}",
        )
    loaded = _run(["tmux", "load-buffer", "-w", "-b", _TMUX_BUFFER, "-"], secret.view())
    _run(["tmux", "delete-buffer", "-b", _TMUX_BUFFER])
    if features is None or loaded is None:
        return Outcome(
            worked=False,
            sentence=f"NOT COPIED: tmux did not take it. Instead, {_BY_HAND}",
        )
    return Outcome(
        worked=True,
        sentence=f"SENT to your terminal's clipboard through tmux. {_UNSEEN}",
    )


def _run(command: list[str], given: bytes | memoryview = b"") -> bytes | None:
    """Run a program of tmux; return what it printed, ``None`` when it failed."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words; the secret goes through a pipe
            command,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=native.LIMIT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def _sequence(secret: Secret, way: Route, environ: Mapping[str, str]) -> str:
    plain = f"\x1b]52;c;{base64.b64encode(secret.view()).decode('ascii')}\a"
    if way is Route.SCREEN:
        chunks = [
            plain[place : place + _SCREEN_CHUNK] for place in range(0, len(plain), _SCREEN_CHUNK)
        ]
        return "".join(f"\x1bP{chunk}\x1b\\" for chunk in chunks)
    if environ.get("TERM", "").startswith(("tmux", "screen")):
        # A multiplexer that sudo or su hid from the environment: it takes one
        # of the two forms, and ignores the other.
        return plain + f"\x1bPtmux;{plain.replace(chr(27), chr(27) * 2)}\x1b\\"
    return plain
