"""Services run beside the screen: it stays alive whatever a database or a hash takes."""

import threading
from typing import Any

import pytest

from keytui.domain.errors import BadInput, DatabaseUnusable
from keytui.domain.records import Actor
from keytui.services import api_keys, audit, key_lists, report, sign_in, user_lists, users
from keytui.tui.background import Background
from keytui.tui.reveal.screen import Reveal
from keytui.tui.screens.confirm import Confirm
from keytui.tui.screens.entrance import Locked
from keytui.tui.screens.form import Form
from keytui.tui.screens.help import Help
from keytui.tui.screens.profile import Profile
from tests.support import PASSWORD
from tests.tui.everywhere import Way, go
from tests.tui.support import new_key, running

SERVICES = [
    (api_keys, "confirm_key"),
    (api_keys, "create_anew"),
    (api_keys, "create_key"),
    (api_keys, "deactivate_key"),
    (audit, "page"),
    (key_lists, "count_active"),
    (key_lists, "page"),
    (report, "export"),
    (sign_in, "sign_in"),
    (sign_in, "sign_out"),
    (sign_in, "unlock"),
    (user_lists, "page"),
    (users, "add_user"),
    (users, "reset_sign_in"),
]


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """Note the name of the thread that each service runs on."""
    seen: dict[str, set[str]] = {}

    def noting(name: str, real: Any) -> Any:
        def service(*args: Any, **kwargs: Any) -> Any:
            seen.setdefault(name, set()).add(threading.current_thread().name)
            return real(*args, **kwargs)

        return service

    for module, name in SERVICES:
        real = getattr(module, name)
        monkeypatch.setattr(module, name, noting(f"{real.__module__}.{name}", real))
    return seen


async def test_no_service_runs_on_the_thread_of_the_screen(
    maria: Actor, adam: Actor, threads: dict[str, set[str]], tmp_path: Any, monkeypatch: Any
) -> None:
    """Every service call of the app is on the services' thread, long work on its own."""
    monkeypatch.chdir(tmp_path)
    new_key(maria)
    threads.clear()
    async with running() as tui:
        await tui.fill("maria", PASSWORD)
        await tui.on(Profile)
        await go(tui, Way(("n", "y", "enter"), Reveal))
        await tui.press("tab", "enter", "enter")
        await tui.shows("from now on")
        await tui.press("end", "d")
        await tui.on(Confirm)
        await tui.press("tab", "enter")
        await tui.on(Reveal)
        await tui.press("tab", "enter", "enter")
        await tui.shows("from now on")
        await go(tui, Way(("x", "y", "enter"), Confirm))
        await tui.press("tab", "enter")
        await tui.shows("is deactivated.")
        await tui.press("3")
        await tui.calm()
        tui.app.action_lock()
        await tui.on(Locked)
        await tui.fill(PASSWORD)
        await tui.shows("My events")
        await tui.press("L")
        await tui.shows("maria is signed out.")
        await tui.fill("adam", PASSWORD)
        await tui.on(Profile)
        await go(tui, Way(("2", "p", "tab", "enter"), Reveal), about="maria")
        await tui.press("tab", "enter", "enter")
        await tui.shows("is reset")
        await go(tui, Way(("2", "n", "y", "enter"), Reveal))
        await tui.press("tab", "enter", "enter")
        await tui.shows("is added")
        await tui.press("e", "enter")
        await tui.shows(" written to")
    assert threads.pop("keytui.services.report.export") == {"long_0"}
    assert len(threads) == len(SERVICES) - 1
    assert {name for names in threads.values() for name in names} == {"services_0"}


async def test_the_screen_lives_while_a_service_works(
    maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a service takes its time, keys are answered, and the result comes when it comes."""
    go_on = threading.Event()
    real = key_lists.page

    def slow(*args: Any) -> Any:
        assert go_on.wait(30)
        return real(*args)

    new_key(maria, "laptop")
    async with running("maria") as tui:
        monkeypatch.setattr(key_lists, "page", slow)
        new_key(maria, "phone")
        await tui.press("r", "question_mark")
        await tui.on(Help)
        await tui.press("escape", "x")
        await tui.on(Form)
        assert "phone" not in tui.text
        go_on.set()
        await tui.press("escape")
        await tui.shows("phone")


async def test_a_result_for_a_screen_that_is_gone_is_dropped(
    maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leaving a screen while it reads does no harm when the answer comes."""
    go_on = threading.Event()
    real = audit.page

    def slow(*args: Any) -> Any:
        assert go_on.wait(30)
        return real(*args)

    monkeypatch.setattr(audit, "page", slow)
    async with running("maria") as tui:
        await tui.press("3", "1", "3", "1")
        go_on.set()
        await tui.on(Profile)
        await tui.shows("No API keys yet")


async def test_an_error_comes_home() -> None:
    """What a service raises is raised where it was awaited, itself."""

    def refuse(word: str) -> None:
        raise BadInput(word)

    background = Background()
    with pytest.raises(BadInput, match="not so"):
        await background.call(refuse, "not so")
    assert await background.call_long(lambda: threading.current_thread().name) == "long_0"
    background.close()


async def test_the_database_is_opened_before_the_first_service_and_once() -> None:
    """On the services' own thread; a failure is the service's, and the next tries again."""
    done = []

    def open_() -> None:
        done.append(threading.current_thread().name)
        if len(done) == 1:
            raise DatabaseUnusable("Not yet.")

    background = Background(open_)
    with pytest.raises(DatabaseUnusable, match=r"Not yet\."):
        await background.call(done.append, "a service")
    for _ in range(2):
        await background.call(done.append, "a service")
    assert done == ["services_0", "services_0", "a service", "a service"]
    background.close()
