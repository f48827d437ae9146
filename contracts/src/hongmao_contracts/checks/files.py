"""Files that a platform exports: found by their headers whatever these are called that day, read cell by cell."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hongmao.platforms.api import FileHead, ReportCell, Row
from hongmao_contracts import rows, samples
from hongmao_contracts.checks import strict
from hongmao_contracts.promises import Check, broken, demand, demand_none, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hongmao.platforms.api import FileFormat, Platform
    from hongmao_contracts.finding import Found
    from hongmao_contracts.samples import FileSample

_TOTAL: Final = re.compile(r"(合计|总计|汇总|total\b)", re.IGNORECASE)
_BLANK: Final = ("", "—", "–")
_STEP: Final = 7
ODD_CELLS: Final = (
    "",
    "unknown_state",
    "-1",
    "-0.01",
    "9" * 40,
    "1.005",
    "1e9",
    "NaN",
    "1,234,567.899",
    "true",
    "__CLICK_ID__",
    "{click_id}",
    "2025-02-30 25:61:00",
    "\u0661\u0662",
    "=1+1",
)
"""What stands in a cell one day or another."""


@dataclass(frozen=True, slots=True)
class Case:
    """A format and a file of it, as its header and its rows of text."""

    platform: Platform
    format: FileFormat
    sample: FileSample
    header: Sequence[str]
    lines: Sequence[Sequence[str]]

    @property
    def head(self) -> FileHead:
        """Give what the importer would know before it reads."""
        told: dict[str, Any] = dict(self.sample.head)
        snapshot = told.get("snapshot_ms", told.get("snapshot"))
        return FileHead(
            name=str(told.get("name", "")),
            snapshot_ms=snapshot if isinstance(snapshot, int) else samples.at_ms(str(snapshot)),
            facts=dict(told.get("facts", {})),
        )

    def fields(self, header: Sequence[str] | None = None) -> dict[int, str]:
        """Say which column is which field, by the headers that the format knows."""
        known = {written(alias): name for name, aliases in self.format.aliases.items() for alias in aliases}
        found = {at: known.get(written(title), "") for at, title in enumerate(header or self.header)}
        return {at: name for at, name in found.items() if name}

    def read(
        self, header: Sequence[str] | None = None, lines: Sequence[Sequence[str]] | None = None
    ) -> list[rows.Found]:
        """Read the file's rows, the sums below them left out, as the importer does."""
        got: list[rows.Found] = []
        fields = self.fields(header)
        account = samples.account_of(self.sample.account, self.platform.name)
        for number, cells in enumerate(self.lines if lines is None else lines, start=2):
            if not is_total(cells):
                row = {name: _cell(cells[at]) if at < len(cells) else "" for at, name in fields.items()}
                got += self.format.read(row, place=f"row {number}", head=self.head, account=account)
        return got


def its_headers_are_found(case: Case) -> None:
    """Every required field has a column, and no two fields go by one header."""
    found = set(case.fields().values())
    faults = [f"the sample has no column for {name}" for name in case.format.required if name not in found]
    faults += [
        f"{name} is required, and aliases do not name it"
        for name in case.format.required
        if name not in case.format.aliases
    ]
    claimed: dict[str, str] = {}
    for name, aliases in case.format.aliases.items():
        for alias in aliases:
            first = claimed.setdefault(written(alias), name)
            faults += [f"{alias} is {first} and {name}"] if first != name else []
    demand_none(faults)


def rows_are_as_recorded(case: Case) -> None:
    """The file gives exactly the recorded rows, and the same again."""
    wanted = rows.recorded(case.sample.rows)
    for _ in range(2):
        got = case.read()
        faults = list(rows.differences(got, wanted))
        demand_none([*faults, *rows.faults(got, platform=case.platform.name, now_ms=case.head.snapshot_ms)])


def a_header_by_any_of_its_names_is_the_same(case: Case) -> None:
    """Each header under each of its other names, in other width or with other brackets, gives the same rows."""
    wanted = [rows.said_by(row) for row in case.read()]
    faults, tried = [], 0
    for at, name in case.fields().items():
        for alias in (*case.format.aliases[name], _other_width(case.header[at])):
            tried += 1
            header = [*case.header[:at], alias, *case.header[at + 1 :]]
            if [rows.said_by(row) for row in case.read(header)] != wanted:
                faults.append(f"{case.header[at]} written as {alias} gives other rows")
    demand_none(faults, of=tried)


def a_sum_below_the_rows_is_none_of_them(case: Case) -> None:
    """The sample ends with a row such as 合计N条记录, and it becomes nothing."""
    demand(any(is_total(cells) for cells in case.lines), "the sample has no total row to leave out")


