"""A bug in keytui at the worst moment: what a person sees of it, and what is kept."""

import stat
import sys

import pytest

from tests.home import (
    Home,
    choose_password,
    close_reveal,
    copy,
    create_key,
    in_profile,
    sign_in,
    signed_in,
)
from tests.terminal import Terminal

PASSWORD = "tin soldiers on parade"
KEY = "kt_" + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm"

_DRIVER = f"""
from keytui import cli

def fail(*anything):
    password, key_text = {PASSWORD!r}, {KEY!r}
    try:
        raise KeyError(password)
    except KeyError as error:
        raise ValueError(f"{{password}} and {{key_text}}") from error

async def fail_later(*anything):
    fail()

"""

_IN_A_WORKER = "from keytui.tui.screens.profile import Profile\nProfile.do_edit_label = fail_later"
_IN_A_SERVICE = "from keytui.services import api_keys\napi_keys.create_key = fail"
_IN_A_KEY = "from keytui.tui.reveal.screen import Reveal\nReveal.action_stay = fail"
_IN_DRAWING = """
from keytui.tui.reveal.screen import Reveal
from keytui.tui.reveal.secret_line import SecretLine

def draw_no_more(self):
    SecretLine.render_line = fail
    self.query_one(SecretLine).refresh()

Reveal.action_stay = draw_no_more
"""
_IN_A_PLACE = "from keytui.tui.app import KeytuiApp\nKeytuiApp.action_place = fail"
_IN_A_LIST = "from keytui.services import audit\naudit.page = fail"
_IN_SIGN_IN = "from keytui.services import sign_in\nsign_in.sign_in = fail"


def _start(home: Home, patch: str, **environ: str) -> Terminal:
    driver = home.folder.parent / "driver.py"
    driver.write_text(f"{_DRIVER}\n{patch}\ncli.main()\n")
    return home.start([sys.executable, driver], **environ)


def _maria(home: Home, patch: str, **environ: str) -> Terminal:
    home.people("maria")
    terminal = _start(home, patch, **environ)
    sign_in(terminal, "maria")
    in_profile(terminal, "maria")
    return terminal


def _ends_well(home: Home, terminal: Terminal, *secrets: str) -> str:
    """Check what is seen and what is kept; return the report."""
    code = terminal.wait_end()
    assert code > 0
    _, restored, after = terminal.raw.partition(b"\x1b[?1049l")
    assert restored
    said = after.decode().replace("\x1b[?25h", "").replace("\x1b[?1004l", "").strip()
    assert said.count("\n") == 0, "one sentence, not a traceback"
    assert "internal error" in said
    assert "Traceback" not in terminal.raw.decode()
    for secret in (PASSWORD, KEY):
        assert secret.encode() not in terminal.raw
    for secret in secrets:
        assert secret.encode() not in after
    assert home.files_with(PASSWORD, KEY, *secrets) == []
    (report,) = home.folder.rglob("error-*.log")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert stat.S_IMODE(report.parent.stat().st_mode) == 0o700
    return report.read_text()


def test_a_bug_in_an_action_shows_nothing_of_its_variables(home: Home) -> None:
    """An error with password and key in its locals and its message: one sentence."""
    terminal = _maria(home, _IN_A_WORKER)
    key = create_key(terminal)
    close_reveal(terminal)
    terminal.wait_for("from now on")
    terminal.press("l")
    _ends_well(home, terminal, key)


@pytest.mark.parametrize(
    "patch", [_IN_SIGN_IN, _IN_A_LIST, _IN_A_PLACE], ids=["in a form", "in a list", "in a key"]
)
def test_the_report_names_the_error_and_its_place(home: Home, patch: str) -> None:
    """Whoever mends it learns what was raised and where, though nothing of what was said."""
    home.people("maria")
    terminal = _start(home, patch)
    sign_in(terminal, "maria")
    if patch is not _IN_SIGN_IN:
        in_profile(terminal, "maria")
        terminal.press("3")
    report = _ends_well(home, terminal)
    assert "ValueError" in report
    assert "KeyError" in report
    assert " in fail" in report


def test_a_bug_on_the_services_thread_is_no_different(home: Home) -> None:
    """An error on the other thread ends in the same sentence, and there is no key."""
    terminal = _maria(home, _IN_A_SERVICE)
    terminal.press("n")
    terminal.fill(Label="unlucky")
    _ends_well(home, terminal)
    assert home.rows("SELECT * FROM api_key") == []


@pytest.mark.parametrize("patch", [_IN_A_KEY, _IN_DRAWING], ids=["in a key", "in drawing"])
def test_a_bug_while_the_key_is_on_show_does_not_print_it(home: Home, patch: str) -> None:
    """With the reveal open, the key text does not reach the screen that stays."""
    terminal = _maria(home, patch)
    key = create_key(terminal)
    terminal.press("esc")
    _ends_well(home, terminal, key)


def test_a_bug_while_a_password_is_checked_does_not_print_it(home: Home) -> None:
    """The password just typed is nowhere."""
    home.people("maria")
    terminal = _start(home, _IN_SIGN_IN)
    sign_in(terminal, "maria", "weather vanes turn")
    _ends_well(home, terminal, "weather vanes turn")


def test_after_a_bug_everything_is_as_it_was(home: Home) -> None:
    """What was done before the crash is kept, and keytui opens again."""
    terminal = _maria(home, _IN_A_KEY, KEYTUI_CLIPBOARD="osc52")
    key = create_key(terminal)
    copy(terminal, "SENT to your terminal's clipboard.")
    terminal.press("esc")
    _ends_well(home, terminal, key)
    terminal = signed_in(home, "maria")
    terminal.wait_for(f"••••{key[-4:]}", "active")


def test_a_bug_that_reports_nowhere_still_says_one_sentence(home: Home) -> None:
    """Where the report cannot be written (its folder is a file) the sentence comes alone."""
    (home.folder / "state").write_text("in the way")
    home.people("maria")
    terminal = _start(home, _IN_SIGN_IN)
    sign_in(terminal, "maria", PASSWORD)
    assert terminal.wait_end() > 0
    _, _, after = terminal.raw.partition(b"\x1b[?1049l")
    assert b"internal error" in after
    assert b"Traceback" not in terminal.raw
    assert PASSWORD.encode() not in terminal.raw


def test_choosing_a_password_survives_a_crash_of_another(home: Home) -> None:
    """A crash before the password is chosen leaves the one-time code good."""
    home.people()
    code = home.keytui("user", "add", "maria").stdout.strip()
    patch = "from keytui.services import sign_in\nsign_in.choose_password = fail"
    terminal = _start(home, patch)
    sign_in(terminal, "maria", code)
    choose_password(terminal, PASSWORD)
    _ends_well(home, terminal, code)
    terminal = home.open()
    sign_in(terminal, "maria", code)
    choose_password(terminal)
    in_profile(terminal, "maria")
