"""Settings: flag > KEYTUI_* > configuration file > default, and what does not fit is said."""

import stat
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest

from keytui import settings
from keytui.domain.errors import BadInput
from keytui.settings import ClipboardRoute, Look, Settings, load


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return where the configuration file would be; there is none yet."""
    return tmp_path / "config.toml"


def test_without_anything_the_defaults_hold(file: Path) -> None:
    """No flag, no variable and no file is fine."""
    assert load({}, {}, file) == Settings(
        database="",
        idle_minutes=15,
        clipboard=ClipboardRoute.AUTO,
        clear_seconds=45,
        look=Look.DARK,
        mouse=False,
        audit_key="",
    )


@pytest.mark.parametrize(
    ("flag", "variable", "line", "chosen"),
    [
        ("f.db", "v.db", 'database = "c.db"', "f.db"),
        (None, "v.db", 'database = "c.db"', "v.db"),
        (None, "", 'database = "c.db"', "c.db"),
        (None, None, 'database = "c.db"', "c.db"),
        (None, None, "", ""),
    ],
    ids=["flag", "variable", "empty variable", "file", "default"],
)
def test_the_nearest_wins(
    file: Path, flag: str | None, variable: str | None, line: str, chosen: str
) -> None:
    """A flag beats a variable, which beats the file; an empty variable is not set."""
    file.write_text(line)
    environ = {} if variable is None else {"KEYTUI_DATABASE": variable}
    assert load({"database": flag}, environ, file).database == chosen


def test_a_flag_that_says_no_beats_a_file_that_says_yes(file: Path) -> None:
    """``--no-mouse`` is given, although it is false."""
    file.write_text("mouse = true")
    assert load({"mouse": None}, {}, file).mouse is True
    assert load({"mouse": False}, {}, file).mouse is False


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("idle_minutes", "1", 1),
        ("idle_minutes", " 1440 ", 1440),
        ("clear_seconds", "5", 5),
        ("clear_seconds", "600", 600),
        ("clipboard", "osc52", ClipboardRoute.OSC52),
        ("clipboard", "off", ClipboardRoute.OFF),
        ("look", "light", Look.LIGHT),
        ("mouse", "true", True),
        ("mouse", "ON", True),
        ("mouse", "1", True),
        ("mouse", "false", False),
        ("mouse", "0", False),
        ("database", "/srv/keys.db", "/srv/keys.db"),
        ("audit_key", "/srv/secret/audit.key", "/srv/secret/audit.key"),
    ],
)
def test_every_setting_is_a_variable_and_a_line_of_the_file(
    file: Path, name: str, text: str, value: object
) -> None:
    """A value means the same wherever it stands."""
    assert getattr(load({}, {f"KEYTUI_{name.upper()}": text}, file), name) == value
    file.write_text(f'{name} = "{text}"')
    assert getattr(load({}, {}, file), name) == value


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("mouse = true", "mouse", True),
        ("mouse = false", "mouse", False),
        ("idle_minutes = 30", "idle_minutes", 30),
    ],
)
def test_the_file_may_use_the_types_of_toml(
    file: Path, line: str, name: str, value: object
) -> None:
    """Numbers and truth need no quotes."""
    file.write_text(line)
    assert getattr(load({}, {}, file), name) == value


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("idle_minutes", "0", "whole number from 1 to 1,440"),
        ("idle_minutes", "1441", "whole number from 1 to 1,440"),
        ("idle_minutes", "-5", "whole number"),
        ("idle_minutes", "1.5", "whole number"),
        ("idle_minutes", "soon", "whole number"),
        ("idle_minutes", "²", "whole number"),
        ("idle_minutes", "9" * 5_000, "whole number"),
        ("clear_seconds", "4", "whole number from 5 to 600"),
        ("clear_seconds", "601", "whole number from 5 to 600"),
        ("clipboard", "xclip", "one of auto, native, tmux, osc52, off"),
        ("look", "pink", "one of dark, light"),
        ("mouse", "maybe", "true or false"),
    ],
)
def test_a_value_that_does_not_fit_is_said_with_its_place(
    file: Path, name: str, text: str, words: str
) -> None:
    """The sentence names the variable, or the setting and the file."""
    variable = f"KEYTUI_{name.upper()}"
    with pytest.raises(BadInput, match=f"^{variable} must be .*{words}"):
        load({}, {variable: text}, file)
    file.write_text(f'{name} = "{text}"')
    with pytest.raises(BadInput, match=f"^{name} in {file} must be .*{words}"):
        load({}, {}, file)


def test_a_setting_that_does_not_exist_is_said(file: Path) -> None:
    """A misspelt line is not silently without effect."""
    file.write_text("idle_minute = 5")
    with pytest.raises(BadInput, match="'idle_minute', which is no setting"):
        load({}, {}, file)


def test_a_folder_in_place_of_the_file_is_said(file: Path) -> None:
    """What is there and no file is not taken for absent."""
    file.mkdir()
    with pytest.raises(BadInput, match="cannot be read"):
        load({}, {}, file)


@pytest.mark.parametrize("line", ["database = 7", "database.path = 'x'", "audit_key = ['x']"])
def test_a_path_that_is_no_text_is_said(file: Path, line: str) -> None:
    """Nothing of TOML but a string is taken for a file's name."""
    file.write_text(line)
    with pytest.raises(BadInput, match=f" in {file} must be text in quotes"):
        load({}, {}, file)


def test_other_variables_mean_nothing(file: Path) -> None:
    """A variable that only looks like one of ours is left alone."""
    assert load({}, {"KEYTUI_COLOUR": "pink", "DATABASE": "x"}, file) == Settings()


def test_settings_are_frozen() -> None:
    """Nobody changes a setting after the start."""
    with pytest.raises(FrozenInstanceError):
        Settings().mouse = True  # type: ignore[misc]


def test_every_field_says_its_variable() -> None:
    """The docstring of each field names the variable that sets it."""
    source = Path(settings.__file__).read_text()
    assert [
        field.name for field in fields(Settings) if f"``KEYTUI_{field.name.upper()}``" not in source
    ] == []


def test_the_default_database_lies_in_a_private_folder(tmp_path: Path) -> None:
    """When nobody named one, the data folder is created 0700, once."""
    chosen: Any = Settings()
    folder = tmp_path / "xdg-data" / "keytui"
    assert chosen.location == str(folder / "keytui.db")
    settings.make_default_folder(chosen)
    settings.make_default_folder(chosen)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_somebody_named_is_not_created(tmp_path: Path) -> None:
    """Only the default folder is ours to create."""
    settings.make_default_folder(Settings(database=str(tmp_path / "typo" / "keys.db")))
    assert list(tmp_path.iterdir()) == []


def test_a_default_folder_that_cannot_be_created_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the data folder cannot be, the sentence says what to do instead."""
    (tmp_path / "notes").write_text("soup")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "notes"))
    with pytest.raises(BadInput, match=r"cannot be created .*--database"):
        settings.make_default_folder(Settings())
