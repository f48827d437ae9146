"""The files a job leaves behind: credits, report in two spellings, quarantine, manifest."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from hongmao.attribution.files.faults import fault_in_words
from hongmao.attribution.files.manifest import manifest_file
from hongmao.attribution.files.page import page_of
from hongmao.attribution.files.spelling import html, markdown

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from hongmao.attribution.files.contracts import Quarantined, Result
    from hongmao.attribution.files.ports import FileEngine
    from hongmao.kernel.errors import Lang

QUARANTINE_COLUMNS = ("role", "file", "row", "field", "code", "reason_zh", "reason_en", "raw")


def write_outputs(result: Result, engine: FileEngine, folder: Path, *, lang: Lang) -> None:
    """Write everything into a folder, which is made if need be. Two runs of one job write the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    page = page_of(result, lang)
    if len(result.rules) > len(result.estimates):
        engine.write_credits(folder / "credits.parquet")
    write_quarantine(engine.quarantined(), folder / "quarantine.csv")
    (folder / "manifest.json").write_text(manifest_file(result), encoding="utf-8")
    (folder / "report.md").write_text(markdown(page), encoding="utf-8")
    (folder / "report.html").write_text(html(page), encoding="utf-8")


def write_quarantine(rows: Iterable[Quarantined], path: Path) -> None:
    """Write every row that was set aside, with what is wrong with it in both languages."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(QUARANTINE_COLUMNS)
        for one in rows:
            reasons = (fault_in_words(one.code, "zh"), fault_in_words(one.code, "en"))
            writer.writerow((one.role, one.file, one.row, one.field, one.code, *reasons, one.raw))
