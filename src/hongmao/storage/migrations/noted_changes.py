"""Tables whose changes are noted by the engine itself, whoever makes them: which revision each row changed in last.

The number comes from the table's row in `revisions`, which a transaction locks by counting and holds until it commits. So
whoever makes a later number has waited for the earlier one to be committed or taken back: numbers become visible in their
own order, and a reader who has seen one has seen all below it. A sequence would not do: it hands a number out before the
commit, and the higher may be seen first.

A later migration that lets Alembic copy such a table (`batch_alter_table` on SQLite) loses the triggers of the old one: it
calls `forget_changes` before and `note_changes` after.
"""

from __future__ import annotations

from typing import Final

from alembic import op

_COUNT: Final = (
    "INSERT INTO revisions (name, number) VALUES ('{table}', 1) "
    "ON CONFLICT (name) DO UPDATE SET number = revisions.number + 1"
)
_NOTE: Final = (
    "INSERT INTO {notes} ({key}, revision) {rows} ON CONFLICT ({key}) DO UPDATE SET revision = excluded.revision"
)
_TRANSITIONS: Final = {
    "insert": "NEW TABLE AS changed",
    "update": "OLD TABLE AS was NEW TABLE AS changed",
    "delete": "OLD TABLE AS changed",
}
_ON_SQLITE: Final = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}


def note_changes(table: str, notes: str, key: str) -> None:
    """Note the changes of `table`, whose key is `id`, in `notes`; what stands there now counts as changed just now."""
    op.execute(_COUNT.format(table=table))
    now = f"(SELECT number FROM revisions WHERE name = '{table}')"  # noqa: S608 - our own names
    op.execute(_NOTE.format(notes=notes, key=key, rows=f"SELECT id, {now} FROM {table} WHERE true"))  # noqa: S608 - as above
    if op.get_bind().dialect.name == "sqlite":
        for act, sides in _ON_SQLITE.items():
            written = "; ".join(_NOTE.format(notes=notes, key=key, rows=f"VALUES ({side}.id, {now})") for side in sides)
            op.execute(
                f"CREATE TRIGGER {table}_noted_{act} AFTER {act.upper()} ON {table} "
                f"BEGIN {_COUNT.format(table=table)}; {written}; END"
            )
        return
    op.execute(_function(table, notes, key))
    for act, tables in _TRANSITIONS.items():
        op.execute(
            f"CREATE TRIGGER {table}_noted_{act} AFTER {act.upper()} ON {table} REFERENCING {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_noted()"
        )
    op.execute(
        f"CREATE TRIGGER {table}_noted_truncate AFTER TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_noted()"
    )


def forget_changes(table: str) -> None:
    """Note no more."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for act in (*_TRANSITIONS, *(() if on_sqlite else ("truncate",))):
        op.execute(f"DROP TRIGGER {table}_noted_{act}" + ("" if on_sqlite else f" ON {table}"))
    if not on_sqlite:
        op.execute(f"DROP FUNCTION {table}_noted()")


def _function(table: str, notes: str, key: str) -> str:
    """Count once for each statement, and note its rows; a link that got another id is gone under the old one."""
    note = _NOTE.format(notes=notes, key=key, rows="SELECT id, n FROM {rows}")
    every = f"UPDATE {notes} SET revision = n"  # noqa: S608 - as above
    return (
        f"CREATE FUNCTION {table}_noted() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE n bigint; BEGIN "
        f"{_COUNT.format(table=table)} RETURNING number INTO n; "
        f"IF TG_OP = 'TRUNCATE' THEN {every}; ELSE {note.format(rows='changed')}; END IF; "
        f"IF TG_OP = 'UPDATE' THEN {note.format(rows='was')}; END IF; "
        "RETURN NULL; END $$"
    )
