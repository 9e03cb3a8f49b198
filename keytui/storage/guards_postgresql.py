"""The guards on PostgreSQL: how each is made, and whether each is still what it was.

A guard is a function and the triggers that call it. ``TRUNCATE`` asks no row,
so that where deleting is refused emptying has a trigger of its own.
"""

from typing import Any, Final

from keytui.domain.text import harmless
from keytui.storage.guards import GUARDS, Guard
from keytui.storage.rules import CONSTRAINTS, PARTIAL, UNIQUE

_KINDS: Final = {"INSERT": 7, "DELETE": 11, "UPDATE": 19, "TRUNCATE": 34}
"""``pg_trigger.tgtype``: BEFORE (2), the change, and FOR EACH ROW (1) but for TRUNCATE
(src/include/catalog/pg_trigger.h)."""

_TRIGGERS: Final = """
    SELECT t.tgname, c.relname, t.tgtype, p.prosrc, t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL
    FROM pg_trigger AS t
    JOIN pg_class AS c ON c.oid = t.tgrelid
    JOIN pg_proc AS p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid)
"""
_CONSTRAINTS: Final = """
    SELECT c.relname, k.conname
    FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
    WHERE k.convalidated AND pg_table_is_visible(c.oid) AND NOT EXISTS (
        SELECT 1 FROM pg_trigger AS t WHERE t.tgconstraint = k.oid AND t.tgenabled = 'D')
"""
_UNIQUE: Final = """
    SELECT c.relname, i.relname, coalesce(pg_get_expr(x.indpred, x.indrelid), '')
    FROM pg_index AS x
    JOIN pg_class AS c ON c.oid = x.indrelid
    JOIN pg_class AS i ON i.oid = x.indexrelid
    WHERE x.indisunique AND x.indisvalid AND pg_table_is_visible(c.oid)
"""


def statements(guard: Guard) -> list[str]:
    """Return the statements that make the guard."""
    function = (
        f"CREATE OR REPLACE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql "
        f"AS $${_body(guard)}$$"
    )
    return [
        function,
        *(
            f'CREATE TRIGGER {name} BEFORE {change} ON "{guard.table}" '
            f"FOR EACH {'STATEMENT' if change == 'TRUNCATE' else 'ROW'} "
            f"EXECUTE FUNCTION {guard.name}()"
            for name, change in _triggers(guard)
        ),
    ]


def problems(connection: Any) -> list[str]:  # noqa: ANN401 - of psycopg
    """Return what differs from the rules of this program, a phrase each; empty when nothing does."""
    there = {name: what for name, *what in connection.execute(_TRIGGERS).fetchall()}
    found = []
    for guard in GUARDS:
        for name, change in _triggers(guard):
            was = there.pop(name, None)
            if was is None:
                found.append(f"the guard {name} is missing")
            elif was != [guard.table, _KINDS[change], _body(guard), True]:
                found.append(f"the guard {name} was changed")
    for name, (table, *_) in there.items():
        if table in CONSTRAINTS:  # it could undo what keytui writes, or swallow it
            found.append(f"the trigger {harmless(name)} was added")
    kept = set(connection.execute(_CONSTRAINTS).fetchall())
    for table, names in CONSTRAINTS.items():
        found += [f"the rule {name} is missing" for name in names if (table, name) not in kept]
    # The server shows a condition in parentheses.
    unique = {
        (table, name, where.strip("()"))
        for table, name, where in connection.execute(_UNIQUE).fetchall()
    }
    found += [
        f"the index {name} of {table} is missing"
        for name, table in UNIQUE.items()
        if (table, name, PARTIAL.get(name, "")) not in unique
    ]
    return found


def _body(guard: Guard) -> str:
    # A plain RAISE would not count as a broken rule: restrict_violation does.
    return (
        f"BEGIN IF {guard.when} THEN "
        f"RAISE EXCEPTION '{guard.rule}' USING ERRCODE = 'restrict_violation'; END IF; "
        f"RETURN {'OLD' if guard.change == 'DELETE' else 'NEW'}; END"
    )


def _triggers(guard: Guard) -> list[tuple[str, str]]:
    """Return the guard's triggers, each with the change that it stops."""
    own = [(guard.name, guard.change)]
    if guard.change != "DELETE":
        return own
    return [*own, (f"{guard.rule}_on_{guard.table}_truncate", "TRUNCATE")]
