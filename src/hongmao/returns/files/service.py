"""The file desk: a report that a platform exported, read a stretch at a time into the log.

A stretch is named by the file's fingerprint, so an import that broke off goes on where it was and the same file once more
changes nothing. `anew` judges it once more: what could not be used, such as rows of a shop nobody knew, may be now.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from hongmao.returns.contracts import ROWS_MAX, RowProblem
from hongmao.returns.files.contracts import FileHead
from hongmao.returns.files.errors import FormatUnrecognised
from hongmao.returns.files.problems import FileProblem
from hongmao.returns.files.readers import Line, lines, scan
from hongmao.returns.files.rules import HEADER_ROWS_MAX, is_total, named, recognised
from hongmao.returns.intake import Parcel
from hongmao.returns.outcomes import Quarantined, name_of
from hongmao.returns.rules import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from hongmao.kernel.clock import Clock
    from hongmao.returns.contracts import ReportCell, Row
    from hongmao.returns.files.contracts import FileFormat
    from hongmao.returns.files.readers import Scan
    from hongmao.returns.files.rules import Columns
    from hongmao.returns.intake import Intake
    from hongmao.returns.store import PlatformAccount

PROBLEMS_SHOWN: Final = 20
NAME_CHARS_MAX: Final = 80
ALREADY: Final = "already"
"""How rows of a stretch are counted that was taken before: by this very file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a file. Lines read = totals + passed over + lines that told something."""

    file: str
    platform: str
    account: str
    format: str
    sha256: str
    lines: int
    """Below the headers, blank ones left out."""
    totals: int
    """Total rows, dropped (ATTR-11)."""
    passed_over: int
    """Lines of which the format makes nothing."""
    counts: Mapping[str, int]
    """What became of what the lines told, by outcome."""
    problems: Sequence[FileProblem]
    """The first of them."""
    ignored: Sequence[str]
    """Headers that the format has no use for."""


@dataclass(slots=True)
class _Stretch:
    """Rows gathered for one append, and the line that each came from."""

    rows: list[Row | RowProblem | ReportCell] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)


class FileDesk:
    """Takes files of every platform's formats."""

    def __init__(self, intake: Intake, formats: Mapping[str, Sequence[FileFormat]], clock: Clock) -> None:
        """`formats` are those of each platform."""
        self._intake = intake
        self._formats = formats
        self._clock = clock

    def take(
        self,
        path: Path,
        account: PlatformAccount,
        *,
        name: str,
        format: str | None = None,  # noqa: A002 - the word of the trade
        snapshot_ms: int | None = None,
        facts: Mapping[str, str] | None = None,
        anew: bool = False,
    ) -> Imported:
        """Take a file that lies on the disk. Without a `format` it is recognised by its headers.

        `snapshot_ms` says when the platform made it, by default now: the later snapshot of a cell wins. What is wrong with
        the file as a whole is raised; what is wrong with a row is counted, kept in quarantine and told.
        """
        name = name[:NAME_CHARS_MAX]
        scanned = scan(path, name=name)
        now_ms = self._clock.now_ms()
        head = FileHead(name=name, snapshot_ms=now_ms if snapshot_ms is None else snapshot_ms, facts=facts or {})
        source = Source(platform=account.platform, account=account.account, tenant=account.tenant, now_ms=now_ms)
        read = lines(path, scanned, name=name)
        columns, body = self._columns(read, account, name, format)
        reading = _Reading(columns, head, account)
        parcel = Parcel(
            source=source,
            nonce=f"file.{scanned.sha256[:32]}.{columns.format.name}{f'.{now_ms}' if anew else ''}",
            size_bytes=scanned.size_bytes,
            sha256=scanned.sha256,
            rows=(),
            way="file",
            feed=columns.format.name,
        )
        for stretch in reading.stretches(body):
            self._keep(parcel, stretch, reading)
        return reading.imported(scanned)

    def _columns(
        self, read: Iterator[Line], account: PlatformAccount, name: str, wanted: str | None
    ) -> tuple[Columns[FileFormat], Iterator[Line]]:
        formats = self._formats.get(account.platform, ())
        if wanted is not None:
            formats = [named(formats, wanted, platform=account.platform)]
        top = list(islice(read, HEADER_ROWS_MAX))
        if not formats or not top:
            raise FormatUnrecognised(place=name, platform=account.platform, known="—")
        at, columns = recognised(
            [line.cells for line in top], formats, platform=account.platform, place=name, told=wanted is not None
        )
        return replace(columns, width=len(top[at].cells)), chain(top[at + 1 :], read)

    def _keep(self, parcel: Parcel, stretch: _Stretch, reading: _Reading) -> None:
        named_so = replace(parcel, nonce=f"{parcel.nonce}.{stretch.numbers[0]}", rows=stretch.rows)
        outcomes = self._intake.take(named_so)
        if not outcomes:
            reading.counts[ALREADY] += len(stretch.rows)
        for outcome in outcomes:
            reading.counts[name_of(outcome).value] += 1
            if isinstance(outcome, Quarantined):
                reading.note(stretch.rows[outcome.index], stretch.numbers[outcome.index], outcome.reason)


