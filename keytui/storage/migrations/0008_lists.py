"""What long lists are read by: an index for each order, and labels as they are searched.

An index that only the foreign key of a key's creator had goes: the creator is
the owner, and no person is ever deleted.
"""

from keytui.domain.text import folded

_BATCH = 5_000
_WORKS = "(CASE WHEN deactivated_at IS NULL THEN 1 ELSE 0 END)"

INDEXES = (
    "DROP INDEX api_key_created_by_id",
    "DROP INDEX api_key_owner_id",
    # Holds all that a search looks at, so that it reads the index alone.
    "CREATE INDEX api_key_label ON api_key (label_folded, id, last_four, owner_id)",
    "CREATE INDEX api_key_created_at ON api_key (created_at, id)",
    f"CREATE INDEX api_key_works ON api_key ({_WORKS}, id)",
    f"CREATE INDEX api_key_owner_works ON api_key (owner_id, {_WORKS}, id)",
    """
    CREATE INDEX api_key_owner_active ON api_key (owner_id, created_at, expires_at)
    WHERE deactivated_at IS NULL
    """,
    'CREATE INDEX user_role ON "user" (role, id)',
    'CREATE INDEX user_status ON "user" (status, id)',
    'CREATE INDEX user_last_sign_in ON "user" ((coalesce(last_sign_in_at, 0)), id)',
)


def up(migrator, db):
    """Add the folded labels and the indexes."""
    db.execute_sql("ALTER TABLE api_key ADD COLUMN label_folded TEXT NOT NULL DEFAULT ''")
    mark = db.param
    last = 0
    while rows := db.execute_sql(
        f"SELECT id, label FROM api_key WHERE id > {mark} ORDER BY id LIMIT {_BATCH}", (last,)
    ).fetchall():
        db.cursor().executemany(
            f"UPDATE api_key SET label_folded = {mark} WHERE id = {mark}",
            [(folded(label), key_id) for key_id, label in rows],
        )
        last = rows[-1][0]
    for statement in INDEXES:
        db.execute_sql(statement)
