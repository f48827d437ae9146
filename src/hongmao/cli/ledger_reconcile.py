"""`hongmao ledger reconcile`: keep a platform's bill and hold it against our books."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from hongmao.billing.api import OUTCOME_NEXT, look_told, problem_of
from hongmao.catalog.api import PLATFORM, Principal, Role
from hongmao.cli.house import open_house
from hongmao.cli.main import EXIT_REFUSED, lang_of_terminal
from hongmao.cli.options import JSON
from hongmao.kernel.ids import MerchantId
from hongmao.kernel.money import Money

if TYPE_CHECKING:
    from hongmao.billing.api import Look

OPERATOR = Principal(id="command-line", tenant=PLATFORM, role=Role.ADMIN, name="command line")
"""Whoever can read the home folder can read the books; the command line acts as the house."""


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--platform", required=True, help="Whose bill: xhs, taobao, tmall, jd, vip or pdd.")
@click.option("--merchant", required=True, help="Of which merchant.")
@click.option("--month", required=True, help="Of which month, such as 2025-05.")
@click.option(
    "--format", "format_", default=None, help="Which of the platform's bills; by default told by its headers."
)
@JSON
def reconcile(*, file: Path, platform: str, merchant: str, month: str, format_: str | None, as_json: bool) -> None:
    """Keep a platform's bill (CSV, XLSX) and hold it line by line against our books, to the fen.

    The same file again is reconciled anew: its rows stay as they came. Exit code 1 where something does not agree.
    """
    with open_house() as services:
        look = services.bills.take(
            OPERATOR,
            file,
            name=file.name,
            merchant=MerchantId(merchant),
            platform=platform,
            period=month,
            format=format_,
        )
    if as_json:
        click.echo(msgspec.json.encode(look_told(look), order="sorted"))
    else:
        _print(look)
    if any(count for name, count in look.counts.items() if name != "same"):
        sys.exit(EXIT_REFUSED)


def _print(look: Look) -> None:
    zh = lang_of_terminal() == "zh"
    bill = look.bill
    seen = "  (seen already)" if look.duplicate else ""
    click.echo(f"bill {bill.number}  {bill.merchant}  {bill.platform}  {bill.format}  {bill.period}{seen}")
    click.echo("  " + "  ".join(f"{name} {count}" for name, count in look.counts.items()))
    for one in look.days:
        click.echo(
            f"  {one.day}  ours {Money(one.ours_fen)!s:>14}  theirs {Money(one.theirs_fen)!s:>14}"
            f"  difference {Money(one.difference_fen)!s:>12}"
        )
    sums = look.sums
    click.echo(
        f"  {'sum':<10}  ours {Money(sums.ours_fen)!s:>14}  theirs {Money(sums.theirs_fen)!s:>14}"
        f"  difference {Money(sums.difference_fen)!s:>12}"
        f"  = missing {Money(sums.missing_fen)} - extra {Money(sums.extra_fen)} + differing {Money(sums.differs_fen)}"
    )
    for found in look.compared:
        if found.outcome.value != "same":
            click.echo(
                f"  {found.outcome.value:<10}  {found.day}  {found.key}  ours {_yuan(found.ours_fen)}"
                f"  theirs {_yuan(found.theirs_fen)}  rows {', '.join(map(str, found.rows)) or '—'}"
            )
    for line in look.unreadable:
        click.echo(f"  unreadable  {problem_of(bill, line).message('zh' if zh else 'en')}")
    for outcome in sorted(
        {found.outcome for found in look.compared} | {o for o in OUTCOME_NEXT if look.counts[o.value]}
    ):
        if outcome.value != "same":
            click.echo(f"  {outcome.value}: {OUTCOME_NEXT[outcome][0 if zh else 1]}")


def _yuan(fen: int | None) -> str:
    return "—" if fen is None else str(Money(fen))
