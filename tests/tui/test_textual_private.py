"""The names of Textual that keytui relies on without being promised them.

If a new Textual breaks one of these, a protection is gone without any other
sign: find out what took the name's place before changing the test.
"""

import inspect
import re

import pytest
from textual.app import App
from textual.driver import Driver
from textual.drivers._writer_thread import WriterThread
from textual.widgets import Input

from keytui.settings import Settings
from keytui.tui.app import KeytuiApp
from keytui.tui.guarded import GuardedApp
from keytui.tui.reveal.driver import SystemDriver
from keytui.tui.reveal.late_binding import LateFile
from keytui.tui.screens.entrance import SignIn
from keytui.tui.widgets.field import Field


@pytest.mark.parametrize("name", ["_fatal_error", "_handle_exception", "panic"])
def test_what_silences_a_crash_is_still_called_so(name: str) -> None:
    """Textual still ends a crash through this method, and keytui still replaces it."""
    assert callable(getattr(App, name)), f"App.{name} is gone: a crash prints local variables again"
    assert getattr(KeytuiApp, name) is not getattr(App, name)


def test_the_first_screen_is_still_pushed_before_the_first_key() -> None:
    """Textual still calls _ready once it has mounted, before it takes the first message."""
    source = inspect.getsource(App._process_messages)
    assert source.index("await self._ready()") < source.index("await self._process_messages_loop()")


def test_a_crash_still_goes_through_them() -> None:
    """Textual still decides in _handle_exception between panic and _fatal_error, and nothing else."""
    source = inspect.getsource(App._handle_exception)
    assert "self._fatal_error()" in source
    assert "self.panic(" in source


def test_the_driver_is_still_there_to_write_to() -> None:
    """OSC 52 goes through App._driver and its write."""
    app = KeytuiApp(Settings(), "local", SignIn())
    assert hasattr(app, "_driver"), "App._driver is gone: OSC 52 would be dropped silently"
    assert callable(Driver.write)
    app.background.close()


def test_the_driver_still_writes_to_its_file() -> None:
    """LinuxDriver still keeps the terminal in _file and hands it to its writer thread."""
    start = inspect.getsource(SystemDriver.start_application_mode)
    assert "WriterThread(self._file)" in start, (
        "LinuxDriver writes elsewhere: keys on show would be drawn as placeholders"
    )
    used = set(re.findall(r"self[.]_file[.](\w+)", inspect.getsource(WriterThread)))
    assert used <= set(vars(LateFile)), "WriterThread wants more of its file than LateFile has"
    assert "_file" in inspect.getsource(SystemDriver.__init__)


def test_the_app_still_takes_its_driver_from_us() -> None:
    """App still builds the driver class that it was given."""
    app = KeytuiApp(Settings(), "local", SignIn())
    assert app.driver_class.__name__ == "LateDriver"
    assert issubclass(app.driver_class, SystemDriver)
    app.background.close()


def test_a_paste_still_arrives_where_it_is_refused() -> None:
    """Input still takes a paste in _on_paste, which Field stands before."""
    assert "_on_paste" in vars(Input), "Input._on_paste is gone: pastes are no longer checked"
    assert "_on_paste" in vars(Field)


@pytest.mark.parametrize("name", ["action_copy", "action_cut"])
def test_a_password_field_still_copies_through_them(name: str) -> None:
    """Input still copies and cuts in these actions, which Field stands before."""
    assert name in vars(Input), f"Input.{name} is gone: a password could be copied again"
    assert name in vars(Field)


def test_line_filters_are_still_asked_for() -> None:
    """Every widget still draws through App.get_line_filters, where harmful text ends."""
    assert "get_line_filters" in vars(App)
    assert "get_line_filters" in vars(GuardedApp)
