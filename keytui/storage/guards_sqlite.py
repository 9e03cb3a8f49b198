"""The guards on SQLite: how each is made, and whether each is still what it was."""

from typing import Any

from keytui.domain.text import harmless
from keytui.storage.guards import GUARDS, Guard
from keytui.storage.rules import CONSTRAINTS, PARTIAL, UNIQUE


def statements(guard: Guard) -> list[str]:
    """Return the statements that make the guard."""
    return [trigger(guard)]


def problems(connection: Any) -> list[str]:  # noqa: ANN401 - of sqlite3
    """Return what differs from the rules of this program, a phrase each; empty when nothing does.

    Tables and views of other programs are left alone; a trigger is not: it could
    undo what keytui writes, or swallow it.

    Args:
        connection: a DB-API connection to an SQLite database of ours.
    """
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    schema = {(kind, name): sql or "" for kind, name, _, sql in rows}
    expected = {guard.name: trigger(guard) for guard in GUARDS}
    found = []
    for name, statement in expected.items():
        sql = schema.get(("trigger", name))
        if sql != statement:
            found.append(f"the guard {name} {'is missing' if sql is None else 'was changed'}")
    for kind, name, table, _ in rows:
        if kind == "trigger" and table in CONSTRAINTS and name not in expected:
            found.append(f"the trigger {harmless(name)[:64]} was added")
    for table, rules in CONSTRAINTS.items():
        sql = "".join(schema.get(("table", table), "").split())
        found += [
            f"the rule {rule} is missing"
            for rule, text in rules.items()
            if "".join(f"CONSTRAINT {rule} {text}".split()) not in sql
        ]
        if not sql.endswith("STRICT"):
            found.append(f"the table {table} is not strict")
    for name, table in UNIQUE.items():
        index, _, where = schema.get(("index", name), "").partition(" WHERE ")
        if not index.startswith("CREATE UNIQUE INDEX") or where != PARTIAL.get(name, ""):
            found.append(f"the index {name} of {table} is missing")
    return found


def trigger(guard: Guard) -> str:
    """Return the statement that makes the guard, as the schema then keeps it."""
    when = guard.when.replace("IS DISTINCT FROM", "IS NOT")  # SQLite knows the former from 3.39 on
    return (
        f'CREATE TRIGGER {guard.name} BEFORE {guard.change} ON "{guard.table}" WHEN {when} '
        f"BEGIN SELECT RAISE(ABORT, '{guard.rule}'); END"
    )
