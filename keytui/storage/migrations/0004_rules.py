"""An administrator holds no active key: said by the tables themselves.

Each key carries its owner's role, and a composite foreign key keeps the two
together; a CHECK then refuses an active key of an administrator. Both are free
of races on every engine, which a trigger that looks at another table is not.
"""

import time

from peewee import SqliteDatabase

REASON = "Its owner is an administrator: administrators hold no keys."
ACTOR = "keytui:upgrade"  # a User ID holds no colon: nobody can have this name

RULES = """
    CONSTRAINT kt_creator_is_owner CHECK (created_by_id = owner_id),
    CONSTRAINT kt_last_four CHECK (length(last_four) = 4),
    CONSTRAINT kt_digest_length CHECK (length(digest) = 32),
    CONSTRAINT kt_key_deactivation CHECK (
        (deactivated_at IS NULL) = (deactivated_by IS NULL) AND
        (deactivated_at IS NULL) = (deactivation_reason IS NULL)),
    CONSTRAINT kt_administrator_holds_key CHECK (
        deactivated_at IS NOT NULL OR owner_role = 'user'),
    CONSTRAINT kt_owner_role FOREIGN KEY (owner_id, owner_role)
        REFERENCES "user" (id, role) ON UPDATE CASCADE
"""
COLUMNS = """
    id, owner_id, created_by_id, label, scheme, digest, last_four, created_at, last_used_at,
    last_used_from, deactivated_at, deactivated_by, deactivation_reason, expires_at, confirmed_at
"""

# SQLite adds no constraint to a table that is there: it is built anew.
SQLITE = (
    f"""
    CREATE TABLE api_key_new (
        id INTEGER NOT NULL PRIMARY KEY,
        owner_id INTEGER NOT NULL REFERENCES "user" (id),
        owner_role TEXT NOT NULL DEFAULT 'user',
        created_by_id INTEGER NOT NULL REFERENCES "user" (id),
        label TEXT NOT NULL,
        scheme INTEGER NOT NULL,
        digest BLOB NOT NULL,
        last_four TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER,
        confirmed_at INTEGER,
        last_used_at INTEGER,
        last_used_from TEXT,
        deactivated_at INTEGER,
        deactivated_by TEXT,
        deactivation_reason TEXT,
        {RULES}
    ) STRICT
    """,
    f"""
    INSERT INTO api_key_new ({COLUMNS}, owner_role)
    SELECT {COLUMNS}, (SELECT role FROM "user" WHERE "user".id = owner_id) FROM api_key
    """,
    "DROP TABLE api_key",
    "ALTER TABLE api_key_new RENAME TO api_key",
    "CREATE INDEX api_key_owner_id ON api_key (owner_id)",
    "CREATE INDEX api_key_created_by_id ON api_key (created_by_id)",
    "CREATE UNIQUE INDEX api_key_digest ON api_key (digest)",
)
POSTGRESQL = (
    "ALTER TABLE api_key ADD COLUMN owner_role TEXT NOT NULL DEFAULT 'user'",
    """UPDATE api_key SET owner_role = "user".role FROM "user" WHERE "user".id = owner_id""",
    """
    ALTER TABLE api_key
        ADD CONSTRAINT kt_digest_length CHECK (length(digest) = 32),
        ADD CONSTRAINT kt_administrator_holds_key CHECK (
            deactivated_at IS NOT NULL OR owner_role = 'user'),
        ADD CONSTRAINT kt_owner_role FOREIGN KEY (owner_id, owner_role)
            REFERENCES "user" (id, role) ON UPDATE CASCADE
    """,
)


def up(migrator, db):
    """Deactivate what the rule forbids, on record; then say the rule."""
    _deactivate_forbidden(db, time.time_ns() // 1_000)
    db.execute_sql('CREATE UNIQUE INDEX user_id_role ON "user" (id, role)')
    for statement in SQLITE if isinstance(db, SqliteDatabase) else POSTGRESQL:
        db.execute_sql(statement)


def _deactivate_forbidden(db, present):
    """End the active keys of administrators, as a promotion does."""
    forbidden = db.execute_sql(
        'SELECT api_key.id, owner_id FROM api_key JOIN "user" ON "user".id = owner_id '
        "WHERE \"user\".role = 'administrator' AND api_key.deactivated_at IS NULL"
    ).fetchall()
    mark = db.param
    for key_id, owner_id in forbidden:
        db.execute_sql(
            f"UPDATE api_key SET deactivated_at = {mark}, deactivated_by = {mark}, "
            f"deactivation_reason = {mark} WHERE id = {mark}",
            (present, ACTOR, REASON, key_id),
        )
        db.execute_sql(
            "INSERT INTO audit_event "
            "(at, actor, action, outcome, target, about_id, detail, origin) "
            f"VALUES ({mark}, {mark}, 'api_key:deactivate', 'done', {mark}, {mark}, {mark}, 'local')",
            (present, ACTOR, f"key {key_id}", owner_id, REASON),
        )
