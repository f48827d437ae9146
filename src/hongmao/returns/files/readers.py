"""Tables off the disk, a line at a time: CSV in the encodings of the trade, XLSX, Parquet. Bounded, whatever a file claims.

CSV and Parquet are streamed. XLSX cannot be: its strings stand apart from its cells, so a sheet is held whole and a file is
limited to `XLSX_BYTES_MAX`, unpacked to `UNPACKED_BYTES_MAX`.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TextIO

from python_calamine import CalamineError, CalamineWorkbook

from hongmao.returns.files.errors import FileTooLarge, FileUnreadable, FileUnsafe
from hongmao.returns.files.rules import InexactNumber, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE_BYTES_MAX: Final = 256 * 2**20
XLSX_BYTES_MAX: Final = 20 * 2**20
UNPACKED_BYTES_MAX: Final = 200 * 2**20
UNPACKED_TIMES_MAX: Final = 200
MEMBERS_MAX: Final = 1_000
ROW_GROUP_BYTES_MAX: Final = 256 * 2**20
RECORD_CHARS_MAX: Final = 2**20  # of a row of CSV, line feeds within quotes and all
BATCH_ROWS: Final = 1_000
_PIECE_BYTES: Final = 2**20
_SAMPLE_BYTES: Final = 4_096
_SMALL_BYTES: Final = 2**20  # a sheet of nothing but one style packs well; only what is big as well is a bomb


class Kind(StrEnum):
    """What a file is by its first bytes, whatever it is called."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What one pass over a file's bytes says of it."""

    kind: Kind
    sha256: str
    size_bytes: int
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row as a spreadsheet numbers it, the first being 1. `fault` says why its cells cannot be trusted."""

    number: int
    cells: list[str]
    fault: str = ""


def scan(path: Path, *, name: str) -> Scan:
    """Look a file over without keeping it: its fingerprint, its kind and, of text, its encoding."""
    size = path.stat().st_size
    if size > FILE_BYTES_MAX:
        raise FileTooLarge(place=name, limit=FILE_BYTES_MAX)
    with path.open("rb") as file:
        sample = file.read(_SAMPLE_BYTES)
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    kind = _kind_of(sample, name)
    if kind is Kind.XLSX and size > XLSX_BYTES_MAX:
        raise FileTooLarge(place=name, limit=XLSX_BYTES_MAX)
    encoding = _encoding_of(path, sample, name) if kind is Kind.CSV else ""
    return Scan(kind=kind, sha256=digest, size_bytes=size, encoding=encoding)


def lines(path: Path, scanned: Scan, *, name: str) -> Iterator[Line]:
    """Read a file line by line; blank lines are left out and keep their numbers."""
    read = {Kind.CSV: _csv_lines, Kind.XLSX: _xlsx_lines, Kind.PARQUET: _parquet_lines}[scanned.kind]
    for line in read(path, scanned, name):
        if line.fault or any(cell and not cell.isspace() for cell in line.cells):
            yield line


def _kind_of(sample: bytes, name: str) -> Kind:
    if sample.startswith(b"PK\x03\x04"):
        return Kind.XLSX
    if sample.startswith(b"PAR1"):
        return Kind.PARQUET
    if not sample or sample.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b")):
        why = ("文件为空", "it is empty") if not sample else ("不支持的文件类型", "it is of a kind that is not read")
        raise FileUnreadable(place=name, why_zh=why[0], why_en=why[1])
    return Kind.CSV


def _encoding_of(path: Path, sample: bytes, name: str) -> str:
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        guesses = ["utf-16"]
    elif b"\x00" in sample:
        guesses = ["utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"]
    else:
        guesses = ["utf-8-sig", "gb18030"]
    for encoding in guesses:
        if _decodes(path, encoding):
            return encoding
    raise FileUnreadable(
        place=name, why_zh="编码不是 UTF-8、GB18030 或 UTF-16", why_en="its encoding is not UTF-8, GB18030 or UTF-16"
    )


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _csv_lines(path: Path, scanned: Scan, name: str) -> Iterator[Line]:
    with path.open(encoding=scanned.encoding, newline="") as file:
        first = file.readline(RECORD_CHARS_MAX)
        file.seek(0)
        texts = _Texts(file, name)
        reader = csv.reader(texts, delimiter="\t" if first.count("\t") > first.count(",") else ",", strict=True)
        number = 0
        while True:
            texts.begin(number + 1)
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise FileUnreadable(
                    place=f"{name}:{number + 1}", why_zh="引号不配对或单元格过长", why_en=str(error)
                ) from None
            number += 1
            yield Line(number, cells)


class _Texts:
    """The lines of a CSV for its reader, as long as a row has no more of them than a row may have."""

    def __init__(self, file: TextIO, name: str) -> None:
        self._file = file
        self._name = name
        self._number = 0
        self._left = RECORD_CHARS_MAX

    def begin(self, number: int) -> None:
        """Begin a row: the one before was whole."""
        self._number, self._left = number, RECORD_CHARS_MAX

    def __iter__(self) -> _Texts:
        return self

    def __next__(self) -> str:
        text = self._file.readline(self._left + 1)
        self._left -= len(text)
        if self._left < 0:
            raise FileUnreadable(
                place=f"{self._name}:{self._number}",
                why_zh=f"一行超过 {RECORD_CHARS_MAX} 个字符",
                why_en=f"a row has more than {RECORD_CHARS_MAX} characters",
            )
        if not text:
            raise StopIteration
        return text


def _xlsx_lines(path: Path, _scanned: Scan, name: str) -> Iterator[Line]:
    _check_archive(path, name)
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            for sheet_name in book.sheet_names:
                sheet = book.get_sheet_by_name(sheet_name)
                if not sheet.height:
                    continue
                start = sheet.start[0] if sheet.start is not None else 0
                for number, row in enumerate(sheet.to_python(skip_empty_area=True), start + 1):
                    yield _line(number, row)
                return
    except CalamineError as error:
        raise FileUnreadable(place=name, why_zh="不是完好的 XLSX", why_en=f"it is no sound XLSX ({error})") from None


def _check_archive(path: Path, name: str) -> None:
    """Unpack an archive to nowhere: what its directory claims of its sizes is held to what comes out."""
    unsafe = FileUnsafe(place=name, limit=UNPACKED_BYTES_MAX)
    packed, unpacked = path.stat().st_size, 0
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MEMBERS_MAX or sum(one.file_size for one in members) > UNPACKED_BYTES_MAX:
                raise unsafe
            for member in members:
                with archive.open(member) as stream:
                    while piece := stream.read(_PIECE_BYTES):
                        unpacked += len(piece)
                        if unpacked > max(_SMALL_BYTES, min(UNPACKED_BYTES_MAX, packed * UNPACKED_TIMES_MAX)):
                            raise unsafe
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise FileUnreadable(place=name, why_zh="压缩包已损坏", why_en=f"its archive is damaged ({error})") from None


def _parquet_lines(path: Path, _scanned: Scan, name: str) -> Iterator[Line]:
    import pyarrow as pa  # noqa: PLC0415 - heavy, and whoever charges clicks comes past here
    from pyarrow import parquet  # noqa: PLC0415 - with it

    try:
        with parquet.ParquetFile(path) as table:
            groups = (table.metadata.row_group(n).total_byte_size for n in range(table.metadata.num_row_groups))
            if any(size > ROW_GROUP_BYTES_MAX for size in groups):
                raise FileUnsafe(place=name, limit=ROW_GROUP_BYTES_MAX)
            yield Line(1, list(table.schema_arrow.names))
            number = 1
            for batch in table.iter_batches(batch_size=BATCH_ROWS):
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    number += 1
                    yield _line(number, row)
    except (pa.ArrowException, OSError) as error:
        raise FileUnreadable(
            place=name, why_zh="不是完好的 Parquet", why_en=f"it is no sound Parquet ({error})"
        ) from None


def _line(number: int, row: Any) -> Line:
    """Write a row of values as text; one number that has lost digits spoils it."""
    try:
        return Line(number, [text_of(value) for value in row])
    except InexactNumber:
        return Line(number, [str(value) for value in row], fault="number_inexact")
