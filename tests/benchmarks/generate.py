"""A database of any size: the same size and seed give the same people, keys and key texts.

Rows go in by bulk inserts into a file that keytui itself has made, so the
schema is always the present one. Key texts are drawn from the seed whenever
they are needed and are stored nowhere.
"""

import hashlib
import os
import random
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from keytui.domain import key_text
from keytui.domain.clock import DAY, SECOND
from keytui.storage import audit_key, schema
from keytui.storage.database import close_database, open_database

SEED: Final = 7
ADMINISTRATOR: Final = 1
"""The row of the one administrator; everybody else is a user."""

_PRESENT: Final = 1_760_000_000 * SECOND
"""The day that the database is of; fixed, so that it is the same tomorrow."""
_KEYS_PER_USER: Final = 10
_SPREAD: Final = 7_919
"""A prime: keys of one owner lie far from each other, as they do when years pass."""
_LABELS: Final = ("laptop", "ci-runner", "backup-cron", "staging deploy", "data import", "phone")
_LETTERS: Final = bytes(ord(key_text.ALPHABET[byte % 62]) for byte in range(256))

_INSERT_USER: Final = """
    INSERT INTO "user" (id, user_id, role, status, epoch, created_at, deactivated_at,
                        deactivated_by, deactivation_reason)
    VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?)
"""
_INSERT_KEY: Final = """
    INSERT INTO api_key (id, owner_id, created_by_id, label, scheme, digest, last_four, created_at,
                         expires_at, last_used_at, last_used_from, deactivated_at, deactivated_by,
                         deactivation_reason)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def database(folder: Path, keys: int, seed: int = SEED) -> Path:
    """Return the database with ``keys`` keys, made now unless ``folder`` holds it already.

    It is for looking and copying: a run that writes takes a copy.
    """
    path = folder / f"keytui-{keys}-{seed}-{_edition()}.db"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as workshop:
            made = Path(workshop, "keytui.db")
            open_database(str(made))
            close_database()
            _fill_file(made, keys, seed)
            for old in folder.glob(f"keytui-{keys}-{seed}-*.db"):
                old.unlink()  # of an edition that nobody asks for again
                Path(f"{old}{audit_key.ENDING}").unlink(missing_ok=True)
            Path(f"{made}{audit_key.ENDING}").replace(f"{path}{audit_key.ENDING}")
            made.replace(path)
    return path


def fill(connection: sqlite3.Connection, keys: int, seed: int = SEED) -> None:
    """Put people and ``keys`` keys into an empty database of ours, in one transaction."""
    users = max(keys // _KEYS_PER_USER, 1)
    with connection:
        connection.executemany(_INSERT_USER, _user_rows(users))
        connection.executemany(_INSERT_KEY, _key_rows(keys, seed))


def sample(keys: int, count: int, seed: int = SEED) -> list[str]:
    """Return the texts of ``count`` good keys of such a database, or of all when it has fewer."""
    numbers = random.Random(seed).sample(range(1, keys + 1), min(keys, count * 11 // 10 + 20))
    users = max(keys // _KEYS_PER_USER, 1)
    good = [number for number in numbers if _is_good(number, users)]
    return [text_of(number, seed).decode("ascii") for number in good[:count]]


def good_user(keys: int) -> tuple[int, str]:
    """Return the row and the User ID of a user who may create keys."""
    users = max(keys // _KEYS_PER_USER, 1)
    row = next(row for row in _users(users) if not _has_left(row))
    return row, _user_id(row)


def text_of(number: int, seed: int = SEED) -> bytes:
    """Return the key text of key ``number``: not from a random source, so never for real use."""
    drawn = hashlib.blake2b(b"%d %d" % (seed, number), digest_size=key_text.RANDOM_LENGTH)
    part = drawn.digest().translate(_LETTERS)
    return key_text.BRAND.encode("ascii") + part + key_text._checksum(part)


def _fill_file(path: Path, keys: int, seed: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        # Nobody else looks, and a half-made file is thrown away: neither journal nor fsync.
        for pragma in ("journal_mode = off", "synchronous = off", "cache_size = -400000"):
            connection.execute(f"PRAGMA {pragma}")
        fill(connection, keys, seed)
        connection.execute("PRAGMA journal_mode = wal")


def _user_rows(users: int) -> Iterator[tuple[Any, ...]]:
    birth = _PRESENT - 800 * DAY
    yield (ADMINISTRATOR, "administrator", "administrator", "active", birth, None, None, None)
    for row in _users(users):
        left = (_PRESENT, "administrator", "left the team") if _has_left(row) else (None,) * 3
        status = "inactive" if _has_left(row) else "active"
        yield (row, _user_id(row), "user", status, birth + row, *left)


def _key_rows(keys: int, seed: int) -> Iterator[tuple[Any, ...]]:
    users = max(keys // _KEYS_PER_USER, 1)
    step = 400 * DAY // keys
    for number in range(1, keys + 1):
        text = text_of(number, seed)
        owner = _owner(number, users)
        born = _PRESENT - 401 * DAY + number * step
        used = (born + step, f"10.0.{number % 250}.17") if number % 5 else (None, None)
        end = (_PRESENT, _user_id(owner), "rotated") if _is_deactivated(number) else (None,) * 3
        yield (
            number,
            owner,
            owner,
            f"{_LABELS[number % len(_LABELS)]} {number % 97}",
            key_text.SCHEME,
            hashlib.sha256(text).digest(),
            text[-4:].decode("ascii"),
            born,
            _PRESENT if _is_expired(number) else None,
            *used,
            *end,
        )


def _users(users: int) -> range:
    return range(ADMINISTRATOR + 1, ADMINISTRATOR + 1 + users)


def _user_id(row: int) -> str:
    return f"user{row:07}"


def _owner(number: int, users: int) -> int:
    return ADMINISTRATOR + 1 + number * _SPREAD % users


def _is_good(number: int, users: int) -> bool:
    return not (_is_deactivated(number) or _is_expired(number) or _has_left(_owner(number, users)))


def _is_deactivated(number: int) -> bool:
    return number % 200 == 7


def _is_expired(number: int) -> bool:
    return number % 400 == 11


def _has_left(row: int) -> bool:
    return row % 200 == 3


def _edition() -> str:
    """Return what changes when a database made before is no longer what would be made now."""
    steps = sorted(name for name in os.listdir(schema._FOLDER) if name[0].isdigit())
    parts = [Path(__file__).read_bytes(), *map(str.encode, steps)]
    return hashlib.sha256(b"\n".join(parts)).hexdigest()[:8]