def file_told(found: Imported) -> dict[str, object]:
    """Write what became of a file for programs."""
    written = {each.name: getattr(found, each.name) for each in fields(found) if each.name != "problems"}
    problems = [
        {
            "row": one.row,
            "field": one.field,
            "code": one.code,
            "message": {"zh": one.message("zh"), "en": one.message("en")},
        }
        for one in found.problems
    ]
    return {**written, "problems": problems}


class _Reading:
    """One pass over a file: what its lines said, and what became of that."""

    def __init__(self, columns: Columns[FileFormat], head: FileHead, account: PlatformAccount) -> None:
        self._columns = columns
        self._head = head
        self._account = account
        self._lines = self._totals = self._passed_over = 0
        self.counts: Counter[str] = Counter()
        self._problems: list[FileProblem] = []

    def stretches(self, body: Iterator[Line]) -> Iterator[_Stretch]:
        """Read lines in stretches of about as many rows as one append takes."""
        stretch = _Stretch()
        for line in body:
            rows = self._rows(line)
            stretch.rows += rows
            stretch.numbers += [line.number] * len(rows)
            if len(stretch.rows) >= ROWS_MAX:
                yield stretch
                stretch = _Stretch()
        if stretch.rows:
            yield stretch

    def note(self, row: Row | RowProblem | ReportCell, number: int, code: str) -> None:
        """Remember a problem, if it is among the first."""
        if len(self._problems) < PROBLEMS_SHOWN:
            place = row.place.removeprefix(self._place(number)).lstrip(".") if isinstance(row, RowProblem) else ""
            self._problems.append(FileProblem(file=self._head.name, row=number, field=place, code=code))

    def imported(self, scanned: Scan) -> Imported:
        """Say what became of the file."""
        return Imported(
            file=self._head.name,
            platform=self._account.platform,
            account=self._account.account,
            format=self._columns.format.name,
            sha256=scanned.sha256,
            lines=self._lines,
            totals=self._totals,
            passed_over=self._passed_over,
            counts=dict(sorted(self.counts.items())),
            problems=tuple(self._problems),
            ignored=self._columns.ignored,
        )

    def _rows(self, line: Line) -> Sequence[Row | RowProblem | ReportCell]:
        self._lines += 1
        if is_total(line.cells):
            self._totals += 1
            return ()
        place = self._place(line.number)
        beyond = any(cell.strip() for cell in line.cells[self._columns.width :])
        fault = line.fault or ("too_many_cells" if beyond else "")
        if fault:
            return (RowProblem(code=fault, place=place, raw="\t".join(line.cells)),)
        rows = self._columns.format.read(
            self._columns.fields(line.cells), place=place, head=self._head, account=self._account
        )
        self._passed_over += not rows
        return rows

    def _place(self, number: int) -> str:
        return f"{self._head.name}:{number}"
