"""The policy on how long keys last: ``policy``, whose newest row counts; and who ends when."""

from peewee import SQL, BigAutoField, BigIntegerField, Model, SqliteDatabase, TextField


def up(migrator, db):
    """Create the table, without a row: no key ends sooner by the upgrade itself."""
    strict = isinstance(db, SqliteDatabase)

    class Policy(Model):
        id = BigAutoField()
        changed_at = BigIntegerField()
        changed_by = TextField()
        reason = TextField()
        default_days = BigIntegerField()
        longest_days = BigIntegerField(null=True)
        no_end = BigIntegerField()
        binds_from = BigIntegerField()

        class Meta:
            database = db
            strict_tables = strict
            legacy_table_names = False
            table_name = "policy"
            constraints = [
                SQL(
                    "CONSTRAINT kt_policy_days CHECK ("
                    "default_days BETWEEN 1 AND coalesce(longest_days, 36500) AND "
                    "coalesce(longest_days, 1) BETWEEN 1 AND 36500 AND no_end BETWEEN 0 AND 1 AND "
                    "(no_end = 1 OR longest_days IS NOT NULL) AND binds_from >= changed_at)"
                ),
            ]

    db.create_tables([Policy])
    # The keys that end in the next days, however many others there are.
    db.execute_sql(
        "CREATE INDEX api_key_expires_at ON api_key (expires_at, id) "
        "WHERE deactivated_at IS NULL AND expires_at IS NOT NULL"
    )
