"""Views of derived tables: over their parts, or over a copy of them in memory while a table is small.

Parts never change and are named by their content, so the copy only takes in the parts that are new and drops those that
are gone. Larger tables are read from their files: a query for one day or definition opens only the files of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.engines.lake import derived, snapshot
from hongmao.engines.lake.warm import WARM_BYTES_MAX, sql_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from hongmao.engines.lake.snapshot import Part, Snapshot

# A day of Asia/Shanghai is a date wherever it names a folder; versions are whole numbers; all else is text.
KEY_TYPES: Final[Mapping[str, str]] = {"event_day": "DATE", "definition_version": "BIGINT"}


class Shown:
    """What stands for each published table in a FROM clause, and which parts of it are warm."""

    def __init__(self, root: Path, *, rows_max: int) -> None:
        """Copy tables of at most `rows_max` rows into memory."""
        self._root = root
        self._rows_max = rows_max
        self._warm: dict[str, frozenset[str]] = {}

    def renew(self, cursor: duckdb.DuckDBPyConnection) -> tuple[dict[str, str], dict[str, frozenset[str]]]:
        """Bring the copies up to what is published, inside the caller's transaction.

        Gives what stands for each table that has rows to show, and what is warm once the transaction holds (`keep`).
        """
        tables = {name: table for name, table in derived.published(self._root).items() if table.parts}
        for name in self._warm.keys() - tables.keys():
            cursor.execute(f'DROP TABLE "warm {name}"')
        sources, warm = {}, {}
        for name, table in tables.items():
            have = self._warm.get(name)
            if self._too_large(table, have):
                if have is not None:
                    cursor.execute(f'DROP TABLE "warm {name}"')
                sources[name] = source_of(self._folder(name), table.columns, table.parts)
            else:
                warm[name] = self._take_in(cursor, name, table, have)
                sources[name] = f'(SELECT {_listed(table.columns)} FROM "warm {name}")'  # noqa: S608 - our own names
        return sources, warm

    def keep(self, warm: dict[str, frozenset[str]]) -> None:
        """Remember what the transaction has made warm."""
        self._warm = warm

    def _folder(self, name: str) -> Path:
        return self._root / snapshot.FOLDER / name

    def _too_large(self, table: Snapshot, have: frozenset[str] | None) -> bool:
        """Tell whether a table has outgrown memory; one near the limit is not copied again and again."""
        slack = 1 if have is None else 2
        return table.rows > self._rows_max * slack or table.size_bytes > WARM_BYTES_MAX * slack

    def _take_in(
        self, cursor: duckdb.DuckDBPyConnection, name: str, table: Snapshot, have: frozenset[str] | None
    ) -> frozenset[str]:
        folder, wanted = self._folder(name), frozenset(part.path for part in table.parts)
        if have is None or not have & wanted:
            cursor.execute(f'DROP TABLE IF EXISTS "warm {name}"')
            cursor.execute(f'CREATE TABLE "warm {name}" AS {_named(folder, table.columns, table.parts)}')
            return wanted
        if gone := [str(folder / path) for path in have - wanted]:
            statement = f'DELETE FROM "warm {name}" WHERE part IN (SELECT unnest($gone))'  # noqa: S608 - our own name
            cursor.execute(statement, {"gone": gone})
        if fresh := [part for part in table.parts if part.path not in have]:
            cursor.execute(f'INSERT INTO "warm {name}" {_named(folder, table.columns, fresh)}')
        return wanted


def source_of(folder: Path, columns: Collection[str], parts: Sequence[Part]) -> str:
    """Write some parts of a table as what a FROM clause reads, told by their folders so that others are not opened."""
    return f"(SELECT {_listed(columns)} FROM {_files(folder, parts)})"  # noqa: S608 - files of ours


def _named(folder: Path, columns: Collection[str], parts: Sequence[Part]) -> str:
    return f"SELECT {_listed(columns)}, filename AS part FROM {_files(folder, parts, named=True)}"  # noqa: S608 - files of ours


def _files(folder: Path, parts: Sequence[Part], *, named: bool = False) -> str:
    names = ", ".join(sql_text(folder / part.path) for part in parts)
    types = ", ".join(f"'{column}': {KEY_TYPES.get(column, 'VARCHAR')}" for column, _ in parts[0].key)
    hive = f"hive_partitioning = true, hive_types = {{{types}}}" if types else "hive_partitioning = false"
    return f"read_parquet([{names}], {hive}, filename = {'true' if named else 'false'})"


def _listed(columns: Collection[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
