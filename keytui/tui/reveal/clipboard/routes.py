"""Which ways to a clipboard there are here, the best first."""

from collections.abc import Mapping
from enum import StrEnum

from keytui.settings import ClipboardRoute


class Route(StrEnum):
    """A way to a clipboard."""

    NATIVE = "native"
    """pyperclip: the clipboard of this machine, read back to be sure."""
    TMUX = "tmux"
    """``tmux load-buffer -w``: tmux hands it to the terminal outside."""
    SCREEN = "screen"
    """OSC 52 wrapped for GNU screen."""
    OSC52 = "osc52"
    """OSC 52: the terminal keytui is drawn on, at the other end of SSH too."""


def routes(setting: ClipboardRoute, environ: Mapping[str, str]) -> tuple[Route, ...]:
    """Return the ways to try, in order; the next one only where one failed.

    A stock tmux swallows OSC 52, plain and wrapped, and GNU screen swallows it
    plain: so the multiplexer is asked first. Over SSH the clipboard of *this*
    machine is nobody's, so pyperclip is not asked at all.
    """
    if setting is ClipboardRoute.OFF:
        return ()
    if setting is not ClipboardRoute.AUTO:
        return (Route(setting.value),)
    if environ.get("TMUX"):
        return (Route.TMUX,)
    if environ.get("STY"):
        return (Route.SCREEN,)
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return (Route.OSC52,)
    return (Route.NATIVE, Route.OSC52)
