"""After OK nothing is left: the memory of the running program is searched for the secret."""

from time import monotonic

import pytest

from tests.clipboards import Xclip
from tests.home import Home, copy, create_key, in_profile, sign_in
from tests.reveals import flags, left_of, maria, press_ok, report, searchable
from tests.terminal import SIGN_IN_CODE

TRIES = 20


def test_a_key_on_show_is_in_the_locked_page_only(home: Home) -> None:
    """With the pop-up open there is one copy: locked, not dumped, empty in a forked child."""
    terminal = maria(home)
    key = create_key(terminal)
    terminal.settle()  # what is on its way to the terminal is in the page as well
    (hit,) = left_of(terminal, key)
    assert (hit.form, hit.length) == ("8 bit", len(key))
    assert hit.region.name == "anonymous"
    locked, kept_in_mind = flags(terminal.child.pid, hit.region)
    assert locked == "4 kB"
    assert {"lo", "dd", "wf"} <= set(kept_in_mind)


@pytest.mark.parametrize("route", ["native", "osc52"])
def test_twenty_keys_leave_nothing_behind(home: Home, route: str) -> None:
    """Create, copy, OK, twenty times in one process: as soon as a pop-up is gone, so is its key."""
    Xclip.honest(home)
    terminal = maria(home, environ={"KEYTUI_CLIPBOARD": route})
    keys: list[str] = []
    found: list[str] = []
    seconds: list[str] = []
    for number in range(TRIES):
        keys.append(create_key(terminal, f"laptop {number}"))
        copy(terminal, "COPIED and checked." if route == "native" else "SENT to your terminal's")
        pressed = press_ok(terminal)
        hits = left_of(terminal, keys[-1])
        seconds.append(f"{monotonic() - pressed:.2f}")
        found += map(str, hits)
        terminal.wait_for("from now on")
    terminal.settle()
    found += map(str, left_of(terminal, *keys))
    assert len(set(keys)) == TRIES
    assert not found, "\n".join([*found, f"seconds from OK to searched: {' '.join(seconds)}"])


def test_a_key_typed_off_to_check_a_copy_is_gone_with_the_pop_up(home: Home) -> None:
    """The last characters, typed to check, do not keep the rest of it."""
    terminal = maria(home)
    key = create_key(terminal)
    field = "Its last 6, to check your copy"
    terminal.press_until("shift+tab", lambda: terminal.screen.has_cursor(field), "the field")
    terminal.press_until(f"{key[-6:]}\r", lambda: terminal.says("CHECKED: "), "that it is right")
    press_ok(terminal)
    hits = left_of(terminal, key)
    assert not hits, report(hits)


def test_a_key_saved_to_a_file_is_gone_from_memory(home: Home) -> None:
    """Saving goes past Python's buffers."""
    terminal = maria(home)
    key = create_key(terminal)
    terminal.press_until("f", lambda: terminal.says("Save to file ─"), "where to save")
    terminal.press("enter")
    terminal.wait_for("SAVED to ")
    press_ok(terminal)
    hits = left_of(terminal, key)
    assert not hits, report(hits)
    (file,) = home.files_with(key)
    assert file.read_text() == key


@pytest.mark.parametrize("route", ["native", "osc52"])
def test_a_sign_in_code_leaves_nothing_behind(home: Home, route: str) -> None:
    """New user, copied, OK, new code for the same, copied, OK: neither code is left."""
    Xclip.honest(home)
    home.people()
    terminal = searchable(home, environ={"KEYTUI_CLIPBOARD": route})
    sign_in(terminal, "adam")
    in_profile(terminal, "adam")
    terminal.press("2")
    terminal.wait_for("Users: 1-1 of 1")
    codes: list[str] = []
    for number in range(3):
        terminal.press("n")
        terminal.fill(User_ID=f"maria{number}")
        codes.append(terminal.find(SIGN_IN_CODE))
        terminal.settle()
        shown = left_of(terminal, codes[-1])
        assert len(shown) == 1, report(shown)
        copy(terminal, "COPIED and checked." if route == "native" else "SENT to your terminal's")
        press_ok(terminal)
        hits = left_of(terminal, *codes, *(code.replace("-", "") for code in codes))
        assert not hits, report(hits)
        terminal.wait_for(f"maria{number} is added")
