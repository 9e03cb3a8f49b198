"""The SSH keys that people sign in with: ``ssh_key``. Only public keys are ever kept."""

from peewee import (
    SQL,
    BigAutoField,
    BigIntegerField,
    ForeignKeyField,
    Model,
    SqliteDatabase,
    TextField,
)


def up(migrator, db):
    """Create the table; a key that is not removed is one person's and nobody else's."""
    strict = isinstance(db, SqliteDatabase)

    class User(Model):
        id = BigAutoField()

        class Meta:
            database = db
            table_name = "user"

    class SshKey(Model):
        id = BigAutoField()
        owner = ForeignKeyField(User)
        type = TextField()
        body = TextField()
        fingerprint = TextField()
        label = TextField()
        added_at = BigIntegerField()
        last_used_at = BigIntegerField(null=True)
        removed_at = BigIntegerField(null=True)
        removed_by = TextField(null=True)

        class Meta:
            database = db
            strict_tables = strict
            legacy_table_names = False
            table_name = "ssh_key"
            constraints = [
                SQL(
                    "CONSTRAINT kt_ssh_key_removal "
                    "CHECK ((removed_at IS NULL) = (removed_by IS NULL))"
                ),
            ]

    db.create_tables([SshKey])
    db.execute_sql("CREATE UNIQUE INDEX ssh_key_body ON ssh_key (body) WHERE removed_at IS NULL")
