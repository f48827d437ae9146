"""A lake of sixty days, written as the lake lies on disk but straight from DuckDB: what `attribution_day` runs on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import duckdb

from hongmao.engines.lake import columns, manifest
from hongmao.engines.lake.manifest import LakeFile, Manifest
from hongmao.kernel.time import DAY_MS, day_of

if TYPE_CHECKING:
    from pathlib import Path

DAYS: Final = 60
FROM_MS: Final = 1_746_547_200_000  # 7 May 2025 in Shanghai
# Of a hundred touches: impressions, clicks on the card, jumps. Every fifth jump is paid for, so there are 2 % conversions.
SHARES: Final = {"impression": 80, "click": 10, "component_click": 10}
DELTAS: Final = ("base", "new_day", "late_conversions", "late_touches", "refunds")
_ROW_GROUP_ROWS: Final = 100_000
_MACROS: Final = """
CREATE MACRO luck(a, b, salt) AS (hash(a, b, salt) % 1000000007) / 1000000007.0;
CREATE MACRO part(a, b, salt, n) AS cast(hash(a, b, salt) % n AS BIGINT);
CREATE MACRO jump_id(at_ms, d, j) AS 'h' || lpad(to_hex(at_ms), 12, '0') || lpad(to_hex(hash(d, j, 'id')), 17, '0');
CREATE MACRO at_of(d, j, n) AS {from_ms} + d * 86400000::BIGINT + j * 86400000::BIGINT // n;
"""
_TOUCH: Final = """
SELECT *, 'note-' || note_no AS note, 'cre-' || note_no // 10 AS creator, 'it-' || note_no AS item,
  CASE WHEN led THEN 'lnk-' || note_no END AS link, CASE WHEN led THEN 'shop-' || note_no % 20 END AS shop,
  CASE WHEN led THEN 'mer-' || note_no % 20 END AS merchant, CASE WHEN led THEN 'ten-' || note_no % 20 END AS tenant,
  CASE WHEN led THEN 'sandbox' END AS platform, CASE WHEN led THEN 'cid' END AS line,
  'community' AS source, CASE part(d, j, 'place', 10) WHEN 0 THEN 'search' WHEN 1 THEN 'note' ELSE 'feed' END AS placement
FROM (
  SELECT d, j, at_of(d, j, n) AS occurred_at_ms, part(d, j, kind, 5000) AS note_no,
    'r_' || cast(floor({readers} * pow(luck(d, j, 'r' || kind), 3)) AS BIGINT) AS reader,
    left(kind, 3) || ':' || lpad(d::VARCHAR, 3, '0') || lpad(j::VARCHAR, 12, '0') AS event_id,
    'imp:' || lpad(to_hex(hash(d, j, kind)), 16, '0') AS impression,
    kind = 'component_click' OR part(d, j, 'led' || kind, 2) = 0 AS led,
    CASE WHEN kind = 'component_click' THEN jump_id(at_of(d, j, n), d, j) END AS click_id, part(d, j, 'late', 1000) = 0 AS late
  FROM (SELECT {day} AS d, j, {count} AS n, '{kind}' AS kind FROM range({count}) r(j))
)
"""
_PAYS: Final = """
CREATE TABLE pays AS
SELECT 'pay' AS kind, 'pay:' || k AS event_id, 'o-' || k AS order_id, 'o-' || k || '-1' AS sub_order_id, 'p-' || k AS ref,
  click_at + 60000 + cast(floor(pow(luck(d, j, 'delay'), 4) * 1209600000) AS BIGINT) AS occurred_at_ms,
  100 + part(d, j, 'fen', 50000) AS amount_fen, click_id, 'it-' || note_no AS item, 'shop-' || note_no % 20 AS shop,
  'mer-' || note_no % 20 AS merchant, 'ten-' || note_no % 20 AS tenant, 'sandbox' AS platform, 'sandbox' AS source,
  1 AS version, part(d, j, 'late', 100) = 0 AS late, part(d, j, 'back', 12) AS back,
  cast(floor(pow(luck(d, j, 'wait'), 2) * 1728000000) AS BIGINT) AS wait_ms
