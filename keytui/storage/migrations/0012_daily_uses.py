"""How often each key was used on each of the last 91 days, ``key_use_day``; and its first use.

``day`` counts from 1970-01-01, UTC. A key's rows are 91 at most: a new day takes the place of the
one 91 days before it. ``first_used_at`` (microseconds UTC) is known of keys that were first used
after this migration.
"""

from peewee import SQL, BigAutoField, BigIntegerField, Model, SqliteDatabase


def up(migrator, db):
    """Add the column, and create the table."""
    # Natively: Peewee's migrator would rebuild the table and lose STRICT.
    strict = isinstance(db, SqliteDatabase)
    kind = "INTEGER" if strict else "BIGINT"
    db.execute_sql(f"ALTER TABLE api_key ADD COLUMN first_used_at {kind}")

    class KeyUseDay(Model):
        id = BigAutoField()
        key_id = BigIntegerField(constraints=[SQL("REFERENCES api_key (id)")])
        day = BigIntegerField()
        uses = BigIntegerField()

        class Meta:
            database = db
            strict_tables = strict
            legacy_table_names = False
            table_name = "key_use_day"
            constraints = [
                SQL(
                    "CONSTRAINT kt_use_day_place CHECK ("
                    "id = key_id * 91 + day - day / 91 * 91 AND day >= 0 AND uses > 0)"
                ),
            ]

    db.create_tables([KeyUseDay])
