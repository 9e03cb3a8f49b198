"""An API key is confirmed by its owner once they have its text: ``confirmed_at``, microseconds UTC."""

from peewee import SqliteDatabase


def up(migrator, db):
    """Add the column; keys that are there already count as confirmed when they were created."""
    # Natively: Peewee's migrator would rebuild the table and lose STRICT.
    kind = "INTEGER" if isinstance(db, SqliteDatabase) else "BIGINT"
    db.execute_sql(f"ALTER TABLE api_key ADD COLUMN confirmed_at {kind}")
    db.execute_sql("UPDATE api_key SET confirmed_at = created_at")
