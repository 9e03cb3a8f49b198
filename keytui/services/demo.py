"""Filling a throw-away database with believable people and keys of all ages.

Everything is made by the services themselves, with the clock put into the
past, so that the demo's audit trail is as true as a real one's.
"""

import io
import random
from collections.abc import Callable
from typing import Final

from keytui.domain import clock, passwords
from keytui.domain.clock import DAY, HOUR, MINUTE
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import api_keys, report, sign_in, users
from keytui.storage.models import ApiKeyRow, UserRow

PASSWORD: Final = "demo-only-passphrase"  # noqa: S105 - of a database that is thrown away
"""What everybody in the demo signs in with."""

ADMINISTRATORS: Final = ("maria", "tomas")
USERS: Final = (
    "adeline",
    "akira",
    "anouk",
    "arjun",
    "astrid",
    "beatriz",
    "bjorn",
    "carmen",
    "chidi",
    "dagny",
    "emeka",
    "farah",
    "gustav",
    "hanna",
    "ivan",
    "jun",
    "katya",
    "lena",
    "mateo",
    "noor",
    "olga",
    "priya",
    "quentin",
    "rosa",
    "sven",
    "tala",
    "yusuf",
)
_LABELS: Final = (
    "laptop",
    "ci-runner",
    "backup-cron",
    "staging deploy",
    "grafana",
    "data import",
    "phone",
    "nightly report",
    "load tests",
    "webhooks",
    "old laptop",
)
_REASONS: Final = (
    "rotated",
    "laptop was stolen",
    "project ended",
    "seen in a public repository",
    "no longer used",
)
_ORIGINS: Final = ("10.0.4.17", "10.0.4.23", "10.0.7.2", "192.0.2.44")


def fill(seed: int = 7) -> None:
    """Fill the open, empty database; the same seed gives the same people and ages."""
    chance = random.Random(seed)  # noqa: S311 - a demo's ages, not a secret
    present = clock.now()
    real = clock.source
    try:
        _at(present - 410 * DAY)
        maria, tomas, *people = _people(chance, present)
        _keys(chance, present, people)
        _endings(chance, present, maria, people)
        _at(present - 2 * DAY)
        report.export_to_stream(maria, report.Format.CSV, io.BytesIO())
        _at(present - 20 * MINUTE)
        sign_in.sign_in(tomas.user_id, PASSWORD, tomas.origin)
    finally:
        clock.source = real


def _people(chance: random.Random, present: int) -> list[Actor]:
    """Create everybody; the hash of their one password is made once."""
    hashed = passwords.hash_password(PASSWORD)
    first, *others = ADMINISTRATORS
    users.create_first_administrator(first, PASSWORD, "local")
    administrator = _actor(first, "local")
    actors = [administrator]
    for name in (*others, *USERS):
        _at(present - chance.randrange(130, 400) * DAY)
        role = Role.ADMINISTRATOR if name in ADMINISTRATORS else Role.USER
        users.add_user(administrator, name, role).wipe()
        UserRow.update(
            password_hash=hashed, code_digest=None, code_expires_at=None
        ).where(UserRow.user_id == name).execute()
        actors.append(_actor(name, f"ssh {chance.choice(_ORIGINS)}"))
    return actors


def _keys(chance: random.Random, present: int, people: list[Actor]) -> None:
    for person in people[:-1]:
        for label in chance.sample(_LABELS, chance.choice((1, 1, 2, 3, 5))):
            born = present - chance.randrange(1, 129) * DAY - chance.randrange(DAY)
            _at(born)
            key, secret = api_keys.create_key(person, label)
            secret.wipe()
            if chance.random() < 0.8:
                used = max(
                    born, present - int(chance.expovariate(1 / (6 * DAY))) - MINUTE
                )
                ApiKeyRow.update(
                    last_used_at=used, last_used_from=chance.choice(_ORIGINS)
                ).where(ApiKeyRow.id == key.key_id).execute()
        signed_in = present - int(chance.expovariate(1 / (3 * DAY))) - MINUTE
        _at(signed_in)
        UserRow.update(
            last_sign_in_at=signed_in, last_sign_in_from=person.origin
        ).where(UserRow.id == person.row_id).execute()


def _endings(
    chance: random.Random, present: int, administrator: Actor, people: list[Actor]
) -> None:
    for person in people[::4]:
        for key in api_keys.list_keys(person)[:1]:
            _at(min(present, key.created_at + chance.randrange(1, 30) * HOUR))
            by = administrator if chance.random() < 0.5 else person
            api_keys.deactivate_key(by, key.key_id, chance.choice(_REASONS))
    _at(present - 9 * DAY)
    users.deactivate_user(administrator, people[-4].user_id, "left the team")


def _actor(name: str, origin: str) -> Actor:
    row = UserRow.get(UserRow.user_id == name)
    return Actor(row.id, name, Role(row.role), row.epoch, origin)


def _at(moment: int) -> None:
    source: Callable[[], int] = lambda: moment  # noqa: E731 - the clock's seam takes a function
    clock.source = source
