"""`hongmao report`: the figures of a deployment, or of one merchant; the same bytes from the same log."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hongmao.cli.house import merchants_of, open_house
from hongmao.insight.api import DayUnreadable, MerchantUnknown, check_range, markdown_of, render_report
from hongmao.kernel.time import Window

if TYPE_CHECKING:
    from hongmao.catalog.api import Merchant
    from hongmao.insight.api import Insight


@click.command()
@click.option("--from", "from_day", default=None, metavar="DAY", help="First day, Asia/Shanghai [the log's first].")
@click.option("--to", "to_day", default=None, metavar="DAY", help="Last day, inclusive [the log's last].")
@click.option("--merchant", default=None, metavar="ID", help="One merchant's funnel, figures and notes.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    metavar="DIR",
    help="Write report.json and report.md, and one folder of both for each merchant.",
)
def report(*, from_day: str | None, to_day: str | None, merchant: str | None, as_json: bool, out: Path | None) -> None:
    """Print what the deployment did: last click over 15 d by billing time. After `hongmao rebuild` it is the same to the byte."""
    from_ms, to_ms = _instants(from_day, to_day)
    with open_house() as services:
        insight = services.insight
        chosen = list(merchants_of(services.catalog, merchant))
        if merchant is not None and not chosen:
            raise MerchantUnknown(id=merchant)
        if out is not None:
            _write_all(out, insight, chosen, from_ms, to_ms)
            return
        if merchant is not None:
            found = insight.merchant_report(chosen[0].tenant, chosen[0].id, from_ms, to_ms)
            click.echo(_json(found) if as_json else markdown_of(found), nl=False)
            return
        whole = insight.city_report(from_ms, to_ms)
        click.echo(_json(whole) if as_json else f"{render_report(whole)}\n", nl=False)


def _write_all(out: Path, insight: Insight, merchants: list[Merchant], from_ms: int | None, to_ms: int | None) -> None:
    whole = insight.city_report(from_ms, to_ms)
    _write(out, _json(whole), f"```text\n{render_report(whole)}\n```\n")
    for merchant in merchants:
        found = insight.merchant_report(merchant.tenant, merchant.id, from_ms, to_ms)
        _write(out / merchant.id, _json(found), markdown_of(found))


def _write(folder: Path, as_json: str, markdown: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(as_json, encoding="utf-8", newline="\n")
    (folder / "report.md").write_text(markdown, encoding="utf-8", newline="\n")


def _instants(from_day: str | None, to_day: str | None) -> tuple[int | None, int | None]:
    first, last = _day(from_day, place="--from"), _day(to_day, place="--to")
    if first is not None and last is not None:
        check_range(first, last)
    return (
        None if first is None else Window.of_day(first).start_ms,
        None if last is None else Window.of_day(last).end_ms,
    )


def _day(text: str | None, *, place: str) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise DayUnreadable(place=place, got=text) from None


def _json(found: dict[str, object]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
