"""A key may replace another, ``replaces_id``; and what is counted of a replaced key after its end.

``late_uses`` counts the verifications that were refused, ``late_used_at`` (microseconds UTC) and
``late_used_from`` are of the last one; ``late_told`` of them are in the audit trail, since
``late_told_at``.
"""

from peewee import SqliteDatabase


def up(migrator, db):
    """Add the columns, and an index for each: of most keys there is nothing in them."""
    # Natively: Peewee's migrator would rebuild the table and lose STRICT.
    kind = "INTEGER" if isinstance(db, SqliteDatabase) else "BIGINT"
    for column in (
        f"replaces_id {kind} REFERENCES api_key (id)",
        f"late_uses {kind} NOT NULL DEFAULT 0",
        f"late_used_at {kind}",
        "late_used_from TEXT",
        f"late_told {kind} NOT NULL DEFAULT 0",
        f"late_told_at {kind}",
    ):
        db.execute_sql(f"ALTER TABLE api_key ADD COLUMN {column}")
    db.execute_sql(
        "CREATE UNIQUE INDEX api_key_replaces_id ON api_key (replaces_id) "
        "WHERE replaces_id IS NOT NULL"
    )
    db.execute_sql(
        "CREATE INDEX api_key_late_used_at ON api_key (late_used_at) WHERE late_used_at IS NOT NULL"
    )