def a_cell_of_another_kind_is_a_problem_of_its_row(case: Case) -> None:
    """Whatever stands in a cell, the row is a problem with its place or still one that can be kept."""
    faults: list[str] = []
    tried = 0
    for at, name in case.fields().items():
        for number, cells in enumerate(case.lines):
            for odd in () if is_total(cells) else ODD_CELLS:
                tried += 1
                line = [*cells[:at], odd, *cells[at + 1 :]]
                what = f"row {number + 2}, {name} {odd!r}"
                faults += [f"{what}: {fault}" for fault in _strange(case, [line])]
    demand_none(faults, of=tried)


def no_half_fen_is_rounded(case: Case) -> None:
    """A cell that became an amount becomes a problem when it has a third decimal."""
    faults: list[str] = []
    for at, name in case.fields().items():
        for number, cells in enumerate(case.lines):
            cell = _cell(cells[at]) if at < len(cells) else ""
            if is_total(cells) or re.fullmatch(r"\d+\.\d\d", cell) is None:
                continue
            more = [*cells[:at], f"{int(cell[:-3]) + _STEP}{cell[-3:]}", *cells[at + 1 :]]
            half = [*cells[:at], f"{cell}5", *cells[at + 1 :]]
            moved = _moved(_amounts(case.read(lines=[cells])), _amounts(case.read(lines=[more])))
            if moved and (left := _amounts(case.read(lines=[half]))):
                faults.append(f"row {number + 2}, {name} {cell}5 gives {left}")
    demand_none(faults)


def a_fact_told_twice_has_another_version(case: Case) -> None:
    """Rows of one fact that say different things differ in version."""
    demand_none(list(strict.unversioned(case.read())))


CHECKS: Final[tuple[Callable[[Case], None], ...]] = (
    its_headers_are_found,
    rows_are_as_recorded,
    a_header_by_any_of_its_names_is_the_same,
    a_sum_below_the_rows_is_none_of_them,
    a_cell_of_another_kind_is_a_problem_of_its_row,
    no_half_fen_is_rounded,
    a_fact_told_twice_has_another_version,
)


def of(found: Found) -> Iterator[Check]:
    """List the checks of every format."""
    for one in found.platform.files:

        def case(one: FileFormat = one) -> Case:
            return _case(found, one)

        yield from listed(f"file[{one.name}]", CHECKS, case)


def is_total(cells: Sequence[str]) -> bool:
    """Tell whether a row is a sum over the others."""
    first = next((cell.strip() for cell in cells if cell.strip()), "")
    return _TOTAL.match(first) is not None


def written(title: str) -> str:
    """Write a header in the one form by which it is known: narrow, small, without spaces."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", title)).casefold()


def _case(found: Found, one: FileFormat) -> Case:
    stem = f"file-{one.name}"
    sample = samples.read(found, stem, samples.FileSample)
    table = list(csv.reader(io.StringIO(_text(samples.raw_of(found, f"{stem}.csv")))))
    if len(table) <= 1:
        broken(f"{samples.FOLDER}/{stem}.csv has no rows")
    return Case(found.platform, one, sample, table[0], table[1:])


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def _cell(text: str) -> str:
    cell = text.strip()
    return "" if cell in _BLANK else cell


def _other_width(title: str) -> str:
    """Write a header as the same export does on another day: full-width brackets, a space."""
    wide: Mapping[str, str] = {"(": "（", ")": "）", "（": "(", "）": ")"}
    return "".join(wide.get(character, character) for character in title) + " "


def _amounts(got: Sequence[rows.Found]) -> list[int]:
    cells = [row.values for row in got if isinstance(row, ReportCell)]
    found = [value for values in cells for name, value in sorted(values.items()) if name.endswith("_fen")]
    return found + [amount for row in got if isinstance(row, Row) for amount in rows.amounts_of(row) if amount]


def _moved(before: Sequence[int], after: Sequence[int]) -> bool:
    """Tell whether an amount moved by as many yuan as its cell did; a ratio moves what it is multiplied with otherwise."""
    same = len(before) == len(after)
    return same and any(other - one == _STEP * 100 for one, other in zip(before, after, strict=True))


def _strange(case: Case, lines: Sequence[Sequence[str]]) -> Iterator[str]:
    try:
        got = case.read(lines=lines)
    except Exception as error:  # noqa: BLE001 - whatever escapes a format is the finding
        yield f"{type(error).__name__}: {error}"
        return
    yield from rows.faults(got, platform=case.platform.name, now_ms=case.head.snapshot_ms)
