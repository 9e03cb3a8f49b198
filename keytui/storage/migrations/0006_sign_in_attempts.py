"""Attempts to sign in are counted from before they are looked at: ``sign_in_attempt``."""

from peewee import BigAutoField, BigIntegerField, Model, SqliteDatabase, TextField


def up(migrator, db):
    """Create the table; nobody's earlier failures are carried over."""
    strict = isinstance(db, SqliteDatabase)

    class SignInAttempt(Model):
        id = BigAutoField()
        target = TextField()
        origin = TextField()
        at = BigIntegerField(index=True)
        forgiven = BigIntegerField(default=0)

        class Meta:
            database = db
            strict_tables = strict
            legacy_table_names = False
            table_name = "sign_in_attempt"
            indexes = ((("target", "id"), False), (("origin", "id"), False))

    db.create_tables([SignInAttempt])
