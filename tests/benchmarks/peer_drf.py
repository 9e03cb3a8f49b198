"""The peer djangorestframework-api-key: ``APIKey.objects.is_valid`` on SQLite, set up fairly.

Write-ahead log on, one lasting connection, DEBUG off, its own migrations, its
own key format and hash; the file has as many keys as keytui's.
"""

import hashlib
import random
import sqlite3
import string
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter_ns

import django
from django.conf import settings
from django.core.management import call_command

from tests.benchmarks.peers import serve

_LETTERS = string.ascii_letters + string.digits
_TABLE = bytes(ord(_LETTERS[byte % 62]) for byte in range(256))
_WHOLE = 1
"""The file's ``user_version`` once it holds all its keys."""
_INSERT = """
    INSERT INTO rest_framework_api_key_apikey
        (id, prefix, hashed_key, created, name, revoked, expiry_date)
    VALUES (?, ?, ?, ?, ?, ?, NULL)
"""


def main(folder: Path, keys: int) -> None:
    """Prepare the database and wait for turns."""
    path = folder / f"drf-api-key-3.1-{keys}.db"
    if not _is_whole(path):
        path.unlink(missing_ok=True)
        _configure(path)
        call_command("migrate", verbosity=0)
        _fill(path, keys)
    else:
        _configure(path)
    from rest_framework_api_key.models import APIKey

    numbers = range(1, keys + 1)
    sample = random.Random(1).sample(numbers, min(keys, 20_000))
    texts = [_text(number) for number in sample if not _is_revoked(number)]
    chance = random.Random(2)

    def measure(calls: int) -> float:
        drawn = chance.choices(texts, k=calls)
        is_valid = APIKey.objects.is_valid
        start = perf_counter_ns()
        good = sum([is_valid(text) for text in drawn])
        took = perf_counter_ns() - start
        if good != calls:
            raise AssertionError(f"{calls - good} of {calls} keys were not good")
        return took / calls / 1_000

    measure(min(200, keys))  # warm
    serve(measure)


def _configure(path: Path) -> None:
    settings.configure(
        DEBUG=False,
        USE_TZ=True,
        INSTALLED_APPS=["rest_framework_api_key"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(path),
                "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL"},
            }
        },
    )
    django.setup()


def _is_whole(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA user_version").fetchone() == (_WHOLE,)


def _fill(path: Path, keys: int) -> None:
    django.db.connections.close_all()
    with closing(sqlite3.connect(path)) as connection:
        for pragma in ("journal_mode = off", "synchronous = off", "cache_size = -400000"):
            connection.execute(f"PRAGMA {pragma}")
        with connection:
            connection.executemany(_INSERT, _rows(keys))
        connection.execute(f"PRAGMA user_version = {_WHOLE}")
        connection.execute("PRAGMA journal_mode = wal")


def _rows(keys: int) -> Iterator[tuple[object, ...]]:
    created = datetime(2025, 10, 9, tzinfo=UTC).replace(tzinfo=None)
    for number in range(1, keys + 1):
        text = _text(number)
        prefix = text[:8]
        hashed = f"sha512$${hashlib.sha512(text.encode()).hexdigest()}"
        revoked = _is_revoked(number)
        yield (f"{prefix}.{hashed}", prefix, hashed, str(created), f"key {number}", revoked)


def _text(number: int) -> str:
    drawn = hashlib.blake2b(b"%d" % number, digest_size=40).digest().translate(_TABLE)
    text = drawn.decode("ascii")
    return f"{text[:8]}.{text[8:]}"


def _is_revoked(number: int) -> bool:
    return number % 200 == 7


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
