"""Each audit event carries the hash of the one before, and its own.

The events that are there already are chained as they are: the chain vouches
for them from today on. The canonical form has a version number and never
changes its meaning, so this step may use the program's own.
"""

from peewee import BigAutoField, BlobField, Model, SqliteDatabase

from keytui.domain.audit_chain import HASHED, START, fingerprint, link
from keytui.storage import audit_key

_BATCH = 5_000


def up(migrator, db):
    """Add the columns and the fingerprints of keys, and chain what is there."""
    strict = isinstance(db, SqliteDatabase)

    class AuditKey(Model):
        id = BigAutoField()
        fingerprint = BlobField(unique=True)

        class Meta:
            database = db
            strict_tables = strict
            legacy_table_names = False
            table_name = "audit_key"

    key = audit_key.in_use().read()
    db.create_tables([AuditKey])
    AuditKey.create(fingerprint=fingerprint(key))
    # Natively: Peewee's migrator would rebuild the table and lose STRICT.
    kind = "BLOB" if strict else "BYTEA"
    for name in ("previous_hash", "hash"):
        db.execute_sql(
            f"ALTER TABLE audit_event ADD COLUMN {name} {kind} "
            f"CONSTRAINT kt_{name} CHECK (length({name}) = 32)"
        )
    _chain(db, key)  # the guards are off while migrations run
    for name in ("previous_hash", "hash"):
        db.execute_sql(f"CREATE UNIQUE INDEX audit_event_{name} ON audit_event ({name})")


def _chain(db, key):
    number, before = 0, START
    select = (
        f"SELECT {', '.join(HASHED)} FROM audit_event WHERE id > {{}} ORDER BY id LIMIT {_BATCH}"
    )
    mark = db.param
    renumber = f"UPDATE audit_event SET id = {mark}, previous_hash = {mark}, hash = {mark} WHERE id = {mark}"
    old = 0
    while batch := db.execute_sql(select.format(old)).fetchall():
        for old, *rest in batch:
            number += 1
            hashed = link(key, (number, *rest), before)
            db.execute_sql(renumber, (number, before, hashed, old))
            before = hashed
