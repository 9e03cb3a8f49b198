"""Filling a throw-away database with believable people and keys of all ages.

Everything happens through the services, in its order, with the clock put into
the past; only what a service would take too long for (passwords, sign-ins) or
what another program does (using a key) is written beside them.
"""

import io
import random
from collections.abc import Callable
from functools import partial
from typing import Final

from keytui.domain import clock, passwords
from keytui.domain.audit import Action, Outcome
from keytui.domain.clock import DAY, HOUR, MINUTE
from keytui.domain.daily_uses import DAYS, day_of, place_of
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import api_keys, recording, report, report_lines, users
from keytui.storage.models import ApiKeyRow, KeyUseDayRow, UserRow

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
LABELS: Final = (
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
REASONS: Final = (
    "rotated",
    "laptop was stolen",
    "project ended",
    "seen in a public repository",
    "no longer used",
)
_BUSY: Final = (240, 240, 9, 9, 240, 240, 240)
"""Uses of a key on a day of the week, at most; 1970-01-01 was a Thursday."""
_ORIGINS: Final = ("10.0.4.17", "10.0.4.23", "10.0.7.2", "192.0.2.44")


Moment = tuple[int, Callable[[], object]]
"""A time, and what happens then."""


def fill(seed: int = 7) -> None:
    """Fill the open, empty database; the same seed gives the same people and ages."""
    chance = random.Random(seed)  # noqa: S311 - a demo's ages, not a secret
    present = clock.now()
    real = clock.source
    hashed = passwords.hash_password(PASSWORD)  # everybody's one password, hashed once
    try:
        first, second = ADMINISTRATORS
        _at(present - 410 * DAY)
        users.create_first_administrator(first, PASSWORD, "local")
        administrator = _actor(first, "local")
        moments = [_joins(administrator, second, Role.ADMINISTRATOR, hashed, present - 400 * DAY)]
        for place, name in enumerate(USERS):
            moments += _life(
                name,
                place,
                chance=chance,
                present=present,
                administrator=administrator,
                hashed=hashed,
            )
        moments.append((present - 2 * DAY, lambda: _export(administrator)))
        moments.append((present - 20 * MINUTE, lambda: _visit(second, _ORIGINS[0])))
        for at, happens in sorted(moments, key=lambda moment: moment[0]):
            _at(at)
            happens()
    finally:
        clock.source = real


def _life(  # noqa: PLR0913 - a life has this many parts
    name: str,
    place: int,
    *,
    chance: random.Random,
    present: int,
    administrator: Actor,
    hashed: str,
) -> list[Moment]:
    """Plan what happens to one person: they join, create keys, use some, end some."""
    origin = f"ssh {chance.choice(_ORIGINS)}"
    joined = present - chance.randrange(130, 400) * DAY - chance.randrange(DAY)
    moments = [_joins(administrator, name, Role.USER, hashed, joined)]
    labels = chance.sample(LABELS, chance.choice((1, 1, 2, 2, 3, 5)) if name != USERS[-1] else 0)
    for number, label in enumerate(labels):
        born = present - chance.randrange(1, 129) * DAY - chance.randrange(DAY)
        used = max(born, present - int(chance.expovariate(1 / (6 * DAY))) - MINUTE)
        use = (used, chance.choice(_ORIGINS)) if chance.randrange(5) else None
        why = chance.choice(REASONS)
        moments.append((born, partial(_new_key, name, origin, label, use)))
        if place % 4 == 0 and number == 0:
            end = min(present - HOUR, born + chance.randrange(1, 40) * DAY)
            moments.append((end, partial(_end_key, administrator, name, label, why)))
    visited = present - int(chance.expovariate(1 / (3 * DAY))) - MINUTE
    moments.append((visited, partial(_visit, name, origin)))
    if place == len(USERS) - 4:
        left = partial(users.deactivate_user, administrator, name, "left the team")
        moments.append((present - MINUTE, left))
    return moments


def _joins(administrator: Actor, name: str, role: Role, hashed: str, at: int) -> Moment:
    def join() -> None:
        users.add_user(administrator, name, role).wipe()
        UserRow.update(password_hash=hashed, code_digest=None, code_expires_at=None).where(
            UserRow.user_id == name
        ).execute()

    return at, join


def _new_key(name: str, origin: str, label: str, use: tuple[int, str] | None) -> None:
    actor = _actor(name, origin)
    key, secret = api_keys.create_key(actor, label)
    secret.wipe()
    api_keys.confirm_key(actor, key.key_id)
    if use is not None:
        ApiKeyRow.update(last_used_at=use[0], last_used_from=use[1]).where(
            ApiKeyRow.id == key.key_id
        ).execute()
        _use_daily(key.key_id, day_of(clock.now()), day_of(use[0]))


def _use_daily(key_id: int, first: int, last: int) -> None:
    """Have a key used on each day, less at weekends."""
    KeyUseDayRow.insert_many(
        {
            "id": place_of(key_id, day),
            "key": key_id,
            "day": day,
            "uses": 1 + (key_id * 7_919 + day * 104_729) % _BUSY[day % len(_BUSY)],
        }
        for day in range(max(first, last - DAYS + 1), last + 1)
    ).execute()


def _end_key(administrator: Actor, name: str, label: str, why: str) -> None:
    key = next(key for key in api_keys.list_keys(administrator, name) if key.label == label)
    api_keys.deactivate_key(administrator, key.key_id, why)


def _visit(name: str, origin: str) -> None:
    actor = _actor(name, origin)
    UserRow.update(last_sign_in_at=clock.now(), last_sign_in_from=origin).where(
        UserRow.id == actor.row_id
    ).execute()
    recording.append(actor, Action.USER_SIGN_IN, Outcome.DONE, target=name, detail="with password")


def _export(administrator: Actor) -> None:
    report.export_to_stream(administrator, report_lines.Format.CSV, io.BytesIO())


def _actor(name: str, origin: str) -> Actor:
    row = UserRow.get(UserRow.user_id == name)
    return Actor(row.id, name, Role(row.role), row.epoch, origin)


def _at(moment: int) -> None:
    source: Callable[[], int] = lambda: moment  # noqa: E731 - the clock's seam takes a function
    clock.source = source
