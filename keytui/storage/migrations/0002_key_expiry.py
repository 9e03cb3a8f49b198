"""An API key may have an end: ``expires_at``, microseconds UTC."""

from peewee import SqliteDatabase


def up(migrator, db):
    """Add the column; keys that are there already have no end."""
    # Natively: Peewee's migrator would rebuild the table and lose STRICT.
    kind = "INTEGER" if isinstance(db, SqliteDatabase) else "BIGINT"
    db.execute_sql(f"ALTER TABLE api_key ADD COLUMN expires_at {kind}")
