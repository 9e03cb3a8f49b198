"""The settings of one run: flag > ``KEYTUI_*`` > configuration file > default.

Read by the front door alone; everything below receives values.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

import platformdirs

from keytui.domain.errors import BadInput


class ClipboardRoute(StrEnum):
    """How **Copy to clipboard** reaches a clipboard."""

    AUTO = "auto"
    NATIVE = "native"
    TMUX = "tmux"
    OSC52 = "osc52"
    OFF = "off"


class Look(StrEnum):
    """The colours of the terminal that keytui is drawn on."""

    DARK = "dark"
    LIGHT = "light"


def data_folder() -> Path:
    """Return where the database is unless told otherwise."""
    return platformdirs.user_data_path("keytui")


def config_file() -> Path:
    """Return where the configuration file is looked for."""
    return platformdirs.user_config_path("keytui") / "config.toml"


def log_folder() -> Path:
    """Return where an internal error leaves its report."""
    return platformdirs.user_log_path("keytui")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set. Each field is a variable and a line of the file."""

    database: str = ""
    """The database: a path, or a ``sqlite:///`` or ``postgresql://`` URL. ``KEYTUI_DATABASE``.
    Default: ``keytui.db`` in the user's data folder."""

    idle_minutes: int = 15
    """Minutes without a key press after which the screen locks: 1 to 1,440. ``KEYTUI_IDLE_MINUTES``."""

    clipboard: ClipboardRoute = ClipboardRoute.AUTO
    """How to copy: ``auto``, ``native``, ``tmux``, ``osc52`` or ``off``. ``KEYTUI_CLIPBOARD``."""

    clear_seconds: int = 45
    """Seconds after which a natively copied key is cleared from the clipboard,
    if it still holds it: 5 to 600. ``KEYTUI_CLEAR_SECONDS``. 45 is what pass and
    gopass use."""

    reveal_seconds: int = 120
    """Seconds without a key press after which a secret on show is masked for good:
    10 to 900. ``KEYTUI_REVEAL_SECONDS``."""

    look: Look = Look.DARK
    """``dark`` or ``light``. ``KEYTUI_LOOK``."""

    mouse: bool = False
    """Whether keytui takes the mouse: ``true`` or ``false``. ``KEYTUI_MOUSE``.
    Off, the terminal's own selection works as everywhere."""

    audit_key: str = ""
    """The file of the audit key, if it is not beside the database. ``KEYTUI_AUDIT_KEY``.
    Default: the database's name with ``.audit-key`` behind it; on PostgreSQL there is none."""

    sessions_per_person: int = 10
    """Sessions over SSH that one person may have open: 1 to 1,000. ``KEYTUI_SESSIONS_PER_PERSON``;
    a forced session asks the configuration file alone."""

    sessions: int = 100
    """Sessions over SSH that may be open in all: 1 to 10,000. ``KEYTUI_SESSIONS``; likewise."""

    @property
    def database_is_default(self) -> bool:
        """Whether nobody named a database."""
        return not self.database

    @property
    def location(self) -> str:
        """The database to open."""
        return self.database or str(data_folder() / "keytui.db")


_RANGES = {
    "idle_minutes": (1, 1_440),
    "clear_seconds": (5, 600),
    "reveal_seconds": (10, 900),
    "sessions_per_person": (1, 1_000),
    "sessions": (1, 10_000),
}
_SWITCH = {
    "true": True,
    "on": True,
    "1": True,
    "false": False,
    "off": False,
    "0": False,
}


def load(flags: Mapping[str, Any], environ: Mapping[str, str], file: Path) -> Settings:
    """Gather the settings of this run.

    Args:
        flags: by field name, what the command line gave; ``None`` is not given.
        environ: the environment.
        file: the configuration file; it may be absent.

    Raises:
        BadInput: a value does not fit; the sentence names where it stands.
    """
    known = {field.name for field in fields(Settings)}
    values: dict[str, Any] = {}
    for name, value in _read(file).items():
        if name not in known:
            raise BadInput(f"{file} sets {name[:64]!r}, which is no setting: remove the line.")
        values[name] = _fit(name, value, f"{name} in {file}")
    for name in known:
        variable = f"KEYTUI_{name.upper()}"
        if environ.get(variable):
            values[name] = _fit(name, environ[variable], variable)
    values.update({name: value for name, value in flags.items() if value is not None})
    return Settings(**values)


def _read(file: Path) -> dict[str, Any]:
    try:
        written = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:  # not UTF-8
        raise _unreadable(file, error) from error
    import tomllib  # late: 3 ms that only those pay who have such a file

    try:
        return tomllib.loads(written)
    # Not TOML, a number too long, brackets in brackets without end.
    except (ValueError, RecursionError) as error:
        raise _unreadable(file, error) from error


def _unreadable(file: Path, error: Exception) -> BadInput:
    return BadInput(f"The configuration file {file} cannot be read: {error}.")


def _fit(name: str, value: object, where: str) -> object:
    text = str(value).strip()
    if name in _RANGES:
        low, high = _RANGES[name]
        if not (
            text.isascii()
            and text.isdecimal()
            and len(text) <= len(str(high))
            and low <= int(text) <= high
        ):
            raise BadInput(f"{where} must be a whole number from {low} to {high:,}.")
        return int(text)
    if name == "mouse":
        if text.lower() not in _SWITCH:
            raise BadInput(f"{where} must be true or false.")
        return _SWITCH[text.lower()]
    if name in ("clipboard", "look"):
        choices: type[StrEnum] = ClipboardRoute if name == "clipboard" else Look
        try:
            return choices(text)
        except ValueError as error:
            raise BadInput(f"{where} must be one of {', '.join(choices)}.") from error
    if not isinstance(value, str):
        raise BadInput(f"{where} must be text in quotes.")
    return text


def make_default_folder(settings: Settings) -> None:
    """Create the data folder (0700) when nobody named a database and it is not there yet.

    Raises:
        BadInput: it cannot be created.
    """
    if settings.database_is_default:
        folder = data_folder()
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            if not folder.exists():
                os.mkdir(folder, 0o700)
        except OSError as error:
            raise BadInput(
                f"The folder {folder} cannot be created ({error.strerror}): "
                "name a database elsewhere with --database."
            ) from error
