"""An internal error: the app ends, one sentence is left, and nothing of anybody's data."""

import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest
from textual.worker import WorkerFailed

from keytui.domain.records import Actor
from keytui.services import key_lists
from keytui.settings import log_folder
from keytui.tui.app import KeytuiApp
from keytui.tui.screens.place import Place
from tests.tui.support import running

MESSAGE = "message-of-somebody"
LOCAL = "local-of-somebody"


def fail(*_: Any) -> NoReturn:
    """Raise what no screen expects, with a secret in the message and another in a local."""
    local = LOCAL
    raise RuntimeError(f"{MESSAGE} {len(local)}")


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return the list of what Textual would have printed after the app."""
    seen: list[Any] = []

    def note(app: KeytuiApp) -> None:
        seen.extend(app._exit_renderables)
        app._exit_renderables.clear()

    monkeypatch.setattr(KeytuiApp, "_print_error_renderables", note)
    return seen


async def crash(error: type[Exception]) -> KeytuiApp:
    """Run the app into the error; return it as it was left."""
    app: KeytuiApp | None = None
    with pytest.raises(error):  # noqa: PT012 - Textual raises it again when the app is left
        async with running("maria") as tui:
            app = tui.app
            await tui.press("r")
            await tui.until(lambda: not tui.app.is_running)
    assert app is not None
    return app


def reports() -> Sequence[Path]:
    """Return the reports that were written."""
    return sorted(log_folder().glob("error-*.log"))


class TestInAWorker:
    """What a service raises that no screen expects."""

    @pytest.fixture(autouse=True)
    def _broken(self, maria: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
        real = key_lists.page
        calls: list[int] = []

        def second_time(*args: Any) -> Any:
            calls.append(1)
            return fail(*args) if len(calls) > 1 else real(*args)

        monkeypatch.setattr(key_lists, "page", second_time)

    async def test_the_app_ends_with_a_sentence(self, printed: list[Any]) -> None:
        """The sentence names the report; the exit code is 1."""
        app = await crash(WorkerFailed)
        (report,) = reports()
        assert app.crash_sentence.startswith("An internal error stopped it (")
        assert str(report) in app.crash_sentence
        assert app.return_code == 1

    async def test_nothing_of_anybody_is_printed(
        self, printed: list[Any], capfd: pytest.CaptureFixture[str]
    ) -> None:
        """Neither the message nor a local variable is printed, nor any traceback."""
        app = await crash(WorkerFailed)
        assert printed == []
        assert MESSAGE not in app.crash_sentence
        out, err = capfd.readouterr()
        for text in (out, err):
            assert MESSAGE not in text
            assert LOCAL not in text

    async def test_the_report_holds_places_only(self, printed: list[Any]) -> None:
        """The report is private, holds no message and no local, and says where it was."""
        await crash(WorkerFailed)
        (report,) = reports()
        text = report.read_text(encoding="utf-8")
        assert stat.S_IMODE(report.stat().st_mode) == 0o600
        assert MESSAGE not in text
        assert LOCAL not in text
        assert "builtins.RuntimeError" in text
        assert "in fail" in text


async def test_in_a_handler_it_is_the_same(
    maria: Actor, printed: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error in the drawing thread ends just as quietly, with the place in the report."""
    monkeypatch.setattr(Place, "action_refresh", fail, raising=True)
    app: KeytuiApp | None = None
    with pytest.raises(RuntimeError):  # noqa: PT012 - Textual raises it again when the app is left
        async with running() as tui:
            app = tui.app
            await tui.fill("maria", "olive boats drift")
            await tui.until(lambda: not tui.app.is_running)
    assert app is not None
    assert app.crash_sentence
    assert printed == []
    (report,) = reports()
    text = report.read_text(encoding="utf-8")
    assert MESSAGE not in text
    assert LOCAL not in text
    assert "in fail" in text


async def test_textual_s_own_words_are_not_printed(database: object, printed: list[Any]) -> None:
    """Whatever Textual would say in a panic is dropped: it may hold anybody's text."""
    async with running() as tui:
        tui.app.panic(MESSAGE)
    assert printed == []


async def test_a_folder_that_cannot_be_written_is_no_second_error(
    maria: Actor, printed: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where no report can be written, the sentence comes without one."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setattr("keytui.tui.guarded.log_folder", lambda: blocked / "folder")
    real = key_lists.page
    calls: list[int] = []
    monkeypatch.setattr(
        key_lists,
        "page",
        lambda *args: calls.append(1) or (fail() if len(calls) > 1 else real(*args)),
    )
    app = await crash(WorkerFailed)
    assert app.crash_sentence.endswith("no report could be written.")