FROM (
  SELECT d, j, d || '-' || j AS k, at_of(d, j, {count}) AS click_at, jump_id(at_of(d, j, {count}), d, j) AS click_id,
    part(d, j, 'component_click', 5000) AS note_no
  FROM range({days}) a(d), range({count}) b(j) WHERE part(d, j, 'paid', 5) = 0
)
"""
_REFUNDS: Final = """
CREATE TABLE refunds AS
SELECT * REPLACE ('refund' AS kind, 'ref:' || event_id AS event_id, 'r-' || ref AS ref, occurred_at_ms + wait_ms AS occurred_at_ms,
  amount_fen // 2 + 1 AS amount_fen, NULL::VARCHAR AS click_id)
FROM pays WHERE back < 2
"""


@dataclass(slots=True)
class SixtyDays:
    """The lake's files by what they arrive with; `show` lets the lake grow by one delta."""

    root: Path
    touches: int
    files: dict[str, list[LakeFile]] = field(default_factory=lambda: {name: [] for name in DELTAS})
    position: int = 0

    def write(self) -> None:
        """Write every file; nothing of it counts before it is shown."""
        with duckdb.connect() as database:
            database.execute("SET memory_limit = '4GiB'")
            database.execute(_MACROS.format(from_ms=FROM_MS))
            jumps = self._count("component_click")
            database.execute(_PAYS.format(days=DAYS, count=jumps))
            database.execute(_REFUNDS)
            for delta in DELTAS:
                self._write_delta(database, delta)

    def show(self, delta: str) -> None:
        """Let the lake go on by what arrives with a delta."""
        files = tuple(file for name in DELTAS[: DELTAS.index(delta) + 1] for file in self.files[name])
        manifest.store(self.root, Manifest(position=max(file.last_offset for file in files), files=files))

    def rows(self, delta: str) -> int:
        """Count the events of a delta."""
        return sum(file.rows for file in self.files[delta])

    def _count(self, kind: str) -> int:
        return self.touches * SHARES[kind] // 100 // DAYS

    def _write_delta(self, database: duckdb.DuckDBPyConnection, delta: str) -> None:
        last = DAYS - 1
        match delta:
            case "base":
                for day in range(last):
                    self._write_touches(database, delta, day, f"NOT (late AND {day} = {last - 1})")
                    self._write_acts(database, delta, "pay", day, f"NOT (late AND {day} = {last - 1})")
                    self._write_acts(database, delta, "refund", day, "back = 0")
            case "new_day":
                self._write_touches(database, delta, last, "true")
                self._write_acts(database, delta, "pay", last, "true")
                self._write_acts(database, delta, "refund", last, "back = 0")
            case "late_conversions":
                self._write_acts(database, delta, "pay", last - 1, "late")
            case "late_touches":
                self._write_touches(database, delta, last - 1, "late")
            case _:
                self._write_acts(database, delta, "refund", last, "back = 1")

    def _write_touches(self, database: duckdb.DuckDBPyConnection, delta: str, day: int, where: str) -> None:
        for kind in SHARES:
            readers = max(100, self.touches // 50)
            rows = _TOUCH.format(day=day, count=self._count(kind), kind=kind, readers=readers)
            rows = f"SELECT * FROM ({rows}) WHERE {where}"  # noqa: S608 - our own text
            self._copy(database, delta, rows, day=day, kind=kind)

    def _write_acts(self, database: duckdb.DuckDBPyConnection, delta: str, kind: str, day: int, where: str) -> None:
        from_ms = FROM_MS + day * DAY_MS
        when = f"occurred_at_ms >= {from_ms} AND occurred_at_ms < {from_ms + DAY_MS}"
        rows = f"SELECT * FROM {kind}s WHERE {when} AND {where}"  # noqa: S608 - our own text
        self._copy(database, delta, rows, day=day, kind=kind)

    def _copy(self, database: duckdb.DuckDBPyConnection, delta: str, rows: str, *, day: int, kind: str) -> None:
        """Write one file with all columns of the lake, sorted as the lake sorts, numbered after all that came before."""
        name = day_of(FROM_MS + day * DAY_MS).isoformat()
        described = {row[0] for row in database.execute(f"DESCRIBE {rows}").fetchall()}
        own = {
            "offset": f"row_number() OVER () + {self.position}",
            "day": f"'{name}'",
            "kind": f"'{kind}'",
            "schema_version": "1",
            "received_at_ms": "occurred_at_ms",
        }
        told = ", ".join(
            f'cast({own.get(one) or (one if one in described else "NULL")} AS {sort}) AS "{one}"'
            for one, sort in columns.SQL_TYPES.items()
        )
        path = f"events/day={name}/kind={kind}/{delta}.parquet"
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        select = f"SELECT {told} FROM (SELECT * FROM ({rows}) ORDER BY occurred_at_ms, event_id)"  # noqa: S608 - our own text
        options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP_ROWS}"
        (count,) = database.execute(f"COPY ({select}) TO '{target}' ({options})").fetchone() or (0,)
        if not count:
            target.unlink()
            return
        first, self.position = self.position + 1, self.position + count
        with target.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        self.files[delta].append(
            LakeFile(
                path=path, day=name, kind=kind, first_offset=first, last_offset=self.position, rows=count,
                size_bytes=target.stat().st_size, sha256=sha256,
            )
        )  # fmt: skip
