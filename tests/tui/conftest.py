"""What every test of the screens gets: no waiting, no clipboard of the developer's."""

import pytest
from textual.widgets import Button

from keytui.tui import background
from keytui.tui.reveal import quiet
from keytui.tui.screens import listed
from tests.tui import idle


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a key count at once on a pop-up, and a filter ask at once."""
    monkeypatch.setattr(quiet, "QUIET_SECONDS", 0)
    monkeypatch.setattr(listed, "FILTER_DELAY", 0.001)


@pytest.fixture(autouse=True)
def _no_clipboard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's clipboard and multiplexer out of the tests."""
    for name in ("TMUX", "STY", "DISPLAY", "WAYLAND_DISPLAY", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _no_button_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a button be pressed twice in a row: Textual ignores presses during its 0.2 s effect."""
    never = property(lambda button: 0, lambda button, seconds: None)
    monkeypatch.setattr(Button, "active_effect_duration", never, raising=False)


@pytest.fixture(autouse=True)
def _exactly_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Go on as soon as the app is idle."""
    monkeypatch.setattr("textual.app.wait_for_idle", idle.wait_for_idle)
    monkeypatch.setattr("textual.pilot.wait_for_idle", idle.wait_for_idle)
    monkeypatch.setattr(background, "_run", idle.run_counted)
